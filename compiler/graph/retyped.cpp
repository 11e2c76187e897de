#include "graph/retyped.h"

namespace convoy::graph {

std::optional<std::vector<TensorType>> retyped(const Graph& graph, const Changes& changes) {
  std::vector<TensorType> types;
  std::vector<bool> isOther(graph.values.size(), false);
  for (ValueId id = 0; id < graph.values.size(); ++id) {
    const Value& value = graph.value(id);
    types.push_back(value.type);
    if (value.kind != Value::Node) continue;
    const auto change = changes.find(id);
    bool affected = change != changes.end();
    for (ValueId operand : value.operands) affected = affected || isOther[operand];
    if (!affected) continue;
    std::vector<TensorType> operands;
    for (ValueId operand : value.operands) operands.push_back(types[operand]);
    Attributes attributes = change != changes.end() ? change->second : value.attributes;
    DiagnosticEngine quiet;
    ShapeRequest request{operands, attributes, {}, quiet};
    const std::optional<TensorType> type = resultType(opInfo(value.op), request);
    if (!type) return std::nullopt;
    isOther[id] = !type->sameDims(value.type);
    types.back().dims = type->dims;
  }
  return types;
}

Attributes withPadding(const Attributes& attributes, const std::vector<int64_t>& pads) {
  Attributes padded = attributes;
  padded.set("pad_begin", std::vector<Size>(pads.begin(), pads.end()));
  padded.set("pad_end", std::vector<Size>(pads.begin(), pads.end()));
  padded.erase("padding");
  return padded;
}

Attributes withSamePadding(const Attributes& attributes) {
  Attributes padded = attributes;
  padded.set("padding", std::string("same")); // stands above the pads
  return padded;
}

} // namespace convoy::graph
