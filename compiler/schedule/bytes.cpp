#include "schedule/bytes.h"

namespace convoy::schedule {

using loop::Index;
using loop::Op;
using loop::Scalar;
using loop::Type;

namespace {

// 1/255 as the sum of two float32.
constexpr float high = 1.0f / 255.0f;
constexpr float low = static_cast<float>(1.0 / 255.0 - static_cast<double>(high));

Type bytesType(int64_t count) { return Type::vector(Scalar::U8, static_cast<uint32_t>(count)); }

Reg maskOf(Builder& b, int64_t lanes, int64_t channels, Reg count) {
  return b.mask(static_cast<uint32_t>(lanes * channels), b.mul(count, channels));
}

} // namespace

Reg fromBytes(Builder& b, const Target& target, Reg bytes) {
  const Type type = Type::vector(Scalar::F32, bytes->type.lanes);
  Reg x = b.cast(type, bytes);
  auto number = [&](float n) { return b.number(static_cast<double>(n), type); };
  if (!target.fusedMultiplyAdd) return b.binary(Op::Div, x, number(255));
  return b.fma(x, number(high), b.binary(Op::Mul, x, number(low)));
}

Reg toBytes(Builder& b, Reg v) {
  const Type& type = v->type;
  // Limited after the product, which gives the same: rounding keeps the order. LLVM takes a maximum of a
  // maximum for one of them, also where they differ in what they do to NaN; so none may stand right behind
  // that of a relu.
  Reg shade = b.binary(Op::Mul, v, b.number(255, type));
  shade = b.binary(Op::Min, b.binary(Op::Max, shade, b.number(0, type)), b.number(255, type)); // 0 for NaN
  Reg rounded = b.binary(Op::Add, shade, b.number(0x1p23, type));
  const Type integers = Type::vector(Scalar::I32, type.lanes);
  return b.cast(bytesType(type.lanes), b.bitcast(integers, rounded)); // the lowest byte
}

Reg loadPixels(Builder& b, int64_t lanes, int64_t channels, Reg pointer, const Index& at, Reg count) {
  const Type type = bytesType(lanes * channels);
  if (!count) return b.load(type, pointer, at);
  return b.load(type, pointer, at, maskOf(b, lanes, channels, count), b.number(0, type));
}

void storePixels(Builder& b, int64_t lanes, int64_t channels, Reg pixels, Reg pointer, const Index& at,
                 Reg count) {
  b.store(pixels, pointer, at, count ? maskOf(b, lanes, channels, count) : nullptr);
}

Reg channelOf(Builder& b, Reg pixels, int64_t lanes, int64_t channels, int64_t channel) {
  if (channels == 1) return pixels;
  std::vector<int64_t> taken;
  for (int64_t i = 0; i < lanes; ++i) taken.push_back(i * channels + channel);
  return b.shuffle(pixels, pixels, taken);
}

Reg joinChannels(Builder& b, const std::vector<Reg>& channels, int64_t lanes) {
  const auto count = static_cast<int64_t>(channels.size());
  if (count == 1) return channels[0];
  // Two channels at a time to their places, then those where a pair has them.
  Reg joined = nullptr;
  for (int64_t pair = 0; pair < count; pair += 2) {
    bool two = pair + 1 < count;
    std::vector<int64_t> spread, both;
    for (int64_t i = 0; i < lanes * count; ++i) {
      int64_t channel = i % count;
      bool here = channel == pair || (two && channel == pair + 1);
      spread.push_back(here ? (channel - pair) * lanes + i / count : 0);
      both.push_back(here ? lanes * count + i : i);
    }
    Reg first = channels[static_cast<size_t>(pair)];
    Reg placed = b.shuffle(first, two ? channels[static_cast<size_t>(pair + 1)] : first, spread);
    joined = joined ? b.shuffle(joined, placed, both) : placed;
  }
  return joined;
}

void convertImage(loop::Function& function, const Target& target, int64_t channels, bool toPlanes) {
  Builder b(function);
  Reg begin = b.parameter(Type::index(), "begin"), end = b.parameter(Type::index(), "end");
  Reg in = b.parameter(Type::pointer(), "in"), out = b.parameter(Type::pointer(), "out");
  Reg plane = b.parameter(Type::index(), "plane");
  const int64_t lanes = target.lanes();
  const Type vector = Type::vector(Scalar::F32, static_cast<uint32_t>(lanes));
  Reg chunks = b.ceilDiv(plane, convertChunk);
  b.loop("unit", begin, end, 1, {}, [&](Reg unit, const Builder::Values&) {
    Reg first = b.mul(b.mul(b.binary(Op::Div, unit, chunks), plane), channels); // of the item
    Reg bytes = b.offset(Scalar::U8, toPlanes ? in : out, Index(first));
    Reg planes = b.offset(Scalar::F32, toPlanes ? out : in, Index(first));
    Reg from = b.mul(b.binary(Op::Mod, unit, chunks), convertChunk);
    Reg to = b.min(b.add(from, convertChunk), plane);
    auto pixels = [&](Reg x, bool whole) {
      Reg count = whole ? nullptr : b.sub(to, x);
      Reg mask = whole ? nullptr : b.mask(static_cast<uint32_t>(lanes), count);
      auto at = [&](int64_t channel) { return Index(x) + Index(b.mul(plane, channel)); };
      if (toPlanes) {
        Reg loaded = loadPixels(b, lanes, channels, bytes, Index(x, channels), count);
        for (int64_t c = 0; c < channels; ++c)
          b.store(fromBytes(b, target, channelOf(b, loaded, lanes, channels, c)), planes, at(c), mask);
        return;
      }
      std::vector<Reg> samples;
      for (int64_t c = 0; c < channels; ++c) {
        Reg v =
            mask ? b.load(vector, planes, at(c), mask, b.number(0, vector)) : b.load(vector, planes, at(c));
        samples.push_back(toBytes(b, v));
      }
      storePixels(b, lanes, channels, joinChannels(b, samples, lanes), bytes, Index(x, channels), count);
    };
    Reg end = b.add(from, b.mul(b.floorDiv(b.sub(to, from), lanes), lanes));
    for (bool whole : {true, false})
      b.loop("x", whole ? from : end, whole ? end : to, lanes, {}, [&](Reg x, const Builder::Values&) {
        pixels(x, whole);
        return Builder::Values{};
      });
    return Builder::Values{};
  });
  b.ret();
}

} // namespace convoy::schedule
