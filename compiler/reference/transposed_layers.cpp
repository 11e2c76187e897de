// Transposed convolution, as it is defined: every input number is added to the results that it reaches.
#include "reference/weighted.h"
#include <algorithm>
#include <cmath>

namespace convoy::reference {

namespace {

// Spatial axes filled up to three from the left.
struct Axes {
  int64_t input[3] = {1, 1, 1}, output[3] = {1, 1, 1}, kernel[3] = {1, 1, 1};
  int64_t stride[3] = {1, 1, 1}, dilation[3] = {1, 1, 1}, padding[3] = {0, 0, 0};

  Axes(const LayerCall& call, const Tensor& result) {
    const Window window = windowOf(call.node.attributes);
    const size_t rank = window.kernel.size();
    for (size_t i = 0; i < rank; ++i) {
      const size_t axis = 3 - rank + i;
      input[axis] = call.x().shape[1 + i];
      output[axis] = result.shape[1 + i];
      kernel[axis] = window.kernel[i];
      stride[axis] = window.stride[i];
      dilation[axis] = window.dilation[i];
      padding[axis] = window.padBegin[i].known();
    }
  }
  // Where the tap puts the input element along an axis; -1: outside.
  int64_t target(int axis, int64_t position, int64_t tap) const {
    const int64_t at = position * stride[axis] + tap * dilation[axis] - padding[axis];
    return at >= 0 && at < output[axis] ? at : -1;
  }
  static int64_t product(const int64_t (&extents)[3]) { return extents[0] * extents[1] * extents[2]; }
};

// Adds a plane of inputs, times a kernel, to a plane of results.
void scatter(const Axes& a, const double* x, const double* weight, double* y) {
  for (int64_t d = 0; d < a.input[0]; ++d)
    for (int64_t h = 0; h < a.input[1]; ++h)
      for (int64_t kd = 0; kd < a.kernel[0]; ++kd)
        for (int64_t kh = 0; kh < a.kernel[1]; ++kh) {
          const int64_t slice = a.target(0, d, kd), row = a.target(1, h, kh);
          if (slice < 0 || row < 0) continue;
          const double* from = x + (d * a.input[1] + h) * a.input[2];
          const double* taps = weight + (kd * a.kernel[1] + kh) * a.kernel[2];
          double* to = y + (slice * a.output[1] + row) * a.output[2];
          for (int64_t w = 0; w < a.input[2]; ++w)
            for (int64_t kw = 0; kw < a.kernel[2]; ++kw)
              if (const int64_t column = a.target(2, w, kw); column >= 0) to[column] += from[w] * taps[kw];
        }
}

// The weight is [channels][filters / groups][..kernel].
void transposed(const LayerCall& call, const Tensor& input, const Tensor& weight, const Tensor* bias,
                Tensor& result) {
  const Axes axes(call, result);
  const auto groups = call.node.attributes.get<int64_t>("groups");
  const int64_t channels = input.shape[0], filters = result.shape[0], perGroup = filters / groups,
                inputs = Axes::product(axes.input), outputs = Axes::product(axes.output),
                taps = Axes::product(axes.kernel);
  for (int64_t n = 0; n < result.batch; ++n)
    for (int64_t f = 0; f < filters; ++f) {
      double* y = result.data.data() + (n * filters + f) * outputs;
      std::fill_n(y, outputs, bias ? bias->data[static_cast<size_t>(f)] : 0.0);
      const int64_t first = f / perGroup * (channels / groups);
      for (int64_t c = first; c < first + channels / groups; ++c)
        scatter(axes, input.data.data() + (n * channels + c) * inputs,
                weight.data.data() + (c * perGroup + f % perGroup) * taps, y);
    }
}

void transposedBound(const BoundCall& call, Tensor& error) {
  const auto groups = static_cast<double>(call.node.attributes.get<int64_t>("groups"));
  const Tensor& weight = call.x(1);
  // No result has more terms than one channel's kernel for each channel of its group.
  const double terms = static_cast<double>(weight.elements() / weight.shape[1]) / groups;
  weighted(call, terms, 0, error,
           [&](const Tensor& from, double, const Tensor& w, const Tensor* bias, Tensor& to) {
             transposed(call, from, w, bias, to);
           });
}

} // namespace

std::vector<LayerReference> transposedLayers() {
  return {
      {OpKind::TransposedConv,
       [](const LayerCall& call, Tensor& y) { transposed(call, call.x(), call.x(1), call.optional(2), y); },
       transposedBound}};
}

} // namespace convoy::reference
