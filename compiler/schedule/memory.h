// Where every buffer of a schedule lies: inputs, outputs, slots of the workspace, packed weights. Private to
// schedule/.
#pragma once
#include "schedule/images.h"
#include "schedule/kernels.h"

namespace convoy::schedule {

struct Place {
  enum Kind { Input, Output, Slot, Ring } kind = Slot;
  size_t index = 0; // of the graph's inputs or outputs, or of the slots
  Size offset = 0;  // elements before the first item
  Size perItem = 0; // elements from one item of the batch to the next; 0 where a group's items take turns
};

// A part of the workspace, for each item of the batch. Those of constant size come first, each where there is
// room while it is needed; `begin` is in elements. The others have memory of their own, one after another.
struct Slot {
  Size elements;
  std::optional<int64_t> begin;
  bool ofGroup = true;         // of the items of a group, not of the whole batch
  std::optional<size_t> image; // planes of this image: no room is needed when there are none
};

// A parameter as kernels want it, with its offset in the prepared weights (in elements, a multiple of 16).
struct PackedParameter {
  ValueId parameter;
  Packing packing;
  int64_t offset;
};

// A row of one number, as wide as an input: rows of a constant border.
struct BorderRow {
  Size width;
  double number;
};

// The first kernels (up to one that wants all items at once) run for a few items after another, so many that
// what lies between the kernels stays in the caches.
struct ItemGroups {
  size_t kernels = 0;   // how many kernels of the schedule
  int64_t elements = 0; // what the slots of a group should not exceed
};

struct MemoryPlan {
  std::vector<Slot> slots;
  ItemGroups groups;
  int64_t constantElements = 0; // of an item, of all slots that have a `begin`
  Size ringElements = 0;        // of a part of a group's strips, behind all others: the largest of all groups
  std::vector<BorderRow> borderRows;
  std::vector<PackedParameter> packed;
  int64_t preparedElements = 0;
  int64_t memoryLimit = 0; // bytes; 0: there is none
  int64_t behind = 0; // elements at the end of the workspace that are read, whatever they are, and not used
  // Results that are not written in place: copied at the end.
  struct Copy {
    Place from;
    size_t output;
  };
  std::vector<Copy> copies;
  std::vector<size_t> imageSlots; // of the planes of each image

  Place place(ValueId value, Layout layout) const { return places.at({value, layout}); }
  size_t borderRow(const Size& width, double number);
  int64_t packedOffset(ValueId parameter, const Packing& packing) const;

  std::map<Buffer, Place> places;
};

constexpr int64_t alignElements = 16; // of slots and packed weights: 64 bytes
// What is in the workspace, for one item of the batch and one thread.
Workspace workspaceOf(const MemoryPlan& plan, const Storage& storage);
// The buffers in it, each with the first value that is written there.
std::vector<HeldBuffer> heldBuffers(const Graph& graph, const Schedule& schedule, const Storage& storage);

// Pieces of storage whose lives do not overlap share memory.
MemoryPlan planMemory(const Graph& graph, const Schedule& schedule, const Machine& machine,
                      const Storage& storage, const Images& images, const ProgramCalls& calls);

} // namespace convoy::schedule
