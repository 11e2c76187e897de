// What several operators are made of. Private to onnx/.
#pragma once
#include "onnx/builder.h"
#include <functional>

namespace convoy::onnx {

// |x| to the power of p, from 1 to 64, element by element; and the p-th root.
graph::ValueId absolutePower(Builder& b, graph::ValueId x, int64_t p);
graph::ValueId rootOf(Builder& b, graph::ValueId x, int64_t p);

// The axes of the item in another order: axis i of the result is axis order[i].
graph::ValueId transposed(Builder& b, graph::ValueId x, const std::vector<int64_t>& order);

// Calls `make` with the item as [axis, all before it, all behind it], so that the axis is the channels, and
// gives its result the order of the operand back; where `make` leaves one channel, or another number, that is
// the extent of the axis. `dims` is the item's shape. The result has that shape but for the axis.
Value alongAxis(Builder& b, const Value& value, size_t axis,
                const std::function<graph::ValueId(graph::ValueId)>& make);

// Elements from..to of an axis of the item.
Value part(Builder& b, const Value& value, size_t axis, const Size& from, const Size& to);

// These elements of an axis of the item, in this order; runs of neighbours are one piece.
Value picked(Builder& b, const Value& value, size_t axis, const std::vector<int64_t>& places);

// The operator on two values with ONNX's broadcast, either of which may be known when compiling.
Value combined(Builder& b, OpKind op, const Value& left, const Value& right);
Value combined(Builder& b, OpKind op, const Value& left, float right);
// The same element of each.
Value mapped(Builder& b, OpKind op, const Value& value, const Attributes& attributes = {});

// What the dimensions of two values are together. Refuses what does not fit.
Dims broadcast(const Dims& left, const Dims& right);

// The quotient, where the size is a multiple of the divisor whatever the run-time sizes are.
std::optional<Size> quotient(const Size& size, const Size& divisor);

} // namespace convoy::onnx
