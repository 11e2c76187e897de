// Element-wise layers.
#include "reference/layers.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace convoy::reference {

namespace {

void select(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& result) {
  const double* c = condition.data.data();
  forEachPair(broadcastOf(condition, a, result), [&](int64_t at, int64_t i, int64_t j) {
    if (c[i] != 0) result.data[at] = a.data[j];
  });
  forEachPair(broadcastOf(condition, b, result), [&](int64_t at, int64_t i, int64_t j) {
    if (c[i] == 0) result.data[at] = b.data[j];
  });
}

// Where the condition may be on the other side of 0, the other operand may be taken.
void selectBound(const BoundCall& call, Tensor& error) {
  const Tensor &c = call.x(0), &ec = call.ex(0);
  for (size_t side : {1, 2}) {
    const Tensor &a = call.x(side), &ea = call.ex(side);
    forEachPair(broadcastOf(c, a, call.y), [&](int64_t at, int64_t i, int64_t j) {
      bool taken = (c.data[i] != 0) == (side == 1);
      bool open = ec.data[i] > 0 && !(std::fabs(c.data[i]) > ec.data[i]);
      if (taken || open)
        error.data[at] = std::max(error.data[at], ea.data[j] + std::fabs(a.data[j] - call.y.data[at]));
    });
  }
}

// What a batch_norm does to the numbers of one channel: y = x * scale + shift.
struct ChannelScale {
  double scale, shift;
};

ChannelScale channelScale(const LayerCall& call, int64_t channel) {
  // Weight, bias, running mean, running variance.
  auto number = [&](size_t i) { return call.x(i + 1).data[static_cast<size_t>(channel)]; };
  double scale = number(0) / std::sqrt(number(3) + call.number("epsilon"));
  return {scale, number(1) - number(2) * scale};
}

void batchNorm(const LayerCall& call, Tensor& result) {
  const Tensor& input = call.x();
  int64_t channels = input.shape[0], plane = channels ? input.elements() / channels : 0;
  for (int64_t row = 0; row < input.batch * channels; ++row) {
    ChannelScale of = channelScale(call, row % channels);
    for (int64_t i = row * plane; i < (row + 1) * plane; ++i)
      result.data[i] = input.data[i] * of.scale + of.shift;
  }
}

// A product and a sum with numbers that were rounded once. Folded into the layer before it, its scale is a
// rounding more for each weight there: at most 4 roundings for 3; and its shift, the first number of the
// sums, is rounded with each of their terms.
void batchNormBound(const BoundCall& call, Tensor& error) {
  const Tensor &x = call.x(), &ex = call.ex();
  int64_t channels = x.shape[0], plane = x.elements() / channels;
  for (size_t i = 0; i < error.data.size(); ++i) {
    ChannelScale of = channelScale(call, static_cast<int64_t>(i) / plane % channels);
    double scale = std::fabs(of.scale), sum = (std::fabs(x.data[i]) + ex.data[i]) * scale;
    error.data[i] = 4. / 3 * scale * ex.data[i] + roundings(3) * sum +
                    roundings(2 + call.termsBefore) * std::fabs(of.shift) + kSmallest * (1 + scale);
  }
}

void sqrtBound(const BoundCall& call, Tensor& error) {
  const std::vector<double>&x = call.x().data, &ex = call.ex().data;
  for (size_t i = 0; i < x.size(); ++i) {
    double high = std::sqrt(std::max(x[i] + ex[i], 0.0)), low = std::sqrt(std::max(x[i] - ex[i], 0.0)),
           root = std::sqrt(std::max(x[i], 0.0));
    error.data[i] = std::max(high - root, root - low) + kUnit * high + std::sqrt(kSmallest);
  }
}

// error = function(|a|, |b|, their errors, |y|).
template <typename Function> void zipBound(const BoundCall& call, Tensor& error, Function function) {
  const Tensor &x = call.x(0), &z = call.x(1), &ex = call.ex(0), &ez = call.ex(1);
  forEachPair(broadcastOf(x, z, call.y), [&](int64_t at, int64_t i, int64_t j) {
    error.data[at] = function(std::fabs(x.data[i]), std::fabs(z.data[j]), ex.data[i], ez.data[j],
                              std::fabs(call.y.data[at])) +
                     kSmallest;
  });
}

void sumBound(const BoundCall& call, Tensor& error) {
  zipBound(call, error,
           [](double, double, double ea, double eb, double y) { return ea + eb + kUnit * (y + ea + eb); });
}

void productBound(const BoundCall& call, Tensor& error) {
  zipBound(call, error, [](double a, double b, double ea, double eb, double) {
    return a * eb + b * ea + ea * eb + kUnit * (a + ea) * (b + eb);
  });
}

// A quotient may be computed as a product with the reciprocal.
void quotientBound(const BoundCall& call, Tensor& error) {
  zipBound(call, error, [](double a, double b, double ea, double eb, double) {
    return b > eb ? (a * eb + b * ea) / (b * (b - eb)) + roundings(2) * (a + ea) / (b - eb)
                  : std::numeric_limits<double>::infinity();
  });
}

// The answer may change where the operands may be equal or change sides.
void comparisonBound(const BoundCall& call, Tensor& error) {
  const Tensor &x = call.x(0), &z = call.x(1), &ex = call.ex(0), &ez = call.ex(1);
  forEachPair(broadcastOf(x, z, call.y), [&](int64_t at, int64_t i, int64_t j) {
    double together = ex.data[i] + ez.data[j];
    error.data[at] = together > 0 && !(std::fabs(x.data[i] - z.data[j]) > together) ? 1 : 0;
  });
}

template <bool compare(double, double)> void comparison(const LayerCall& call, Tensor& y) {
  zip(call, y, [](double a, double b) { return compare(a, b) ? 1. : 0.; });
}
bool less(double a, double b) { return a < b; }
bool lessEqual(double a, double b) { return a <= b; }
bool greater(double a, double b) { return a > b; }
bool greaterEqual(double a, double b) { return a >= b; }
bool equal(double a, double b) { return a == b; }
bool notEqual(double a, double b) { return a != b; }

void clamp(const LayerCall& call, Tensor& y) {
  const double low = call.number("low"), high = call.number("high");
  map(call, y, [=](double x) { return x < low ? low : x > high ? high : x; });
}

} // namespace

