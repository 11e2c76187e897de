// Activations and arithmetic, element by element.
#include "onnx/constants.h"
#include "onnx/layers.h"
#include "onnx/node.h"
#include <cmath>
#include <limits>

namespace convoy::onnx {

namespace {

template <OpKind op> void unary(NodeCall& call) { call.result(mapped(call.b, op, call.operand(0))); }

// With one attribute that is a number.
void withNumber(NodeCall& call, OpKind op, const char* layerName, const char* name, float fallback) {
  Attributes attributes;
  attributes.set(layerName, decimal(call.attribute(name, fallback)));
  call.result(mapped(call.b, op, call.operand(0), attributes));
}

void leakyRelu(NodeCall& call) { withNumber(call, OpKind::LeakyRelu, "slope", "alpha", 0.01f); }
void elu(NodeCall& call) { withNumber(call, OpKind::Elu, "alpha", "alpha", 1); }

void selu(NodeCall& call) {
  constexpr float alpha = 1.67326319217681884765625f, gamma = 1.05070102214813232421875f;
  const float a = call.attribute("alpha", alpha), g = call.attribute("gamma", gamma);
  const auto isNear = [](float x, float y) { return std::fabs(x - y) < 1e-4f; };
  if (isNear(a, alpha) && isNear(g, gamma)) return unary<OpKind::Selu>(call);
  Attributes attributes;
  attributes.set("alpha", decimal(a));
  call.result(combined(call.b, OpKind::Mul, mapped(call.b, OpKind::Elu, call.operand(0), attributes), g));
}

void gelu(NodeCall& call) {
  Attributes attributes;
  attributes.set("approximate", call.attribute("approximate", "none"));
  call.result(mapped(call.b, OpKind::Gelu, call.operand(0), attributes));
}

void hardSigmoid(NodeCall& call) {
  const float alpha = call.attribute("alpha", 0.2f), beta = call.attribute("beta", 0.5f);
  if (std::fabs(alpha - 1.0f / 6) < 1e-6f && beta == 0.5f) return unary<OpKind::HardSigmoid>(call);
  const Value line =
      combined(call.b, OpKind::Add, combined(call.b, OpKind::Mul, call.operand(0), alpha), beta);
  Attributes attributes;
  attributes.set("low", 0.0);
  attributes.set("high", 1.0);
  call.result(mapped(call.b, OpKind::Clamp, line, attributes));
}

void celu(NodeCall& call) {
  const float alpha = call.attribute("alpha", 1.0f);
  const Value bent = mapped(call.b, OpKind::Elu, combined(call.b, OpKind::Div, call.operand(0), alpha));
  call.result(combined(call.b, OpKind::Mul, bent, alpha));
}

void softsign(NodeCall& call) {
  const Value& x = call.operand(0);
  call.result(
      combined(call.b, OpKind::Div, x, combined(call.b, OpKind::Add, mapped(call.b, OpKind::Abs, x), 1)));
}

void mish(NodeCall& call) {
  const Value& x = call.operand(0);
  call.result(
      combined(call.b, OpKind::Mul, x, mapped(call.b, OpKind::Tanh, mapped(call.b, OpKind::Softplus, x))));
}

void swish(NodeCall& call) {
  if (call.attribute("alpha", 1.0f) != 1) throw Refused{"its attribute 'alpha' is not 1"};
  unary<OpKind::Silu>(call);
}

Value chosen(Builder& b, const Value& condition, const Value& yes, const Value& no);

void thresholdedRelu(NodeCall& call) {
  const Value& x = call.operand(0);
  const Value above = combined(call.b, OpKind::Greater, x, call.attribute("alpha", 1.0f));
  call.result(chosen(call.b, above, x, constantOf(std::vector<float>{0}, {})));
}

void clip(NodeCall& call) {
  const float infinity = std::numeric_limits<float>::infinity();
  float low = -infinity, high = infinity;
  if (call.version() < 11) {
    low = call.attribute("min", low);
    high = call.attribute("max", high);
  } else {
    if (call.has(1)) low = call.number(1);
    if (call.has(2)) high = call.number(2);
  }
  const Value& x = call.operand(0);
  // Below -3e38 there is no number: exporters write a limit there where there is none.
  const bool isBelow = low > -3e38f, isAbove = high < 3e38f;
  if (!isBelow && !isAbove) return call.result(x);
  if (low == 0 && high == 6) return unary<OpKind::Relu6>(call);
  if (low == 0 && !isAbove) return unary<OpKind::Relu>(call);
  if (!isAbove) return call.result(combined(call.b, OpKind::Max, x, low));
  if (!isBelow || low > high)
    return call.result(
        combined(call.b, OpKind::Min, isBelow ? combined(call.b, OpKind::Max, x, low) : x, high));
  Attributes attributes;
  attributes.set("low", decimal(low));
  attributes.set("high", decimal(high));
  call.result(mapped(call.b, OpKind::Clamp, x, attributes));
}

void prelu(NodeCall& call) {
  const Value& x = call.operand(0);
  const Value& slope = call.operand(1);
  if (!slope.isConstant()) { // x where it is positive, else slope * x
    const Value zero = constantOf(std::vector<float>{0}, {});
    const Value line = combined(call.b, OpKind::Mul, slope, x);
    call.result(chosen(call.b, combined(call.b, OpKind::Less, x, 0), line, x));
    return;
  }
  const Dims item = call.b.itemOf(x.dims);
  const Size count = elementsOf(slope.dims);
  // The slopes of the channels, which the axes behind them repeat.
  const size_t behind = item.empty() ? 0 : item.size() - 1;
  const bool isOld = call.version() < 7 && slope.rank() == 1; // one for each channel
  const bool perChannel =
      count != Size(1) && !item.empty() && count == item[0] &&
      (isOld || (slope.rank() > behind && slope.dims[slope.rank() - 1 - behind] == count));
  if (count != Size(1) && !perChannel)
    return call.result(
        chosen(call.b, combined(call.b, OpKind::Less, x, 0), combined(call.b, OpKind::Mul, x, slope), x));
  Attributes attributes;
  attributes.set("shared", count == Size(1));
  call.resultLike(
      x, call.b.layer(OpKind::Prelu, {call.b.item(x)}, attributes, {call.numbers(1)}, call.operandName(1)));
}

// Before the opset 7 the second operand was repeated where the attributes say so, from an axis on.
Value secondOperand(const NodeCall& call) {
  Value second = call.operand(1);
  if (call.version() >= 7 || call.attribute("broadcast", int64_t(0)) == 0 || !call.hasAttribute("axis"))
    return second;
  const size_t rank = call.operand(0).rank(), axis = call.axis(call.attribute("axis", int64_t(0)), rank);
  if (!second.isConstant() || axis + second.rank() > rank)
    throw Refused{"it repeats its second operand in a way that there are no layers for"};
  second.dims.resize(rank - axis, 1);
  return second;
}

template <OpKind op> void binary(NodeCall& call) {
  call.result(combined(call.b, op, call.operand(0), secondOperand(call)));
}

// Any number of operands.
Value joined(NodeCall& call, OpKind op) {
  Value all = call.operand(0);
  for (size_t i = 1; i < call.count(); ++i) all = combined(call.b, op, all, call.operand(i));
  return all;
}
template <OpKind op> void variadic(NodeCall& call) { call.result(joined(call, op)); }

void mean(NodeCall& call) {
  Value sum = joined(call, OpKind::Add);
  call.result(call.count() == 1 ? sum : combined(call.b, OpKind::Div, sum, static_cast<float>(call.count())));
}

void negative(NodeCall& call) { call.result(combined(call.b, OpKind::Mul, call.operand(0), -1)); }
void reciprocal(NodeCall& call) {
  call.result(combined(call.b, OpKind::Div, constantOf(std::vector<float>{1}, {}), call.operand(0)));
}

Value chosen(Builder& b, const Value& condition, const Value& yes, const Value& no) {
  // An arithmetic of 0 and 1 would spread NaN and infinities: it is a layer of three operands, of one shape
  // but for numbers.
  auto operand = [&](const Value& value, const Dims& dims) {
    if (value.isComputed()) {
      Dims padded = value.dims;
      padded.insert(padded.begin(), dims.size() - padded.size(), Size(1));
      if (padded.size() != value.dims.size() && b.isBatched())
        throw Refused{"its operands have not the same rank"};
      return b.item(value, b.itemOf(padded));
    }
    if (elementsOf(value.dims) != Size(1))
      throw Refused{"one of its operands is known when compiling and more than one number"};
    return b.number(numberOf(value));
  };
  const Dims dims = broadcast(broadcast(condition.dims, yes.dims), no.dims);
  return b.computed(
      b.layer(OpKind::Select, {operand(condition, dims), operand(yes, dims), operand(no, dims)}),
      b.itemOf(dims));
}

void where(NodeCall& call) {
  if (call.operand(0).isConstant() && call.operand(1).isConstant() && call.operand(2).isConstant())
    return call.result(chosenConstant(call.operand(0), call.operand(1), call.operand(2)));
  call.result(chosen(call.b, call.operand(0), call.operand(1), call.operand(2)));
}

void notOf(NodeCall& call) {
  call.result(combined(call.b, OpKind::Sub, constantOf(std::vector<float>{1}, {}), call.operand(0)));
}

void floorOf(NodeCall& call) {
  call.result(mappedConstant(call.constant(0), [](float x) { return std::floor(x); }));
}
void ceilOf(NodeCall& call) {
  call.result(mappedConstant(call.constant(0), [](float x) { return std::ceil(x); }));
}

// Of what the graph computes, every type of real numbers is float32.
void cast(NodeCall& call) {
  const auto type = static_cast<DataType>(call.attribute("to", int64_t(0)));
  Value value = call.operand(0);
  if (value.isConstant()) return call.result(castConstant(value, type));
  const bool isReal = type == DataType::Float;
  if (type == DataType::Bool) return call.result(combined(call.b, OpKind::NotEqual, value, 0));
  if (!isReal) throw Refused{"it makes " + nameOf(type) + " of what is computed, and layers compute float32"};
  value.type = type;
  call.result(std::move(value));
}

} // namespace

const std::vector<Operator>& pointOperators() {
  static const std::vector<Operator> table = {
      {"Relu", unary<OpKind::Relu>},
      {"LeakyRelu", leakyRelu},
      {"PRelu", prelu},
      {"Elu", elu},
      {"Selu", selu},
      {"Celu", celu},
      {"Gelu", gelu},
      {"Sigmoid", unary<OpKind::Sigmoid>},
      {"HardSigmoid", hardSigmoid},
      {"HardSwish", unary<OpKind::HardSwish>},
      {"Swish", swish},
      {"Mish", mish},
      {"Tanh", unary<OpKind::Tanh>},
      {"Softplus", unary<OpKind::Softplus>},
      {"Softsign", softsign},
      {"ThresholdedRelu", thresholdedRelu},
      {"Clip", clip, 6},
      {"Add", binary<OpKind::Add>},
      {"Sub", binary<OpKind::Sub>},
      {"Mul", binary<OpKind::Mul>},
      {"Div", binary<OpKind::Div>},
      {"Pow", binary<OpKind::Pow>},
      {"Sum", variadic<OpKind::Add>},
      {"Mean", mean},
      {"Max", variadic<OpKind::Max>},
      {"Min", variadic<OpKind::Min>},
      {"Sqrt", unary<OpKind::Sqrt>},
      {"Exp", unary<OpKind::Exp>},
      {"Log", unary<OpKind::Log>},
      {"Abs", unary<OpKind::Abs>},
      {"Neg", negative},
      {"Reciprocal", reciprocal},
      {"Less", binary<OpKind::Less>},
      {"LessOrEqual", binary<OpKind::LessEqual>},
      {"Greater", binary<OpKind::Greater>},
      {"GreaterOrEqual", binary<OpKind::GreaterEqual>},
      {"Equal", binary<OpKind::Equal>},
      {"Where", where},
      {"And", binary<OpKind::Mul>},
      {"Or", binary<OpKind::Max>},
      {"Xor", binary<OpKind::NotEqual>},
      {"Not", notOf},
      {"Floor", floorOf},
      {"Ceil", ceilOf},
      {"Cast", cast, 6},
  };
  return table;
}

} // namespace convoy::onnx
