#include "graph/work.h"
#include <set>

namespace convoy::graph {

namespace {

int64_t learnedNumbersOf(const Value& value) {
  const bool learned = value.kind == Value::Parameter && !(value.data && value.data->literal);
  return learned ? value.type.elements().known() : 0;
}

} // namespace

Size multiplyAdds(const Graph& graph, const Value& node) {
  const OpInfo& info = opInfo(node.op);
  std::vector<TensorType> operands;
  for (ValueId id : node.operands) operands.push_back(graph.value(id).type);
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
  int64_t total = 0;
  for (ValueId id : std::set<ValueId>(node.operands.begin(), node.operands.end()))
    total += learnedNumbersOf(graph.value(id));
  return total;
}

int64_t learnedNumbers(const Graph& graph) {
  int64_t total = 0;
  for (const Value& value : graph.values) total += learnedNumbersOf(value);
  return total;
}

} // namespace convoy::graph
