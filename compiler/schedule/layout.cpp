#include "schedule/schedule.h"
#include <algorithm>

namespace convoy::schedule {

bool isDepthwise(const graph::Graph& graph, const graph::Value& conv) {
  int64_t channels = graph.value(conv.operands[0]).type.channels(),
          groups = conv.attributes.get<int64_t>("groups");
  return groups > 1 && groups == channels && conv.type.channels() == channels;
}

Layout layoutFor(Layout layout, const TensorType& type) {
  if (type.channels() == 1) return Layout::Planar;
  for (int axis = 0; axis < type.spatialRank(); ++axis)
    if (type.spatial(axis) != Size(1)) return layout;
  return Layout::Planar;
}

std::optional<Layout> neededLayout(const graph::Graph& graph, const Kernel& kernel, graph::ValueId operand) {
  const TensorType& type = graph.value(operand).type;
  const graph::Value& anchor = graph.value(kernel.anchor());
  auto reads = [&](const graph::Value& node) {
    return std::count(node.operands.begin(), node.operands.end(), operand) > 0;
  };
  bool ofAnchorAlone = reads(anchor);
  for (size_t i = 1; i < kernel.nodes.size(); ++i) ofAnchorAlone &= !reads(graph.value(kernel.nodes[i]));
  switch (kernel.algorithm) {
  case Algorithm::Window:
    // A blocked convolution reads single numbers of its input, wherever they lie; what mixes no channels
    // reads vectors, as does what is fused behind it.
    if (ofAnchorAlone && kernel.layout == Layout::Blocked && anchor.op == OpKind::Conv &&
        !isDepthwise(graph, anchor))
      return std::nullopt;
    return layoutFor(kernel.layout, type);
  case Algorithm::Pointwise: return layoutFor(kernel.layout, type);
  case Algorithm::GlobalPool: return std::nullopt;
  case Algorithm::Concat:
  case Algorithm::Softmax:
  case Algorithm::Dense:
  case Algorithm::Alias: return Layout::Planar;
  case Algorithm::Reorder: return kernel.layout == Layout::Planar ? Layout::Blocked : Layout::Planar;
  }
  return std::nullopt;
}

} // namespace convoy::schedule
