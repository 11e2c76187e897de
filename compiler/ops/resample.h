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

// How the position of the nearest element is rounded where the attribute `round` does not say it.
std::string defaultRound(const std::string& align);
// Whether all that results are made of lies inside the operand, whatever the sizes are. What lies outside is
// the edge's element.
bool staysInside(const Attributes& attributes);

// Along one axis. Result o lies at (o * step + start) / unit, which is rounded down to the position that it
// is made of, or lies behind: other ways to round are another `start`.
struct ResizeGrid {
  Size step, start, unit;
};
ResizeGrid resizeGrid(const Attributes& attributes, const TensorType& input, const TensorType& result,
                      int axis);

// What the results along an axis read, also those taps that count nothing.
AxisAccess resampledAxis(const Attributes& attributes, const TensorType& input, const TensorType& result,
                         int axis);

} // namespace convoy
