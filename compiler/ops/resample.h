// Where the results of resize and upsample lie in the operand: exact, in whole numbers.
#pragma once
#include "ops/op_table.h"

namespace convoy {

enum class Interpolation { Nearest, Bilinear, Cubic };
Interpolation interpolationOf(const Attributes& attributes); // of a node

// Positions that a result is made of along each axis, and how many of them lie before the one behind which it
// lies.
inline int64_t tapsOf(Interpolation how) {
  return how == Interpolation::Nearest ? 1 : how == Interpolation::Bilinear ? 2 : 4;
}
inline int64_t tapsBefore(Interpolation how) { return how == Interpolation::Cubic ? 1 : 0; }

// Along one axis. Result o lies at (o * step + start) / unit, which is rounded down to the position of the
// operand that it is nearest to, or behind.
struct ResizeGrid {
  Size step, start, unit;
};
ResizeGrid resizeGrid(const Attributes& attributes, const TensorType& input, const TensorType& result,
                      int axis);

// What the results along an axis read, also those taps that count nothing.
AxisAccess resampledAxis(const Attributes& attributes, const TensorType& input, const TensorType& result,
                         int axis);

} // namespace convoy
