// Normalisation with moments or neighbours of what comes in, and with numbers of the script.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>

namespace convoy::reference {

namespace {

double asFloat(double number) { return static_cast<double>(static_cast<float>(number)); }

const std::vector<double>& numbers(const LayerCall& call, const char* name) {
  return call.node.attributes.get<std::vector<double>>(name);
}

void normalize(const LayerCall& call, Tensor& y) {
  const Tensor& x = call.x();
  const int64_t channels = x.shape[0], plane = x.elements() / channels;
  for (size_t i = 0; i < x.data.size(); ++i) {
    const auto c = static_cast<size_t>(static_cast<int64_t>(i) / plane % channels);
    y.data[i] = (x.data[i] - asFloat(numbers(call, "mean")[c])) / asFloat(numbers(call, "std")[c]);
  }
}

// A product and a sum with numbers that were rounded once, and a rounding more where they are folded into
// weights: the shift is the first number of the sums then, and rounded with each of their terms.
void normalizeBound(const BoundCall& call, Tensor& error) {
  const Tensor &x = call.x(), &ex = call.ex();
  const int64_t channels = x.shape[0], plane = x.elements() / channels;
  for (size_t i = 0; i < error.data.size(); ++i) {
    const auto c = static_cast<size_t>(static_cast<int64_t>(i) / plane % channels);
    const double scale = 1 / asFloat(numbers(call, "std")[c]),
                 shift = std::fabs(asFloat(numbers(call, "mean")[c])) * scale;
    error.data[i] = 4. / 3 * scale * ex.data[i] + roundings(3) * (std::fabs(x.data[i]) + ex.data[i]) * scale +
                    roundings(2 + call.termsBefore) * shift + kSmallest * (1 + scale);
  }
}

// ---- instance_norm ----

// The numbers of one channel of one item.
struct Channel {
  const double* x;
  int64_t positions;

