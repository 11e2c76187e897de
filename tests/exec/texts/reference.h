// Convolution by its definition, in double precision, and the layouts that the texts use.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace convoy::texts {

// A picture: [channels][height][width].
struct Picture {
  int64_t channels = 0, height = 0, width = 0;
  std::vector<double> values;
  Picture(int64_t c, int64_t h, int64_t w)
      : channels(c), height(h), width(w), values(static_cast<size_t>(c * h * w)) {}
  double& at(int64_t c, int64_t y, int64_t x) {
    return values[static_cast<size_t>((c * height + y) * width + x)];
  }
  double at(int64_t c, int64_t y, int64_t x) const {
    return values[static_cast<size_t>((c * height + y) * width + x)];
  }
  // With a border of zeros around it.
  Picture padded(int64_t border) const;
  Picture magnitude() const; // absolute values
};

// 3x3 weights: [filters][channels of a group][3][3].
struct Weights {
  int64_t filters = 0, channels = 0;
  std::vector<double> values;
  Weights(int64_t f, int64_t c) : filters(f), channels(c), values(static_cast<size_t>(f * c * 9)) {}
  double& at(int64_t f, int64_t c, int64_t tap) {
    return values[static_cast<size_t>((f * channels + c) * 9 + tap)];
  }
  double at(int64_t f, int64_t c, int64_t tap) const {
    return values[static_cast<size_t>((f * channels + c) * 9 + tap)];
  }
  Weights magnitude() const;
};

std::vector<double> magnitude(std::vector<double> v);

// Deterministic values that a float holds exactly: integers in -limit..limit, or reals in -1..1 when limit is
// 0.
void fillValues(std::vector<double>& values, uint32_t seed, int limit);

// Stride 1, no padding.
Picture convolve3x3(const Picture& in, const Weights& w, const std::vector<double>& bias, int64_t groups = 1);
void relu(Picture& p);

// [channels / block][height][width][block]
void packBlocked(const Picture& in, int64_t block, float* out);

// The factor n * u / (1 - n * u) that bounds n roundings of float32.
double roundings(int64_t n);

// Where `actual` (blocked by 16, rows of `pitch` pixels, planes of `plane` pixels) is further from the
// expected value than `bound` allows; empty when nowhere. A NaN is always wrong.
std::string compareBlocked(const float* actual, int64_t pitch, int64_t plane, const Picture& expected,
                           const Picture& bound);

} // namespace convoy::texts
