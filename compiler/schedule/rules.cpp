#include "schedule/rules.h"
#include "schedule/separable.h"
#include "schedule/winograd.h"
#include <algorithm>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;
using graph::ValueId;

namespace {

bool fits(Algorithm algorithm, OpKind op) {
  switch (algorithm) {
  case Algorithm::Reorder: return true;
  case Algorithm::Separable:
  case Algorithm::Winograd: return op == OpKind::Conv;
  case Algorithm::Tiles:
    return op == OpKind::Conv || op == OpKind::QuantizedConv || op == OpKind::TransposedConv;
  case Algorithm::Window:
    if (op == OpKind::QuantizedConv) return true; // in Int8 layout
    break;
  case Algorithm::Dense:
    if (op == OpKind::QuantizedDense) return true; // likewise
    break;
  case Algorithm::Transposed:
  case Algorithm::Adaptive:
  case Algorithm::Pointwise:
  case Algorithm::Concat:
  case Algorithm::Resample:
  case Algorithm::Interleave:
  case Algorithm::Softmax:
  case Algorithm::Reduction:
  case Algorithm::Standardize:
  case Algorithm::Integer:
  case Algorithm::Alias: break;
  }
  return algorithm == algorithmOf(opInfo(op));
}

} // namespace

std::vector<Algorithm> algorithmsFor(OpKind op) {
  std::vector<Algorithm> fitting;
  for (Algorithm algorithm : everyAlgorithm())
    if (algorithm != Algorithm::Reorder && fits(algorithm, op)) fitting.push_back(algorithm);
  return fitting;
}

size_t extentsOfTile(const Kernel& kernel) {
  switch (kernel.algorithm) {
  case Algorithm::Window: return inBlocks(kernel.layout) ? 2 : 3;
  case Algorithm::Tiles: return 2;
  case Algorithm::Winograd: return 4;
  case Algorithm::Transposed: return inBlocks(kernel.layout) ? 2 : 0;
  case Algorithm::Separable:
  case Algorithm::Dense: return 1;
  case Algorithm::Adaptive:
  case Algorithm::Pointwise:
  case Algorithm::Concat:
  case Algorithm::Resample:
  case Algorithm::Interleave:
  case Algorithm::Softmax:
  case Algorithm::Reduction:
  case Algorithm::Standardize:
  case Algorithm::Integer:
  case Algorithm::Alias:
  case Algorithm::Reorder: return 0;
  }
  return 0;
}

bool hasOrder(const Graph& graph, const Kernel& kernel, int lanes) {
  if (!inBlocks(kernel.layout)) return false;
  const Value& anchor = graph.value(kernel.anchor());
  if (kernel.algorithm == Algorithm::Window) return !isChannelwise(graph, anchor, lanes);
  if (kernel.algorithm == Algorithm::Transposed) return !isDepthwise(graph, anchor);
  return kernel.algorithm == Algorithm::Tiles || kernel.algorithm == Algorithm::Winograd;
}

bool mayWriteOthers(const Graph& graph, const Kernel& kernel) {
  return inBlocks(kernel.layout) && takesTail(kernel.algorithm) && kernel.algorithm != Algorithm::Dense &&
         inBlocks(layoutFor(kernel.layout, graph.value(kernel.result()).type));
}

std::vector<bool> liveNodes(const Graph& graph, const std::vector<ValueId>& wanted) {
  std::vector<bool> live(graph.values.size(), false);
  for (const graph::Output& output : graph.outputs) live[output.value] = true;
  for (ValueId value : wanted) live[value] = true;
  for (size_t id = graph.values.size(); id-- > 0;)
    if (live[id])
      for (ValueId operand : graph.values[id].operands) live[operand] = true;
  return live;
}

std::vector<Fault> chainFaults(const Graph& graph, const std::vector<ValueId>& nodes,
                               std::optional<Algorithm> algorithm, const std::vector<bool>& live) {
  Kernel kernel;
  kernel.nodes = nodes;
  kernel.algorithm = algorithm.value_or(Algorithm::Winograd);
  const std::optional<size_t> pool = pooledBy(graph, kernel);
  std::vector<Fault> faults;
  auto fault = [&](std::string text, std::string help = {}) {
    faults.push_back({Part::Layers, std::move(text), std::move(help)});
  };
  for (size_t i = 1; i < nodes.size(); ++i) {
    const Value &node = graph.value(nodes[i]), &before = graph.value(nodes[i - 1]);
    const bool reads = std::count(node.operands.begin(), node.operands.end(), nodes[i - 1]) > 0;
    // Another filter of the same picture: what is before it is read further on.
    const bool begins = algorithm.value_or(Algorithm::Separable) == Algorithm::Separable &&
                        sharesPicture(graph, nodes[0], nodes[i]);
    if (begins) {
      const auto readers = [&](ValueId id) {
        const std::vector<ValueId>& operands = graph.value(id).operands;
        return std::count(operands.begin(), operands.end(), nodes[i - 1]) > 0;
      };
      if (std::none_of(nodes.begin() + static_cast<std::ptrdiff_t>(i), nodes.end(), readers))
        fault("'" + before.name + "' is read by no layer of its kernel");
    } else if (!opInfo(node.op).isElementwise() && i != pool) {
      fault("'" + node.name + "' is not element-wise and cannot be fused",
            "it needs a kernel of its own, or to be the first layer of one");
    } else if (!reads || (i != pool && !before.type.sameDims(node.type))) {
      fault("'" + node.name + "' does not continue '" + before.name + "'",
            !reads ? "each layer behind the first one reads the layer before it"
                   : "each layer behind the first one has the shape of the layer before it");
    }
    // What is inside a kernel is not written, so that nobody else can read it.
    for (const graph::Output& o : graph.outputs)
      if (o.value == nodes[i - 1]) fault("'" + before.name + "' is a result and must end its kernel");
    for (ValueId user = 0; user < graph.values.size(); ++user) {
      const std::vector<ValueId>& operands = graph.value(user).operands;
      const bool inside =
          user == nodes[i] || (begins && std::find(nodes.begin() + static_cast<std::ptrdiff_t>(i),
                                                   nodes.end(), user) != nodes.end());
      if (!inside && live[user] && std::count(operands.begin(), operands.end(), nodes[i - 1]) > 0)
        fault("'" + before.name + "' is read by '" + graph.value(user).name +
              "' too and must end its kernel");
    }
  }
  return faults;
}

} // namespace convoy::schedule
