// Layers between colours, as arithmetic on a vector of each channel.
#include "schedule/vector_layers.h"
#include "support/internal_error.h"

namespace convoy::schedule {

namespace {

using Values = std::vector<Reg>;

Reg luminance(KernelBuilder& k, const Values& x) {
  Reg sum = k.b.binary(Op::Mul, x[0], k.constant(0.299));
  sum = k.b.fma(x[1], k.constant(0.587), sum);
  return k.b.fma(x[2], k.constant(0.114), sum);
}

Values rgb(const Values& x) { return x.size() == 1 ? Values(3, x[0]) : Values{x[0], x[1], x[2]}; }

Values rgba(KernelBuilder& k, const Values& x) {
  Values result = rgb(x);
  result.push_back(x.size() == 4 ? x[3] : k.constant(1));
  return result;
}

Values rgbToYcbcr(KernelBuilder& k, const Values& x) {
  Builder& b = k.b;
  Reg y = luminance(k, x), half = k.constant(0.5);
  auto difference = [&](Reg v, double range) {
    return b.fma(b.binary(Op::Sub, v, y), k.constant(1 / range), half);
  };
  return {y, difference(x[2], 1.772), difference(x[0], 1.402)};
}

Values ycbcrToRgb(KernelBuilder& k, const Values& x) {
  Builder& b = k.b;
  Reg half = k.constant(0.5), blue = b.binary(Op::Sub, x[1], half), red = b.binary(Op::Sub, x[2], half);
  // What is left for green when red and blue are put into the sum that is Y.
  Reg green = b.fma(blue, k.constant(-0.114 * 1.772 / 0.587), x[0]);
  return {b.fma(red, k.constant(1.402), x[0]), b.fma(red, k.constant(-0.299 * 1.402 / 0.587), green),
          b.fma(blue, k.constant(1.772), x[0])};
}

Values rgbToHsv(KernelBuilder& k, const Values& x) {
  Builder& b = k.b;
  auto number = [&](double n) { return k.constant(n); };
  Reg red = x[0], green = x[1], blue = x[2], zero = number(0);
  Reg value = b.binary(Op::Maximum, b.binary(Op::Maximum, red, green), blue),
      least = b.binary(Op::Minimum, b.binary(Op::Minimum, red, green), blue),
      span = b.binary(Op::Sub, value, least);
  auto over = [&](Reg v, Reg divisor) { // 0 where that is 0
    return b.select(b.compare(Op::Eq, divisor, zero), zero, b.binary(Op::Div, v, divisor));
  };
  auto isLargest = [&](Reg v) { return b.compare(Op::Eq, v, value); };
  auto pick = [&](Reg ofRed, Reg ofGreen, Reg ofBlue) {
    return b.select(isLargest(red), ofRed, b.select(isLargest(green), ofGreen, ofBlue));
  };
  Reg difference =
      pick(b.binary(Op::Sub, green, blue), b.binary(Op::Sub, blue, red), b.binary(Op::Sub, red, green));
  Reg turn = b.binary(Op::Add, over(difference, span), pick(zero, number(2), number(4)));
  turn = b.select(b.compare(Op::Lt, turn, zero), b.binary(Op::Add, turn, number(6)), turn);
  return {b.binary(Op::Mul, turn, number(1. / 6)), over(span, value), value};
}

Values hsvToRgb(KernelBuilder& k, const Values& x) {
  Builder& b = k.b;
  auto number = [&](double n) { return k.constant(n); };
  Reg chroma = b.binary(Op::Mul, x[1], x[2]);
  Reg turn = b.binary(Op::Mul, b.binary(Op::Sub, x[0], b.unary(Op::Floor, x[0])), number(6)); // 0..6
  auto channel = [&](double from) {
    Reg t = b.binary(Op::Add, turn, number(from));
    t = b.select(b.compare(Op::Le, number(6), t), b.binary(Op::Sub, t, number(6)), t);
    Reg part = b.binary(Op::Minimum, t, b.binary(Op::Sub, number(4), t));
    part = b.binary(Op::Max, number(0), b.binary(Op::Min, number(1), part));
    return b.fma(b.unary(Op::Neg, chroma), part, x[2]);
  };
  return {channel(5), channel(3), channel(1)};
}

} // namespace

Values lowerPixel(KernelBuilder& k, const graph::Value& node, const Values& x) {
  if (node.op == OpKind::Luminance) return {luminance(k, x)};
  if (node.op == OpKind::Gray) return {x.size() == 1 ? x[0] : luminance(k, x)};
  if (node.op == OpKind::Rgb) return rgb(x);
  if (node.op == OpKind::Rgba) return rgba(k, x);
  if (node.op == OpKind::RgbToYcbcr) return rgbToYcbcr(k, x);
  if (node.op == OpKind::YcbcrToRgb) return ycbcrToRgb(k, x);
  if (node.op == OpKind::RgbToHsv) return rgbToHsv(k, x);
  if (node.op == OpKind::HsvToRgb) return hsvToRgb(k, x);
  internalError(opInfo(node.op).name + " has no vector arithmetic");
}

} // namespace convoy::schedule
