// The elementary functions of compiler/schedule/math.h: what they should give, and how wrong they may be.
#pragma once
#include "schedule/math.h"
#include <string>
#include <vector>

namespace convoy::math_test {

// |result - exact| <= ulps * ulp(exact) + absolute. docs/numerics.md has the same numbers.
struct Bound {
  double ulps, absolute;
};

struct Function {
  const char* name;
  schedule::Vec (*make)(schedule::Vec);
  double (*exact)(double);
  Bound fused, unfused;                 // with and without a fused multiply-add
  double from = -1 / 0.0, to = 1 / 0.0; // where it is asked for
};
const std::vector<Function>& functions();
constexpr Bound powFused{1, 0}, powUnfused{1.25, 0};

} // namespace convoy::math_test
