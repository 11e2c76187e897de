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

// Where the elements of a constant are taken from, along each axis of the result: how far each index moves.
// The places in C order are the sums of one of each.
using Offsets = std::vector<std::vector<size_t>>;
// How far one index of each axis moves.
std::vector<size_t> stepsOf(const Dims& dims);
// All of `from` repeated to `dims`.
Offsets repeated(const Dims& from, const Dims& dims);
// Refuses more elements than a constant has.
std::vector<size_t> placesOf(const Offsets& offsets);

// The elements at these places, as a constant of this shape.
Value pickedConstant(const Value& value, const std::vector<size_t>& places, const Dims& dims);

} // namespace convoy::onnx
