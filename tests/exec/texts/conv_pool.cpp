#include "workload.h"
#include <algorithm>

namespace convoy::texts {

namespace {

constexpr int64_t channels = 16;

// 3x3 windows, stride 2.
Picture pool(const Picture& in) {
  Picture out(in.channels, (in.height - 1) / 2, (in.width - 1) / 2);
  for (int64_t c = 0; c < out.channels; ++c)
    for (int64_t y = 0; y < out.height; ++y)
      for (int64_t x = 0; x < out.width; ++x) {
        double largest = in.at(c, 2 * y, 2 * x);
        for (int64_t k = 1; k < 9; ++k) largest = std::max(largest, in.at(c, 2 * y + k / 3, 2 * x + k % 3));
        out.at(c, y, x) = largest;
      }
  return out;
}

class ConvPool : public Workload {
public:
  ConvPool(Fill fill, Flush where, int64_t height, int64_t width)
      : Workload("conv_pool",
                 2.0 * static_cast<double>(channels * channels * 9 * (height - 2) * (width - 2))),
        fill_(fill), picture_(channels, height, width), weights_(channels, channels), bias_(channels) {
    flush = where;
    int limit = fill == Fill::Integers ? 8 : 0;
    fillValues(picture_.values, 9, limit);
    fillValues(weights_.values, 10, limit);
    fillValues(bias_, 11, limit);
    in_ = buffer(picture_.values.size());
    packed_ = buffer(weights_.values.size());
    biases_ = buffer(channels);
    ring_ = buffer(static_cast<size_t>(3 * (width - 2) * channels));
    out_ = buffer(static_cast<size_t>((height - 3) / 2 * ((width - 3) / 2) * channels));
    packBlocked(picture_, 16, in_);
    for (int64_t f = 0; f < channels; ++f)
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t tap = 0; tap < 9; ++tap)
          packed_[(tap * 16 + c) * 16 + f] = static_cast<float>(weights_.at(f, c, tap));
    for (size_t f = 0; f < channels; ++f) biases_[f] = static_cast<float>(bias_[f]);
  }

  void run(const CompiledText& code) override {
    code.function<void(const float*, const float*, const float*, float*, float*, int64_t, int64_t)>(text)(
        in_, packed_, biases_, ring_, out_, picture_.height, picture_.width);
  }

  // Errors pass through the maximum without growing: a window's bound is the largest of its pixels' bounds.
  std::string problem() const override {
    Picture rows = convolve3x3(picture_, weights_, bias_);
    relu(rows);
    Picture expected = pool(rows), bound(channels, expected.height, expected.width);
    if (fill_ == Fill::Reals) {
      bound = pool(convolve3x3(picture_.magnitude(), weights_.magnitude(), magnitude(bias_)));
      for (double& b : bound.values) b *= roundings(channels * 9 + 1);
    }
    std::string wrong =
        compareBlocked(out_, expected.width, expected.width * expected.height, expected, bound);
    return wrong.empty() ? touchedOutside() : wrong;
  }

private:
  Fill fill_;
  Picture picture_;
  Weights weights_;
  std::vector<double> bias_;
  float *in_, *packed_, *biases_, *ring_, *out_;
};

} // namespace

Made convPoolWorkload(Fill fill, Flush flush, int64_t height, int64_t width) {
  return std::make_unique<ConvPool>(fill, flush, height, width);
}

} // namespace convoy::texts
