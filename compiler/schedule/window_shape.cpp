#include "schedule/window_shape.h"

namespace convoy::schedule {

using graph::Value;

namespace {

// The share of taps along an axis that reach the input.
double insideShare(const Costs& costs, const Window& window, size_t axis, const Size& input,
                   const Size& output) {
  const int64_t in = costs.usual(input), out = costs.usual(output),
                begin = window.padBegin[axis].constant().value_or(0);
  int64_t inside = 0;
  for (int64_t o = 0; o < out; ++o)
    for (int64_t tap = 0; tap < window.kernel[axis]; ++tap) {
      const int64_t at = o * window.stride[axis] - begin + tap * window.dilation[axis];
      inside += at >= 0 && at < in;
    }
  return real(inside) / real(out * window.kernel[axis]);
}

} // namespace

WindowShape::WindowShape(const Costs& costs, const Kernel& kernel)
    : window(windowOf(costs.graph.value(kernel.anchor()).attributes)) {
  const graph::Graph& graph = costs.graph;
  const Value& node = graph.value(kernel.anchor());
  const TensorType& input = graph.value(node.operands[0]).type;
  last = window.kernel.size() - 1;
  flat = walksFlat(graph, kernel);
  const bool zeros = window.border.mode == BorderMode::Constant && window.border.value == 0;
  Size positions = 1;
  for (size_t axis = 0; axis <= last; ++axis) {
    taps *= window.kernel[axis];
    const Size &extent = node.type.spatial(static_cast<int>(axis)),
               &in = input.spatial(static_cast<int>(axis));
    positions = positions * extent;
    inputs *= real(costs.usual(in));
    if (axis + 1 < last) outer *= costs.usual(extent);
    if (axis + 1 == last) rows = costs.usual(extent);
    // What lies outside of a row is left out where it is known which tiles it concerns.
    if (zeros && (axis < last || extent.isConstant()))
      (axis < last ? insideRows : insideColumns) *= insideShare(costs, window, axis, in, extent);
  }
  const Size along = flat ? positions : node.type.spatial(static_cast<int>(last));
  if (flat) rows = outer = 1;
  width = costs.usual(along);
  knownWidth = along.constant();
  filters = node.type.channels();
  channels = input.channels();
  groups = convolves(node) ? node.attributes.get<int64_t>("groups") : channels;
}

double WindowShape::tilesAcross(int64_t pixels) const {
  if (!knownWidth) return real(width) / real(pixels) / (1 - real(pixels) / real(2 * usualExtent));
  if (flat) return real(ceilDiv(width, pixels));
  // A tile that is narrower has fewer sums, which hide less of what is read for it.
  const double rest = real(width % pixels) / real(pixels);
  return real(width / pixels) + (rest > 0 ? 0.5 + 0.5 * rest : 0);
}

} // namespace convoy::schedule
