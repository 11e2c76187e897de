#include "schedule/blocks.h"
#include "support/internal_error.h"
#include <algorithm>

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

Reg fromStored(Builder& b, Reg bytes, Element element) {
  const loop::Type type = bytes->type.withScalar(Scalar::F32);
  Reg v = b.cast(type, bytes);
  return element == Element::I8 ? b.binary(Op::Sub, v, b.number(128, type)) : v;
}

// Of whole numbers in the element's range: next to 2^23 they are the lowest bits.
Reg toStored(Builder& b, Reg v, Element element) {
  const double zero = 0x1p23 + static_cast<double>(storedByte(element, 0));
  Reg bits = b.bitcast(v->type.withScalar(Scalar::I32), b.binary(Op::Add, v, b.number(zero, v->type)));
  return b.cast(v->type.withScalar(Scalar::U8), bits);
}

std::vector<int64_t> firstLanes(int64_t count, int64_t of) {
  std::vector<int64_t> lanes;
  for (int64_t lane = 0; lane < of; ++lane) lanes.push_back(lane < count ? lane : 0);
  return lanes;
}

Reg maskOf(Builder& b, const BlockPlace& place, Reg exists) {
  return exists ? b.mask(place.channels, b.mul(exists, place.channels)) : nullptr;
}

} // namespace

std::vector<Reg> stored(KernelBuilder& k, Reg v, Layout layout, Element element) {
  switch (layout) {
  case Layout::Planar:
  case Layout::Blocked: return {v};
  case Layout::Bf16: return {k.b.cast(v->type.withScalar(Scalar::BF16), v)};
  case Layout::Split: {
    const Halves halves = split(k.b, v);
    return {halves.high, halves.low};
  }
  case Layout::Int8: return {toStored(k.b, v, element)};
  }
  internalError("unknown layout");
}

Reg loadBlock(KernelBuilder& k, Reg pointer, const BlockPlace& place, Reg exists) {
  Builder& b = k.b;
  const loop::Type type = loop::Type::vector(scalarOf(place.layout), place.channels),
                   numbers = type.withScalar(Scalar::F32);
  Reg mask = maskOf(b, place, exists);
  auto load = [&](const Index& at) {
    return mask ? b.load(type, pointer, at, mask, b.number(0, type)) : b.load(type, pointer, at);
  };
  Reg v = load(place.at);
  if (place.layout == Layout::Blocked) return v;
  v = place.layout == Layout::Int8 ? fromStored(b, v, place.element) : b.cast(numbers, v);
  if (place.layout == Layout::Split)
    v = b.binary(Op::Add, v, b.cast(numbers, load(place.at + Index(place.low))));
  return place.channels < k.lanes ? b.shuffle(v, v, firstLanes(place.channels, k.lanes)) : v;
}

void storeBlock(KernelBuilder& k, Reg v, Reg pointer, const BlockPlace& place, Reg exists) {
  Builder& b = k.b;
  if (place.channels < k.lanes) v = b.shuffle(v, v, firstLanes(place.channels, place.channels));
  Reg mask = maskOf(b, place, exists);
  const std::vector<Reg> parts = stored(k, v, place.layout, place.element);
  b.store(parts[0], pointer, place.at, mask);
  if (parts.size() > 1) b.store(parts[1], pointer, place.at + Index(place.low), mask);
}

loop::Type UnitProducts::vectorOf(Scalar scalar) const {
  return loop::Type::vector(scalar, static_cast<uint32_t>(k_.lanes * perUnit_));
}

Reg UnitProducts::spread(Reg unit) const {
  if (perUnit_ == 1) return k_.splat(unit);
  return k_.b.bitcast(vectorOf(scalarOf(k_.kernel.layout)),
                      k_.b.splat(k_.vector.withScalar(Scalar::I32), unit));
}

