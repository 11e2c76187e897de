// Convolution and pooling.
#include "reference/layers.h"
#include "support/internal_error.h"
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

void convolve(const Tensor& input, const Tensor& weight, const Tensor* bias, int64_t groups,
              const WindowTable& window, Tensor& result) {
  int64_t channels = input.shape[0], filters = result.shape[0], perGroup = channels / groups;
  int64_t plane = planeOf(window), taps = window.kernel[0] * window.kernel[1] * window.kernel[2], at = 0;
  double constant = window.constant;
  for (int64_t n = 0; n < result.batch; ++n)
    for (int64_t f = 0; f < filters; ++f) {
      int64_t group = f / (filters / groups);
      const double* source = input.data.data() + (n * channels + group * perGroup) * plane;
      const double* values = weight.data.data() + f * perGroup * taps;
      double start = bias ? bias->data[f] : 0;
      forEachWindow(window, [&](int64_t od, int64_t oh, int64_t ow) {
        double sum = start;
        for (int64_t c = 0; c < perGroup; ++c) {
          const double *channel = source + c * plane, *kernel = values + c * taps;
          forEachTap(window, od, oh, ow, [&](int64_t offset, int64_t tap) {
            if (offset >= 0)
              sum += kernel[tap] * channel[offset];
            else if (constant != 0)
              sum += kernel[tap] * constant;
          });
        }
        result.data[at++] = sum;
      });
    }
}

void maxPool(const Tensor& input, const WindowTable& window, Tensor& result) {
  int64_t plane = planeOf(window), at = 0;
  for (int64_t n = 0; n < result.batch * result.shape[0]; ++n) {
    const double* channel = input.data.data() + n * plane;
    forEachWindow(window, [&](int64_t od, int64_t oh, int64_t ow) {
      double best = -std::numeric_limits<double>::infinity();
      forEachTap(window, od, oh, ow, [&](int64_t offset, int64_t) {
        if (offset >= 0) best = maximum(best, channel[offset]);
      });
      result.data[at++] = best;
    });
  }
}

void averagePool(const Tensor& input, const WindowTable& window, bool countPadding, Tensor& result) {
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
      int64_t count =
          countPadding ? window.padded[0][od] * window.padded[1][oh] * window.padded[2][ow] : inside;
      result.data[at++] = count == 0 ? 0 : sum / static_cast<double>(count);
    });
  }
}

} // namespace convoy::reference
