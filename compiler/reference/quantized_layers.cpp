// Layers that make whole numbers, compute with them, and make numbers of them again. What is rounded is
// rounded to float32 here too, step by step, so that exact operands give the very bits that code gives.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>

namespace convoy::reference {

namespace {

double toFloat(double x) { return static_cast<double>(static_cast<float>(x)); }

// From a number of steps to a whole number of the node's type.
struct Steps {
  double zeroPoint, low, high;

  explicit Steps(const graph::Value& node)
      : zeroPoint(static_cast<double>(node.attributes.get<int64_t>("zero_point"))),
        low(static_cast<double>(lowestOf(node.type.element))),
        high(static_cast<double>(highestOf(node.type.element))) {}
  // Half to even; NaN becomes the lowest number.
  double operator()(double steps) const {
    const double whole = std::nearbyint(steps) + zeroPoint;
    return whole > low ? std::min(whole, high) : low;
  }
};

double whole(const LayerCall& call, const char* attribute) {
  return static_cast<double>(call.node.attributes.get<int64_t>(attribute));
}

// How far the result y of x may be off where x is off by e, of a function that rises or falls: it is what it
// is at one of the ends, which are moved outwards by their own roundings.
template <typename Function> double between(double x, double e, double y, Function function) {
  const double low = function(std::nextafter(x - e, -INFINITY)),
               high = function(std::nextafter(x + e, INFINITY));
  return std::max(std::fabs(low - y), std::fabs(high - y));
}

// ---- element by element ----

// Of a float32 number. A double that is none is rounded to it, as code has some float32 number near it.
double quantized(double x, double scale, const Steps& steps) { return steps(toFloat(toFloat(x) / scale)); }

void quantize(const LayerCall& call, Tensor& y) {
  const Steps steps(call.node);
  const double scale = call.number("scale");
  map(call, y, [&](double x) { return quantized(x, scale, steps); });
}

// An error of the operand moves the result by whole steps, or not at all.
void quantizeBound(const BoundCall& call, Tensor& error) {
  const Steps steps(call.node);
  const double scale = call.number("scale");
  for (size_t i = 0; i < error.data.size(); ++i) {
    const double x = call.x().data[i], e = call.ex().data[i];
    if (e == 0) continue;
    error.data[i] = between(x, e, call.y.data[i], [&](double near) { return quantized(near, scale, steps); });
    if (!std::isfinite(e)) error.data[i] = steps.high - steps.low; // a NaN, perhaps
  }
}

void dequantize(const LayerCall& call, Tensor& y) {
  const double scale = call.number("scale"), zero = whole(call, "zero_point");
  map(call, y, [&](double q) { return (q - zero) * scale; });
}

void dequantizeBound(const BoundCall& call, Tensor& error) {
  const double scale = call.number("scale");
  for (size_t i = 0; i < error.data.size(); ++i)
    error.data[i] =
        scale * call.ex().data[i] + kUnit * (std::fabs(call.y.data[i]) + scale * call.ex().data[i]);
}

// Of two whole numbers.
struct Sum {
  double a, aZero, b, bZero;
  Steps steps;

