#include "graph/work.h"
#include <set>

namespace convoy::graph {

namespace {

// Numbers that a layer learns by gradient descent: not those written in the script, nor the running mean and
// variance of a batch_norm, which are only recorded.
void collectLearned(const Graph& graph, const Value& node, std::set<ValueId>& learned) {
  const size_t end = node.op == OpKind::BatchNorm ? 3 : node.operands.size();
  for (size_t i = 0; i < end; ++i) {
    const Value& operand = graph.value(node.operands[i]);
    if (operand.kind == Value::Parameter && !(operand.data && operand.data->literal))
      learned.insert(node.operands[i]);
  }
}

int64_t numbersOf(const Graph& graph, const std::set<ValueId>& parameters) {
  int64_t total = 0;
  for (ValueId id : parameters) total += graph.value(id).type.elements().known();
  return total;
}

} // namespace

Size multiplyAdds(const Graph& graph, const Value& node) {
  const OpInfo& info = opInfo(node.op);
  std::vector<TensorType> operands;
  for (ValueId id : node.operands) operands.push_back(graph.value(id).type);
  // Every input meets the kernels of its group.
  if (info.form == OpForm::Transposed) {
    Size products = operands[0].elements();
    for (size_t axis = 1; axis < operands[1].dims.size(); ++axis)
      products = products * operands[1].dims[axis];
    return products;
  }
  const std::vector<AccessMap> maps = info.access(operands, node.attributes, node.type);
  const auto activations = static_cast<size_t>(activationCount(info, static_cast<int>(operands.size())));
  Size perElement = 0;
  // A parameter of which a result element needs every index along some axis is multiplied along these axes.
  for (size_t i = activations; i < operands.size(); ++i) {
    Size products = 1;
    bool sums = false;
    for (size_t axis = 0; axis < maps[i].size(); ++axis) {
      if (maps[i][axis].kind != AxisAccess::All) continue;
      products = products * operands[i].dims[axis];
      sums = true;
    }
    if (sums) perElement = perElement + products;
  }
  return node.type.elements() * perElement;
}

Size multiplyAdds(const Graph& graph) {
  Size total = 0;
  for (const Value& value : graph.values)
    if (value.kind == Value::Node) total = total + multiplyAdds(graph, value);
  return total;
}

int64_t learnedNumbers(const Graph& graph, const Value& node) {
  std::set<ValueId> learned;
  collectLearned(graph, node, learned);
  return numbersOf(graph, learned);
}

int64_t learnedNumbers(const Graph& graph) {
  std::set<ValueId> learned;
  for (const Value& value : graph.values)
    if (value.kind == Value::Node) collectLearned(graph, value, learned);
  return numbersOf(graph, learned);
}

} // namespace convoy::graph
