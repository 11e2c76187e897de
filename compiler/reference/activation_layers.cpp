// Activations and other elementary functions. Their bounds are docs/numerics.md's: so many roundings of the
// result, and what an error of the operand makes of it.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double relu6(double x) { return x < 0 ? 0 : x > 6 ? 6 : x; }
double hardSigmoid(double x) { return relu6(x + 3) / 6; }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double elu(double x, double alpha) { return x < 0 ? alpha * std::expm1(x) : x; }
double selu(double x) { return 1.0507009873554804934193 * elu(x, 1.6732632423543772848170); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }
// Products with x have their limit at minus infinity.
double timesX(double x, double factor) { return x == -infinity ? -0. : x * factor; }
double hardSwish(double x) { return timesX(x, hardSigmoid(x)); }
double silu(double x) { return timesX(x, sigmoid(x)); }
double gelu(double x) { return timesX(x, std::erfc(-x * std::sqrt(0.5)) / 2); }
double geluTanh(double x) { return timesX(x, sigmoid(std::sqrt(8 / M_PI) * (x + 0.044715 * x * x * x))); }

template <double function(double)> void unary(const LayerCall& call, Tensor& y) { map(call, y, function); }

// A function whose slope is at most `slope`, computed with so many roundings of the result and an absolute
// error.
void smooth(const BoundCall& call, Tensor& error, double slope, double rounds, double absolute = 0) {
  const std::vector<double>&ex = call.ex().data, &y = call.y.data;
  for (size_t i = 0; i < y.size(); ++i) {
    double shifted = slope * ex[i];
    error.data[i] = shifted + roundings(rounds) * (std::fabs(y[i]) + shifted) + absolute + kSmallest;
  }
}

// x, or a product with the slope.
template <typename Slope> double leaky(double x, Slope slope) { return x < 0 ? slope * x : x; }

void leakyRelu(const LayerCall& call, Tensor& y) {
  const double slope = call.number("slope");
  map(call, y, [=](double x) { return leaky(x, slope); });
}

void preluBound(const BoundCall& call, Tensor& error) {
  const Tensor &x = call.x(0), &w = call.x(1), &ex = call.ex(0);
  forEachPair(broadcastOf(x, w, call.y), [&](int64_t at, int64_t i, int64_t j) {
    double shifted = std::max(1.0, std::fabs(w.data[j])) * ex.data[i];
    error.data[at] = shifted + kUnit * (std::fabs(call.y.data[at]) + shifted) + kSmallest;
  });
}

void softplus(const LayerCall& call, Tensor& y) {
  const double beta = call.number("beta");
  map(call, y, [=](double x) { return softplus(beta * x) / beta; });
}

// beta * x is rounded.
void softplusBound(const BoundCall& call, Tensor& error) {
  smooth(call, error, 1, 6);
  for (size_t i = 0; i < error.data.size(); ++i)
    error.data[i] += kUnit * (std::fabs(call.x().data[i]) + call.ex().data[i]) +
                     kSmallest / std::fabs(call.number("beta"));
}

void expBound(const BoundCall& call, Tensor& error) {
  for (size_t i = 0; i < error.data.size(); ++i) {
    double shift = std::expm1(call.ex().data[i]);
    error.data[i] = call.y.data[i] * (shift + roundings(3) * (1 + shift)) + kSmallest;
  }
}

// How far the logarithm of a positive x may be off.
double logShift(double x, double ex) { return x > ex ? -std::log1p(-ex / x) : infinity; }

void logBound(const BoundCall& call, Tensor& error) {
  for (size_t i = 0; i < error.data.size(); ++i) {
    double x = call.x().data[i], y = call.y.data[i];
    error.data[i] = x <= 0 && call.ex().data[i] == 0 ? 0 : logShift(x, call.ex().data[i]);
    if (error.data[i] < infinity) error.data[i] += roundings(3) * (std::fabs(y) + error.data[i]);
  }
}

