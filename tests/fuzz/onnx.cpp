// Models from strangers: whatever the bytes are, the decoder ends with a model that holds together or with a
// reason.
#include "onnx/model.h"
#include "support/internal_error.h"

using namespace convoy;

namespace {

void checkTensor(const onnx::Tensor& tensor) {
  const int64_t elements = tensor.elements();
  require(elements >= 0, "a tensor has a negative number of elements");
  if (!tensor.isNumeric()) return;
  const auto count = static_cast<size_t>(elements);
  require(count == 0 ? tensor.bytes.empty() : tensor.bytes.size() % count == 0,
          "parts of elements are left over");
  require(tensor.floats().size() == count, "a tensor has other numbers than elements");
  if (!onnx::isInteger(tensor.type)) return;
  const auto integers = tensor.integers();
  require(integers ? integers->size() == count : tensor.type == onnx::DataType::Uint64,
          "integers are missing");
}

void checkValues(const std::vector<onnx::ValueInfo>& values) {
  for (const onnx::ValueInfo& value : values)
    if (value.shape)
      for (const onnx::Dimension& dimension : *value.shape)
        require(dimension.value.value_or(0) >= 0, "a dimension is negative");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::make_shared<std::string>(reinterpret_cast<const char*>(data), size);
  onnx::Result<onnx::Model> model = onnx::readModel(bytes);
  if (!model) {
    require(!model.error().text.empty(), "a model is refused without a reason");
    return 0;
  }
  for (const onnx::Tensor& tensor : model->graph.initializers) checkTensor(tensor);
  for (const onnx::Node& node : model->graph.nodes)
    for (const onnx::Attribute& attribute : node.attributes) {
      checkTensor(attribute.tensor);
      require(node.attribute(attribute.name) == &attribute, "an attribute is not found by its name");
    }
  checkValues(model->graph.inputs);
  checkValues(model->graph.outputs);
  checkValues(model->graph.values);
  return 0;
}
