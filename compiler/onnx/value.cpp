#include "onnx/value.h"

namespace convoy::onnx {

Size elementsOf(const Dims& dims) {
  Size count = 1;
  for (const Size& dim : dims) count = count * dim;
  return count;
}

std::string textOf(const Dims& dims) {
  std::string text;
  for (const Size& dim : dims) text += (text.empty() ? "" : ", ") + dim.str();
  return "[" + text + "]";
}

Value constantOf(const Tensor& tensor) {
  const Dims dims(tensor.dims.begin(), tensor.dims.end());
  Value unknown;
  unknown.kind = Value::Unknown;
  if (isInteger(tensor.type)) {
    const auto integers = tensor.integers();
    if (!integers) return unknown;
    return constantOf(std::vector<Size>(integers->begin(), integers->end()), dims, tensor.type);
  }
  if (!tensor.isNumeric()) return unknown;
  Value value = constantOf(tensor.floats(), dims);
  value.type = tensor.type;
  return value;
}

Value constantOf(std::vector<Size> sizes, Dims dims, DataType type) {
  Value value;
  value.kind = Value::Constant;
  value.type = type;
  value.dims = std::move(dims);
  value.sizes = std::make_shared<const std::vector<Size>>(std::move(sizes));
  return value;
}

Value constantOf(std::vector<float> numbers, Dims dims) {
  Value value;
  value.kind = Value::Constant;
  value.dims = std::move(dims);
  auto data = std::make_shared<graph::ParameterData>();
  data->data = std::move(numbers);
  value.numbers = std::move(data);
  return value;
}

} // namespace convoy::onnx
