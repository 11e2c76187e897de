#include "reference/forms.h"
#include "reference/layers.h"
#include "support/internal_error.h"
#include <cmath>
#include <limits>

namespace convoy::reference {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double firstTooLarge = 0x1.ffp127; // rounds to 2^128

// To 8 significant bits, of any size.
double toEightBits(double x) {
  if (!std::isfinite(x) || x == 0) return x;
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent); // 0.5 <= |fraction| < 1
  return std::ldexp(std::nearbyint(std::ldexp(fraction, 8)), exponent - 8);
}

double flushed(double x) { return std::fabs(x) < kSmallest ? 0 : x; }

double highHalf(double x) {
  if (std::isfinite(x) && std::fabs(x) >= firstTooLarge) return std::copysign(0x1.fep127, x);
  return flushed(toEightBits(flushed(x)));
}

} // namespace

double lowHalf(double x) {
  if (!std::isfinite(x)) return 0;
  return flushed(toEightBits(flushed(x) - highHalf(x)));
}

double inForm(NumberForm form, double x) {
  switch (form) {
  case NumberForm::Float32: return x;
  case NumberForm::Bf16: return std::fabs(x) >= firstTooLarge ? std::copysign(infinity, x) : highHalf(x);
  case NumberForm::Split: return highHalf(x) + lowHalf(x);
  }
  internalError("unknown form of a number");
}

double mostRounded(NumberForm form, double magnitude) {
  switch (form) {
  case NumberForm::Float32: return 0;
  case NumberForm::Bf16: return magnitude >= firstTooLarge ? infinity : magnitude / 257 + kSmallest;
  case NumberForm::Split: return magnitude * 0x1.01p-17 + kSmallest;
  }
  internalError("unknown form of a number");
}

double mostLowHalf(double magnitude) { return magnitude * 0x1.01p-8 + kSmallest; }

double shareOfSum(NumberForm form, double products) {
  switch (form) {
  case NumberForm::Float32: return roundings(products + 2);
  case NumberForm::Bf16: return bf16Share + (1 + bf16Share) * roundings(products + 2);
  case NumberForm::Split: return splitShare + (1 + 0x1p-5) * roundings(3 * products + 2);
  }
  internalError("unknown form of a number");
}

Tensor takenIn(NumberForm form, const Tensor& x, const Tensor& error) {
  Tensor taken = error;
  for (size_t i = 0; i < taken.data.size(); ++i) {
    double& e = taken.data[i];
    const double number = x.data[i];
    if (!std::isfinite(number)) continue; // stays what it is
    e = e == 0 ? std::fabs(inForm(form, number) - number) : e + mostRounded(form, std::fabs(number) + e);
  }
  return taken;
}

Tensor takenInSome(NumberForm form, const Tensor& x, const Tensor& error) {
  Tensor taken = error;
  for (size_t i = 0; i < taken.data.size(); ++i)
    taken.data[i] += mostRounded(form, std::fabs(x.data[i]) + taken.data[i]);
  return taken;
}

} // namespace convoy::reference
