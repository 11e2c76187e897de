#include "quantize/histogram.h"
#include <algorithm>
#include <cmath>

namespace convoy::quantize {

// Doubles the range until the magnitude is inside.
void Histogram::grow(double magnitude) {
  if (range_ == 0) range_ = std::exp2(std::ceil(std::log2(magnitude)));
  while (range_ < magnitude) {
    for (size_t i = 0; i < kBins / 2; ++i) bins_[i] = bins_[2 * i] + bins_[2 * i + 1];
    std::fill(bins_.begin() + kBins / 2, bins_.end(), 0);
    range_ *= 2;
  }
}

void Histogram::add(const float* numbers, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const double x = numbers[i], magnitude = std::fabs(x);
    if (!std::isfinite(x)) finite_ = false;
    if (!std::isfinite(x) || x == 0) continue;
    low_ = std::min(low_, x), high_ = std::max(high_, x);
    if (magnitude > range_) grow(magnitude);
    ++bins_[std::min(static_cast<size_t>(magnitude / range_ * kBins), kBins - 1)];
  }
}

double Histogram::limit(int steps) const {
  const double all = largest(), width = range_ / kBins;
  if (all == 0) return 0;
  constexpr int candidates = 128, fewest = 32; // from a quarter of the largest number on
  double best = all, least = INFINITY;
  for (int c = candidates; c >= fewest; --c) {
    const double limit = all * c / candidates, step = limit / steps;
    double error = 0;
    for (size_t i = 0; i < kBins; ++i) {
      if (bins_[i] == 0) continue;
      const double beyond = (static_cast<double>(i) + 0.5) * width - limit;
      error += static_cast<double>(bins_[i]) * (beyond > step / 2 ? beyond * beyond : step * step / 12);
    }
    if (error < least) least = error, best = limit;
  }
  return best;
}

} // namespace convoy::quantize
