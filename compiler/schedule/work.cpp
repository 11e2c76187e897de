#include "schedule/work.h"
#include "graph/work.h"
#include "schedule/transposed.h"
#include <set>

namespace convoy::schedule {

namespace {

using graph::Value;
using graph::ValueId;

// Vector operations for each vector of results, beside multiply-adds with parameters.
Size operationsOf(const graph::Graph& graph, const Value& node, const Size& multiplyAdds) {
  const OpInfo& row = opInfo(node.op);
  if (row.form == OpForm::Reduction || row.form == OpForm::Adaptive)
    return graph.value(node.operands[0]).type.elements() * row.cost;
  Size operations = node.type.elements() * row.cost;
  if (row.form == OpForm::Window && multiplyAdds == Size(0))
    for (int64_t extent : node.attributes.get<std::vector<int64_t>>("kernel"))
      operations = operations * extent;
  return operations;
}

} // namespace

WorkCycles workOf(const graph::Graph& graph, const Target& target, const Kernel& kernel, bool sharesWeights) {
  const Machine& machine = target.machine;
  const auto bandwidth = static_cast<int64_t>(machine.level2Bandwidth);
  Size multiplyAdds = 0, operations = 0, moved = graph.value(kernel.result()).type.elements() * 4;
  std::set<ValueId> inside(kernel.nodes.begin(), kernel.nodes.end()), read;
  if (kernel.algorithm == Algorithm::Reorder) {
    moved = moved * 2;
    inside.clear();
  }
  int64_t weights = 0;
  for (ValueId id : inside) {
    const Value& node = graph.value(id);
    const Size ofNode = graph::multiplyAdds(graph, node);
    multiplyAdds = multiplyAdds + ofNode;
    operations = operations + operationsOf(graph, node, ofNode);
    for (ValueId operand : node.operands) {
      if (inside.count(operand) || !read.insert(operand).second) continue;
      Size bytes = graph.value(operand).type.elements() * 4;
      if (graph.value(operand).kind == Value::Parameter)
        weights += bytes.known();
      else
        moved = moved + bytes;
    }
  }
  const double rate = weights <= machine.level2 ? machine.level2Bandwidth : machine.level3Bandwidth;
  const auto reading = static_cast<int64_t>(static_cast<double>(weights) / rate);
  if (kernel.algorithm == Algorithm::Winograd) {
    const int64_t results = kernel.tile[0], points = results + 2;
    multiplyAdds = Size::floorDiv(multiplyAdds * (points * points), 9 * results * results);
  }
  // Rounded down: a size that is known only at run time is divided once for each sum.
  Size perItem = Size::floorDiv(multiplyAdds, target.lanes() * machine.fmaPerCycle) +
                 Size::floorDiv(operations, target.lanes()) + Size::floorDiv(moved, bandwidth);
  // A tensor that concat copies operand by operand has a kernel for each.
  if (kernel.algorithm == Algorithm::Concat &&
      (kernel.layout == Layout::Planar || concatsBlocks(graph, graph.value(kernel.anchor()), target.lanes())))
    perItem = Size::floorDiv(perItem, static_cast<int64_t>(graph.value(kernel.anchor()).operands.size()));
  if (kernel.algorithm == Algorithm::Transposed && kernel.layout == Layout::Blocked)
    perItem = Size::floorDiv(perItem, phaseCount(graph.value(kernel.anchor())));
  return sharesWeights ? WorkCycles{perItem, reading} : WorkCycles{perItem + reading, 0};
}

} // namespace convoy::schedule
