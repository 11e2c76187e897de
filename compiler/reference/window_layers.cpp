// Convolution and pooling.
#include "reference/weighted.h"
#include "reference/winograd.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

static int64_t wrapped(int64_t position, int64_t period) {
  position %= period;
  return position < 0 ? position + period : position;
}

int64_t borderPosition(BorderMode mode, int64_t position, int64_t size) {
  if (position >= 0 && position < size) return position;
  switch (mode) {
  case BorderMode::Constant: return -1;
  case BorderMode::Replicate: return position < 0 ? 0 : size - 1;
  case BorderMode::Reflect: // dcba|abcd|dcba: a period of twice the size
    position = wrapped(position, 2 * size);
    return position < size ? position : 2 * size - 1 - position;
  case BorderMode::Reflect101: // dcb|abcd|cba: the edges are not repeated; a single element stands for
                               // everything
    if (size == 1) return 0;
    position = wrapped(position, 2 * size - 2);
    return position < size ? position : 2 * size - 2 - position;
  case BorderMode::Wrap: return wrapped(position, size);
  }
  return -1;
}

WindowTable windowTable(const Attributes& attributes, const std::vector<int64_t>& inputShape,
                        const std::vector<int64_t>& resultShape,
                        const std::map<std::string, int64_t>& sizes) {
  Window window = windowOf(attributes);
  WindowTable table;
  table.constant = static_cast<float>(window.border.value);
  int rank = static_cast<int>(inputShape.size()) - 1;
  for (int axis = 0; axis < 3; ++axis) {
    int own = axis - (3 - rank); // the spatial axis of the tensor, or negative
    int64_t size = table.input[axis] = own < 0 ? 1 : inputShape[1 + own];
    int64_t outputs = table.output[axis] = own < 0 ? 1 : resultShape[1 + own];
    int64_t kernel = table.kernel[axis] = own < 0 ? 1 : window.kernel[own];
    int64_t stride = own < 0 ? 1 : window.stride[own], dilation = own < 0 ? 1 : window.dilation[own];
    int64_t begin = 0, end = 0;
    if (own >= 0) {
      auto padBegin = window.padBegin[own].evaluate(sizes), padEnd = window.padEnd[own].evaluate(sizes);
      require(padBegin && padEnd, "a pad depends on an unknown size");
      begin = *padBegin, end = *padEnd;
    }
    for (int64_t o = 0; o < outputs; ++o) {
      int64_t counted = 0;
      for (int64_t k = 0; k < kernel; ++k) {
        int64_t position = o * stride + k * dilation - begin;
        table.position[axis].push_back(borderPosition(window.border.mode, position, size));
        counted += position < size + end;
      }
      table.padded[axis].push_back(counted);
    }
  }
  return table;
}

namespace {

// Calls each(offset into the channel, or -1 outside; tap number) for every tap of one window.
template <typename Each>
void forEachTap(const WindowTable& window, int64_t od, int64_t oh, int64_t ow, Each each) {
  const int64_t* depths = window.position[0].data() + od * window.kernel[0];
  const int64_t* rows = window.position[1].data() + oh * window.kernel[1];
  const int64_t* columns = window.position[2].data() + ow * window.kernel[2];
  int64_t tap = 0;
  for (int64_t d = 0; d < window.kernel[0]; ++d)
    for (int64_t h = 0; h < window.kernel[1]; ++h) {
      bool outside = depths[d] < 0 || rows[h] < 0;
      int64_t row = (depths[d] * window.input[1] + rows[h]) * window.input[2];
      for (int64_t w = 0; w < window.kernel[2]; ++w, ++tap)
        each(outside || columns[w] < 0 ? -1 : row + columns[w], tap);
    }
}

template <typename Each> void forEachWindow(const WindowTable& window, Each each) {
  for (int64_t od = 0; od < window.output[0]; ++od)
    for (int64_t oh = 0; oh < window.output[1]; ++oh)
      for (int64_t ow = 0; ow < window.output[2]; ++ow) each(od, oh, ow);
}

int64_t planeOf(const WindowTable& window) { return window.input[0] * window.input[1] * window.input[2]; }

} // namespace

