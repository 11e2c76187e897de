#include "schedule/blocks.h"
#include "support/internal_error.h"

namespace convoy::schedule {

Scalar scalarOf(Layout layout) {
  switch (layout) {
  case Layout::Planar:
  case Layout::Blocked: return Scalar::F32;
  case Layout::Bf16:
  case Layout::Split: return Scalar::BF16;
  case Layout::Int8: return Scalar::U8;
  }
  internalError("unknown layout");
}

Halves split(Builder& b, Reg v) {
  const loop::Type type = v->type, half = type.withScalar(Scalar::BF16), bits = type.withScalar(Scalar::I32);
  // The largest numbers would become infinite: they are cut off instead of rounded.
  Reg nearest = b.cast(type, b.cast(half, v));
  Reg cut = b.bitcast(type, b.binary(Op::And, b.bitcast(bits, v), b.number(-65536, bits)));
  Reg tooLarge = b.compare(Op::Lt, b.number(0x1.fep127, type), b.unary(Op::Abs, nearest));
  Reg high = b.select(tooLarge, cut, nearest);
  Reg rest = b.binary(Op::Sub, v, high); // no number where v is infinite or none
  rest = b.select(b.compare(Op::Eq, rest, rest), rest, b.number(0, type));
  return {b.cast(half, high), b.cast(half, rest)};
}

Reg loadBlock(KernelBuilder& k, Layout layout, Reg pointer, const Index& at, Reg low, Reg mask) {
  Builder& b = k.b;
  const loop::Type type = k.vector.withScalar(scalarOf(layout));
  auto load = [&](const Index& from) {
    Reg v = mask ? b.load(type, pointer, from, mask, b.number(0, type)) : b.load(type, pointer, from);
    return layout == Layout::Blocked ? v : b.cast(k.vector, v);
  };
  Reg v = load(at);
  return layout == Layout::Split ? b.binary(Op::Add, v, load(at + Index(low))) : v;
}

void storeBlock(KernelBuilder& k, Layout layout, Reg v, Reg pointer, const Index& at, Reg low, Reg mask) {
  Builder& b = k.b;
  if (layout == Layout::Split) {
    const Halves halves = split(b, v);
    b.store(halves.high, pointer, at, mask);
    b.store(halves.low, pointer, at + Index(low), mask);
    return;
  }
  b.store(layout == Layout::Blocked ? v : b.cast(k.vector.withScalar(scalarOf(layout)), v), pointer, at,
          mask);
}

BlockPlace blockPlace(KernelBuilder& k, ValueId id, Layout layout, Reg item, Reg vector, Reg position) {
  Builder& b = k.b;
  const TensorType& type = k.value(id).type;
  const int64_t vectors = unitChannels(layout), block = k.lanes * vectors; // of a block; its channels
  Reg plane = k.size(k.storage.frame({id, layout}).positions(type));
  Reg row = b.add(b.mul(item, k.itemRows(id, layout)), b.floorDiv(vector, vectors));
  Reg at = b.mul(row, plane);
  if (position) at = b.add(at, position);
  BlockPlace place{Index(at, block), nullptr};
  if (vectors > 1) place.at = place.at + Index(b.binary(Op::Mod, vector, b.index(vectors)), k.lanes);
  if (layout == Layout::Split) place.low = b.mul(plane, blocksOf(type.channels(), layout, k.lanes) * block);
  return place;
}

Reg framePosition(KernelBuilder& k, ValueId id, Layout layout, Reg row, Reg column) {
  const TensorType& type = k.value(id).type;
  const Frame& frame = k.storage.frame({id, layout});
  Reg at = row ? k.b.add(k.b.mul(row, k.size(frame.pitch(type))), column) : column;
  return frame.any() ? k.b.add(at, k.size(frame.origin(type))) : at;
}

Reg framePosition(KernelBuilder& k, ValueId id, Layout layout, Reg flat) {
  const TensorType& type = k.value(id).type;
  if (!k.storage.frame({id, layout}).any()) return flat;
  Reg width = k.size(type.dims.back());
  return framePosition(k, id, layout, k.b.binary(Op::Div, flat, width), k.b.binary(Op::Mod, flat, width));
}

void clearFrame(KernelBuilder& k) {
  Builder& b = k.b;
  const ValueId id = k.kernel.result();
  const Buffer buffer = resultBuffer(k.graph, k.kernel);
  const TensorType& type = k.value(id).type;
  const Frame& frame = k.storage.frame(buffer);
  Reg out = k.write(id, buffer.layout), rowCount = k.size(frame.rows(type)),
      pitch = k.size(frame.pitch(type)), columns = k.size(frame.columns(type)),
      origin = k.size(frame.origin(type)), positions = k.size(frame.positions(type));
  k.units({Size(k.itemRows(id, buffer.layout))}, [&](const std::vector<Reg>& parts) {
    Reg plane = b.mul(b.add(b.mul(parts[0], k.itemRows(id, buffer.layout)), parts[1]), positions);
    auto clear = [&](Reg from, Reg to) {
      b.loop("x", from, to, 1, {}, [&](Reg x, const Builder::Values&) {
        b.store(k.constant(0), out, Index(b.add(plane, x), k.lanes));
        return Builder::Values{};
      });
    };
    clear(b.index(0), origin);
    Reg behind = b.add(origin, columns), last = b.sub(rowCount, b.index(1));
    b.loop("row", b.index(0), last, 1, {}, [&](Reg row, const Builder::Values&) {
      Reg at = b.add(behind, b.mul(row, pitch));
      clear(at, b.add(at, frame.gap));
      return Builder::Values{};
    });
    clear(b.add(behind, b.mul(last, pitch)), positions);
  });
  k.finish();
}

} // namespace convoy::schedule
