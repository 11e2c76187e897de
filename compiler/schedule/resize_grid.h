// Where the results of resize and upsample lie in the operand: exact, in whole numbers. Private to schedule/.
#pragma once
#include "schedule/kernel.h"

namespace convoy::schedule {

enum class Interpolation { Nearest, Bilinear, Cubic };

// Along one axis. Result o lies at (o * step + start) / unit, which is rounded down to the position of the
// operand that it is nearest to, or behind.
struct ResizeGrid {
  Size step, start, unit;
};
ResizeGrid resizeGrid(const graph::Value& node, const TensorType& input, int axis);

Interpolation interpolationOf(const graph::Value& node);
// Positions that a result is made of along each axis, and how many of them lie before the one behind which it
// lies.
inline int64_t tapsOf(Interpolation how) {
  return how == Interpolation::Nearest ? 1 : how == Interpolation::Bilinear ? 2 : 4;
}
inline int64_t tapsBefore(Interpolation how) { return how == Interpolation::Cubic ? 1 : 0; }

// What each of them counts, for a result that lies `fraction` behind a position; of the fraction's type.
std::vector<Reg> tapWeights(Builder& b, Interpolation how, Reg fraction);

// So many results lie over so many positions of the operand as those before them do, in the same way.
struct ResizePeriod {
  int64_t results, positions;
};
// Along an axis, where it is known when compiling and short.
std::optional<ResizePeriod> resizePeriod(const graph::Value& node, const TensorType& input, int axis);

} // namespace convoy::schedule
