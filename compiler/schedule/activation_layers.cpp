// Activations and the other elementary functions.
#include "schedule/math.h"
#include "schedule/vector_layers.h"

namespace convoy::schedule {

namespace {

using Values = std::vector<Reg>;
using graph::Value;

template <Vec function(Vec)> Reg unary(KernelBuilder& k, const Value&, const Values& x) {
  return function({k.b, x[0]}).value();
}

double number(const Value& node, const char* attribute) { return node.attributes.get<double>(attribute); }

Vec relu6(Vec x) { return atMost(6, atLeast(0, x)); }
Vec hardSigmoid(Vec x) { return relu6(x + 3) * (1. / 6); }
Vec hardSwish(Vec x) { return atLeast(-3, x) * hardSigmoid(x); } // 0 at minus infinity

// NaN is not less than 0 and passes.
Vec leaky(Vec x, Vec slope) { return select(x < 0, x * slope, x); }
Vec elu(Vec x, double scale, double alpha) {
  Vec positive = scale == 1 ? x : x * scale;
  return select(x < 0, expm1OfNegative(x) * (scale * alpha), positive);
}

Reg leakyRelu(KernelBuilder& k, const Value& node, const Values& x) {
  Vec v(k.b, x[0]);
  return leaky(v, v.number(number(node, "slope"))).value();
}

Reg prelu(KernelBuilder& k, const Value&, const Values& x) { return leaky({k.b, x[0]}, {k.b, x[1]}).value(); }

Reg elu(KernelBuilder& k, const Value& node, const Values& x) {
  return elu(Vec(k.b, x[0]), 1, number(node, "alpha")).value();
}

Reg selu(KernelBuilder& k, const Value&, const Values& x) {
  return elu(Vec(k.b, x[0]), 1.0507009873554804934193, 1.6732632423543772848170).value();
}

Reg gelu(KernelBuilder& k, const Value& node, const Values& x) {
  Vec v(k.b, x[0]);
  return (node.attributes.get<std::string>("approximate") == "tanh" ? geluTanh(v) : gelu(v)).value();
}

Reg softplus(KernelBuilder& k, const Value& node, const Values& x) {
  Vec v(k.b, x[0]);
  double beta = number(node, "beta");
  return (beta == 1 ? softplus(v) : softplus(v * beta) / v.number(beta)).value();
}

Reg pow(KernelBuilder& k, const Value& node, const Values& x) {
  const Value& exponent = k.value(node.operands[1]);
  const bool isNumber = exponent.data && exponent.data->literal && exponent.data->data.size() == 1;
  Vec base(k.b, x[0]);
  return (isNumber ? pow(base, static_cast<double>(exponent.data->data[0])) : pow(base, Vec(k.b, x[1])))
      .value();
}

} // namespace

std::vector<VectorLayer> activationLayers() {
  return {
      {OpKind::Relu6, unary<relu6>},
      {OpKind::LeakyRelu, leakyRelu},
      {OpKind::Prelu, prelu},
      {OpKind::Elu, elu},
      {OpKind::Selu, selu},
      {OpKind::Gelu, gelu},
      {OpKind::Silu, unary<silu>},
      {OpKind::Sigmoid, unary<sigmoid>},
      {OpKind::HardSigmoid, unary<hardSigmoid>},
      {OpKind::HardSwish, unary<hardSwish>},
      {OpKind::Tanh, unary<tanh>},
      {OpKind::Softplus, softplus},
      {OpKind::Exp, unary<schedule::exp>},
      {OpKind::Log, unary<schedule::log>},
      {OpKind::Pow, pow},
  };
}

} // namespace convoy::schedule