// Exact operands leave the rounding of the logarithm and of the power, or of a few products. A negative base
// has a power at integers only, which an exponent that is off misses.
void powBound(const BoundCall& call, Tensor& error) {
  const Tensor &x = call.x(0), &z = call.x(1), &ex = call.ex(0), &ez = call.ex(1);
  forEachPair(broadcastOf(x, z, call.y), [&](int64_t at, int64_t i, int64_t j) {
    double base = std::fabs(x.data[i]), exponent = std::fabs(z.data[j]), shift = 0;
    if (ex.data[i] > 0) shift = (exponent + ez.data[j]) * logShift(base, ex.data[i]);
    if (ez.data[j] > 0) shift += x.data[i] > 0 ? ez.data[j] * std::fabs(std::log(base)) : infinity;
    double relative = std::expm1(shift);
    error.data[at] = std::fabs(call.y.data[at]) * (relative + roundings(8) * (1 + relative)) + kSmallest;
  });
}

template <bool largest> void extreme(const LayerCall& call, Tensor& y) {
  zip(call, y, [](double a, double b) { return largest ? maximum(a, b) : -maximum(-a, -b); });
}

void extremeBound(const BoundCall& call, Tensor& error) {
  zip(LayerCall{call.node, {call.errors[0], call.errors[1]}, call.sizes}, error, maximum);
}

} // namespace

std::vector<LayerReference> activationLayers() {
  using Call = LayerCall;
  using Bound = BoundCall;
  return {
      {OpKind::Relu6, unary<relu6>, asBefore},
      {OpKind::LeakyRelu, leakyRelu,
       [](const Bound& call, Tensor& e) {
         smooth(call, e, std::max(1.0, std::fabs(call.number("slope"))), 1);
       }},
      {OpKind::Prelu,
       [](const Call& call, Tensor& y) { zip(call, y, [](double x, double w) { return leaky(x, w); }); },
       preluBound},
      {OpKind::Elu,
       [](const Call& call, Tensor& y) {
         const double alpha = call.number("alpha");
         map(call, y, [=](double x) { return elu(x, alpha); });
       },
       [](const Bound& call, Tensor& e) {
         smooth(call, e, std::max(1.0, std::fabs(call.number("alpha"))), 4);
       }},
      {OpKind::Selu, unary<selu>, [](const Bound& call, Tensor& e) { smooth(call, e, 1.7581, 5); }},
      {OpKind::Gelu,
       [](const Call& call, Tensor& y) {
         map(call, y, call.node.attributes.get<std::string>("approximate") == "tanh" ? geluTanh : gelu);
       },
       [](const Bound& call, Tensor& e) { smooth(call, e, 1.13, 6, 0x1p-26); }},
      {OpKind::Silu, unary<silu>, [](const Bound& call, Tensor& e) { smooth(call, e, 1.1, 6, 0x1p-120); }},
      {OpKind::Sigmoid, unary<sigmoid>, [](const Bound& call, Tensor& e) { smooth(call, e, 0.25, 6); }},
      {OpKind::HardSigmoid, unary<hardSigmoid>,
       [](const Bound& call, Tensor& e) { smooth(call, e, 1. / 6, 4); }},
      {OpKind::HardSwish, unary<hardSwish>, [](const Bound& call, Tensor& e) { smooth(call, e, 1.5, 5); }},
      {OpKind::Tanh, unary<std::tanh>, [](const Bound& call, Tensor& e) { smooth(call, e, 1, 6); }},
      {OpKind::Softplus, softplus, softplusBound},
      {OpKind::Exp, unary<std::exp>, expBound},
      {OpKind::Log, unary<std::log>, logBound},
      {OpKind::Pow,
       [](const Call& call, Tensor& y) { zip(call, y, [](double a, double b) { return std::pow(a, b); }); },
       powBound},
      {OpKind::Min, extreme<false>, extremeBound},
      {OpKind::Max, extreme<true>, extremeBound},
  };
}

} // namespace convoy::reference
