// The numbers that a value takes over samples, and how many of them 8 bits are to hold.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace convoy::quantize {

class Histogram {
public:
  void add(const float* numbers, size_t count);

  bool allFinite() const { return finite_; }
  double low() const { return low_; }   // the smallest; 0 when nothing is less
  double high() const { return high_; } // the largest; 0 when nothing is more
  double largest() const { return -low_ > high_ ? -low_ : high_; }

  // How large numbers should be held, with `steps` steps from 0 to there: what is larger is cut off. Where
  // the mean square error is least: fine steps for the many small numbers against the few that are cut off.
  double limit(int steps) const;

private:
  void grow(double magnitude);

  static constexpr size_t kBins =
      4096; // of magnitudes, 0..range_; numbers that are 0 are in none: they are exact
  std::vector<int64_t> bins_ = std::vector<int64_t>(kBins);
  double range_ = 0, low_ = 0, high_ = 0;
  bool finite_ = true;
};

} // namespace convoy::quantize
