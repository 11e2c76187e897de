// Kernels without a window: element-wise work, global pooling, concat, copies.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include <limits>

namespace convoy::schedule {

namespace {

// Positions of a flattened plane per work unit: large enough to be worth a thread's while, small enough for a
// cache.
constexpr int64_t planeChunk = 16384;

} // namespace

void alongVectors(KernelBuilder& k, Reg from, Reg to, const std::function<void(Reg x, Reg mask)>& body) {
  Builder& b = k.b;
  Reg whole = b.add(from, b.mul(b.floorDiv(b.sub(to, from), k.lanes), k.lanes));
  b.loop("x", from, whole, k.lanes, {}, [&](Reg x, const Builder::Values&) {
    body(x, nullptr);
    return Builder::Values{};
  });
  b.loop("x", whole, to, k.lanes, {}, [&](Reg x, const Builder::Values&) {
    body(x, b.mask(static_cast<uint32_t>(k.lanes), b.sub(to, x)));
    return Builder::Values{};
  });
}

// On bytes: units are chunks of the positions of all channels.
static void pointwiseOnBytes(KernelBuilder& k, Elementwise& work) {
  Builder& b = k.b;
  Size plane = spatialSize(k.value(k.kernel.result()).type) * k.columnsPerPixel();
  Reg extent = k.size(plane);
  k.units({Size::ceilDiv(plane, planeChunk)}, [&](const std::vector<Reg>& parts) {
    Reg from = b.mul(parts[1], planeChunk), to = b.min(b.add(from, planeChunk), extent);
    alongVectors(k, from, to, [&](Reg x, Reg mask) {
      work.pixels({parts[0], nullptr, {x}, mask, /*flat=*/true}, mask ? b.sub(to, x) : nullptr);
    });
  });
  k.finish();
}

// Units are chunks of flattened planes where the operands allow it, and rows otherwise. With a single
// position, lanes are the channels.
void pointwise(KernelBuilder& k) {
  Builder& b = k.b;
  Elementwise work(k);
  work.declare(0);
  if (k.form) return pointwiseOnBytes(k, work);
  const TensorType& type = k.value(k.kernel.result()).type;
  bool onePosition = type.channels() > 1 && layoutFor(Layout::Blocked, type) == Layout::Planar;
  if (onePosition && k.kernel.layout == Layout::Planar) {
    k.units({}, [&](const std::vector<Reg>& parts) {
      alongVectors(k, b.index(0), b.index(type.channels()), [&](Reg channel, Reg mask) {
        Site site{parts[0], channel, {}, mask, false};
        site.alongChannels = true;
        work.store(work.evaluate(0, nullptr, site), site);
      });
    });
    return k.finish();
  }
  bool blocked = k.kernel.layout == Layout::Blocked, flat = canFlatten(k.graph, k.kernel, 0);
  int64_t rows = blocked ? k.blocks(type.channels()) : type.channels();
  if (!blocked && type.spatialRank() > 0) work.mayStream(flat);
  std::vector<Size> counts{Size(rows)};
  Size plane = spatialSize(type);
  int outer = std::max(0, type.spatialRank() - 1);
  if (flat)
    counts.push_back(Size::ceilDiv(work.mayShift() ? plane + (k.lanes - 1) : plane, planeChunk));
  else
    for (int axis = 0; axis < outer; ++axis) counts.push_back(type.spatial(axis));
  Reg extent = k.size(flat ? plane : type.spatialRank() ? type.spatial(outer) : Size(1));
  k.units(counts, [&](const std::vector<Reg>& parts) {
    Reg from = b.add(flat ? b.mul(parts[2], planeChunk) : b.index(0), work.origin());
    Reg to = flat ? b.min(b.add(from, planeChunk), extent) : extent;
    auto at = [&](Reg x, Reg mask) {
      Site site{parts[0], parts[1], {}, mask, flat};
      if (!flat) site.spatial.assign(parts.begin() + 2, parts.end());
      if (flat || type.spatialRank()) site.spatial.push_back(x);
      work.store(work.evaluate(0, nullptr, site), site);
    };
    if (!blocked)
      return work.eachWay([&](bool streams) {
        if (!streams) return alongVectors(k, from, to, at);
        // The first vector may start before the row.
        b.loop("x", from, b.index(0), k.lanes, {}, [&](Reg x, const Builder::Values&) {
          at(x, work.edgeMask(x, extent));
          return Builder::Values{};
        });
        Reg inside = b.compare(Op::Lt, b.index(-1), from);
        alongVectors(k, b.select(inside, from, b.add(from, k.lanes)), to, at);
      });
    b.loop("x", from, to, 1, {}, [&](Reg x, const Builder::Values&) {
      at(x, nullptr);
      return Builder::Values{};
    });
  });
  k.finish();
}

// A unit is one channel (planar, lanes along the positions) or one block of channels (blocked).
void globalPool(KernelBuilder& k) {
  Builder& b = k.b;
  const graph::Value& node = k.value(k.kernel.anchor());
  ValueId input = node.operands[0];
  const TensorType& type = k.value(input).type;
  bool maximum = node.op == OpKind::GlobalMaxPool;
  Layout layout = layoutFor(k.layoutOf(input), type);
  Reg in = k.read(input, layout), out = k.write(k.kernel.result(), Layout::Planar);
  Reg plane = k.product(type, 1), divisor = k.scalarF32(plane);
  int64_t channels = type.channels();
  Reg neutral = k.constant(maximum ? -std::numeric_limits<double>::infinity() : 0);
  auto join = [&](Reg x, Reg y) { return b.binary(maximum ? Op::Maximum : Op::Add, x, y); };
  bool blocked = layout == Layout::Blocked;
  int64_t results = k.itemRows(k.kernel.result(), Layout::Planar);
  k.units({Size(blocked ? k.blocks(channels) : channels)}, [&](const std::vector<Reg>& parts) {
    int64_t rows = k.itemRows(input, layout), pitch = blocked ? k.lanes : 1;
    Reg base = b.offset(Scalar::F32, in, Index(b.mul(b.add(b.mul(parts[0], rows), parts[1]), plane), pitch));
    // Four running vectors, joined in a fixed order at the end.
    int64_t step = blocked ? 1 : k.lanes;
    Reg whole = b.mul(b.floorDiv(plane, 4 * step), 4 * step);
    Builder::Values acc =
        b.loop("x", b.index(0), whole, 4 * step, Builder::Values(4, neutral),
               [&](Reg x, const Builder::Values& carried) {
                 Builder::Values next;
                 for (int64_t i = 0; i < 4; ++i)
                   next.push_back(join(carried[static_cast<size_t>(i)],
                                       b.load(k.vector, base, Index(x, pitch) + Index(i * k.lanes))));
                 return next;
               });
    Reg sum = join(join(acc[0], acc[1]), join(acc[2], acc[3]));
    sum = b.loop("x", whole, plane, step, {sum}, [&](Reg x, const Builder::Values& carried) {
      if (blocked) return Builder::Values{join(carried[0], b.load(k.vector, base, Index(x, pitch)))};
      Reg mask = b.mask(static_cast<uint32_t>(k.lanes), b.sub(plane, x));
      return Builder::Values{join(carried[0], b.load(k.vector, base, x, mask, neutral))};
    })[0];
    if (!blocked) {
      Reg result = b.reduce(maximum ? Op::ReduceMax : Op::ReduceAdd, sum);
      if (!maximum) result = b.binary(Op::Div, result, divisor);
      b.store(result, out, Index(parts[0], results) + Index(parts[1]));
      return;
    }
    if (!maximum) sum = b.binary(Op::Div, sum, k.splat(divisor));
    Reg left = b.sub(b.index(channels), b.mul(parts[1], k.lanes));
    b.store(sum, out, Index(parts[0], results) + Index(parts[1], k.lanes),
            b.mask(static_cast<uint32_t>(k.lanes), left));
  });
  k.finish();
}

// All channels of an operand are one run of numbers, in the operand and in the result: in blocked layout too,
// where they are whole blocks.
void concatOperand(KernelBuilder& k, size_t operand) {
  Builder& b = k.b;
  const graph::Value& node = k.value(k.kernel.anchor());
  ValueId from = node.operands[operand], to = k.kernel.result();
  const TensorType& type = k.value(from).type;
  Layout layout = layoutFor(k.kernel.layout, node.type);
  int64_t lanes = layout == Layout::Blocked ? k.lanes : 1, before = 0;
  for (size_t i = 0; i < operand; ++i) before += k.value(node.operands[i]).type.channels();
  Reg in = k.read(from, layout), out = k.write(to, layout);
  Size plane = spatialSize(type) * lanes, run = spatialSize(type) * type.channels();
  Reg count = k.size(run), row = k.size(plane);
  k.units({Size::ceilDiv(run, planeChunk)}, [&](const std::vector<Reg>& parts) {
    Reg source = b.offset(Scalar::F32, in, Index(b.mul(b.mul(parts[0], k.itemRows(from, layout)), row)));
    Reg first = b.add(b.mul(parts[0], k.itemRows(to, layout)), before / lanes);
    Reg target = b.offset(Scalar::F32, out, Index(b.mul(first, row)));
    Reg begin = b.mul(parts[1], planeChunk);
    alongVectors(k, begin, b.min(b.add(begin, planeChunk), count), [&](Reg x, Reg mask) {
      Reg v = mask ? b.load(k.vector, source, x, mask, k.constant(0)) : b.load(k.vector, source, x);
      b.store(v, target, x, mask);
    });
  });
  k.finish();
}

void fillRow(loop::Function& function, double number, int64_t lanes) {
  Builder b(function);
  Reg out = b.parameter(loop::Type::pointer(), "out"), count = b.parameter(loop::Type::index(), "count");
  Reg v = b.number(number, loop::Type::vector(Scalar::F32, static_cast<uint32_t>(lanes)));
  b.loop("x", b.index(0), count, lanes, {}, [&](Reg x, const Builder::Values&) {
    b.store(v, out, x, b.mask(static_cast<uint32_t>(lanes), b.sub(count, x)));
    return Builder::Values{};
  });
  b.ret();
}

void copy(loop::Function& function, int64_t lanes) {
  Builder b(function);
  Reg begin = b.parameter(loop::Type::index(), "begin"), end = b.parameter(loop::Type::index(), "end");
  Reg in = b.parameter(loop::Type::pointer(), "in"), out = b.parameter(loop::Type::pointer(), "out");
  Reg count = b.parameter(loop::Type::index(), "count");
  loop::Type type = loop::Type::vector(Scalar::F32, static_cast<uint32_t>(lanes));
  Reg to = b.min(b.mul(end, copyChunk), count);
  b.loop("x", b.mul(begin, copyChunk), to, lanes, {}, [&](Reg x, const Builder::Values&) {
    Reg mask = b.mask(static_cast<uint32_t>(lanes), b.sub(to, x));
    b.store(b.load(type, in, x, mask, b.number(0, type)), out, x, mask);
    return Builder::Values{};
  });
  b.ret();
}

} // namespace convoy::schedule
