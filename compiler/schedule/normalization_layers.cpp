// Normalisation as arithmetic on vectors.
#include "schedule/math.h"
#include "schedule/vector_layers.h"

namespace convoy::schedule {

namespace {

Reg localResponseNorm(KernelBuilder& k, const graph::Value& node, const std::vector<Reg>& x) {
  const Attributes& attributes = node.attributes;
  const double size = static_cast<double>(x.size());
  Reg sum = k.b.binary(Op::Mul, x[0], x[0]);
  for (size_t i = 1; i < x.size(); ++i) sum = k.b.fma(x[i], x[i], sum);
  Reg divisor = k.b.fma(sum, k.constant(static_cast<float>(attributes.get<double>("alpha")) / size),
                        k.constant(attributes.get<double>("k")));
  const Vec power = pow(Vec(k.b, divisor), attributes.get<double>("beta"));
  return (Vec(k.b, x[x.size() / 2]) / power).value();
}

} // namespace

std::vector<VectorLayer> normalizationLayers() { return {{OpKind::LocalResponseNorm, localResponseNorm}}; }

} // namespace convoy::schedule
