// Layers that go along channels.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

namespace {

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
      {OpKind::Softmax, [](const Call& call, Tensor& y) { softmax(call.x(), y); }, softmaxBound},
  };
}

} // namespace convoy::reference
