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

int64_t storedByte(Element element, int64_t number) { return element == Element::I8 ? number + 128 : number; }

namespace {

Reg fromStored(KernelBuilder& k, Reg bytes, Element element) {
  Reg v = k.b.cast(k.vector, bytes);
  return element == Element::I8 ? k.b.binary(Op::Sub, v, k.constant(128)) : v;
}

// Of whole numbers in the element's range: next to 2^23 they are the lowest bits.
Reg toStored(KernelBuilder& k, Reg v, Element element) {
  const double zero = 0x1p23 + static_cast<double>(storedByte(element, 0));
  Reg bits = k.b.bitcast(k.vector.withScalar(Scalar::I32), k.b.binary(Op::Add, v, k.constant(zero)));
  return k.b.cast(k.vector.withScalar(Scalar::U8), bits);
}

} // namespace

Reg loadBlock(KernelBuilder& k, Reg pointer, const BlockPlace& place, Reg mask) {
  Builder& b = k.b;
  const loop::Type type = k.vector.withScalar(scalarOf(place.layout));
  auto load = [&](const Index& at) {
    return mask ? b.load(type, pointer, at, mask, b.number(0, type)) : b.load(type, pointer, at);
  };
  Reg v = load(place.at);
  if (place.layout == Layout::Blocked) return v;
  if (place.layout == Layout::Int8) return fromStored(k, v, place.element);
  v = b.cast(k.vector, v);
  if (place.layout == Layout::Bf16) return v;
  return b.binary(Op::Add, v, b.cast(k.vector, load(place.at + Index(place.low))));
}

void storeBlock(KernelBuilder& k, Reg v, Reg pointer, const BlockPlace& place, Reg mask) {
  Builder& b = k.b;
  if (place.layout == Layout::Split) {
    const Halves halves = split(b, v);
    b.store(halves.high, pointer, place.at, mask);
    b.store(halves.low, pointer, place.at + Index(place.low), mask);
    return;
  }
  if (place.layout == Layout::Bf16) v = b.cast(k.vector.withScalar(Scalar::BF16), v);
  if (place.layout == Layout::Int8) v = toStored(k, v, place.element);
  b.store(v, pointer, place.at, mask);
}

BlockPlace blockPlace(KernelBuilder& k, ValueId id, Layout layout, Reg item, Reg vector, Reg position) {
  Builder& b = k.b;
  const TensorType& type = k.value(id).type;
  const int64_t vectors = unitChannels(layout), block = k.lanes * vectors; // of a block; its channels
  Reg plane = k.size(k.storage.frame({id, layout}).positions(type));
  Reg row = b.add(b.mul(item, k.itemRows(id, layout)), b.floorDiv(vector, vectors));
  Reg at = b.mul(row, plane);
  if (position) at = b.add(at, position);
  BlockPlace place{layout, type.element, Index(at, block), nullptr};
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
  const auto numbers = static_cast<uint32_t>(k.lanes * unitChannels(buffer.layout));
  Reg zero = b.number(static_cast<double>(frame.fill), loop::Type::vector(scalarOf(buffer.layout), numbers));
  k.units({Size(k.itemRows(id, buffer.layout))}, [&](const std::vector<Reg>& parts) {
    Reg plane = b.mul(b.add(b.mul(parts[0], k.itemRows(id, buffer.layout)), parts[1]), positions);
    auto clear = [&](Reg from, Reg to) {
      b.loop("x", from, to, 1, {}, [&](Reg x, const Builder::Values&) {
        b.store(zero, out, Index(b.add(plane, x), k.lanes * unitChannels(buffer.layout)));
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
