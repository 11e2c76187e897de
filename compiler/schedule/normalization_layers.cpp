// Normalisation as arithmetic on vectors.
#include "schedule/math.h"
#include "schedule/vector_layers.h"

namespace convoy::schedule {

namespace {

// x / divisor^beta; of the usual exponents by roots.
Reg overPower(KernelBuilder& k, Reg x, Reg divisor, double beta) {
  Builder& b = k.b;
  auto root = [&](Reg v) { return b.unary(Op::Sqrt, v); };
  if (beta == 0.75) {
    Reg half = root(divisor);
    divisor = b.binary(Op::Mul, half, root(half));
  } else if (beta == 0.5) {
    divisor = root(divisor);
  } else if (beta != 1) {
    return b.binary(Op::Mul, x, pow(Vec(b, divisor), Vec(b, k.constant(-beta))).value());
  }
  return b.binary(Op::Div, x, divisor);
}

Reg localResponseNorm(KernelBuilder& k, const graph::Value& node, const std::vector<Reg>& x) {
  const Attributes& attributes = node.attributes;
  const double size = static_cast<double>(x.size());
  Reg sum = k.b.binary(Op::Mul, x[0], x[0]);
  for (size_t i = 1; i < x.size(); ++i) sum = k.b.fma(x[i], x[i], sum);
  Reg divisor = k.b.fma(sum, k.constant(static_cast<float>(attributes.get<double>("alpha")) / size),
                        k.constant(attributes.get<double>("k")));
  return overPower(k, x[x.size() / 2], divisor, attributes.get<double>("beta"));
}

} // namespace

std::vector<VectorLayer> normalizationLayers() { return {{OpKind::LocalResponseNorm, localResponseNorm}}; }

} // namespace convoy::schedule
