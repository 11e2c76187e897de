#include "workload.h"

namespace convoy::texts {

namespace {

constexpr int64_t channels = 64, size = 56, padded = size + 2;

class Direct : public Workload {
public:
  Direct(Fill fill, Flush where)
      : Workload("direct_3x3", 2.0 * channels * channels * 9 * size * size), fill_(fill),
        picture_(channels, size, size), weights_(channels, channels), bias_(channels) {
    flush = where;
    int limit = fill == Fill::Integers ? 4 : 0;
    fillValues(picture_.values, 1, limit);
    fillValues(weights_.values, 2, limit);
    fillValues(bias_, 3, limit);
    in_ = buffer(channels * padded * padded);
    packed_ = buffer(channels * channels * 9);
    biases_ = buffer(channels);
    out_ = buffer(channels * size * size);
    packBlocked(picture_.padded(1), 16, in_);
    for (int64_t f = 0; f < channels; ++f)
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t tap = 0; tap < 9; ++tap)
          packed_[(((f / 16 * 4 + c / 16) * 9 + tap) * 16 + c % 16) * 16 + f % 16] =
              static_cast<float>(weights_.at(f, c, tap));
    for (size_t f = 0; f < channels; ++f) biases_[f] = static_cast<float>(bias_[f]);
  }

  void run(const CompiledText& code) override {
    code.function<void(const float*, const float*, const float*, float*)>(text)(in_, packed_, biases_, out_);
  }

  std::string problem() const override {
    Picture in = picture_.padded(1), expected = convolve3x3(in, weights_, bias_), bound(channels, size, size);
    relu(expected);
    if (fill_ == Fill::Reals) {
      bound = convolve3x3(in.magnitude(), weights_.magnitude(), magnitude(bias_));
      for (double& b : bound.values) b *= roundings(channels * 9 + 1);
    }
    std::string wrong = compareBlocked(out_, size, size * size, expected, bound);
    return wrong.empty() ? touchedOutside() : wrong;
  }

private:
  Fill fill_;
  Picture picture_;
  Weights weights_;
  std::vector<double> bias_;
  float *in_, *packed_, *biases_, *out_;
};

} // namespace

Made directWorkload(Fill fill, Flush flush) { return std::make_unique<Direct>(fill, flush); }

} // namespace convoy::texts