namespace {

// Neighbouring outputs of one image of a convolution: the input numbers under each of their taps, a row per
// input channel and tap, each as long as there are outputs. Whole rows of the output, so that sums over taps
// run along memory.
class Patch {
public:
  Patch(const WindowTable& window, int64_t channels) : window_(window), channels_(channels) {}

  // The output rows first..last-1, counted through the depth.
  void fill(const double* image, int64_t first, int64_t last) {
    outputs = (last - first) * window_.output[2];
    numbers.resize(static_cast<size_t>(rows() * outputs));
    const int64_t plane = window_.input[0] * window_.input[1] * window_.input[2];
    for (int64_t c = 0; c < channels_; ++c)
      for (int64_t row = first; row < last; ++row)
        for (int64_t ow = 0; ow < window_.output[2]; ++ow) {
          double* to = numbers.data() + c * taps() * outputs + (row - first) * window_.output[2] + ow;
          forEachTap(window_, row / window_.output[1], row % window_.output[1], ow,
                     [&](int64_t offset, int64_t tap) {
                       to[tap * outputs] = offset >= 0 ? image[c * plane + offset] : window_.constant;
                     });
        }
  }

  int64_t taps() const { return window_.kernel[0] * window_.kernel[1] * window_.kernel[2]; }
  int64_t rows() const { return channels_ * taps(); }

  std::vector<double> numbers;
  int64_t outputs = 0;

private:
  const WindowTable& window_;
  int64_t channels_;
};

} // namespace

void addProducts(const double* weights, const double* numbers, int64_t rows, int64_t n, double* to) {
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4) { // four at a time: less reading and writing of `to`, in the same order
    const double *w = weights + row, *x = numbers + row * n;
    for (int64_t i = 0; i < n; ++i)
      to[i] = to[i] + w[0] * x[i] + w[1] * x[n + i] + w[2] * x[2 * n + i] + w[3] * x[3 * n + i];
  }
  for (; row < rows; ++row) {
    const double* x = numbers + row * n;
    for (int64_t i = 0; i < n; ++i) to[i] += weights[row] * x[i];
  }
}

void convolve(const Tensor& input, const Tensor& weight, const Tensor* bias, int64_t groups,
              const WindowTable& window, Tensor& result) {
  constexpr int64_t patchOutputs =
      256; // about so many: the patch of a filter's inputs then stays in the caches
  const int64_t channels = input.shape[0], filters = result.shape[0], perGroup = channels / groups;
  const int64_t rows = window.output[0] * window.output[1], width = window.output[2];
  const int64_t step = std::max<int64_t>(1, patchOutputs / std::max<int64_t>(1, width));
  Patch patch(window, perGroup);
  for (int64_t n = 0; n < result.batch; ++n)
    for (int64_t group = 0; group < groups; ++group)
      for (int64_t row = 0; row < rows; row += step) {
        patch.fill(input.data.data() + (n * channels + group * perGroup) * planeOf(window), row,
                   std::min(rows, row + step));
        for (int64_t f = group * (filters / groups); f < (group + 1) * (filters / groups); ++f) {
          double* to = result.data.data() + (n * filters + f) * rows * width + row * width;
          std::fill_n(to, patch.outputs, bias ? bias->data[static_cast<size_t>(f)] : 0.0);
          addProducts(weight.data.data() + f * patch.rows(), patch.numbers.data(), patch.rows(),
                      patch.outputs, to);
        }
      }
}

