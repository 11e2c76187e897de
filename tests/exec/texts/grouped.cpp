#include "workload.h"

namespace convoy::texts {

namespace {

constexpr int64_t size = 56, padded = size + 2, perGroup = 4;

class Grouped : public Workload {
public:
  Grouped(Fill fill, Flush where, int64_t blocks)
      : Workload("grouped_3x3", 2.0 * static_cast<double>(blocks * 16 * perGroup * 9 * size * size)),
        fill_(fill), blocks_(blocks), picture_(blocks * 16, size, size), weights_(blocks * 16, perGroup),
        bias_(static_cast<size_t>(blocks * 16)) {
    flush = where;
    int limit = fill == Fill::Integers ? 8 : 0;
    fillValues(picture_.values, 4, limit);
    fillValues(weights_.values, 5, limit);
    fillValues(bias_, 6, limit);
    in_ = buffer(static_cast<size_t>(blocks * 16 * padded * padded));
    packed_ = buffer(static_cast<size_t>(blocks * 16 * perGroup * 9));
    biases_ = buffer(static_cast<size_t>(blocks * 16));
    out_ = buffer(static_cast<size_t>(blocks * 16 * size * size));
    packBlocked(picture_.padded(1), 16, in_);
    for (int64_t f = 0; f < blocks * 16; ++f)
      for (int64_t c = 0; c < perGroup; ++c)
        for (int64_t tap = 0; tap < 9; ++tap)
          packed_[((f / 16 * 9 + tap) * perGroup + c) * 16 + f % 16] =
              static_cast<float>(weights_.at(f, c, tap));
    for (size_t f = 0; f < bias_.size(); ++f) biases_[f] = static_cast<float>(bias_[f]);
  }

  void run(const CompiledText& code) override {
    code.function<void(const float*, const float*, const float*, float*, int64_t)>(text)(
        in_, packed_, biases_, out_, blocks_);
  }

  std::string problem() const override {
    int64_t groups = blocks_ * 16 / perGroup;
    Picture in = picture_.padded(1), expected = convolve3x3(in, weights_, bias_, groups);
    Picture bound(blocks_ * 16, size, size);
    relu(expected);
    if (fill_ == Fill::Reals) {
      bound = convolve3x3(in.magnitude(), weights_.magnitude(), magnitude(bias_), groups);
      for (double& b : bound.values) b *= roundings(perGroup * 9 + 1);
    }
    std::string wrong = compareBlocked(out_, size, size * size, expected, bound);
    return wrong.empty() ? touchedOutside() : wrong;
  }

private:
  Fill fill_;
  int64_t blocks_;
  Picture picture_;
  Weights weights_;
  std::vector<double> bias_;
  float *in_, *packed_, *biases_, *out_;
};

} // namespace

Made groupedWorkload(Fill fill, Flush flush, int64_t blocks) {
  return std::make_unique<Grouped>(fill, flush, blocks);
}

} // namespace convoy::texts
