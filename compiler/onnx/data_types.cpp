#include "onnx/data_types.h"
#include <algorithm>

namespace convoy::onnx {

namespace {

constexpr TypeRow rows[] = {{DataType::Float, "float32", TypeRow::Real, 4, 4},
                            {DataType::Uint8, "uint8", TypeRow::Unsigned, 1, 5},
                            {DataType::Int8, "int8", TypeRow::Signed, 1, 5},
                            {DataType::Uint16, "uint16", TypeRow::Unsigned, 2, 5},
                            {DataType::Int16, "int16", TypeRow::Signed, 2, 5},
                            {DataType::Int32, "int32", TypeRow::Signed, 4, 5},
                            {DataType::Int64, "int64", TypeRow::Signed, 8, 7},
                            {DataType::String, "string", TypeRow::Text, 0, 6},
                            {DataType::Bool, "bool", TypeRow::Truth, 1, 5},
                            {DataType::Float16, "float16", TypeRow::Real, 2, 5}, // as the bits
                            {DataType::Double, "float64", TypeRow::Real, 8, 10},
                            {DataType::Uint32, "uint32", TypeRow::Unsigned, 4, 11},
                            {DataType::Uint64, "uint64", TypeRow::Unsigned, 8, 11},
                            {DataType::Complex64, "complex64", TypeRow::Complex, 8, 4}, // two numbers each
                            {DataType::Complex128, "complex128", TypeRow::Complex, 16, 10},
                            {DataType::Bfloat16, "bfloat16", TypeRow::Real, 2, 5}};

} // namespace

const TypeRow* rowOf(DataType type) {
  const auto* row =
      std::find_if(std::begin(rows), std::end(rows), [&](const TypeRow& row) { return row.type == type; });
  return row == std::end(rows) ? nullptr : row;
}

std::string nameOf(DataType type) {
  if (const TypeRow* row = rowOf(type)) return row->name;
  return "type " + std::to_string(static_cast<int32_t>(type));
}

bool isInteger(DataType type) {
  const TypeRow* row = rowOf(type);
  return row &&
         (row->kind == TypeRow::Signed || row->kind == TypeRow::Unsigned || row->kind == TypeRow::Truth);
}

} // namespace convoy::onnx
