// Between numbers and the whole numbers that stand for them.
#include "schedule/vector_layers.h"

namespace convoy::schedule {

namespace {

using Values = std::vector<Reg>;
using graph::Value;

Reg quantize(KernelBuilder& k, const Value& node, const Values& x) {
  return toSteps(k, node, k.b.binary(Op::Div, x[0], k.constant(node.attributes.get<double>("scale"))));
}

// What a whole number stands for, in steps of `factor`.
Reg scaled(KernelBuilder& k, const Value& node, Reg x, const char* zeroPoint, const char* factor) {
  const auto zero = node.attributes.get<int64_t>(zeroPoint);
  if (zero != 0) x = k.b.sub(x, k.constant(static_cast<double>(zero)));
  return k.b.mul(x, k.constant(node.attributes.get<double>(factor)));
}

Reg dequantize(KernelBuilder& k, const Value& node, const Values& x) {
  return scaled(k, node, x[0], "zero_point", "scale");
}

Reg quantizedAdd(KernelBuilder& k, const Value& node, const Values& x) {
  return toSteps(k, node,
                 k.b.add(scaled(k, node, x[0], "a_zero_point", "a_multiplier"),
                         scaled(k, node, x[1], "b_zero_point", "b_multiplier")));
}

} // namespace

Reg toSteps(KernelBuilder& k, const Value& node, Reg steps) {
  const auto zero = node.attributes.get<int64_t>("zero_point");
  Reg whole = k.b.unary(Op::Round, steps);
  if (zero != 0) whole = k.b.add(whole, k.constant(static_cast<double>(zero)));
  auto limit = [&](int64_t n) { return k.constant(static_cast<double>(n)); };
  whole = k.b.max(whole, limit(lowestOf(node.type.element))); // NaN does not pass
  return k.b.min(whole, limit(highestOf(node.type.element)));
}

std::vector<VectorLayer> quantizedLayers() {
  return {
      {OpKind::Quantize, quantize},
      {OpKind::Dequantize, dequantize},
      {OpKind::QuantizedAdd, quantizedAdd},
  };
}

} // namespace convoy::schedule
