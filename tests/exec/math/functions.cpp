#include "functions.h"
#include <cmath>

namespace convoy::math_test {

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
// -0 at minus infinity, the limit.
double silu(double x) { return std::isinf(x) ? std::max(x, -0.0) : x * sigmoid(x); }
double gelu(double x) { return std::isinf(x) ? std::max(x, -0.0) : x * 0.5 * std::erfc(-x * std::sqrt(0.5)); }
double geluTanh(double x) {
  if (std::isinf(x)) return std::max(x, -0.0);
  return x * sigmoid(std::sqrt(8 / M_PI) * (x + 0.044715 * x * x * x));
}
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

} // namespace

const std::vector<Function>& functions() {
  using schedule::Vec;
  static const std::vector<Function> all = {
      {"exp", schedule::exp, std::exp, {1, 0}, {1.25, 0}},
      {"expOfNegative", schedule::expOfNegative, std::exp, {1, 0}, {1.25, 0}, -1 / 0.0, 0},
      {"expm1OfNegative", schedule::expm1OfNegative, std::expm1, {1, 0}, {1, 0}, -1 / 0.0, -0x1p-126},
      {"log", schedule::log, std::log, {1, 0}, {1, 0}},
      {"sigmoid", schedule::sigmoid, sigmoid, {2.5, 0}, {2.5, 0}},
      {"silu", schedule::silu, silu, {2.5, 0x1p-120}, {2.5, 0x1p-120}},
      {"tanh", schedule::tanh, std::tanh, {2.75, 0}, {2.75, 0}},
      {"softplus", schedule::softplus, softplus, {2, 0}, {2, 0}},
      {"gelu", schedule::gelu, gelu, {5, 0x1p-120}, {2.5, 0x1p-26}},
      {"geluTanh", schedule::geluTanh, geluTanh, {2.75, 0x1p-26}, {2.75, 0x1p-26}},
  };
  return all;
}

} // namespace convoy::math_test
