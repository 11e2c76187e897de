// Costs of dense layers, of element-wise work, and of all that moves and compares numbers more than it
// multiplies them.
#include "graph/work.h"
#include "schedule/cost_families.h"
#include "schedule/separable.h"
#include "schedule/storage.h"
#include <algorithm>

namespace convoy::schedule {

using graph::Value;
using graph::ValueId;

// What is made of each vector of results behind the anchor, and its store.
Estimate tailWork(const Costs& costs, const Kernel& kernel) {
  Estimate all;
  const double vectorBytes = 4 * real(costs.lanes);
  for (size_t i = 1; i < kernel.nodes.size(); ++i) {
    const Value& node = costs.graph.value(kernel.nodes[i]);
    if (node.op == OpKind::Conv) continue; // another filter of a separable kernel
    Step step;
    step.adds = opInfo(node.op).cost;
    if (opInfo(node.op).form == OpForm::Window) // on Winograd tiles: windows of four
      step.adds = 3 * joinCost(node);
    for (ValueId operand : node.operands) {
      const bool inside = std::count(kernel.nodes.begin(), kernel.nodes.end(), operand) > 0;
      if (!inside && costs.graph.value(operand).type.sameDims(node.type)) step.loads += 1;
    }
    all += costOf(costs.target.machine, step) * (costs.bytesOf(kernel.nodes[i]) / vectorBytes);
  }
  Step store;
  store.stores = 1;
  all += costOf(costs.target.machine, store) * (costs.bytesIn(kernel, kernel.result()) / vectorBytes);
  return together({all});
}

// Sums down the columns, then along the rows: each a multiply-add for every tap. A vector of the input is
// read once for all rows of a tile and all filters; a shuffle takes what a tap of the row sees.
Estimate separableWork(const Costs& costs, const Kernel& kernel) {
  const WindowShape s(costs, kernel);
  const auto frame = filterFrame(costs.graph, kernel.nodes);
  const double rows = real(kernel.tile.empty() ? 1 : kernel.tile[0]);
  Step step;
  step.loads = (real(frame->height) + rows - 1) / rows;
  for (const FilterFrame::Filter& filter : frame->filters) {
    const double height = real(static_cast<int64_t>(filter.factors.column.size())),
                 width = real(static_cast<int64_t>(filter.factors.row.size()));
    step.multiplyAdds += height + width;
    step.instructions += width;
  }
  return together({costOf(costs.target.machine, step) *
                       (real(s.outer * s.rows * s.filters) * real(ceilDiv(s.width, costs.lanes))),
                   tailWork(costs, kernel)});
}

// A vector of weights is read for each multiply-add; an input is broadcast to all vectors of the tile.
Estimate denseWork(const Costs& costs, const Kernel& kernel) {
  const Value& node = costs.graph.value(kernel.anchor());
  const int64_t vectors = kernel.tile.empty() ? 1 : kernel.tile[0];
  const int64_t steps =
      ceilDiv(costs.graph.value(node.operands[0]).type.channels(), unitChannels(kernel.layout));
  const double tiles = real(ceilDiv(ceilDiv(node.type.channels(), costs.lanes), vectors));
  return costOf(costs.target.machine, innerStep(real(vectors), real(vectors + 1))) * (real(steps) * tiles) +
         tailWork(costs, kernel);
}

Estimate movingWork(const Costs& costs, const Kernel& kernel) {
  const Value& node = costs.graph.value(kernel.anchor());
  const OpInfo& op = opInfo(node.op);
  auto vectorsOf = [&](ValueId value) { return costs.bytesOf(value) / 4 / costs.lanes; };
  Step step; // for each vector of results
  switch (kernel.algorithm) {
  case Algorithm::Alias: return {};
  case Algorithm::Reorder: {
    step.loads = step.stores = 1;
    step.instructions = 4; // log2(costs.lanes) shuffles
    return costOf(costs.target.machine, step) * (costs.bytesIn(kernel, kernel.anchor()) / 4 / costs.lanes);
  }
  case Algorithm::Concat: {
    step.loads = step.stores = 1;
    return costOf(costs.target.machine, step) * vectorsOf(kernel.result());
  }
  case Algorithm::Integer: { // a load for each multiply-add
    step.multiplyAdds = 1, step.loads = 1.5;
    return together({costOf(costs.target.machine, step) *
                         (real(costs.usual(graph::multiplyAdds(costs.graph, node))) / costs.lanes),
                     tailWork(costs, kernel)});
  }
  case Algorithm::Reduction:
  case Algorithm::Softmax:
  case Algorithm::Adaptive: {
    step.adds = op.cost, step.loads = 1;
    return together(
        {costOf(costs.target.machine, step) * vectorsOf(node.operands[0]), tailWork(costs, kernel)});
  }
  case Algorithm::Standardize: { // three times over: the mean, the deviation, the result
    step.adds = op.cost, step.loads = 3;
    return together(
        {costOf(costs.target.machine, step) * vectorsOf(kernel.result()), tailWork(costs, kernel)});
  }
  case Algorithm::Interleave:
  case Algorithm::Resample: { // gathered, or taken apart by shuffles
    step.adds = op.cost, step.loads = 2;
    step.instructions = 2;
    return together(
        {costOf(costs.target.machine, step) * vectorsOf(kernel.result()), tailWork(costs, kernel)});
  }
  case Algorithm::Pointwise:
    step.adds = op.cost;
    for (ValueId operand : node.operands) step.loads += costs.graph.value(operand).kind != Value::Parameter;
    return together(
        {costOf(costs.target.machine, step) * vectorsOf(kernel.result()), tailWork(costs, kernel)});
  case Algorithm::Dense: return denseWork(costs, kernel);
  case Algorithm::Separable: return separableWork(costs, kernel);
  case Algorithm::Window:
  case Algorithm::Tiles:
  case Algorithm::Winograd:
  case Algorithm::Transposed: break; // costs of their own
  }
  return {};
}

} // namespace convoy::schedule
