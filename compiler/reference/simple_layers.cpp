// The layers without a window.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

void globalMax(const Tensor& input, Tensor& result) {
  int64_t channels = result.batch * result.shape[0], plane = input.elements() / input.shape[0];
  for (int64_t c = 0; c < channels; ++c) {
    double best = -std::numeric_limits<double>::infinity();
    for (int64_t i = 0; i < plane; ++i) best = maximum(best, input.data[c * plane + i]);
    result.data[c] = best;
  }
}

void globalAverage(const Tensor& input, Tensor& result) {
  int64_t channels = result.batch * result.shape[0], plane = input.elements() / input.shape[0];
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (int64_t i = 0; i < plane; ++i) sum += input.data[c * plane + i];
    result.data[c] = sum / static_cast<double>(plane);
  }
}

void select(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& result) {
  const double* c = condition.data.data();
  forEachPair(broadcastOf(condition, a, result), [&](int64_t at, int64_t i, int64_t j) {
    if (c[i] != 0) result.data[at] = a.data[j];
  });
  forEachPair(broadcastOf(condition, b, result), [&](int64_t at, int64_t i, int64_t j) {
    if (c[i] == 0) result.data[at] = b.data[j];
  });
}

ChannelScale channelScale(const BatchNormParameters& parameters, double epsilon, int64_t channel) {
  auto number = [&](size_t i) { return parameters[i]->data[static_cast<size_t>(channel)]; };
  double scale = number(0) / std::sqrt(number(3) + static_cast<float>(epsilon));
  return {scale, number(1) - number(2) * scale};
}

void batchNorm(const Tensor& input, const BatchNormParameters& parameters, double epsilon, Tensor& result) {
  int64_t channels = input.shape[0], plane = channels ? input.elements() / channels : 0;
  for (int64_t row = 0; row < input.batch * channels; ++row) {
    ChannelScale of = channelScale(parameters, epsilon, row % channels);
    for (int64_t i = row * plane; i < (row + 1) * plane; ++i)
      result.data[i] = input.data[i] * of.scale + of.shift;
  }
}

void luminance(const Tensor& input, Tensor& result) {
  int64_t plane = result.elements();
  for (int64_t n = 0; n < result.batch; ++n) {
    const double* red = input.data.data() + n * 3 * plane;
    for (int64_t i = 0; i < plane; ++i)
      result.data[n * plane + i] =
          double(0.299f) * red[i] + double(0.587f) * red[plane + i] + double(0.114f) * red[2 * plane + i];
  }
}

void concat(const std::vector<const Tensor*>& inputs, Tensor& result) {
  auto at = result.data.begin();
  for (int64_t n = 0; n < result.batch; ++n)
    for (const Tensor* input : inputs) {
      auto from = input->data.begin() + n * input->elements();
      at = std::copy(from, from + input->elements(), at);
    }
}

void dense(const Tensor& input, const Tensor& weight, const Tensor* bias, Tensor& result) {
  int64_t channels = input.shape[0], units = result.shape[0];
  for (int64_t n = 0; n < result.batch; ++n)
    for (int64_t u = 0; u < units; ++u) {
      double sum = bias ? bias->data[u] : 0;
      for (int64_t c = 0; c < channels; ++c)
        sum += weight.data[u * channels + c] * input.data[n * channels + c];
      result.data[n * units + u] = sum;
    }
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

Broadcast broadcastOf(const Tensor& a, const Tensor& b, const Tensor& result) {
  Broadcast walk;
  walk.extent[0] = result.batch;
  // A result of rank 1 has its channels at 1 and nothing behind; spatial axes fill up from the last.
  size_t rank = result.shape.size();
  auto place = [&](size_t axis) { return axis == 0 ? size_t(1) : 5 - (rank - axis); };
  for (size_t axis = 0; axis < rank; ++axis) walk.extent[place(axis)] = result.shape[axis];
  const Tensor* operands[] = {&a, &b};
  for (int side = 0; side < 2; ++side) {
    const Tensor& operand = *operands[side];
    int64_t step = 1;
    for (size_t axis = operand.shape.size(); axis-- > 0;) {
      walk.step[side][place(axis)] = operand.shape[axis] == 1 ? 0 : step;
      step *= operand.shape[axis];
    }
    walk.step[side][0] = operand.batch == 1 ? 0 : step;
  }
  return walk;
}

} // namespace convoy::reference
