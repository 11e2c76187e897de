// Arithmetic, comparisons, and the activations that need no more.
#include "schedule/vector_layers.h"

namespace convoy::schedule {

namespace {

using Values = std::vector<Reg>;
using graph::Value;

template <Op op> Reg unary(KernelBuilder& k, const Value&, const Values& x) { return k.b.unary(op, x[0]); }

template <Op op> Reg binary(KernelBuilder& k, const Value&, const Values& x) {
  return k.b.binary(op, x[0], x[1]);
}

// 1 or 0. `swapped`: of the second operand and the first.
template <Op op, bool swapped = false> Reg compare(KernelBuilder& k, const Value&, const Values& x) {
  Reg condition = k.b.compare(op, x[swapped ? 1 : 0], x[swapped ? 0 : 1]);
  return k.b.select(condition, k.constant(1), k.constant(0));
}

// 0 > x ? 0 : x lets NaN through.
Reg relu(KernelBuilder& k, const Value&, const Values& x) { return k.b.binary(Op::Max, k.constant(0), x[0]); }

Reg clamp(KernelBuilder& k, const Value& node, const Values& x) {
  Reg low = k.constant(node.attributes.get<double>("low")),
      high = k.constant(node.attributes.get<double>("high"));
  return k.b.binary(Op::Min, high, k.b.binary(Op::Max, low, x[0]));
}

Reg select(KernelBuilder& k, const Value&, const Values& x) {
  return k.b.select(k.b.compare(Op::Ne, x[0], k.constant(0)), x[1], x[2]);
}

} // namespace

std::vector<VectorLayer> arithmeticLayers() {
  return {
      {OpKind::Relu, relu},
      {OpKind::Clamp, clamp},
      {OpKind::Abs, unary<Op::Abs>},
      {OpKind::Sqrt, unary<Op::Sqrt>},
      {OpKind::Min, binary<Op::Minimum>},
      {OpKind::Max, binary<Op::Maximum>},
      {OpKind::Add, binary<Op::Add>},
      {OpKind::Sub, binary<Op::Sub>},
      {OpKind::Mul, binary<Op::Mul>},
      {OpKind::Div, binary<Op::Div>},
      {OpKind::Less, compare<Op::Lt>},
      {OpKind::LessEqual, compare<Op::Le>},
      {OpKind::Greater, compare<Op::Lt, true>},
      {OpKind::GreaterEqual, compare<Op::Le, true>},
      {OpKind::Equal, compare<Op::Eq>},
      {OpKind::NotEqual, compare<Op::Ne>},
      {OpKind::Select, select},
  };
}

} // namespace convoy::schedule
