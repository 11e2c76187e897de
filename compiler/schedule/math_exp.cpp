// The exponential function and what is made of it. Reduction of the argument after Cody and Waite, "Software
// Manual for the Elementary Functions"; forms that lose nothing to cancellation after Kahan and Muller,
// "Elementary Functions".
#include "schedule/math.h"
#include "schedule/math_pieces.h"

namespace convoy::schedule {

using namespace math;

Vec exp(Vec x) {
  Reduced y = reduced(atMost(89, atLeast(-88, x)));
  return scaled(expOfSmall(y.r), y.n, y.shifted);
}

Vec expOfNegative(Vec x) {
  Reduced y = reduced(atLeast(-88, x));
  return expOfSmall(y.r) * powerOfTwo(y.shifted);
}

// Below -18 it is -1. 2^n - 1 is exact where it matters, so that what is rounded is the small part and the
// sum.
Vec expm1OfNegative(Vec x) {
  Reduced y = reduced(atLeast(-18, x));
  Vec scale = powerOfTwo(y.shifted);
  return fma(fma(y.r * y.r, expTail(y.r), y.r), scale, scale - 1);
}

// numerator / (1 + e^-z). From z = -88.4 on downwards the divisor is infinite.
static Vec logistic(Vec numerator, Vec z) {
  Reduced y = reduced(-atMost(88, atLeast(-89, z)));
  return numerator / fma(expOfSmall(y.r), powerOfTwo(y.shifted), 1);
}

Vec sigmoid(Vec x) { return logistic(x.number(1), x); }

// The numerator is bounded so that minus infinity gives the limit, zero.
Vec silu(Vec x) { return logistic(atLeast(-89, x), x); }

Vec geluTanh(Vec x) {
  constexpr double twiceRoot = 1.59576912160573071; // 2 sqrt(2 / pi)
  Vec z = x * fma(x * x, twiceRoot * 0.044715, twiceRoot);
  return logistic(atLeast(-89, x), z);
}

// -(e^-2a - 1) / (2 + (e^-2a - 1)) for a = |x|.
Vec tanh(Vec x) {
  Vec minus = -abs(x), e = expm1OfNegative(minus + minus);
  return withSign((x.number(0) - e) / (e + 2), signOf(x));
}

// With a = |x|, the tail of the normal distribution is e^(-a^2 / 2) S(a) / (a + 3) with a smooth S, which is
// written as 3/2 - v q(v - 1) with v = 2 a / (a + 3), so that little is lost near 0, and q of degree 8, of
// error 2^-25 (after Shepherd and Laframboise, "Chebyshev Approximation of (1 + 2x)exp(x^2)erfc x"). a^2 is
// taken with what its rounding lost: far out a relative error of a^2 is one a hundred times as large of the
// result.
Vec gelu(Vec x) {
  x = atLeast(-14, x);
  Vec a = atMost(13.2, abs(x)), square = a * a, lost = fma(a, a, -square);
  Reduced y = reduced(square * -0.5);
  Vec e = expOfSmall(fma(lost, -0.5, y.r)) * powerOfTwo(y.shifted);
  Vec inverse = x.number(1) / (a + 3), v = (a + a) * inverse;
  Vec q = polynomial(v - 1, {-5.777092883363366e-05, 0.00026254073600284755, 0.0007052766741253436,
                             -0.001714028767310083, -0.005236664786934853, 0.015693463385105133,
                             0.031567513942718506, -0.2615842819213867, 0.7709162831306458});
  Vec tail = fma(-v, q, 1.5) * inverse * e;
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
