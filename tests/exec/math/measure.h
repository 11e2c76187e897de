// Compiled elementary functions, and how far away from the exact result they are.
#pragma once
#include "compiled_text.h"
#include "functions.h"
#include <functional>

namespace convoy::math_test {

// y[i] = f(x[i]) or f(x[i], x2[i]) for i < n, a multiple of the lanes, compiled for a processor. Denormals
// are flushed while it runs, as in every compiled program.
class Compiled {
public:
  using Make = std::function<schedule::Vec(schedule::Vec x, schedule::Vec second)>;
  Compiled(const std::string& cpu, uint32_t lanes, const Make& make);
  void run(const float* x, const float* second, float* y, int64_t n) const;
  std::string name() const { return cpu_ + " x" + std::to_string(lanes_); }
  bool fused() const { return fused_; }

private:
  std::string cpu_;
  uint32_t lanes_;
  bool fused_;
  std::vector<CompiledUnit> units_; // whose memory the code is made of
  std::unique_ptr<CodeInMemory> code_;
};

// Every width on every processor of the suites that can run here.
std::vector<Compiled> compileAll(const Compiled::Make& make);

// What was found so far of one function on one processor.
struct Worst {
  double ulps = 0, at = 0, result = 0, exact = 0; // beyond bound.absolute
  double at2 = 0;
  std::string wrong; // a NaN, an infinity or a sign that should be another; the first one
  void take(const Bound& bound, float x, float second, float result, double exact);
  void merge(const Worst& o);
};

float flushed(float x); // denormals are zeros

} // namespace convoy::math_test
