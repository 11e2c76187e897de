// Kernels without a window: element-wise work, concat, copies.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"

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

void alongColumns(KernelBuilder& k, Reg from, Reg to, bool inBlocks,
                  const std::function<void(Reg x, Reg mask)>& body) {
  if (!inBlocks) return alongVectors(k, from, to, body);
  k.b.loop("x", from, to, 1, {}, [&](Reg x, const Builder::Values&) {
    body(x, nullptr);
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

// Units are chunks of flattened planes where the operands allow it, and rows otherwise, of each channel or of
// all together. With a single position, lanes are the channels.
void pointwise(KernelBuilder& k) {
  Builder& b = k.b;
  Elementwise work(k);
  work.declare(0);
  if (k.onBytes) return pointwiseOnBytes(k, work);
  const TensorType& type = k.value(k.kernel.result()).type;
  bool onePosition = type.channels() > 1 && layoutFor(Layout::Blocked, type) == Layout::Planar;
  const bool ofPixels = opInfo(k.value(k.kernel.anchor()).op).form == OpForm::Pixelwise;
  if (onePosition && k.kernel.layout == Layout::Planar && !ofPixels) {
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
  int64_t rows = ofPixels ? 1 : blocked ? k.blocks(type.channels()) : type.channels();
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
      if (!ofPixels) return work.store(work.evaluate(0, nullptr, site), site);
      const std::vector<Reg> pixel = work.pixel(site);
      for (size_t channel = 0; channel < pixel.size(); ++channel) {
        site.channel = b.index(static_cast<int64_t>(channel));
        work.store(work.evaluate(1, pixel[channel], site), site);
      }
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
    alongColumns(k, from, to, blocked, at);
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
      Reg v = k.load(source, x, mask);
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
