#include "schedule/winograd.h"
#include "support/internal_error.h"

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

// clang-format off
const WinogradMatrices& winogradMatrices(int64_t results) {
  static const WinogradMatrices two{
      {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
      {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}},
      {{1, 0, 0}, {1. / 2, 1. / 2, 1. / 2}, {1. / 2, -1. / 2, 1. / 2}, {0, 0, 1}},
      {{1, 0, 0, 0}, {0, 1, 1, 0}, {0, 1, -1, 0}, {0, 0, 0, 1}},
      {{1, 1, 0, 0}, {0, 0, 1, -1}}};
  static const WinogradMatrices four{
      {{1, 0, -1, 0, 0, 0}, {0, 0, -1, 0, 1, 0}, {0, -1, 0, 1, 0, 0},
       {0, 0, 0, -1, 0, 1}, {0, 0, -4, 0, 1, 0}, {0, -4, 0, 1, 0, 0}},
      {{4, 1, 0, 0, 0, 0}, {0, 0, 0, 0, 1, 1}, {0, 0, 0, 0, 1, -1},
       {0, 1, 2, 0, 0, 0}, {0, 1, -2, 0, 0, 0}, {0, 0, -4, 1, 0, 0}},
      {{1. / 4, 0, 0}, {-1. / 6, -1. / 6, -1. / 6}, {-1. / 6, 1. / 6, -1. / 6},
       {1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6}, {0, 0, 1}},
      {{1, 0, 0, 0, 0, 0}, {0, 1, 1, 0, 0, 0}, {0, 1, -1, 0, 0, 0},
       {0, 0, 0, 1, 1, 0}, {0, 0, 0, 1, -1, 0}, {0, 0, 0, 0, 0, 1}},
      {{1, 1, 0, 1, 0, 0}, {0, 0, 1, 0, 2, 0}, {0, 1, 0, 4, 0, 0}, {0, 0, 1, 0, 8, 1}}};
  static const WinogradMatrices six{
      {{1, 0, 0, 0, 0, 0, -1, 0}, {0, 0, -1, 0, 1, 0, 0, 0}, {0, 0, 1, 0, -4.25, 0, 1, 0},
       {0, 1, 0, -4.25, 0, 1, 0, 0}, {0, 0, .25, 0, -1.25, 0, 1, 0}, {0, 1, 0, -5, 0, 4, 0, 0},
       {0, 0, 4, 0, -5, 0, 1, 0}, {0, 4, 0, -5, 0, 1, 0, 0}, {0, -1, 0, 0, 0, 0, 0, 1},
       {0, 0, 0, 1, 0, -1, 0, 0}},
      {{1, 5.25, 0, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 1, 1, 0, 0, 0, 0, 0, 0}, {0, 0, 1, -1, 0, 0, 0, 0, 0, 0},
       {0, 0, 0, 0, 1, .5, 0, 0, 0, 0}, {0, 0, 0, 0, 1, -.5, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 1, .5, 0, 0},
       {0, 0, 0, 0, 0, 0, 1, -.5, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 0, 1, 5.25}},
      {{1, 0, 0}, {-2. / 9, -2. / 9, -2. / 9}, {-2. / 9, 2. / 9, -2. / 9},
       {1. / 90, 1. / 45, 2. / 45}, {1. / 90, -1. / 45, 2. / 45},
       {32. / 45, 16. / 45, 8. / 45}, {32. / 45, -16. / 45, 8. / 45}, {0, 0, 1}},
      {{1, 0, 0, 0, 0, 0, 0, 0}, {0, 1, 1, 0, 0, 0, 0, 0}, {0, 1, -1, 0, 0, 0, 0, 0},
       {0, 0, 0, 1, 1, 0, 0, 0}, {0, 0, 0, 1, -1, 0, 0, 0}, {0, 0, 0, 0, 0, 1, 1, 0},
       {0, 0, 0, 0, 0, 1, -1, 0}, {0, 0, 0, 0, 0, 0, 0, 1}},
      {{1, 1, 0, 1, 0, 1, 0, 0}, {0, 0, 1, 0, 2, 0, 1. / 2, 0}, {0, 1, 0, 4, 0, 1. / 4, 0, 0},
       {0, 0, 1, 0, 8, 0, 1. / 8, 0}, {0, 1, 0, 16, 0, 1. / 16, 0, 0}, {0, 0, 1, 0, 32, 0, 1. / 32, 1}}};
  require(results == 2 || results == 4 || results == 6, "Winograd tiles have 2, 4 or 6 results along an axis");
  return results == 2 ? two : results == 4 ? four : six;
}
// clang-format on

WinogradShape::WinogradShape(const Graph& graph, const Kernel& kernel, int64_t lanes)
    : results(kernel.tile[0]), points(results + 2), elements(points * points), tiles(kernel.tile[1]),
      vectors(kernel.tile[2]), blocks(kernel.tile[3]), lanes(lanes) {
  const Value& node = graph.value(kernel.anchor());
  channels = graph.value(node.operands[0]).type.channels(), filters = node.type.channels();
  channelBlocks = (channels + lanes - 1) / lanes;
  filterTiles = (filters + vectors * lanes - 1) / (vectors * lanes);
  rows = Size::ceilDiv(node.type.spatial(0), results), columns = Size::ceilDiv(node.type.spatial(1), results);
}

bool canUseWinograd(const Graph& graph, const Value& node) {
  if (node.kind != Value::Node || node.op != OpKind::Conv || node.type.spatialRank() != 2) return false;
  const Window window = windowOf(node.attributes);
  for (size_t axis = 0; axis < 2; ++axis)
    if (window.kernel[axis] != 3 || window.stride[axis] != 1 || window.dilation[axis] != 1 ||
        !window.padBegin[axis].isConstant() || !window.padEnd[axis].isConstant())
      return false;
  auto blocked = [](const TensorType& type) { return layoutFor(Layout::Blocked, type) == Layout::Blocked; };
  return node.attributes.get<int64_t>("groups") == 1 && window.border.mode == BorderMode::Constant &&
         window.border.value == 0 && blocked(graph.value(node.operands[0]).type) && blocked(node.type);
}

bool poolsTiles(const Graph& graph, const Value& node) {
  if (node.kind != Value::Node || (node.op != OpKind::MaxPool && node.op != OpKind::AvgPool) ||
      node.type.spatialRank() != 2 || node.type.quantized())
    return false;
  if (node.op == OpKind::AvgPool && node.attributes.has("divisor")) return false;
  const Window window = windowOf(node.attributes);
  const TensorType& input = graph.value(node.operands[0]).type;
  for (size_t axis = 0; axis < 2; ++axis) {
    const int a = static_cast<int>(axis);
    if (window.kernel[axis] != 2 || window.stride[axis] != 2 || window.dilation[axis] != 1 ||
        window.padBegin[axis] != Size(0) || window.padEnd[axis] != Size(0) ||
        node.type.spatial(a) != Size::floorDiv(input.spatial(a), 2))
      return false;
  }
  return true;
}

std::optional<size_t> pooledBy(const Graph& graph, const Kernel& kernel) {
  if (kernel.algorithm == Algorithm::Winograd)
    for (size_t i = 1; i < kernel.nodes.size(); ++i)
      if (poolsTiles(graph, graph.value(kernel.nodes[i]))) return i;
  return std::nullopt;
}

} // namespace convoy::schedule
