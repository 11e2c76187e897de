// Layers that go along channels.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

namespace {

// The mean of window o of `size` along an axis of n: floor(o n / size) to ceil((o + 1) n / size).
void adaptiveAverage(const Tensor& input, Tensor& result) {
  const size_t rank = result.shape.size() - 1;
  int64_t in[3] = {1, 1, 1}, out[3] = {1, 1, 1};
  for (size_t axis = 0; axis < rank; ++axis)
    in[3 - rank + axis] = input.shape[1 + axis], out[3 - rank + axis] = result.shape[1 + axis];
  auto begin = [&](int axis, int64_t o) { return o * in[axis] / out[axis]; };
  auto end = [&](int axis, int64_t o) { return ((o + 1) * in[axis] + out[axis] - 1) / out[axis]; };
  size_t at = 0;
  for (int64_t c = 0; c < result.batch * result.shape[0]; ++c) {
    const double* x = input.data.data() + c * in[0] * in[1] * in[2];
    for (int64_t d = 0; d < out[0]; ++d)
      for (int64_t h = 0; h < out[1]; ++h)
        for (int64_t w = 0; w < out[2]; ++w) {
          double sum = 0, count = 0;
          for (int64_t i = begin(0, d); i < end(0, d); ++i)
            for (int64_t j = begin(1, h); j < end(1, h); ++j)
              for (int64_t k = begin(2, w); k < end(2, w); ++k)
                sum += x[(i * in[1] + j) * in[2] + k], count += 1;
          result.data[at++] = sum / count;
        }
  }
}

void adaptiveBound(const BoundCall& call, Tensor& error) {
  double terms = 1; // of the largest window
  for (size_t axis = 1; axis < error.shape.size(); ++axis)
    terms *= static_cast<double>(call.x().shape[axis] / error.shape[axis] + 2);
  averaged(call, terms, error, adaptiveAverage);
}

void softmax(const Tensor& input, Tensor& result) {
  int64_t channels = input.shape[0], plane = input.elements() / channels;
  for (int64_t n = 0; n < result.batch; ++n)
    for (int64_t i = 0; i < plane; ++i) {
      const double* from = input.data.data() + n * channels * plane + i;
      double* to = result.data.data() + n * channels * plane + i;
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (int64_t c = 0; c < channels; ++c) largest = maximum(largest, from[c * plane]);
      for (int64_t c = 0; c < channels; ++c) sum += to[c * plane] = std::exp(from[c * plane] - largest);
      for (int64_t c = 0; c < channels; ++c) to[c * plane] /= sum;
    }
}

// exp(x - m) / sum: an error of e in x is a factor of exp(e); 16 roundings for exp itself.
void softmaxBound(const BoundCall& call, Tensor& error) {
  const Tensor &x = call.x(), &ex = call.ex(), &y = call.y;
  int64_t channels = x.shape[0], plane = x.elements() / channels;
  for (int64_t n = 0; n < x.batch; ++n)
    for (int64_t i = 0; i < plane; ++i) {
      int64_t base = n * channels * plane + i;
      double worst = 0, low = x.data[base], high = x.data[base];
      for (int64_t c = 0; c < channels; ++c) {
        worst = std::max(worst, ex.data[base + c * plane]);
        low = std::min(low, x.data[base + c * plane]);
        high = std::max(high, x.data[base + c * plane]);
      }
      double shift = 2 * worst + 2 * kUnit * (high - low + 2 * worst);
      double relative =
          std::expm1(shift) + (1 + std::expm1(shift)) * roundings(static_cast<double>(channels) + 16);
      for (int64_t c = 0; c < channels; ++c)
        error.data[base + c * plane] =
            y.data[base + c * plane] * relative + static_cast<double>(channels) * kSmallest;
    }
}

} // namespace

std::vector<LayerReference> channelLayers() {
  using Call = LayerCall;
  return {
      {OpKind::AdaptiveAvgPool, [](const Call& call, Tensor& y) { adaptiveAverage(call.x(), y); },
       adaptiveBound},
      {OpKind::Softmax, [](const Call& call, Tensor& y) { softmax(call.x(), y); }, softmaxBound},
  };
}

} // namespace convoy::reference
