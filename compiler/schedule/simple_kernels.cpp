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

// On bytes: units are chunks of the positions of all channels; in a group, where rows of float32 may be
// further apart than they are long, row by row.
static void pointwiseOnBytes(KernelBuilder& k, Elementwise& work) {
  Builder& b = k.b;
  const TensorType& type = k.value(k.kernel.result()).type;
  const int64_t perPixel = k.columnsPerPixel();
  auto along = [&](Site site, Reg from, Reg to) {
    alongVectors(k, from, to, [&](Reg x, Reg mask) {
      site.spatial.back() = x, site.mask = mask;
      work.pixels(site, mask ? b.sub(to, x) : nullptr);
    });
  };
  if (k.inGroup()) {
    Reg row = k.size(type.dims.back() * perPixel);
    k.strips({}, {type.spatial(0)}, {}, [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
      b.loop("y", y0, y1, 1, {}, [&](Reg y, const Builder::Values&) {
        along({parts[0], nullptr, {y, nullptr}, nullptr, /*flat=*/false}, b.index(0), row);
        return Builder::Values{};
      });
    });
  } else {
    Size plane = spatialSize(type) * perPixel;
    Reg extent = k.size(plane);
    k.units({Size::ceilDiv(plane, planeChunk)}, [&](const std::vector<Reg>& parts) {
      Reg from = b.mul(parts[1], planeChunk);
      along({parts[0], nullptr, {nullptr}, nullptr, /*flat=*/true}, from,
            b.min(b.add(from, planeChunk), extent));
    });
  }
  k.finish();
}

namespace {

class Pointwise {
public:
  explicit Pointwise(KernelBuilder& k)
      : k_(k), b_(k.b), work_(k), type_(k.value(k.kernel.result()).type),
        ofPixels_(opInfo(k.value(k.kernel.anchor()).op).form == OpForm::Pixelwise),
        blocked_(k.kernel.layout == Layout::Blocked), flat_(canFlatten(k.graph, k.kernel, 0)) {}

  void run() {
    work_.declare(0);
    if (k_.onBytes) return pointwiseOnBytes(k_, work_);
    if (type_.channels() > 1 && layoutFor(Layout::Blocked, type_) == Layout::Planar && !blocked_ &&
        !ofPixels_)
      onePosition();
    else if (k_.inGroup())
      inGroup();
    else
      everywhere();
    k_.finish();
  }

private:
  int64_t channels() const {
    return ofPixels_ ? 1 : blocked_ ? k_.blocks(type_.channels()) : type_.channels();
  }

  // Lanes are the channels.
  void onePosition() {
    k_.units({}, [&](const std::vector<Reg>& parts) {
      alongVectors(k_, b_.index(0), b_.index(type_.channels()), [&](Reg channel, Reg mask) {
        Site site{parts[0], channel, {}, mask, false};
        site.alongChannels = true;
        work_.store(work_.evaluate(0, nullptr, site), site);
      });
    });
  }

  // Units are chunks of flattened planes where the operands allow it, and rows otherwise, of each channel or
  // of all together.
  void everywhere() {
    if (!blocked_ && type_.spatialRank() > 0) work_.mayStream(flat_);
    std::vector<Size> counts{Size(channels())};
    const Size plane = spatialSize(type_);
    const int outer = std::max(0, type_.spatialRank() - 1);
    if (flat_)
      counts.push_back(Size::ceilDiv(work_.mayShift() ? plane + (k_.lanes - 1) : plane, planeChunk));
    else
      for (int axis = 0; axis < outer; ++axis) counts.push_back(type_.spatial(axis));
    Reg extent = k_.size(flat_ ? plane : type_.spatialRank() ? type_.spatial(outer) : Size(1));
    k_.units(counts, [&](const std::vector<Reg>& parts) {
      Reg from = b_.add(flat_ ? b_.mul(parts[2], planeChunk) : b_.index(0), work_.origin());
      Reg to = flat_ ? b_.min(b_.add(from, planeChunk), extent) : extent;
      Site site{parts[0], parts[1], {}, nullptr, flat_};
      if (!flat_) site.spatial.assign(parts.begin() + 2, parts.end());
      if (flat_ || type_.spatialRank()) site.spatial.push_back(nullptr); // the column
      run(site, from, to, extent);
    });
  }

