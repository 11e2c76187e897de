#include "schedule/resize_grid.h"
#include <numeric>

namespace convoy::schedule {

std::vector<Reg> tapWeights(Builder& b, Interpolation how, Reg f) {
  auto number = [&](double x) { return b.number(x, f->type); };
  auto mul = [&](Reg x, Reg y) { return b.binary(Op::Mul, x, y); };
  Reg g = b.binary(Op::Sub, number(1), f);
  if (how == Interpolation::Nearest) return {number(1)};
  if (how == Interpolation::Bilinear) return {g, f};
  // Cubic convolution with a = -0.75: a (d^3 - 5 d^2 + 8 d - 4) from 1 to 2 away, (a + 2) d^3 - (a + 3) d^2 +
  // 1 up to 1 away. With d = 1 + f the first one is a f (1 - f)^2.
  const double a = -0.75;
  auto outer = [&](Reg x, Reg y) { return mul(mul(number(a), x), mul(y, y)); };
  auto inner = [&](Reg d) { return b.fma(b.fma(number(a + 2), d, number(-(a + 3))), mul(d, d), number(1)); };
  return {outer(f, g), inner(f), inner(g), outer(g, f)};
}

std::optional<ResizePeriod> resizePeriod(const graph::Value& node, const TensorType& input, int axis) {
  const ResizeGrid grid = resizeGrid(node.attributes, input, node.type, axis);
  const auto step = grid.step.constant(), unit = grid.unit.constant();
  if (!step || !unit || !grid.start.isConstant() || *step < 1) return std::nullopt;
  const int64_t divisor = std::gcd(*step, *unit);
  const ResizePeriod period{*unit / divisor, *step / divisor};
  return period.results <= 8 ? std::optional(period) : std::nullopt;
}

} // namespace convoy::schedule
