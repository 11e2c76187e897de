#include "workload.h"
#include <cmath>

namespace convoy::texts {

namespace {

class Filter : public Workload {
public:
  Filter(Fill fill, Flush where, int64_t height, int64_t width)
      : Workload("filter_3x3", 2.0 * 9 * static_cast<double>(height * width)), fill_(fill),
        picture_(1, height, width), weights_(1, 1) {
    flush = where;
    int limit = fill == Fill::Integers ? 100 : 0;
    fillValues(picture_.values, 7, limit);
    fillValues(weights_.values, 8, limit);
    in_ = buffer(picture_.values.size());
    kernel_ = buffer(9);
    out_ = buffer(picture_.values.size());
    packBlocked(picture_, 1, in_);
    for (int64_t tap = 0; tap < 9; ++tap) kernel_[tap] = static_cast<float>(weights_.at(0, 0, tap));
  }

  void run(const CompiledText& code) override {
    code.function<void(const float*, const float*, float*, int64_t, int64_t)>(text)(
        in_, kernel_, out_, picture_.height, picture_.width);
  }

  std::string problem() const override {
    Picture in = picture_.padded(1), expected = convolve3x3(in, weights_, {0});
    Picture bound = convolve3x3(in.magnitude(), weights_.magnitude(), {0});
    for (size_t i = 0; i < expected.values.size(); ++i) {
      double allowed = fill_ == Fill::Integers ? 0 : bound.values[i] * roundings(10);
      if (!(std::fabs(out_[i] - expected.values[i]) <= allowed))
        return "pixel " + std::to_string(i) + ": " + std::to_string(out_[i]) + ", wanted " +
               std::to_string(expected.values[i]);
    }
    return touchedOutside();
  }

private:
  Fill fill_;
  Picture picture_;
  Weights weights_;
  float *in_, *kernel_, *out_;
};

} // namespace

Made filterWorkload(Fill fill, Flush flush, int64_t height, int64_t width) {
  return std::make_unique<Filter>(fill, flush, height, width);
}

} // namespace convoy::texts
