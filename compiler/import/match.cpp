#include "import/match.h"
#include <string_view>
#include <unordered_map>

namespace convoy::weights {

namespace {

bool hasValues(const graph::Value& parameter) { return parameter.data && !parameter.data->data.empty(); }

// PyTorch's batch norm counts batches while it is trained; nothing reads the count afterwards.
bool isBatchCounter(const std::string& name) {
  constexpr std::string_view counter = "num_batches_tracked";
  if (name.size() < counter.size() ||
      name.compare(name.size() - counter.size(), counter.size(), counter) != 0)
    return false;
  return name.size() == counter.size() || name[name.size() - counter.size() - 1] == '.';
}

} // namespace

std::vector<int64_t> shapeOf(const graph::Value& parameter) {
  std::vector<int64_t> shape;
  for (const Size& extent : parameter.type.dims) shape.push_back(extent.known());
  return shape;
}

Match match(const graph::Graph& graph, const TensorStore& store) {
  const std::vector<StoredTensor>& tensors = store.tensors();
  std::unordered_map<std::string_view, size_t> known;
  for (size_t i = 0; i < tensors.size(); ++i) known.emplace(tensors[i].name, i);

  Match result;
  std::vector<bool> used(tensors.size(), false);
  for (graph::ValueId id = 0; id < graph.values.size(); ++id) {
    const graph::Value& value = graph.value(id);
    if (value.kind != graph::Value::Parameter) continue;
    if (hasValues(value) && value.data->literal) continue;
    const auto found = known.find(value.name);
    if (found == known.end()) {
      if (!hasValues(value)) result.missing.push_back(id);
      continue;
    }
    const StoredTensor& tensor = tensors[found->second];
    used[found->second] = true;
    const Pair pair{id, found->second};
    if (tensor.shape != shapeOf(value))
      result.otherShape.push_back(pair);
    else if (tensor.element == Element::Other || (isInteger(tensor.element) && !value.type.quantized()))
      result.otherElement.push_back(pair);
    else
      result.fitting.push_back(pair);
  }
  for (size_t i = 0; i < tensors.size(); ++i)
    if (!used[i] && !isBatchCounter(tensors[i].name)) result.unknown.push_back(i);
  return result;
}

} // namespace convoy::weights