  // All positions of the rows, or, where rows may be further apart than they are long, row by row.
  void inGroup() {
    if (!blocked_) work_.mayStream();
    Reg width = k_.size(type_.dims.back());
    k_.strips({Size(channels())}, {type_.spatial(0)}, {}, [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
      if (flat_ && blocked_ && k_.rowsAreOne())
        return run({parts[0], parts[1], {nullptr}, nullptr, true}, b_.mul(y0, width), b_.mul(y1, width),
                   width);
      b_.loop("y", y0, y1, 1, {}, [&](Reg y, const Builder::Values&) {
        run({parts[0], parts[1], {y, nullptr}, nullptr, false}, work_.origin(), width, width);
        return Builder::Values{};
      });
    });
  }

  // The columns from..to, of `extent` that there are.
  void run(Site site, Reg from, Reg to, Reg extent) {
    auto at = [&](Reg x, Reg mask) {
      if (!site.spatial.empty()) site.spatial.back() = x;
      site.mask = mask;
      if (!ofPixels_) return work_.store(work_.evaluate(0, nullptr, site), site);
      const std::vector<Reg> pixel = work_.pixel(site);
      for (size_t channel = 0; channel < pixel.size(); ++channel) {
        site.channel = b_.index(static_cast<int64_t>(channel));
        work_.store(work_.evaluate(1, pixel[channel], site), site);
      }
    };
    if (blocked_) return alongColumns(k_, from, to, true, at);
    work_.eachWay([&](bool streams) {
      if (!streams) return alongVectors(k_, from, to, at);
      // The first vector may start before the row.
      b_.loop("x", from, b_.index(0), k_.lanes, {}, [&](Reg x, const Builder::Values&) {
        at(x, work_.edgeMask(x, extent));
        return Builder::Values{};
      });
      Reg inside = b_.compare(Op::Lt, b_.index(-1), from);
      alongVectors(k_, b_.select(inside, from, b_.add(from, k_.lanes)), to, at);
    });
  }

  KernelBuilder& k_;
  Builder& b_;
  Elementwise work_;
  const TensorType& type_;
  const bool ofPixels_, blocked_, flat_;
};

} // namespace

void pointwise(KernelBuilder& k) { Pointwise(k).run(); }

// All channels of an operand are one run of numbers, in the operand and in the result: in blocked layout too,
// where they are whole blocks. In a group each row of a channel or block is one.
void concatOperand(KernelBuilder& k, size_t operand) {
  Builder& b = k.b;
  const graph::Value& node = k.value(k.kernel.anchor());
  ValueId from = node.operands[operand], to = k.kernel.result();
  const TensorType& type = k.value(from).type;
  Layout layout = layoutFor(k.kernel.layout, node.type);
  int64_t lanes = layout == Layout::Blocked ? k.lanes : 1, before = 0;
  for (size_t i = 0; i < operand; ++i) before += k.value(node.operands[i]).type.channels();
  Reg in = k.read(from, layout), out = k.write(to, layout);
  Reg sourcePlane = k.size(k.plane(from, layout) * lanes), targetPlane = k.size(k.plane(to, layout) * lanes);
  // Of a run that begins with this channel or block of the operand, and this row.
  auto copy = [&](Reg item, Reg plane, Reg y, Reg begin, Reg end) {
    Reg source = b.add(b.mul(item, k.itemRows(from, layout)), plane);
    source = b.add(b.mul(source, sourcePlane), b.mul(y, k.size(k.pitch(from, layout) * lanes)));
    Reg target = b.add(b.add(b.mul(item, k.itemRows(to, layout)), before / lanes), plane);
    target = b.add(b.mul(target, targetPlane), b.mul(y, k.size(k.pitch(to, layout) * lanes)));
    source = b.offset(Scalar::F32, in, Index(source)), target = b.offset(Scalar::F32, out, Index(target));
    alongVectors(k, begin, end, [&](Reg x, Reg mask) { b.store(k.load(source, x, mask), target, x, mask); });
  };
  if (k.inGroup()) {
    Reg row = k.size(type.dims.back() * lanes);
    k.eachRow({Size(type.channels() / lanes)}, type, 1,
              [&](const std::vector<Reg>& parts) { copy(parts[0], parts[1], parts[2], b.index(0), row); });
  } else {
    const Size run = spatialSize(type) * type.channels();
    Reg count = k.size(run);
    k.units({Size::ceilDiv(run, planeChunk)}, [&](const std::vector<Reg>& parts) {
      Reg begin = b.mul(parts[1], planeChunk);
      copy(parts[0], b.index(0), b.index(0), begin, b.min(b.add(begin, planeChunk), count));
    });
  }
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
