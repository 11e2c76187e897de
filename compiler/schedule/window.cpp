#include "schedule/window.h"
#include "schedule/bytes.h"
#include "support/internal_error.h"
#include <limits>

namespace convoy::schedule {

namespace {

// Bytes of several channels: a row of pixels is a row of that many times the columns.
void interleave(KernelBuilder& k, Window3& w) {
  const int64_t perPixel = w.columnsPerPixel = k.columnsPerPixel();
  if (perPixel == 1) return;
  w.channels = w.filters = w.groups = 1;
  w.perChannel = true;
  WindowAxis& last = w.axes.back();
  last.dilation *= perPixel;
  for (Reg* number : {&last.padBegin, &last.padEnd, &last.input, &last.output})
    *number = k.b.mul(*number, perPixel);
  if (last.known)
    last.known = {
        {last.known->padBegin * perPixel, last.known->input * perPixel, last.known->output * perPixel}};
}

// Of a convolution, transposed or not.
void addWeights(const KernelBuilder& k, const graph::Value& node, Window3& w) {
  w.groups = node.attributes.get<int64_t>("groups");
  w.weight = node.operands[1];
  if (const auto bias = biasOf(node)) w.hasBias = true, w.bias = *bias;
  w.perChannel = isDepthwise(k.graph, node);
}

} // namespace

// All positions of a group's rows are one row.
static bool walksFlatInGroup(const KernelBuilder& k) {
  return k.kernel.layout != Layout::Planar && k.rowsAreOne() &&
         !isChannelwise(k.graph, k.value(k.kernel.anchor()), static_cast<int>(k.lanes));
}

Window3 windowOfKernel(KernelBuilder& k) {
  const graph::Value& node = k.value(k.kernel.anchor());
  const TensorType& input = k.value(node.operands[0]).type;
  Window window = windowOf(node.attributes);
  Window3 w;
  w.input = node.operands[0];
  w.channels = input.channels();
  w.filters = node.type.channels();
  w.unrollsRows = unrollsRows(k.graph, node);
  w.flat = walksFlat(k.graph, k.kernel) && !k.storage.frame({w.input, k.layoutOf(w.input)}).any() &&
           !(k.inGroup() && !walksFlatInGroup(k));
  if (w.flat) {
    Reg positions = k.product(input, 1), none = k.b.index(0);
    w.axes.push_back({1, 1, 1, none, none, positions, positions, std::nullopt});
    if (auto n = spatialSize(input).constant(); n && !k.inGroup()) w.axes.back().known = {{0, *n, *n}};
  }
  for (size_t i = 0; i < window.kernel.size() && !w.flat; ++i) {
    int axis = static_cast<int>(i);
    w.axes.push_back({window.kernel[i], window.stride[i], window.dilation[i], k.size(window.padBegin[i]),
                      k.size(window.padEnd[i]), k.size(input.spatial(axis)), k.size(node.type.spatial(axis)),
                      std::nullopt});
    auto begin = window.padBegin[i].constant(), in = input.spatial(axis).constant(),
         out = node.type.spatial(axis).constant();
    if (begin && in && out) w.axes.back().known = {{*begin, *in, *out}};
    w.taps *= window.kernel[i];
  }
  if (convolves(node)) {
    // Positions behind the last one, of a tile that has fewer, are no neighbours: they do not wrap around.
    if (!w.flat) w.border = window.border;
    if (k.kernel.layout == Layout::Int8) // as it is stored
      w.border.value = static_cast<double>(storedZero(k.graph, node));
    addWeights(k, node, w);
  } else {
    w.perChannel = true;
    w.groups = w.channels;
    bool maximum = node.op == OpKind::MaxPool;
    w.combine = maximum ? Combine::Maximum : Combine::Sum;
    const double least = node.type.quantized() ? static_cast<double>(lowestOf(node.type.element))
                                               : -std::numeric_limits<double>::infinity();
    w.border.value = maximum ? least : 0;
    if (!maximum) {
      w.countPadding = node.attributes.get<bool>("count_include_pad");
      if (node.attributes.has("divisor")) w.divisor = node.attributes.get<int64_t>("divisor");
      w.fixedCount = w.divisor || (w.countPadding && !node.attributes.get<bool>("ceil_mode"));
    }
  }
  w.bytes = k.isBytes(w.input);
  w.rowPitch = k.isInterleaved(w.input) || w.flat ? nullptr : k.pitchSize(w.input, k.layoutOf(w.input));
  interleave(k, w);
  if (!w.rowPitch) w.rowPitch = w.last().input;
  return w;
}

Window3 windowOfPhase(KernelBuilder& k, const Phase& phase) {
  const graph::Value& node = k.value(k.kernel.anchor());
  Window3 w;
  w.input = node.operands[0];
  w.channels = k.value(w.input).type.channels();
  w.filters = node.type.channels();
  addWeights(k, node, w);
  w.packing = phasePacking(node, phase, {});
  for (size_t i = 0; i < phase.size(); ++i) {
    const PhaseAxis& axis = phase[i];
    const Size& input = k.value(w.input).type.spatial(static_cast<int>(i));
    w.axes.push_back({axis.taps, 1, axis.dilation, k.b.index(-axis.offset), k.b.index(0), k.size(input),
                      k.size(axis.outputs), std::nullopt});
    w.axes.back().step = axis.step;
    w.axes.back().first = axis.first;
    w.axes.back().outputs = axis.outputs;
    if (input.isConstant() && axis.outputs.isConstant())
      w.axes.back().known = {{-axis.offset, input.known(), axis.outputs.known()}};
    w.taps *= axis.taps;
  }
  w.rowPitch = k.pitchSize(w.input, k.layoutOf(w.input));
  return w;
}

std::vector<Size> Window3::outerSizes(const TensorType& result) const {
  std::vector<Size> sizes;
  for (size_t axis = 0; axis < outer(); ++axis)
    sizes.push_back(axes[axis].outputs.value_or(result.spatial(static_cast<int>(axis))));
  return sizes;
}

std::vector<Size> Window3::depthCounts(const TensorType& result) const {
  std::vector<Size> counts = outerSizes(result);
  counts.pop_back();
  return counts;
}

Size Window3::lastSize(const TensorType& result) const {
  if (last().outputs) return *last().outputs;
  return (flat ? spatialSize(result) : result.spatial(result.spatialRank() - 1)) * columnsPerPixel;
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

Reg inputRow(KernelBuilder& k, const Window3& w, Reg channel, const std::vector<Reg>& coordinates,
             int64_t pitch, Reg borderRow, Reg* inside) {
  Builder& b = k.b;
  Reg at = nullptr, valid = nullptr;
  for (size_t a = 0; a < coordinates.size(); ++a) {
    Reg here;
    Reg mapped = mapBorder(b, w.border.mode, coordinates[a], w.axes[a].input, here);
    at = at ? b.add(b.mul(at, w.axes[a].input), mapped) : mapped;
    if (here) valid = valid ? b.binary(Op::And, valid, here) : here;
  }
  if (inside) *inside = valid;
  if (!at) return channel;
  Reg row = b.offset(w.element(), channel, Index(b.mul(at, w.rowPitch), pitch));
  return valid ? b.select(valid, row, borderRow) : row;
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

namespace {

// Counted taps along the last axis of the window of each lane, as f32; `first` is the first lane's position.
Reg countedColumns(KernelBuilder& k, const Window3& w, Reg first) {
  Builder& b = k.b;
  const WindowAxis& axis = w.last();
  loop::Type indexType = loop::Type::vector(Scalar::I32, static_cast<uint32_t>(k.lanes));
  auto number = [&](int64_t n) { return b.number(static_cast<double>(n), indexType); };
  auto wide = [&](Reg n) { return b.splat(indexType, b.cast(loop::Type::of(Scalar::I32), n)); };
  // Taps before the position `end`, of the window that starts at a lane's `start`.
  Reg lanes = axis.stride == 1 ? b.iota(indexType) : b.mul(b.iota(indexType), number(axis.stride));
  Reg start = b.add(lanes, wide(b.sub(b.mul(first, axis.stride), axis.padBegin)));
  auto tapsBefore = [&](Reg end) {
    Reg taps = b.sub(end, start);
    if (axis.dilation > 1)
      taps = b.binary(Op::Div, b.add(taps, number(axis.dilation - 1)), number(axis.dilation));
    return b.max(b.min(taps, number(axis.kernel)), number(0));
  };
  Reg count = tapsBefore(wide(w.countPadding ? b.add(axis.input, axis.padEnd) : axis.input));
  if (!w.countPadding) count = b.sub(count, tapsBefore(number(0)));
  return b.cast(k.vector, count);
}

// Counted taps along the axes before the last; null: there are none.
Reg countedRows(KernelBuilder& k, const Window3& w, const std::vector<Reg>& outer) {
  Reg count = nullptr;
  for (size_t a = 0; a < w.outer(); ++a) {
    Reg n = countedTaps(k, w, w.axes[a], outer[a]);
    count = count ? k.b.mul(count, n) : n;
  }
  return count;
}

// x / n, correctly rounded as a division is, for a whole number n (a vector): a product with the reciprocal,
// and one step that adds what is left (P. Markstein, "Computation of elementary functions on the IBM RISC
// System/6000 processor", 1990). The quotient of an infinity has no rest, and stays as it is.
Reg divideByCount(KernelBuilder& k, Reg x, Reg n, Reg reciprocal) {
  Builder& b = k.b;
  if (!k.target.fusedMultiplyAdd) return b.binary(Op::Div, x, n);
  Reg quotient = b.binary(Op::Mul, x, reciprocal);
  Reg rest = b.fma(quotient, b.unary(Op::Neg, n), x);
  Reg better = b.fma(rest, reciprocal, quotient);
  return b.select(b.compare(Op::Eq, better, better), better, quotient);
}

Reg divideByNumber(KernelBuilder& k, Reg x, int64_t n) {
  Reg reciprocal = k.constant(static_cast<double>(1.0f / static_cast<float>(n)));
  if ((n & (n - 1)) == 0) return k.b.binary(Op::Mul, x, reciprocal);
  return divideByCount(k, x, k.constant(static_cast<double>(n)), reciprocal);
}

} // namespace

Reg averageOf(KernelBuilder& k, const Window3& w, Reg sum, const std::vector<Reg>& outer, Reg last,
              bool edge) {
  if (w.divisor == 1) return sum;
  if (w.fixedCount) return divideByNumber(k, sum, w.divisor ? w.divisor : w.taps);
  Builder& b = k.b;
  Reg count = edge ? countedTaps(k, w, w.last(), last) : b.index(w.last().kernel);
  if (Reg rows = countedRows(k, w, outer)) count = b.mul(rows, count);
  Reg n = k.scalarF32(b.max(count, b.index(1)));
  Reg reciprocal = b.binary(Op::Div, b.number(1, n->type), n);
  return divideByCount(k, sum, k.splat(n), k.splat(reciprocal));
}

Reg planarAverageOf(KernelBuilder& k, const Window3& w, Reg sum, const std::vector<Reg>& outer, Reg last,
                    bool edge) {
  if (!edge || w.fixedCount) return averageOf(k, w, sum, outer, last, edge);
  Builder& b = k.b;
  Reg rows = countedRows(k, w, outer);
  Reg count =
      b.binary(Op::Mul, rows ? k.splat(k.scalarF32(rows)) : k.constant(1), countedColumns(k, w, last));
  return b.binary(Op::Div, sum, b.binary(Op::Max, count, k.constant(1)));
}

namespace {

// What was read from the input, as numbers to compute with.
Reg asNumbers(KernelBuilder& k, const Window3& w, Reg v) {
  return w.bytes && !k.worksInBytes() ? fromBytes(k.b, k.target, v) : v;
}

} // namespace

Reg loadColumns(KernelBuilder& k, const Window3& w, Reg row, const Index& at) {
  return asNumbers(k, w, k.b.load(k.vector.withScalar(w.element()), row, at));
}

Reg loadInside(KernelBuilder& k, const Window3& w, Reg row, const Index& at) {
  const loop::Type type = k.vector.withScalar(w.element());
  Reg inside = k.insideMask(w.last().input, k.b.value(at));
  return asNumbers(k, w, k.b.load(type, row, at, inside, k.b.number(w.borderRowNumber(), type)));
}

Reg gatherColumns(KernelBuilder& k, const Window3& w, Reg row, Reg indices) {
  return asNumbers(k, w, k.b.gather(k.vector.withScalar(w.element()), row, indices));
}

Reg columnsOutside(KernelBuilder& k, const Window3& w, Reg row, Reg first) {
  Builder& b = k.b;
  const WindowAxis& axis = w.last();
  if (w.border.mode == BorderMode::Constant && axis.stride == 1) return loadInside(k, w, row, Index(first));
  loop::Type indexType = loop::Type::vector(Scalar::I32, static_cast<uint32_t>(k.lanes));
  auto wide = [&](Reg n) { return b.splat(indexType, b.cast(loop::Type::of(Scalar::I32), n)); };
  Reg lanes = b.iota(indexType), valid;
  if (axis.stride > 1) lanes = b.mul(lanes, b.number(static_cast<double>(axis.stride), indexType));
  Reg columns = b.add(lanes, wide(first)), count = wide(axis.input), at = nullptr;
  if (w.columnsPerPixel == 1) {
    at = mapBorder(b, w.border.mode, columns, count, valid);
  } else { // the border finds pixels
    Reg perPixel = b.number(static_cast<double>(w.columnsPerPixel), indexType);
    Reg pixel = b.binary(Op::Div, columns, perPixel), channel = b.binary(Op::Mod, columns, perPixel);
    pixel = mapBorder(b, w.border.mode, pixel, b.binary(Op::Div, count, perPixel), valid);
    at = b.add(b.mul(pixel, perPixel), channel);
  }
  Reg v = gatherColumns(k, w, row, at);
  return valid ? b.select(valid, v, k.constant(w.border.value)) : v;
}

Reg combine(Builder& b, Combine how, Reg acc, Reg x, Reg w) {
  switch (how) {
  case Combine::MultiplyAdd: return b.fma(x, w, acc);
  case Combine::Maximum: return b.binary(isFloat(x->type.scalar) ? Op::Maximum : Op::Max, acc, x);
  case Combine::Sum: return b.binary(Op::Add, acc, x);
  }
  internalError("unknown combination");
}

// The first tile starts at the first output whose window begins inside; the last one ends, loads included,
// inside.
TileRange interiorTiles(KernelBuilder& k, WindowAxis axis, int64_t width, int64_t overshoot, Reg origin) {
  Builder& b = k.b;
  if (origin) {
    axis.padBegin = b.sub(axis.padBegin, b.mul(origin, axis.stride));
    axis.output = b.sub(axis.output, origin);
  }
  TileRange range;
  range.begin = b.index(0);
  range.count = b.ceilDiv(axis.output, width);
  range.first = b.min(b.max(b.ceilDiv(axis.padBegin, width * axis.stride), b.index(0)), range.count);
  int64_t reach =
      (axis.kernel - 1) * axis.dilation + (width - 1) * axis.stride + overshoot; // last read - first read
  Reg room = b.add(b.add(axis.input, axis.padBegin), -1 - reach);
  Reg tiles = b.add(b.floorDiv(room, width * axis.stride), 1);
  range.end = b.max(b.min(tiles, b.floorDiv(axis.output, width)), range.first);
  return range;
}

TileRange clip(KernelBuilder& k, const TileRange& range, Reg from, Reg to) {
  Builder& b = k.b;
  TileRange part;
  part.begin = from;
  part.count = b.min(to, range.count);
  part.first = b.min(b.max(range.first, from), part.count);
  part.end = b.max(b.min(range.end, part.count), part.first);
  return part;
}

std::optional<KnownEnds> knownEnds(const WindowAxis& axis, int64_t width) {
  constexpr size_t few = 3; // each has a body of its own
  if (!axis.known) return std::nullopt;
  KnownEnds ends;
  for (int64_t x = 0; x < axis.known->output; x += width) {
    int64_t first = x * axis.stride - axis.known->padBegin;
    bool inside = first >= 0 && first + axis.reach(width) <= axis.known->input;
    if (inside && x + width <= axis.known->output)
      ends.anyInside = true;
    else
      ends.tiles.push_back(x / width);
    if (ends.tiles.size() > few) return std::nullopt;
  }
  return ends;
}

std::vector<TapRun> tapRuns(const WindowAxis& axis, int64_t x, int64_t pixels) {
  auto inside = [&](int64_t pixel, int64_t tap) {
    int64_t column = (x + pixel) * axis.stride - axis.known->padBegin + tap * axis.dilation;
    return column >= 0 && column < axis.known->input;
  };
  std::vector<TapRun> runs;
  for (int64_t tap = 0; tap < axis.kernel; ++tap) {
    int64_t first = 0, end = pixels;
    while (first < end && !inside(first, tap)) ++first;
    while (end > first && !inside(end - 1, tap)) --end;
    if (first == end) continue;
    if (!runs.empty() && runs.back().endTap == tap && runs.back().firstPixel == first &&
        runs.back().endPixel == end)
      ++runs.back().endTap;
    else
      runs.push_back({tap, tap + 1, first, end});
  }
  return runs;
}

void inTilesOfRows(Builder& b, Reg y0, Reg y1, int64_t rows,
                   const std::function<void(Reg y, int64_t rows)>& body) {
  auto over = [&](Reg from, Reg to, int64_t step) {
    b.loop("y", from, to, step, {}, [&](Reg y, const Builder::Values&) {
      body(y, step);
      return Builder::Values{};
    });
  };
  Reg whole = b.add(y0, b.mul(b.floorDiv(b.sub(y1, y0), rows), rows));
  over(y0, whole, rows);
  if (rows > 1) over(whole, y1, 1);
}

void overEdges(KernelBuilder& k, const TileRange& range, const std::function<void(Reg tile)>& body) {
  Builder& b = k.b;
  Reg inside = b.sub(range.end, range.first), all = b.sub(range.count, range.begin);
  b.loop("edge", b.index(0), b.sub(all, inside), 1, {}, [&](Reg e, const Builder::Values&) {
    Reg tile = b.add(range.begin, e);
    body(b.select(b.compare(Op::Lt, tile, range.first), tile, b.add(tile, inside)));
    return Builder::Values{};
  });
}

} // namespace convoy::schedule
