// Parameters in the order in which kernels read them. Runs once per process, in prefix_prepare.
#include "schedule/kernels.h"

namespace convoy::schedule {

namespace {

int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct Shape {
  int64_t filters, channels = 1, taps = 1; // [filters][channels per group][taps]
  explicit Shape(const graph::Value& parameter) {
    const auto& dims = parameter.type.dims;
    filters = dims[0].known();
    if (dims.size() > 1) channels = dims[1].known();
    for (size_t i = 2; i < dims.size(); ++i) taps *= dims[i].known();
  }
};

} // namespace

int64_t packedElements(const graph::Value& parameter, const Packing& packing, int64_t lanes) {
  Shape s(parameter);
  switch (packing.kind) {
  case Packing::Raw: return s.filters * s.channels * s.taps;
  case Packing::Filters:
    return ceilDiv(s.filters, packing.vectors * lanes) * ceilDiv(s.channels, packing.channelBlock) * s.taps *
           packing.channelBlock * packing.vectors * lanes;
  case Packing::Depth: return ceilDiv(s.filters, lanes) * lanes * s.taps * s.channels;
  }
  return 0;
}

namespace {

// Squares of filters x numbers of a filter are transposed in registers; what lies behind the last filter, or
// the last channel, is 0. A row of `vectors` * lanes filters belongs to each channel and tap: rowOf says
// which.
void packFilters(Builder& b, Reg in, Reg out, const Shape& s, int64_t lanes, int64_t vectors,
                 int64_t channels, const std::function<Reg(Reg channel, Reg tap)>& rowOf) {
  const auto width = static_cast<uint32_t>(lanes);
  const loop::Type vector = loop::Type::vector(Scalar::F32, width);
  const int64_t given = s.channels * s.taps, rows = channels * s.taps;
  auto nest = [&](const char* name, int64_t to, int64_t step, const std::function<void(Reg)>& body) {
    b.loop(name, b.index(0), b.index(to), step, {}, [&](Reg i, const Builder::Values&) {
      body(i);
      return Builder::Values{};
    });
  };
  nest("tile", ceilDiv(s.filters, vectors * lanes), 1, [&](Reg tile) {
    Reg tileOut = b.offset(Scalar::F32, out, Index(tile, rows * vectors * lanes));
    nest("vector", vectors, 1, [&](Reg v) {
      Reg filter = b.mul(b.add(b.mul(tile, vectors), v), lanes), none = b.number(0, vector);
      nest("at", rows, lanes, [&](Reg at) {
        Reg left = b.max(b.sub(b.index(given), at), b.index(0));
        std::vector<Reg> square;
        for (int64_t i = 0; i < lanes; ++i) {
          Reg row = b.add(filter, i), exists = b.compare(Op::Lt, row, b.index(s.filters));
          Reg mask = b.mask(width, b.select(exists, left, b.index(0)));
          Index from = Index(b.min(row, b.index(s.filters - 1)), given) + Index(at);
          square.push_back(b.load(vector, in, from, mask, none));
        }
        square = transpose(b, square, lanes);
        for (int64_t i = 0; i < lanes; ++i) {
          Reg number = b.add(at, i), channel = b.floorDiv(number, s.taps);
          Reg tap = b.binary(Op::Mod, number, b.index(s.taps));
          Index to = Index(rowOf(channel, tap), vectors * lanes) + Index(v, lanes);
          Reg mask = nullptr;
          if (rows % lanes)
            mask =
                b.mask(width, b.select(b.compare(Op::Lt, number, b.index(rows)), b.index(lanes), b.index(0)));
          b.store(square[static_cast<size_t>(i)], tileOut, to, mask);
        }
      });
    });
  });
}

} // namespace

void pack(loop::Function& function, const graph::Value& parameter, const Packing& packing, int64_t lanes) {
  Builder b(function);
  Reg in = b.parameter(loop::Type::pointer(), "in"), out = b.parameter(loop::Type::pointer(), "out");
  const Shape s(parameter);
  switch (packing.kind) {
  case Packing::Raw: {
    const auto width = static_cast<uint32_t>(lanes);
    const loop::Type vector = loop::Type::vector(Scalar::F32, width);
    Reg count = b.index(packedElements(parameter, packing, lanes));
    b.loop("i", b.index(0), count, lanes, {}, [&](Reg i, const Builder::Values&) {
      Reg mask = b.mask(width, b.sub(count, i));
      b.store(b.load(vector, in, Index(i), mask, b.number(0, vector)), out, Index(i), mask);
      return Builder::Values{};
    });
    break;
  }
  case Packing::Filters: {
    const int64_t block = packing.channelBlock;
    packFilters(b, in, out, s, lanes, packing.vectors, ceilDiv(s.channels, block) * block,
                [&](Reg channel, Reg tap) {
                  Reg row = b.add(b.mul(b.floorDiv(channel, block), s.taps), tap);
                  return b.add(b.mul(row, block), b.binary(Op::Mod, channel, b.index(block)));
                });
    break;
  }
  case Packing::Depth:
    packFilters(b, in, out, s, lanes, 1, s.channels,
                [&](Reg channel, Reg tap) { return b.add(b.mul(tap, s.channels), channel); });
    break;
  }
  b.ret();
}

} // namespace convoy::schedule