  double mean() const {
    double sum = 0;
    for (int64_t i = 0; i < positions; ++i) sum += x[i];
    return sum / static_cast<double>(positions);
  }
  double variance(double mean) const {
    double sum = 0;
    for (int64_t i = 0; i < positions; ++i) sum += (x[i] - mean) * (x[i] - mean);
    return sum / static_cast<double>(positions);
  }
};

// Calls function(channel, index of its first number) for every channel of every item.
template <typename Function> void forEachChannel(const Tensor& x, Function function) {
  const int64_t channels = x.shape[0], positions = x.elements() / channels;
  for (int64_t row = 0; row < x.batch * channels; ++row) function(row % channels, row * positions);
}

void instanceNorm(const LayerCall& call, Tensor& y) {
  const Tensor& x = call.x();
  forEachChannel(x, [&](int64_t c, int64_t first) {
    const Channel channel{&x.data[static_cast<size_t>(first)], x.elements() / x.shape[0]};
    const double mean = channel.mean(), variance = channel.variance(mean);
    const double weight = call.optional(1) ? call.x(1).data[static_cast<size_t>(c)] : 1,
                 bias = call.optional(2) ? call.x(2).data[static_cast<size_t>(c)] : 0;
    for (int64_t i = 0; i < channel.positions; ++i)
      y.data[static_cast<size_t>(first + i)] =
          (channel.x[i] - mean) / std::sqrt(variance + call.number("epsilon")) * weight + bias;
  });
}

// Code sums up pieces of 4096 numbers, in 16 partial sums or more, and joins pieces with a few operations: a
// sum or a mean of n numbers takes at most r = min(n, 256) + 16 + 4 * ceil(n / 4096) roundings in a row. With
// X the largest |x| + e of a channel, the mean of all of them or of a piece is off by at most t = max e +
// g(r) * X. A deviation d of a number from it, and one of a piece's mean, is off by at most e + 4 t, and the
// mean of the squares by the mean of
// (|d| + e + 4 t)^2 - d^2 and g(r) of the first. What is added to the variance keeps it from 0. From there on
// it is a quotient, a product and a sum.
void instanceNormBound(const BoundCall& call, Tensor& error) {
  const Tensor &x = call.x(), &ex = call.ex();
  const double epsilon = call.number("epsilon");
  forEachChannel(x, [&](int64_t c, int64_t first) {
    const Channel channel{&x.data[static_cast<size_t>(first)], x.elements() / x.shape[0]};
    const double* e = &ex.data[static_cast<size_t>(first)];
    const auto n = static_cast<double>(channel.positions);
    const double inARow = std::min(n, 256.0) + 16 + 4 * std::ceil(n / 4096);
    double largest = 0, largestError = 0;
    for (int64_t i = 0; i < channel.positions; ++i) {
      largest = std::max(largest, std::fabs(channel.x[i]) + e[i]);
      largestError = std::max(largestError, e[i]);
    }
    const double mean = channel.mean(), variance = channel.variance(mean),
                 ofMean = largestError + roundings(inARow) * largest + kSmallest;
    double squares = 0;
    for (int64_t i = 0; i < channel.positions; ++i) {
      const double far = std::fabs(channel.x[i] - mean) + e[i] + 4 * ofMean;
      squares += far * far / n;
    }
    const double ofVariance = squares - variance + roundings(inARow) * squares + n * kSmallest;
    const double low = std::max(epsilon, variance + epsilon - ofVariance),
                 high = variance + epsilon + ofVariance;
    const double scale = 1 / std::sqrt(variance + epsilon), most = 1 / std::sqrt(low),
                 least = 1 / std::sqrt(high);
    const double ofScale = std::max(most - scale, scale - least);
    const double weight = call.optional(1) ? std::fabs(call.x(1).data[static_cast<size_t>(c)]) : 1,
                 bias = call.optional(2) ? std::fabs(call.x(2).data[static_cast<size_t>(c)]) : 0;
    for (int64_t i = 0; i < channel.positions; ++i) {
      const double far = std::fabs(channel.x[i] - mean), ofFar = e[i] + ofMean;
      error.data[static_cast<size_t>(first + i)] =
          weight * (ofFar * most + far * ofScale + roundings(6) * (far + ofFar) * most) +
          roundings(2) * bias + kSmallest * (1 + weight) * (1 + most);
    }
  });
}

// ---- local_response_norm ----

// Calls function(index, indices of the channels around it) for every element.
template <typename Function> void forEachWindow(const LayerCall& call, Function function) {
  const Tensor& x = call.x();
  const int64_t size = call.node.attributes.get<int64_t>("size"), channels = x.shape[0],
                plane = x.elements() / channels;
  std::vector<size_t> around;
  for (int64_t at = 0; at < static_cast<int64_t>(x.data.size()); ++at) {
    const int64_t c = at / plane % channels;
    around.clear();
    for (int64_t i = std::max<int64_t>(0, c - size / 2); i <= std::min(channels - 1, c + (size - 1) / 2); ++i)
      around.push_back(static_cast<size_t>(at + (i - c) * plane));
    function(static_cast<size_t>(at), around);
  }
}

void localResponseNorm(const LayerCall& call, Tensor& y) {
  const std::vector<double>& x = call.x().data;
  const double factor = call.number("alpha") / static_cast<double>(call.node.attributes.get<int64_t>("size"));
  forEachWindow(call, [&](size_t at, const std::vector<size_t>& around) {
    double sum = 0;
    for (size_t i : around) sum += x[i] * x[i];
    y.data[at] = x[at] / std::pow(call.number("k") + factor * sum, call.number("beta"));
  });
}

// The divisor s is off by d = factor * sum of (2 |x| + e) e, and a rounding for each term and a few more; the
// power by (1 - d / s)^-beta and 16 roundings; a quotient.
void localResponseNormBound(const BoundCall& call, Tensor& error) {
  const std::vector<double>&x = call.x().data, &ex = call.ex().data;
  const auto size = static_cast<double>(call.node.attributes.get<int64_t>("size"));
  const double factor = call.number("alpha") / size, k = call.number("k"),
               beta = std::fabs(call.number("beta"));
  forEachWindow(call, [&](size_t at, const std::vector<size_t>& around) {
    double sum = 0, off = 0;
    for (size_t i : around) {
      sum += x[i] * x[i];
      off += (2 * std::fabs(x[i]) + ex[i]) * ex[i];
    }
    const double divisor = k + factor * sum,
                 relative =
                     (factor * off + roundings(size + 4) * (divisor + factor * off) + size * kSmallest) /
                     divisor;
    const double power = std::pow(divisor, -call.number("beta"));
    // The divisor is at least k.
    const double most =
        std::pow(std::max(1 - relative, k / divisor * (1 - roundings(2))), -beta) * (1 + roundings(16));
    error.data[at] = power * ((most - 1) * std::fabs(x[at]) + most * ex[at]) + kSmallest * (1 + power);
  });
}

} // namespace

std::vector<LayerReference> normalizationLayers() {
  return {
      {OpKind::Normalize, normalize, normalizeBound},
      {OpKind::InstanceNorm, instanceNorm, instanceNormBound},
      {OpKind::LocalResponseNorm, localResponseNorm, localResponseNormBound},
  };
}

} // namespace convoy::reference