// `least`: what a window of padding alone gives.
static void maxPool(const Tensor& input, const WindowTable& window, double least, Tensor& result) {
  int64_t plane = planeOf(window), at = 0;
  for (int64_t n = 0; n < result.batch * result.shape[0]; ++n) {
    const double* channel = input.data.data() + n * plane;
    forEachWindow(window, [&](int64_t od, int64_t oh, int64_t ow) {
      double best = least;
      forEachTap(window, od, oh, ow, [&](int64_t offset, int64_t) {
        if (offset >= 0) best = maximum(best, channel[offset]);
      });
      result.data[at++] = best;
    });
  }
}

// `divisor`: 0 for the count.
static void averagePool(const Tensor& input, const WindowTable& window, bool countPadding, int64_t divisor,
                        Tensor& result) {
  int64_t plane = planeOf(window), at = 0;
  for (int64_t n = 0; n < result.batch * result.shape[0]; ++n) {
    const double* channel = input.data.data() + n * plane;
    forEachWindow(window, [&](int64_t od, int64_t oh, int64_t ow) {
      double sum = 0;
      int64_t inside = 0;
      forEachTap(window, od, oh, ow, [&](int64_t offset, int64_t) {
        if (offset < 0) return;
        sum += channel[offset];
        ++inside;
      });
      int64_t count = divisor        ? divisor
                      : countPadding ? window.padded[0][od] * window.padded[1][oh] * window.padded[2][ow]
                                     : inside;
      result.data[at++] = count == 0 ? 0 : sum / static_cast<double>(count);
    });
  }
}

// ---- the layers ----

static WindowTable windowTable(const LayerCall& call, const Tensor& result) {
  return windowTable(call.node.attributes, call.x().shape, result.shape, call.sizes);
}

// For bounds: what is read outside is exact.
static WindowTable errorWindow(const LayerCall& call, const Tensor& error) {
  WindowTable table = windowTable(call, error);
  table.constant = 0;
  return table;
}

static void convBound(const BoundCall& call, Tensor& error) {
  WindowTable table = windowTable(call, error);
  if (call.forms.winograd > 0) return winogradBound(call, table, error);
  const auto groups = call.node.attributes.get<int64_t>("groups");
  weighted(call, table.constant, error,
           [&](const Tensor& from, double border, const Tensor& weight, const Tensor* bias, Tensor& to) {
             table.constant = border;
             convolve(from, weight, bias, groups, table, to);
           });
}

static double leastOf(const TensorType& type) {
  return type.quantized() ? static_cast<double>(lowestOf(type.element))
                          : -std::numeric_limits<double>::infinity();
}

static void maxPoolBound(const BoundCall& call, Tensor& error) {
  maxPool(call.ex(), errorWindow(call, error), 0, error);
}

static int64_t divisorOf(const LayerCall& call) {
  const Attributes& attributes = call.node.attributes;
  return attributes.has("divisor") ? attributes.get<int64_t>("divisor") : 0;
}

static void averagePoolBound(const BoundCall& call, Tensor& error) {
  const bool count = call.node.attributes.get<bool>("count_include_pad");
  const WindowTable table = errorWindow(call, error);
  averaged(call, static_cast<double>(table.kernel[0] * table.kernel[1] * table.kernel[2]), error,
           [&](const Tensor& from, Tensor& to) { averagePool(from, table, count, divisorOf(call), to); });
}

std::vector<LayerReference> windowLayers() {
  return {
      {OpKind::Conv,
       [](const LayerCall& call, Tensor& y) {
         convolve(call.x(), call.x(1), call.optional(2), call.node.attributes.get<int64_t>("groups"),
                  windowTable(call, y), y);
       },
       convBound},
      {OpKind::MaxPool,
       [](const LayerCall& call, Tensor& y) {
         maxPool(call.x(), windowTable(call, y), leastOf(call.node.type), y);
       },
       maxPoolBound},
      {OpKind::AvgPool,
       [](const LayerCall& call, Tensor& y) {
         averagePool(call.x(), windowTable(call, y), call.node.attributes.get<bool>("count_include_pad"),
                     divisorOf(call), y);
       },
       averagePoolBound},
  };
}

} // namespace convoy::reference
