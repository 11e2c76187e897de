#include "reference.h"
#include <algorithm>
#include <cmath>
#include <sstream>

namespace convoy::texts {

Picture Picture::padded(int64_t border) const {
  Picture p(channels, height + 2 * border, width + 2 * border);
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) p.at(c, y + border, x + border) = at(c, y, x);
  return p;
}

std::vector<double> magnitude(std::vector<double> v) {
  for (double& x : v) x = std::fabs(x);
  return v;
}

Picture Picture::magnitude() const {
  Picture p = *this;
  p.values = texts::magnitude(values);
  return p;
}

Weights Weights::magnitude() const {
  Weights w = *this;
  w.values = texts::magnitude(values);
  return w;
}

void fillValues(std::vector<double>& values, uint32_t seed, int limit) {
  uint32_t state = seed * 2654435761u + 12345u;
  for (double& v : values) {
    state = state * 1664525u + 1013904223u;
    uint32_t bits = state >> 8;
    v = limit > 0 ? static_cast<double>(bits % static_cast<uint32_t>(2 * limit + 1)) - limit
                  : static_cast<double>(static_cast<float>(bits) * 0x1p-23f - 1.0f);
  }
}

Picture convolve3x3(const Picture& in, const Weights& w, const std::vector<double>& bias, int64_t groups) {
  Picture out(w.filters, in.height - 2, in.width - 2);
  for (int64_t f = 0; f < w.filters; ++f) {
    int64_t first = f / (w.filters / groups) * w.channels;
    for (int64_t y = 0; y < out.height; ++y)
      for (int64_t x = 0; x < out.width; ++x) {
        double sum = bias[static_cast<size_t>(f)];
        for (int64_t c = 0; c < w.channels; ++c)
          for (int64_t tap = 0; tap < 9; ++tap)
            sum += in.at(first + c, y + tap / 3, x + tap % 3) * w.at(f, c, tap);
        out.at(f, y, x) = sum;
      }
  }
  return out;
}

void relu(Picture& p) {
  for (double& v : p.values) v = std::max(v, 0.0);
}

void packBlocked(const Picture& in, int64_t block, float* out) {
  for (int64_t c = 0; c < in.channels; ++c)
    for (int64_t y = 0; y < in.height; ++y)
      for (int64_t x = 0; x < in.width; ++x)
        out[((c / block * in.height + y) * in.width + x) * block + c % block] =
            static_cast<float>(in.at(c, y, x));
}

double roundings(int64_t n) {
  double nu = static_cast<double>(n) * 0x1p-24;
  return nu / (1 - nu);
}

std::string compareBlocked(const float* actual, int64_t pitch, int64_t plane, const Picture& expected,
                           const Picture& bound) {
  for (int64_t c = 0; c < expected.channels; ++c)
    for (int64_t y = 0; y < expected.height; ++y)
      for (int64_t x = 0; x < expected.width; ++x) {
        double got = actual[(c / 16 * plane + y * pitch + x) * 16 + c % 16], want = expected.at(c, y, x);
        if (std::fabs(got - want) <= bound.at(c, y, x)) continue;
        std::ostringstream text;
        text << "channel " << c << ", row " << y << ", column " << x << ": " << got << ", wanted " << want
             << " within " << bound.at(c, y, x);
        return text.str();
      }
  return "";
}

} // namespace convoy::texts
