// How elements of each type are stored in a TensorProto.
#pragma once
#include "onnx/model.h"
#include "onnx/wire.h"

namespace convoy::onnx {

// The fields of TensorProto that have elements, other than raw_data.
struct DataField {
  uint32_t field;
  const char* name;
  Wire wire;
};
constexpr DataField dataFields[] = {{4, "float_data", Wire::Fixed32},   {5, "int32_data", Wire::Varint},
                                    {6, "string_data", Wire::Bytes},    {7, "int64_data", Wire::Varint},
                                    {10, "double_data", Wire::Fixed64}, {11, "uint64_data", Wire::Varint}};

struct TypeRow {
  DataType type;
  const char* name;
  enum { Real, Signed, Unsigned, Truth, Complex, Text } kind;
  unsigned size;  // bytes of an element; 0 for text
  uint32_t field; // the one of dataFields that may have the elements
};
// Null for Undefined and for types that are not known here.
const TypeRow* rowOf(DataType type);

} // namespace convoy::onnx
