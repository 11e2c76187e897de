// Where every buffer of a schedule lies: inputs, outputs, slots of the workspace, packed weights. Private to
// schedule/.
#pragma once
#include "schedule/kernels.h"

namespace convoy::schedule {

struct Place {
  enum Kind { Input, Output, Slot } kind = Slot;
  size_t index = 0; // of the graph's inputs or outputs, or of the slots
  Size offset = 0;  // elements before the first item
};

// A part of the workspace, for each item of the batch. Those of constant size come first, each where there is
// room while it is needed; `begin` is in elements. The others have memory of their own, one after another.
struct Slot {
  Size elements;
  std::optional<int64_t> begin;
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

struct MemoryPlan {
  std::vector<Slot> slots;
  int64_t constantElements = 0; // of an item, of all slots that have a `begin`
  std::vector<BorderRow> borderRows;
  std::vector<PackedParameter> packed;
  int64_t preparedElements = 0;
  // Results that are not written in place: copied at the end.
  struct Copy {
    Place from;
    size_t output;
  };
  std::vector<Copy> copies;

  Place place(ValueId value, Layout layout) const { return places.at({value, layout}); }
  size_t borderRow(const Size& width, double number);
  int64_t packedOffset(ValueId parameter, const Packing& packing) const;

  std::map<Buffer, Place> places;
};

constexpr int64_t alignElements = 16; // of slots and packed weights: 64 bytes
// What is in the workspace, for one item of the batch.
Workspace workspaceOf(const MemoryPlan& plan, const Storage& storage);

// Pieces of storage whose lives do not overlap share memory.
MemoryPlan planMemory(const Graph& graph, const Schedule& schedule, const Storage& storage,
                      const ProgramCalls& calls);

} // namespace convoy::schedule
