// Bounds of sums of products with weights.
#pragma once
#include "reference/forms.h"
#include "reference/layers.h"
#include <cmath>
#include <limits>

namespace convoy::reference {

inline bool isZero(const Tensor& x) {
  for (double number : x.data)
    if (number != 0) return false;
  return true;
}

// How large the low halves of numbers may be whose errors are known. Numbers that bf16 has exactly have none.
inline Tensor lowHalves(const Tensor& x, const Tensor& error) {
  Tensor low = x;
  for (size_t i = 0; i < low.data.size(); ++i)
    low.data[i] = error.data[i] == 0 ? std::fabs(lowHalf(x.data[i]))
                                     : mostLowHalf(std::fabs(x.data[i]) + error.data[i]);
  return low;
}

// conv(e, |w|) + conv(|x| + e, f) + g(K + 2) * conv(|x| + e, |w| + f), where inputs are off by e and weights
// by f, with the bias as one more term; `layer(x, border, weight, bias, y)`, whose border is that number. In
// Split there are three times as many products, whose magnitudes add up to a little more, and the products of
// low halves are left out. In two steps, a column after a row, what the first one flushes to zero is
// multiplied by up to 2 K times the largest weight.
// `products`: how many a result has at most. `border`: what is read outside.
template <typename Layer>
void weighted(const BoundCall& call, double products, double border, Tensor& error, Layer layer) {
  const Tensor weight = absolute(call.x(1));
  const Tensor &ex = call.ex(), &ew = call.ex(1);
  const NumberForm form = call.forms.operand(1);
  const bool split = form == NumberForm::Split;
  const double borderError = std::fabs(inForm(form, border) - border);
  Tensor bias;
  if (call.optional(2)) bias = absolute(call.x(2));
  double terms = (split ? 3 : 1) * products + 2, largest = 0;
  for (double w : weight.data) largest = w > largest ? w : largest;
  const Tensor x = magnitude(call.x(), ex);
  Tensor part = error;
  auto add = [&](const Tensor& from, double outside, const Tensor& by) {
    layer(from, outside, by, nullptr, part);
    for (size_t i = 0; i < error.data.size(); ++i) error.data[i] += part.data[i];
  };
  if (!isZero(ex) || borderError > 0) add(ex, borderError, weight);
  if (!isZero(ew)) add(x, std::fabs(border) + borderError, ew);
  if (split) {
    Tensor low = lowHalves(call.x(1), ew);
    if (call.forms.scaledWeight)
      for (size_t i = 0; i < low.data.size(); ++i) low.data[i] = mostLowHalf(weight.data[i] + ew.data[i]);
    if (!isZero(low)) add(lowHalves(call.x(), ex), std::fabs(lowHalf(border)), low);
  }
  layer(x, std::fabs(border) + borderError, magnitude(weight, ew), call.optional(2) ? &bias : nullptr, part);
  const double larger = split ? 1 + 0x1p-5 : 1; // |h h'| + |h l'| + |l h'| beside |x w|
  for (size_t i = 0; i < error.data.size(); ++i) {
    const double sum = larger * part.data[i];
    error.data[i] += roundings(terms) * sum + 2 * terms * terms * kSmallest * (1 + largest);
    // Rounded numbers may be larger than the numbers are, and sums of them infinite on the way.
    if (form != NumberForm::Float32 && sum > std::numeric_limits<float>::max())
      error.data[i] = std::numeric_limits<double>::infinity();
  }
}

// The same of a layer whose weight has what a result reads behind its first axis.
template <typename Layer> void weighted(const BoundCall& call, double border, Tensor& error, Layer layer) {
  weighted(call, static_cast<double>(call.x(1).elements() / call.x(1).shape[0]), border, error, layer);
}

} // namespace convoy::reference
