// The exponential function and what is made of it. Reduction of the argument after Cody and Waite, "Software Manual
// for the Elementary Functions"; forms that lose nothing to cancellation after Kahan and Muller, "Elementary
// Functions".
#include "schedule/math.h"
#include "schedule/math_pieces.h"

namespace convoy::schedule {

using namespace math;

Vec exp(Vec x) {
  Reduced y = reduced(atMost(89, atLeast(-88, x)), 254);
  return scaled(expOfSmall(y.r), y.shifted);
}

Vec expOfNegative(Vec x) {
  Reduced y = reduced(atLeast(-88, x), 127);
  return expOfSmall(y.r) * powerOfTwo(y);
}

// Below -18 it is -1. 2^n - 1 is exact where it matters, so that what is rounded is the small part and the sum.
Vec expm1OfNegative(Vec x) {
  Reduced y = reduced(atLeast(-18, x), 127);
  Vec scale = powerOfTwo(y);
  return fma(fma(y.r * y.r, expTail(y.r), y.r), scale, scale - 1);
}

// numerator / (1 + e^-z). From z = -88.4 on downwards the divisor is infinite.
static Vec logistic(Vec numerator, Vec z) {
  Reduced y = reduced(-atMost(88, atLeast(-89, z)), 127);
  return numerator / fma(expOfSmall(y.r), powerOfTwo(y), 1);
}

Vec sigmoid(Vec x) { return logistic(x.number(1), x); }

// The numerator is bounded so that minus infinity gives the limit, zero.
Vec silu(Vec x) { return logistic(atLeast(-89, x), x); }

Vec geluTanh(Vec x) {
  constexpr double twiceRoot = 1.59576912160573071; // 2 sqrt(2 / pi)
  Vec z = x * fma(x * x, twiceRoot * 0.044715, twiceRoot);
  return logistic(atLeast(-89, x), z);
}

// -(e^-2a - 1) / (2 + (e^-2a - 1)) for a = |x|; from 9.1 on it is 1.
Vec tanh(Vec x) {
  Vec e = expm1OfNegative(atMost(9.1, abs(x)) * -2);
  return withSign(-e / (e + 2), signOf(x));
}

// With a = |x|, the tail of the normal distribution is e^(-a^2 / 2) R(a), where R is a scaled erfc: smooth, and
// here a polynomial of degree 9 in u = (a - 3) / (a + 3), of error 2^-26 (after Shepherd and Laframboise, "Chebyshev
// Approximation of (1 + 2x)exp(x^2)erfc x"). a^2 is taken with what its rounding lost: far out a relative error
// of a^2 is one a hundred times as large of the result.
Vec gelu(Vec x) {
  x = atLeast(-14, x);
  Vec a = atMost(13.2, abs(x)), square = a * a, lost = fma(a, a, -square);
  Reduced y = reduced(square * -0.5, 127);
  Vec e = expOfSmall(fma(lost, -0.5, y.r)) * powerOfTwo(y);
  Vec r = polynomial((a - 3) / (a + 3),
                     {5.404023249866441e-05, 0.00011598434502957389, -0.0003398859698791057, -0.0009842386934906244,
                      0.0029047413263469934, 0.006132241804152727, -0.046213336288928986, 0.12322501093149185,
                      -0.20640261471271515, 0.12151394784450531});
  Vec tail = e * r;
  return x * select(x < 0, tail, -tail + 1);
}

// max(x, 0) + log(1 + e^-|x|). Of 1 + e in 1..2 the larger ones are halved.
Vec softplus(Vec x) {
  Vec e = expOfNegative(-abs(x)), large = 0.41421356 < e;
  Vec f = select(large, fma(e, 0.5, -0.5), e);
  Vec sum = f + logTail(f);
  return atLeast(0, x) + select(large, sum + ln2, sum);
}

} // namespace convoy::schedule