std::vector<LayerReference> elementwiseLayers() {
  using Call = LayerCall;
  return {
      {OpKind::Relu,
       [](const Call& call, Tensor& y) { map(call, y, [](double x) { return maximum(x, 0); }); }, asBefore},
      {OpKind::Clamp, clamp, asBefore},
      {OpKind::Abs, [](const Call& call, Tensor& y) { map(call, y, [](double x) { return std::fabs(x); }); },
       asBefore},
      {OpKind::Sqrt, [](const Call& call, Tensor& y) { map(call, y, [](double x) { return std::sqrt(x); }); },
       sqrtBound},
      {OpKind::Add,
       [](const Call& call, Tensor& y) { zip(call, y, [](double a, double b) { return a + b; }); }, sumBound},
      {OpKind::Sub,
       [](const Call& call, Tensor& y) { zip(call, y, [](double a, double b) { return a - b; }); }, sumBound},
      {OpKind::Mul,
       [](const Call& call, Tensor& y) { zip(call, y, [](double a, double b) { return a * b; }); },
       productBound},
      {OpKind::Div,
       [](const Call& call, Tensor& y) { zip(call, y, [](double a, double b) { return a / b; }); },
       quotientBound},
      {OpKind::Less, comparison<less>, comparisonBound},
      {OpKind::LessEqual, comparison<lessEqual>, comparisonBound},
      {OpKind::Greater, comparison<greater>, comparisonBound},
      {OpKind::GreaterEqual, comparison<greaterEqual>, comparisonBound},
      {OpKind::Equal, comparison<equal>, comparisonBound},
      {OpKind::NotEqual, comparison<notEqual>, comparisonBound},
      {OpKind::Select, [](const Call& call, Tensor& y) { select(call.x(0), call.x(1), call.x(2), y); },
       selectBound},
      {OpKind::BatchNorm, batchNorm, batchNormBound},
  };
}

} // namespace convoy::reference
