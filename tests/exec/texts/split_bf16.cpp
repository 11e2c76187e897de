#include "workload.h"
#include <cmath>
#include <cstring>

namespace convoy::texts {

namespace {

constexpr int64_t channels = 64, size = 56, padded = size + 2;

uint16_t toBf16(float f) { // nearest, ties to even
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
float fromBf16(uint16_t b) {
  uint32_t bits = static_cast<uint32_t>(b) << 16;
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}

class SplitBf16 : public Workload {
public:
  SplitBf16(Fill fill, Flush where)
      : Workload("split_bf16_3x3", 2.0 * channels * channels * 9 * size * size), fill_(fill),
        picture_(channels, size, size), weights_(channels, channels), bias_(channels) {
    flush = where;
    // Weights up to 1000 need both halves; with inputs that need one, no product is left out and sums are
    // exact.
    bool integers = fill == Fill::Integers;
    fillValues(picture_.values, 15, integers ? 7 : 0);
    fillValues(weights_.values, 16, integers ? 1000 : 0);
    fillValues(bias_, 17, integers ? 100 : 0);
    high_ = halves(channels * padded * padded);
    low_ = halves(channels * padded * padded);
    weightHigh_ = halves(channels * channels * 9);
    weightLow_ = halves(channels * channels * 9);
    biases_ = buffer(channels);
    out_ = buffer(static_cast<size_t>(channels * size * padded));
    Picture in = picture_.padded(1);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = 0; p < padded * padded; ++p)
        split(in.at(c, p / padded, p % padded), (c / 32 * padded * padded + p) * 32 + c % 32, high_, low_);
    for (int64_t f = 0; f < channels; ++f)
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t tap = 0; tap < 9; ++tap)
          split(weights_.at(f, c, tap),
                ((((f / 16 * 2 + c / 32) * 9 + tap) * 16 + c % 32 / 2) * 16 + f % 16) * 2 + c % 2,
                weightHigh_, weightLow_);
    for (size_t f = 0; f < channels; ++f) biases_[f] = static_cast<float>(bias_[f]);
  }

  void run(const CompiledText& code) override {
    using Half = const uint16_t*;
    code.function<void(Half, Half, Half, Half, const float*, float*)>(text)(high_, low_, weightHigh_,
                                                                            weightLow_, biases_, out_);
  }

  // The split leaves out at most 3 * 2^-16 of every product; then there are the roundings of the f32 sums.
  std::string problem() const override {
    Picture in = picture_.padded(1), expected = convolve3x3(in, weights_, bias_), bound(channels, size, size);
    relu(expected);
    if (fill_ == Fill::Reals) {
      bound = convolve3x3(in.magnitude(), weights_.magnitude(), magnitude(bias_));
      for (double& b : bound.values) b *= 3 * 0x1p-16;
    }
    std::string wrong = compareBlocked(out_, padded, size * padded, expected, bound);
    return wrong.empty() ? touchedOutside() : wrong;
  }

private:
  uint16_t* halves(size_t n) { return bytes(n * sizeof(uint16_t)).as<uint16_t>(); }
  static void split(double value, int64_t at, uint16_t* high, uint16_t* low) {
    float f = static_cast<float>(value);
    high[at] = toBf16(f);
    low[at] = toBf16(f - fromBf16(high[at]));
  }

  Fill fill_;
  Picture picture_;
  Weights weights_;
  std::vector<double> bias_;
  uint16_t *high_, *low_, *weightHigh_, *weightLow_;
  float *biases_, *out_;
};

} // namespace

Made splitBf16Workload(Fill fill, Flush flush) { return std::make_unique<SplitBf16>(fill, flush); }

} // namespace convoy::texts
