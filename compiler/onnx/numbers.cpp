// The elements of a tensor as numbers.
#include "import/elements.h"
#include "onnx/data_types.h"
#include "support/internal_error.h"
#include <cstring>

namespace convoy::onnx {

namespace {

template <typename Stored, typename Number> std::vector<Number> converted(std::string_view bytes) {
  std::vector<Number> numbers(bytes.size() / sizeof(Stored));
  for (size_t i = 0; i < numbers.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
    numbers[i] = static_cast<Number>(+stored); // promoted: int8_t is a character, too
  }
  return numbers;
}

std::vector<float> widened(weights::Element element, std::string_view bytes) {
  std::vector<float> numbers(bytes.size() / weights::sizeOf(element));
  weights::widen(element, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), numbers.data());
  return numbers;
}

// Of an integer type.
template <typename Number> std::vector<Number> whole(DataType type, std::string_view bytes) {
  switch (type) {
  case DataType::Bool:
  case DataType::Uint8: return converted<uint8_t, Number>(bytes);
  case DataType::Int8: return converted<int8_t, Number>(bytes);
  case DataType::Uint16: return converted<uint16_t, Number>(bytes);
  case DataType::Int16: return converted<int16_t, Number>(bytes);
  case DataType::Uint32: return converted<uint32_t, Number>(bytes);
  case DataType::Int32: return converted<int32_t, Number>(bytes);
  case DataType::Uint64: return converted<uint64_t, Number>(bytes);
  case DataType::Int64: return converted<int64_t, Number>(bytes);
  case DataType::Float:
  case DataType::Float16:
  case DataType::Bfloat16:
  case DataType::Double:
  case DataType::Complex64:
  case DataType::Complex128:
  case DataType::String:
  case DataType::Undefined: break;
  }
  internalError("a tensor's elements are not whole numbers");
}

} // namespace

int64_t Tensor::elements() const {
  int64_t count = 1;
  for (int64_t dim : dims)
    if (dim == 0) return 0; // before others that are too large to multiply
  for (int64_t dim : dims) count *= dim;
  return count;
}

bool Tensor::isNumeric() const {
  const TypeRow* row = rowOf(type);
  return row && row->kind != TypeRow::Complex && row->kind != TypeRow::Text;
}

std::vector<float> Tensor::floats() const {
  require(isNumeric(), "a tensor's elements are no numbers");
  if (isInteger(type)) return whole<float>(type, bytes);
  if (type == DataType::Float16) return widened(weights::Element::Float16, bytes);
  if (type == DataType::Bfloat16) return widened(weights::Element::BFloat16, bytes);
  if (type == DataType::Double) return widened(weights::Element::Float64, bytes);
  return widened(weights::Element::Float32, bytes);
}

std::optional<std::vector<int64_t>> Tensor::integers() const {
  std::vector<int64_t> numbers = whole<int64_t>(type, bytes);
  if (type == DataType::Uint64)
    for (int64_t number : numbers)
      if (number < 0) return std::nullopt; // wrapped around
  return numbers;
}

} // namespace convoy::onnx
