#include "measure.h"
#include "loop/builder.h"
#include <cmath>
#include <pmmintrin.h>
#include <sstream>

namespace convoy::math_test {

using loop::Scalar;

Compiled::Compiled(const std::string& cpu, uint32_t lanes, const Make& make) : cpu_(cpu), lanes_(lanes) {
  Target target = texts::targetFor(cpu);
  fused_ = target.fusedMultiplyAdd;
  loop::Module module;
  module.functions.push_back(std::make_unique<loop::Function>());
  loop::Function& f = *module.functions.back();
  f.name = "f", f.exported = true;
  loop::Builder b(f);
  loop::Value* n = b.parameter(loop::Type::index(), "n");
  loop::Value *x = b.parameter(loop::Type::pointer(), "x"),
              *second = b.parameter(loop::Type::pointer(), "second"),
              *y = b.parameter(loop::Type::pointer(), "y");
  loop::Type vector = loop::Type::vector(Scalar::F32, lanes);
  b.loop("i", b.index(0), n, lanes, {}, [&](loop::Value* i, const loop::Builder::Values&) {
    schedule::Vec a(b, b.load(vector, x, i)), c(b, b.load(vector, second, i));
    b.store(make(a, c).value(), y, i);
    return loop::Builder::Values{};
  });
  b.ret();
  // Through text: what is printed reads back to the same numbers.
  units_ = compileProgram(texts::readText("math.loop", print(module)), nullptr, target, {});
  code_ = std::make_unique<CodeInMemory>(units_, std::map<std::string, const void*>{});
}

void Compiled::run(const float* x, const float* second, float* y, int64_t n) const {
  unsigned state = _mm_getcsr();
  _mm_setcsr(state | 0x8040); // flush to zero, denormals are zeros
  code_->function<void(int64_t, const float*, const float*, float*)>("f")(n, x, second, y);
  _mm_setcsr(state);
}

std::vector<Compiled> compileAll(const Compiled::Make& make) {
  std::vector<Compiled> all;
  for (const char* cpu : {"native", "x86-64-v4", "x86-64-v3", "x86-64-v2"})
    if (texts::runsHere(cpu))
      for (uint32_t lanes : {4u, 8u, 16u}) all.emplace_back(cpu, lanes, make);
  return all;
}

float flushed(float x) { return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x; }

void Worst::take(const Bound& bound, float x, float second, float result, double exact) {
  constexpr double overflow = 0x1p128, smallestNormal = 0x1p-126;
  bool isWrong = std::isnan(result) != std::isnan(exact);
  double error = 0;
  if (!isWrong && !std::isnan(exact)) {
    // An infinity is as good as the power of two that it stands for; a flushed result is as good as the exact
    // one.
    auto finite = [](double v) { return std::isinf(v) ? std::copysign(overflow, v) : v; };
    double y = finite(result), e = std::fabs(exact) > overflow ? std::copysign(overflow, exact) : exact;
    if ((result == 0 || exact == 0) && std::signbit(result) != std::signbit(exact)) isWrong = true;
    if (std::isinf(exact) && !std::isinf(result)) isWrong = true;
    error = std::fabs(y - e) - bound.absolute;
    if (std::fabs(e) < smallestNormal) error -= smallestNormal;
    if (error > 0) {
      double size = std::max(std::fabs(e), smallestNormal);
      error /= std::ldexp(1.0, std::ilogb(size) - 23);
    }
  }
  if (isWrong && wrong.empty()) {
    std::ostringstream text;
    text.precision(9);
    text << "f(" << x << ", " << second << ") is " << result << ", not " << exact;
    wrong = text.str();
  }
  if (error > ulps) ulps = error, at = x, at2 = second, this->result = result, this->exact = exact;
}

void Worst::merge(const Worst& o) {
  std::string first = wrong.empty() ? o.wrong : wrong;
  if (o.ulps > ulps) *this = o;
  wrong = first;
}

} // namespace convoy::math_test
