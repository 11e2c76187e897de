// Elementary functions of vectors, written out as loop IR: no tables, no branches, no calls. Every result is
// defined for every operand: NaN, infinities, zeros of both signs; denormal numbers count as zeros, as
// everywhere in compiled code. docs/numerics.md has the errors, tests/exec/math measures them. Private to
// schedule/.
#pragma once
#include "schedule/math_vector.h"

namespace convoy::schedule {

Vec exp(Vec x);
Vec expOfNegative(Vec x);   // e^x for x <= 0, for less
Vec expm1OfNegative(Vec x); // e^x - 1 for x <= 0; anything for others
Vec sigmoid(Vec x);
Vec silu(Vec x); // x * sigmoid(x)
Vec tanh(Vec x);
Vec gelu(Vec x);     // x * (1 + erf(x / sqrt(2))) / 2
Vec geluTanh(Vec x); // x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2
Vec softplus(Vec x); // log(1 + e^x)
Vec log(Vec x);
Vec pow(Vec x, Vec y);           // C's
Vec pow(Vec x, double exponent); // NaN, not infinity, where a square root of minus infinity would be taken

} // namespace convoy::schedule
