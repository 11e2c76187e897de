// Weights in units of several channels: [tile][unit block][tap][unit][vectors * lanes][channel of the unit].
#include "schedule/blocks.h"
#include "schedule/kernels.h"
#include "support/internal_error.h"

namespace convoy::schedule {

namespace {

class PackUnits {
public:
  PackUnits(loop::Function& function, const Packing& packing, int64_t lanes)
      : b_(function), packing_(packing), lanes_(lanes), perUnit_(unitChannels(packing.unit)),
        vector_(loop::Type::vector(Scalar::F32, static_cast<uint32_t>(lanes))),
        numbers_(vector_.withScalar(Scalar::I32)) {}

  void run() {
    in_ = b_.parameter(loop::Type::pointer(), "in");
    Reg out = b_.parameter(loop::Type::pointer(), "out");
    filters_ = size("filters"), channels_ = size("channels");
    Reg blocks = size("blocks");
    taps_ = size("taps");
    Reg steps = size("steps"), units = size("units"), vectors = size("vectors");
    width_ = size("width"), joined_ = size("joined");
    unitsOfTap_ = b_.binary(Op::Div, units, joined_);
    stepsOfRow_ = b_.binary(Op::Div, b_.add(width_, b_.sub(joined_, b_.index(1))), joined_);
    Reg given = b_.mul(channels_, taps_), pitch = b_.mul(vectors, lanes_);
    Reg tiles = b_.binary(Op::Div, b_.add(filters_, b_.sub(pitch, b_.index(1))), pitch);
    Reg rows = b_.mul(b_.mul(blocks, steps), units);
    b_.each("tile", tiles, [&](Reg tile) {
      b_.each("vector", vectors, [&](Reg v) {
        Reg filter = b_.mul(b_.add(b_.mul(tile, vectors), v), lanes_);
        takeFilters(filter, given);
        Reg panel = b_.add(b_.mul(b_.mul(tile, rows), pitch), b_.mul(v, lanes_));
        b_.each("block", blocks, [&](Reg block) {
          b_.each("step", steps, [&](Reg step) {
            b_.each("unit", units, [&](Reg unit) {
              Reg row = b_.add(b_.mul(b_.add(b_.mul(block, steps), step), units), unit);
              b_.store(unitOf(block, step, unit), out, Index(b_.add(panel, b_.mul(row, pitch)), perUnit_));
            });
          });
        });
      });
    });
    b_.ret();
  }

private:
  Reg size(const char* name) { return b_.parameter(loop::Type::index(), name); }
  Reg splat(Reg index) { return b_.splat(numbers_, b_.cast(loop::Type::of(Scalar::I32), index)); }

  // The filters of a vector: where they begin, and which there are. Behind the last it is read again.
  void takeFilters(Reg filter, Reg given) {
    Reg first = b_.min(filter, b_.sub(filters_, b_.index(1)));
    filterBase_ = b_.offset(Scalar::F32, in_, Index(b_.mul(first, given)));
    Reg most = b_.max(b_.sub(b_.sub(filters_, filter), b_.index(1)), b_.index(0));
    Reg lane = b_.binary(Op::Min, b_.iota(numbers_), splat(b_.min(most, b_.index(lanes_))));
    distance_ = b_.binary(Op::Mul, lane, splat(given));
    exist_ = b_.sub(filters_, filter);
  }

  // The numbers of one channel of a unit, a lane for each filter.
  Reg channelOf(Reg channel, Reg tap) {
    Reg exists = b_.compare(Op::Lt, channel, channels_);
    Reg here = b_.min(channel, b_.sub(channels_, b_.index(1)));
    Reg from = b_.offset(Scalar::F32, filterBase_, Index(b_.mul(here, taps_)) + Index(tap));
    Reg mask = b_.mask(vector_.lanes, b_.select(exists, exist_, b_.index(0)));
    Reg v = b_.select(mask, b_.gather(vector_, from, distance_), b_.number(0, vector_));
    return packed(b_, v, packing_);
  }

  // A vector of units: filter after filter, the channels of each side by side.
  Reg unitOf(Reg block, Reg step, Reg unit) {
    Reg row = b_.binary(Op::Div, step, stepsOfRow_), inRow = b_.binary(Op::Mod, step, stepsOfRow_);
    Reg column = b_.add(b_.mul(inRow, joined_), b_.binary(Op::Div, unit, unitsOfTap_));
    Reg channel = b_.mul(b_.add(b_.mul(block, unitsOfTap_), b_.binary(Op::Mod, unit, unitsOfTap_)), perUnit_);
    // Behind the row there is no channel.
    channel = b_.select(b_.compare(Op::Lt, column, width_), channel, channels_);
    Reg tap = b_.add(b_.mul(row, width_), b_.min(column, b_.sub(width_, b_.index(1))));
    std::vector<Reg> parts;
    for (int64_t q = 0; q < perUnit_; ++q) parts.push_back(channelOf(b_.add(channel, q), tap));
    return zipped(b_, parts);
  }

  Builder b_;
  const Packing& packing_;
  int64_t lanes_, perUnit_;
  loop::Type vector_, numbers_;
  Reg in_ = nullptr, filters_ = nullptr, channels_ = nullptr, taps_ = nullptr;
  Reg width_ = nullptr, joined_ = nullptr, unitsOfTap_ = nullptr, stepsOfRow_ = nullptr;
  Reg filterBase_ = nullptr, distance_ = nullptr, exist_ = nullptr; // of the vector of filters
};

} // namespace

Reg packed(Builder& b, Reg v, const Packing& packing) {
  switch (packing.unit) {
  case Layout::Planar:
  case Layout::Blocked: return v;
  case Layout::Bf16: return b.cast(v->type.withScalar(Scalar::BF16), v);
  case Layout::Split: return packing.low ? split(b, v).low : split(b, v).high;
  case Layout::Int8: return b.cast(v->type.withScalar(Scalar::I8), v);
  }
  internalError("unknown layout");
}

void packUnits(loop::Function& function, const Packing& packing, int64_t lanes) {
  PackUnits(function, packing, lanes).run();
}

void packSums(loop::Function& function, int64_t lanes) {
  Builder b(function);
  Reg in = b.parameter(loop::Type::pointer(), "in"), out = b.parameter(loop::Type::pointer(), "out");
  Reg filters = b.parameter(loop::Type::index(), "filters"),
      given = b.parameter(loop::Type::index(), "given");
  const loop::Type number = loop::Type::of(Scalar::F32), whole = loop::Type::of(Scalar::I32);
  b.loop("filter", b.index(0), filters, 1, {}, [&](Reg filter, const Builder::Values&) {
    Reg from = b.offset(Scalar::F32, in, Index(b.mul(filter, given)));
    Reg sum =
        b.loop("i", b.index(0), given, 1, {b.number(0, whole)}, [&](Reg i, const Builder::Values& carried) {
          return Builder::Values{b.add(carried[0], b.cast(whole, b.load(number, from, Index(i))))};
        })[0];
    b.store(sum, out, Index(filter));
    return Builder::Values{};
  });
  Reg end = b.mul(b.ceilDiv(filters, lanes), lanes);
  b.loop("filter", filters, end, 1, {}, [&](Reg filter, const Builder::Values&) {
    b.store(b.number(0, whole), out, Index(filter));
    return Builder::Values{};
  });
  b.ret();
}

} // namespace convoy::schedule
