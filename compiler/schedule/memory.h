// Where every buffer of a schedule lies: inputs, outputs, slots of the workspace, packed weights. Private to
// schedule/.
#pragma once
#include "schedule/kernels.h"

namespace convoy::schedule {

struct Place {
  enum Kind { Input, Output, Slot } kind = Slot;
  size_t index = 0; // of the graph's inputs or outputs, or of the slots
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
  std::vector<Size> slots; // elements per batch item
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

  std::map<std::pair<ValueId, Layout>, Place> places;
};

constexpr int64_t alignElements = 16; // of slots and packed weights: 64 bytes
// What the slots and border rows take for one item of the batch, in elements.
Size workspaceElements(const MemoryPlan& plan);

// Slots are shared by buffers of one size whose lives do not overlap.
MemoryPlan planMemory(const Graph& graph, const Schedule& schedule,
                      const std::vector<std::vector<KernelCall>>& calls);

} // namespace convoy::schedule