  explicit Sum(const LayerCall& call)
      : a(call.number("a_multiplier")), aZero(whole(call, "a_zero_point")), b(call.number("b_multiplier")),
        bZero(whole(call, "b_zero_point")), steps(call.node) {}
  double operator()(double x, double z) const {
    return steps(toFloat(toFloat((x - aZero) * a) + toFloat((z - bZero) * b)));
  }
};

void quantizedAdd(const LayerCall& call, Tensor& y) {
  const Sum sum(call);
  zip(call, y, [&](double a, double b) { return sum(a, b); });
}

// The multipliers are above 0: it rises with both.
void quantizedAddBound(const BoundCall& call, Tensor& error) {
  const Sum sum(call);
  const Tensor &a = call.x(0), &b = call.x(1), &ea = call.ex(0), &eb = call.ex(1);
  forEachPair(broadcastOf(a, b, call.y), [&](int64_t at, int64_t i, int64_t j) {
    const double y = call.y.data[at];
    error.data[at] = std::max(std::fabs(sum(a.data[i] - ea.data[i], b.data[j] - eb.data[j]) - y),
                              std::fabs(sum(a.data[i] + ea.data[i], b.data[j] + eb.data[j]) - y));
  });
}

// ---- sums of products ----

Tensor shifted(const Tensor& x, double zero) {
  Tensor result = x;
  for (double& number : result.data) number -= zero;
  return result;
}

const Tensor* biasOf(const LayerCall& call) { return call.optional(3); }

// From sums to whole numbers, with the multiplier of each channel: result(place, sum, multiplier).
template <typename Result> void ofChannels(const LayerCall& call, Tensor& y, Result result) {
  const Tensor& multiplier = call.x(2);
  const int64_t channels = y.shape[0], plane = channels ? y.elements() / channels : 0;
  for (int64_t i = 0; i < y.batch * channels * plane; ++i)
    result(static_cast<size_t>(i), multiplier.data[static_cast<size_t>(i / plane % channels)]);
}

double requantized(double sum, double multiplier, const Steps& steps) {
  return steps(toFloat(toFloat(sum) * multiplier));
}

// layer(x, weight, bias, y) sums.
template <typename Layer> void summed(const LayerCall& call, Tensor& y, Layer layer) {
  const Steps steps(call.node);
  layer(shifted(call.x(), whole(call, "input_zero_point")), call.x(1), biasOf(call), y);
  ofChannels(call, y,
             [&](size_t i, double multiplier) { y.data[i] = requantized(y.data[i], multiplier, steps); });
}

// The sums are exact, and off by what their operands are off by.
template <typename Layer> void summedBound(const BoundCall& call, Tensor& error, Layer layer) {
  const auto& ex = call.ex().data;
  if (std::all_of(ex.begin(), ex.end(), [](double e) { return e == 0; })) return;
  const Steps steps(call.node);
  Tensor sums = error, off = error;
  layer(shifted(call.x(), whole(call, "input_zero_point")), call.x(1), biasOf(call), sums);
  layer(call.ex(), absolute(call.x(1)), nullptr, off);
  ofChannels(call, error, [&](size_t i, double multiplier) {
    error.data[i] = between(sums.data[i], off.data[i], call.y.data[i],
                            [&](double sum) { return requantized(sum, multiplier, steps); });
  });
}

// A convolution whose padding is 0.
struct Convolution {
  const LayerCall& call;
  void operator()(const Tensor& x, const Tensor& weight, const Tensor* bias, Tensor& y) const {
    convolve(x, weight, bias, call.node.attributes.get<int64_t>("groups"),
             windowTable(call.node.attributes, x.shape, y.shape, call.sizes), y);
  }
};

void multiply(const Tensor& x, const Tensor& weight, const Tensor* bias, Tensor& y) {
  const int64_t channels = weight.shape[1], units = weight.shape[0];
  for (int64_t i = 0; i < y.batch * units; ++i) {
    const double *from = x.data.data() + i / units * channels,
                 *weights = weight.data.data() + i % units * channels;
    double sum = bias ? bias->data[static_cast<size_t>(i % units)] : 0;
    for (int64_t c = 0; c < channels; ++c) sum += weights[c] * from[c];
    y.data[static_cast<size_t>(i)] = sum;
  }
}

} // namespace

std::vector<LayerReference> quantizedLayers() {
  using Call = LayerCall;
  using Bound = BoundCall;
  return {
      {OpKind::Quantize, quantize, quantizeBound},
      {OpKind::Dequantize, dequantize, dequantizeBound},
      {OpKind::QuantizedAdd, quantizedAdd, quantizedAddBound},
      {OpKind::QuantizedConv, [](const Call& call, Tensor& y) { summed(call, y, Convolution{call}); },
       [](const Bound& call, Tensor& e) { summedBound(call, e, Convolution{call}); }},
      {OpKind::QuantizedDense, [](const Call& call, Tensor& y) { summed(call, y, multiply); },
       [](const Bound& call, Tensor& e) { summedBound(call, e, multiply); }},
  };
}

} // namespace convoy::reference
