// Arithmetic on what is known when compiling: numbers, and sizes that may depend on run-time ones. Private to
// onnx/.
#pragma once
#include "onnx/value.h"
#include "ops/op_table.h"
#include <functional>

namespace convoy::onnx {

// The shortest decimal that is this float32: 0.01 for 0.01f.
double decimal(float number);

float numberOf(const Value& constant); // of one element
// Real numbers of either.
std::vector<float> floatsOf(const Value& constant);

// With broadcast. Refuses what has no such arithmetic.
Value combinedConstants(OpKind op, const Value& left, const Value& right);
Value mappedConstant(OpKind op, const Value& value);
Value mappedConstant(const Value& value, const std::function<float(float)>& function);
Value chosenConstant(const Value& condition, const Value& yes, const Value& no);
Value castConstant(const Value& value, DataType type);

// The elements at these places, as a constant of this shape.
Value pickedConstant(const Value& value, const std::vector<size_t>& places, const Dims& dims);

// Places in C order of what an index of every axis leads to: visits all of `dims`, which are constant.
std::vector<size_t> placesOf(const Dims& from, const Dims& dims,
                             const std::function<std::vector<int64_t>(const std::vector<int64_t>&)>& index);

} // namespace convoy::onnx