Reg UnitProducts::weights(Reg pointer, const Index& at) const {
  if (perUnit_ == 1) return k_.b.load(k_.vector, pointer, at);
  const Scalar scalar = k_.kernel.layout == Layout::Int8 ? Scalar::I8 : Scalar::BF16;
  return k_.b.load(vectorOf(scalar), pointer, at * perUnit_);
}

Reg UnitProducts::add(Reg sum, Reg x, Reg w) const {
  return perUnit_ == 1 ? k_.b.fma(x, w, sum) : k_.b.dot(sum, x, w);
}

Reg zipped(Builder& b, std::vector<Reg> vectors) {
  // Neighbours become one, a run of `together` elements of each in turn.
  for (int64_t together = 1; vectors.size() > 1; together *= 2) {
    const int64_t length = vectors[0]->type.lanes;
    std::vector<int64_t> from;
    for (int64_t run = 0; run < length; run += together)
      for (int64_t side = 0; side < 2; ++side)
        for (int64_t i = 0; i < together; ++i) from.push_back(side * length + run + i);
    std::vector<Reg> joined;
    for (size_t i = 0; i + 1 < vectors.size(); i += 2)
      joined.push_back(b.shuffle(vectors[i], vectors[i + 1], from));
    vectors = joined;
  }
  return vectors[0];
}

BlockPlace blockPlace(KernelBuilder& k, ValueId id, Layout layout, Reg item, Reg vector, Reg position) {
  Builder& b = k.b;
  const TensorType& type = k.value(id).type;
  const int64_t block = blockUnits(type.channels(), layout, k.lanes) * unitChannels(layout), // channels
      vectors = std::max<int64_t>(1, block / k.lanes);
  Reg plane = k.planeSize(id, layout);
  Reg row = b.add(b.mul(item, k.itemRows(id, layout)), b.floorDiv(vector, vectors));
  Reg at = b.mul(row, plane);
  if (position) at = b.add(at, position);
  BlockPlace place{layout, type.element, Index(at, block), nullptr,
                   static_cast<uint32_t>(std::min(block, k.lanes))};
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
      pitch = k.size(frame.pitch(type)), origin = k.size(frame.origin(type)),
      positions = k.planeSize(id, buffer.layout);
  const int64_t block = blockUnits(type.channels(), buffer.layout, k.lanes) * unitChannels(buffer.layout);
  Reg zero = b.number(static_cast<double>(frame.fill),
                      loop::Type::vector(scalarOf(buffer.layout), static_cast<uint32_t>(block)));
  // Beside the rows y0..y1 of a plane; before the first one and behind the last one too.
  auto around = [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
    Reg plane = b.mul(b.add(b.mul(parts[0], k.itemRows(id, buffer.layout)), parts[1]), positions);
    auto clear = [&](Reg from, Reg count) {
      Reg begin = b.add(plane, from);
      b.loop("x", begin, b.add(begin, count), 1, {}, [&](Reg x, const Builder::Values&) {
        b.store(zero, out, Index(x, block));
        return Builder::Values{};
      });
      return Builder::Values{};
    };
    Reg gap = b.index(frame.gap);
    auto beforeRow = [&](Reg row) { return b.sub(b.add(origin, b.mul(row, pitch)), gap); };
    b.branch(
        b.compare(Op::Eq, y0, b.index(0)), [&] { return clear(b.index(0), b.mul(pitch, frame.before)); },
        nullptr);
    b.loop("row", y0, b.add(y1, 1), 1, {},
           [&](Reg row, const Builder::Values&) { return clear(beforeRow(row), gap); });
    b.branch(
        b.compare(Op::Eq, y1, rowCount),
        [&] { return clear(b.add(beforeRow(rowCount), gap), b.mul(pitch, frame.after)); }, nullptr);
  };
  const Size planes(k.itemRows(id, buffer.layout));
  if (k.inGroup())
    k.strips({planes}, {frame.rows(type)}, {}, around);
  else
    k.units({planes}, [&](const std::vector<Reg>& parts) { around(parts, b.index(0), rowCount); });
  k.finish();
}

} // namespace convoy::schedule
