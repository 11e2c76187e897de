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
  if (!packing.taps.empty()) {
    std::swap(s.filters, s.channels);
    s.filters *= packing.groups;
    s.channels /= packing.groups;
    s.taps = 1;
    for (const Packing::Taps& axis : packing.taps) s.taps *= axis.count;
  }
  switch (packing.kind) {
  case Packing::Raw: return s.filters * s.channels * s.taps;
  case Packing::Sums: return ceilDiv(s.filters, lanes) * lanes;
  case Packing::Filters:
    return ceilDiv(s.filters, packing.vectors * lanes) *
           ceilDiv(s.channels, packing.channelBlock * unitChannels(packing.unit)) * packing.stepsOf(s.taps) *
           packing.channelBlock * packing.vectors * lanes;
  case Packing::Winograd:
    return ceilDiv(s.filters, packing.vectors * lanes) * (packing.results + 2) * (packing.results + 2) *
           ceilDiv(s.channels, lanes) * lanes * packing.vectors * lanes;
  case Packing::Depth: return ceilDiv(s.filters, lanes) * lanes * s.taps * s.channels;
  }
  return 0;
}

std::vector<int64_t> packArguments(const graph::Value& parameter, const Packing& packing, int64_t lanes) {
  const Shape s(parameter);
  if (!packing.taps.empty()) return packPhaseArguments(parameter, packing);
  if (packing.kind == Packing::Raw) return {packedElements(parameter, packing, lanes)};
  if (packing.kind == Packing::Sums) return {s.filters, s.channels * s.taps};
  if (packing.kind == Packing::Winograd)
    return {s.filters, s.channels, ceilDiv(s.channels, lanes) * lanes, packing.vectors};
  // Depth is a single block of the group's channels, a vector wide.
  const bool depth = packing.kind == Packing::Depth;
  const int64_t block = depth ? s.channels : packing.channelBlock, vectors = depth ? 1 : packing.vectors;
  if (packing.unit != Layout::Blocked) {
    const int64_t blocks = ceilDiv(s.channels, block * unitChannels(packing.unit));
    return {s.filters,
            s.channels,
            blocks,
            s.taps,
            packing.stepsOf(s.taps),
            block,
            vectors,
            packing.joinedTaps > 1 ? packing.width : s.taps,
            packing.joinedTaps};
  }
  const int64_t rows = ceilDiv(s.channels, block) * block * s.taps;
  return {s.filters, s.channels * s.taps, rows, s.taps, block, vectors};
}

void packRaw(loop::Function& function, int64_t lanes) {
  Builder b(function);
  Reg in = b.parameter(loop::Type::pointer(), "in"), out = b.parameter(loop::Type::pointer(), "out");
  Reg count = b.parameter(loop::Type::index(), "count");
  const auto width = static_cast<uint32_t>(lanes);
  const loop::Type vector = loop::Type::vector(Scalar::F32, width);
  b.loop("i", b.index(0), count, lanes, {}, [&](Reg i, const Builder::Values&) {
    Reg mask = b.mask(width, b.sub(count, i));
    b.store(b.load(vector, in, i, mask, b.number(0, vector)), out, i, mask);
    return Builder::Values{};
  });
  b.ret();
}

namespace {

// The row of [block of channels][tap][channel] in which a number goes that lies in [channel][tap], going
// through the latter in order.
struct Row {
  Reg row, tap, channel, block; // the last: the row in which its block of channels begins

  Row next(Builder& b, Reg taps, Reg channels) const {
    Reg one = b.index(1), none = b.index(0);
    Reg nextTap = b.add(tap, one), tapsDone = b.compare(Op::Eq, nextTap, taps);
    Reg nextChannel = b.add(channel, one), blockDone = b.compare(Op::Eq, nextChannel, channels);
    Reg newBlock = b.select(blockDone, b.add(block, b.mul(taps, channels)), block);
    Reg newChannel = b.select(blockDone, none, nextChannel);
    return {b.select(tapsDone, b.add(newBlock, newChannel), b.add(row, channels)),
            b.select(tapsDone, none, nextTap), b.select(tapsDone, newChannel, channel),
            b.select(tapsDone, newBlock, block)};
  }
};

} // namespace

// Squares of filters x numbers of a filter are transposed in registers; what lies behind the last filter, or
// the last channel, is 0.
void packFilters(loop::Function& function, int64_t lanes) {
  Builder b(function);
  Reg in = b.parameter(loop::Type::pointer(), "in"), out = b.parameter(loop::Type::pointer(), "out");
  auto number = [&](const char* name) { return b.parameter(loop::Type::index(), name); };
  Reg filters = number("filters"), given = number("given"), rows = number("rows"), taps = number("taps"),
      channels = number("channels"), vectors = number("vectors");
  const auto width = static_cast<uint32_t>(lanes);
  const loop::Type vector = loop::Type::vector(Scalar::F32, width);
  Reg zero = b.index(0), none = b.number(0, vector), all = b.index(lanes);
  Reg pitch = b.mul(vectors, lanes); // of rows
  Reg tiles = b.binary(Op::Div, b.add(filters, b.sub(pitch, b.index(1))), pitch);
  b.each("tile", tiles, [&](Reg tile) {
    b.each("vector", vectors, [&](Reg v) {
      Reg filter = b.mul(b.add(b.mul(tile, vectors), v), lanes);
      Reg to = b.offset(Scalar::F32, out, Index(b.add(b.mul(b.mul(tile, rows), pitch), b.mul(v, lanes))));
      b.loop("at", zero, rows, lanes, {zero, zero, zero, zero}, [&](Reg at, const Builder::Values& carried) {
        Reg left = b.max(b.sub(given, at), zero);
        std::vector<Reg> square;
        for (int64_t i = 0; i < lanes; ++i) {
          Reg row = b.add(filter, i), exists = b.compare(Op::Lt, row, filters);
          Reg mask = b.mask(width, b.select(exists, left, zero));
          Reg last = b.sub(filters, b.index(1));
          square.push_back(b.load(vector, in, b.add(b.mul(b.min(row, last), given), at), mask, none));
        }
        square = transpose(b, square, lanes);
        Row row{carried[0], carried[1], carried[2], carried[3]};
        for (int64_t i = 0; i < lanes; ++i) {
          Reg exists = b.compare(Op::Lt, b.add(at, i), rows);
          b.store(square[static_cast<size_t>(i)], to, b.mul(row.row, pitch),
                  b.mask(width, b.select(exists, all, zero)));
          row = row.next(b, taps, channels);
        }
        return Builder::Values{row.row, row.tap, row.channel, row.block};
      });
    });
  });
  b.ret();
}

} // namespace convoy::schedule
