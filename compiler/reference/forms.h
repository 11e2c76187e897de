// Numbers rounded to bf16, or to the sum of two bf16 numbers, in double precision.
#pragma once
#include "reference/interpreter.h"

namespace convoy::reference {

// What a float32 number becomes. Denormal numbers count as zeros; what rounds beyond the largest bf16 number
// becomes infinite, but not in Split, whose high half is cut off there.
double inForm(NumberForm form, double x);
// The low half of a number in Split.
double lowHalf(double x);

// How far any number of up to this magnitude may be from what it becomes, and how large its low half may be.
double mostRounded(NumberForm form, double magnitude);
double mostLowHalf(double magnitude);

// What three products out of four leave out, and what the halves lose: at most this share of |x * w|.
constexpr double splitShare = 0x1.01p-15;
// The same of products of two numbers that are rounded to bf16.
constexpr double bf16Share = 0x1p-7;

// How far a sum of so many products of numbers in this form may be off, and a bias, as a share of the sum of
// their magnitudes.
double shareOfSum(NumberForm form, double products);

// The errors of numbers that are taken in a form: `x` as the reference has them, each off by at most
// `error`. Where that is 0 the number is known, and so is what it loses.
Tensor takenIn(NumberForm form, const Tensor& x, const Tensor& error);
// The same of numbers that are not known but for their magnitude.
Tensor takenInSome(NumberForm form, const Tensor& x, const Tensor& error);

} // namespace convoy::reference
