// Layers between colours: all channels of a position from those of the operand there.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>

namespace convoy::reference {

namespace {

using Colour = std::vector<double>; // a number for each channel

// Calls function(index of the first channel in x, and in y, the step from channel to channel) for each
// position.
template <typename Function> void forEachPixel(const Tensor& x, const Tensor& y, Function function) {
  const int64_t plane = x.elements() / x.shape[0];
  for (int64_t item = 0; item < x.batch; ++item)
    for (int64_t i = 0; i < plane; ++i) function(item * x.elements() + i, item * y.elements() + i, plane);
}

Colour colourAt(const Tensor& x, int64_t first, int64_t step) {
  Colour colour;
  for (int64_t c = 0; c < x.shape[0]; ++c) colour.push_back(x.data[static_cast<size_t>(first + c * step)]);
  return colour;
}

void put(const Colour& colour, Tensor& y, int64_t first, int64_t step) {
  for (size_t c = 0; c < colour.size(); ++c)
    y.data[static_cast<size_t>(first + static_cast<int64_t>(c) * step)] = colour[c];
}

template <Colour convert(const Colour& x)> void eachPixel(const LayerCall& call, Tensor& y) {
  forEachPixel(call.x(), y, [&](int64_t from, int64_t to, int64_t step) {
    put(convert(colourAt(call.x(), from, step)), y, to, step);
  });
}

// bound(numbers, their errors): how far each result may be off.
template <Colour bound(const Colour& x, const Colour& e)>
void eachBound(const BoundCall& call, Tensor& error) {
  forEachPixel(call.x(), error, [&](int64_t from, int64_t to, int64_t step) {
    put(bound(colourAt(call.x(), from, step), colourAt(call.ex(), from, step)), error, to, step);
  });
}

double red(const Colour& x) { return x[0]; }
double green(const Colour& x) { return x.size() == 1 ? x[0] : x[1]; }
double blue(const Colour& x) { return x.size() == 1 ? x[0] : x[2]; }

// The numbers of the code, rounded to float32, sum up to 1 within a rounding.
double luminanceOf(const Colour& x) {
  return double(0.299f) * x[0] + double(0.587f) * x[1] + double(0.114f) * x[2];
}

Colour magnitudes(const Colour& x, const Colour& e) {
  Colour sum;
  for (size_t c = 0; c < x.size(); ++c) sum.push_back(std::fabs(x[c]) + e[c]);
  return sum;
}

Colour gray(const Colour& x) { return {x.size() == 1 ? x[0] : luminanceOf(x)}; }
Colour grayBound(const Colour& x, const Colour& e) {
  if (x.size() == 1) return e;
  return {luminanceOf(e) + roundings(5) * luminanceOf(magnitudes(x, e)) + 3 * kSmallest};
}

Colour rgb(const Colour& x) { return {red(x), green(x), blue(x)}; }
Colour rgbBound(const Colour&, const Colour& e) { return rgb(e); }

Colour rgba(const Colour& x) { return {red(x), green(x), blue(x), x.size() == 4 ? x[3] : 1}; }
Colour rgbaBound(const Colour&, const Colour& e) {
  return {red(e), green(e), blue(e), e.size() == 4 ? e[3] : 0};
}

Colour rgbToYcbcr(const Colour& x) {
  const double y = luminanceOf(x);
  return {y, (x[2] - y) / 1.772 + 0.5, (x[0] - y) / 1.402 + 0.5};
}
Colour rgbToYcbcrBound(const Colour& x, const Colour& e) {
  const double ey = grayBound(x, e)[0], y = luminanceOf(magnitudes(x, e));
  auto difference = [&](size_t c, double range) {
    return (e[c] + ey) / range + roundings(4) * ((std::fabs(x[c]) + e[c] + y) / range + 0.5) + kSmallest;
  };
  return {ey, difference(2, 1.772), difference(0, 1.402)};
}

Colour ycbcrToRgb(const Colour& x) {
  const double r = x[0] + 1.402 * (x[2] - 0.5), b = x[0] + 1.772 * (x[1] - 0.5);
  return {r, (x[0] - 0.299 * r - 0.114 * b) / 0.587, b};
}
Colour ycbcrToRgbBound(const Colour& x, const Colour& e) {
  auto channel = [&](double ofBlue, double ofRed) {
    const double size = std::fabs(x[0]) + e[0] + ofBlue * (std::fabs(x[1]) + e[1] + 0.5) +
                        ofRed * (std::fabs(x[2]) + e[2] + 0.5);
    return e[0] + ofBlue * e[1] + ofRed * e[2] + roundings(6) * size + kSmallest;
  };
  return {channel(0, 1.402), channel(0.114 * 1.772 / 0.587, 0.299 * 1.402 / 0.587), channel(1.772, 0)};
}

Colour rgbToHsv(const Colour& x) {
  const double value = maximum(maximum(x[0], x[1]), x[2]),
               span = value + maximum(maximum(-x[0], -x[1]), -x[2]);
  double turn = 0;
  if (span != 0)
    turn = x[0] == value   ? (x[1] - x[2]) / span
           : x[1] == value ? 2 + (x[2] - x[0]) / span
                           : 4 + (x[0] - x[1]) / span;
  if (turn < 0) turn += 6;
  return {turn / 6, value == 0 ? 0 : span / value, value};
}

// The hue moves by at most 4 e for a span of 1, and may go round where it is 0; of gray it may be any.
Colour rgbToHsvBound(const Colour& x, const Colour& e) {
  const Colour y = rgbToHsv(x);
  const double off = std::max({e[0], e[1], e[2]}), value = std::fabs(y[2]), span = value * std::fabs(y[1]);
  double hue = 1, saturation = 0;
  if (off == 0 && span == 0) hue = 0;
  if (span > 2 * off) {
    hue = (4 * off / (span - 2 * off) + roundings(4) * 6) / 6 + roundings(2);
    if (off > 0 && (y[0] <= hue || y[0] >= 1 - hue)) hue = 1;
  }
  if (value > off)
    saturation = (2 * off * value + span * off) / (value * (value - off)) +
                 roundings(3) * (span + 2 * off) / (value - off);
  if (value <= off && off > 0) saturation = INFINITY;
  return {hue + kSmallest, saturation + kSmallest, off};
}

Colour hsvToRgb(const Colour& x) {
  auto channel = [&](double from) {
    const double t = std::fmod(6 * (x[0] - std::floor(x[0])) + from, 6);
    return x[2] - x[2] * x[1] * std::max(0.0, std::min({t, 4 - t, 1.0}));
  };
  return {channel(5), channel(3), channel(1)};
}
// Continuous in the hue, also where it goes round.
Colour hsvToRgbBound(const Colour& x, const Colour& e) {
  const double chroma = std::fabs(x[1] * x[2]),
               ofChroma = std::fabs(x[1]) * e[2] + std::fabs(x[2]) * e[1] + e[1] * e[2] +
                          kUnit * (std::fabs(x[1]) + e[1]) * (std::fabs(x[2]) + e[2]),
               ofTurn = 6 * (e[0] + kUnit * (1 + std::fabs(x[0]))) + 24 * kUnit;
  const double off = e[2] + ofChroma + (chroma + ofChroma) * std::min(1.0, ofTurn) +
                     roundings(2) * (std::fabs(x[2]) + e[2] + chroma + ofChroma) + kSmallest;
  return {off, off, off};
}

} // namespace

std::vector<LayerReference> imageLayers() {
  return {
      {OpKind::Luminance, eachPixel<gray>, eachBound<grayBound>},
      {OpKind::Gray, eachPixel<gray>, eachBound<grayBound>},
      {OpKind::Rgb, eachPixel<rgb>, eachBound<rgbBound>},
      {OpKind::Rgba, eachPixel<rgba>, eachBound<rgbaBound>},
      {OpKind::RgbToYcbcr, eachPixel<rgbToYcbcr>, eachBound<rgbToYcbcrBound>},
      {OpKind::YcbcrToRgb, eachPixel<ycbcrToRgb>, eachBound<ycbcrToRgbBound>},
      {OpKind::RgbToHsv, eachPixel<rgbToHsv>, eachBound<rgbToHsvBound>},
      {OpKind::HsvToRgb, eachPixel<hsvToRgb>, eachBound<hsvToRgbBound>},
  };
}

} // namespace convoy::reference
