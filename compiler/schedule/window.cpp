#include "schedule/window.h"
#include "support/internal_error.h"
#include <limits>

namespace convoy::schedule {

Window3 windowOfKernel(KernelBuilder& k) {
  const graph::Value& node = k.value(k.kernel.anchor());
  const TensorType& input = k.value(node.operands[0]).type;
  Window window = windowOf(node.attributes);
  Window3 w;
  w.input = node.operands[0];
  w.channels = input.channels();
  w.filters = node.type.channels();
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    int axis = static_cast<int>(i);
    w.axes.push_back({window.kernel[i], window.stride[i], window.dilation[i], k.size(window.padBegin[i]),
                      k.size(window.padEnd[i]), k.size(input.spatial(axis)),
                      k.size(node.type.spatial(axis))});
    w.taps *= window.kernel[i];
  }
  if (node.op == OpKind::Conv) {
    w.border = window.border;
    w.groups = node.attributes.get<int64_t>("groups");
    w.weight = node.operands[1];
    w.hasBias = node.operands.size() > 2;
    if (w.hasBias) w.bias = node.operands[2];
    w.perChannel = isDepthwise(k.graph, node);
  } else {
    w.perChannel = true;
    w.groups = w.channels;
    bool maximum = node.op == OpKind::MaxPool;
    w.combine = maximum ? Combine::Maximum : Combine::Sum;
    w.border.value = maximum ? -std::numeric_limits<double>::infinity() : 0;
    if (!maximum) {
      w.countPadding = node.attributes.get<bool>("count_include_pad");
      w.fixedCount = w.countPadding && !node.attributes.get<bool>("ceil_mode");
    }
  }
  return w;
}

Reg coordinate(KernelBuilder& k, const WindowAxis& axis, Reg o, Reg tap) {
  Builder& b = k.b;
  return b.sub(b.add(b.mul(o, axis.stride), b.mul(tap, axis.dilation)), axis.padBegin);
}

Reg mapBorder(Builder& b, BorderMode mode, Reg c, Reg n, Reg& valid) {
  auto number = [&](int64_t x) {
    return c->type.isIndex() ? b.index(x) : b.number(static_cast<double>(x), c->type);
  };
  auto clamp = [&](Reg x) { return b.max(b.min(x, b.sub(n, number(1))), number(0)); };
  valid = nullptr;
  switch (mode) {
  case BorderMode::Constant: {
    Reg below = b.compare(Op::Lt, c, number(0)), inside = b.compare(Op::Lt, c, n);
    Reg none = b.number(0, inside->type);
    valid = b.select(below, none, inside);
    return clamp(c);
  }
  case BorderMode::Replicate: return clamp(c);
  case BorderMode::Wrap: return b.binary(Op::Mod, c, n);
  case BorderMode::Reflect: { // the period is 2n: n positions forth, n back
    Reg period = b.mul(n, number(2)), m = b.binary(Op::Mod, c, period);
    return b.min(m, b.sub(b.sub(period, number(1)), m));
  }
  case BorderMode::Reflect101: { // the edges are not repeated; a single element stands for everything
    Reg period = b.max(b.mul(b.sub(n, number(1)), number(2)), number(1)), m = b.binary(Op::Mod, c, period);
    return b.min(m, b.sub(period, m));
  }
  }
  internalError("unknown border");
}

void insideTaps(KernelBuilder& k, const WindowAxis& axis, Reg first, Reg last, Reg& lo, Reg& hi) {
  Builder& b = k.b;
  Reg start = b.sub(b.mul(first, axis.stride), axis.padBegin);
  Reg lastStart = first == last ? start : b.sub(b.mul(last, axis.stride), axis.padBegin);
  lo = b.min(b.max(b.ceilDiv(b.sub(b.index(0), lastStart), axis.dilation), b.index(0)), b.index(axis.kernel));
  hi = b.max(b.min(b.ceilDiv(b.sub(axis.input, start), axis.dilation), b.index(axis.kernel)), lo);
}

Reg countedTaps(KernelBuilder& k, const Window3& w, const WindowAxis& axis, Reg o) {
  Builder& b = k.b;
  if (!w.countPadding) {
    Reg lo, hi;
    insideTaps(k, axis, o, o, lo, hi);
    return b.sub(hi, lo);
  }
  Reg start = b.sub(b.mul(o, axis.stride), axis.padBegin);
  Reg hi = b.ceilDiv(b.sub(b.add(axis.input, axis.padEnd), start), axis.dilation);
  return b.max(b.min(hi, b.index(axis.kernel)), b.index(0));
}

Reg combine(Builder& b, Combine how, Reg acc, Reg x, Reg w) {
  switch (how) {
  case Combine::MultiplyAdd: return b.fma(x, w, acc);
  case Combine::Maximum: return b.binary(Op::Maximum, acc, x);
  case Combine::Sum: return b.binary(Op::Add, acc, x);
  }
  internalError("unknown combination");
}

// The first tile starts at the first output whose window begins inside; the last one ends, loads included,
// inside.
TileRange interiorTiles(KernelBuilder& k, const WindowAxis& axis, int64_t width, int64_t overshoot) {
  Builder& b = k.b;
  TileRange range;
  range.count = b.ceilDiv(axis.output, width);
  range.first = b.min(b.ceilDiv(axis.padBegin, width * axis.stride), range.count);
  int64_t reach =
      (axis.kernel - 1) * axis.dilation + (width - 1) * axis.stride + overshoot; // last read - first read
  Reg room = b.add(b.add(axis.input, axis.padBegin), -1 - reach);
  Reg tiles = b.add(b.floorDiv(room, width * axis.stride), 1);
  range.end = b.max(b.min(tiles, b.floorDiv(axis.output, width)), range.first);
  return range;
}

} // namespace convoy::schedule
