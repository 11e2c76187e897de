#include "quantize/sums.h"
#include <algorithm>
#include <cmath>

namespace convoy::quantize {

namespace {

constexpr double mostWeight = 127;
constexpr double mostBias = 1 << 24; // whole numbers that float32 holds

// What a step of a filter's weights stands for: so small that the largest weight is 127, and so large that
// the bias can be counted in steps of the sums.
double stepOf(const float* weight, size_t count, double bias, double input) {
  double largest = 0;
  for (size_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(static_cast<double>(weight[i])));
  const double step = std::max(largest / mostWeight, std::fabs(bias) / (mostBias * input));
  return step > 0 ? step : 1;
}

float whole(double number, double most) {
  return static_cast<float>(std::clamp(std::nearbyint(number), -most, most));
}

} // namespace

WholeParameters wholeParameters(const std::vector<float>& weight, const std::vector<float>* bias,
                                size_t filters, double input, double result) {
  WholeParameters made;
  made.weight.resize(weight.size());
  const size_t count = weight.size() / filters;
  for (size_t f = 0; f < filters; ++f) {
    const float* from = weight.data() + f * count;
    const double added = bias ? (*bias)[f] : 0, step = stepOf(from, count, added, input);
    for (size_t i = 0; i < count; ++i) made.weight[f * count + i] = whole(from[i] / step, mostWeight);
    made.multiplier.push_back(static_cast<float>(input * step / result));
    if (bias) made.bias.push_back(whole(added / (input * step), mostBias));
  }
  return made;
}

} // namespace convoy::quantize
