// The taps of one phase of a transposed convolution, in the order in which its kernel reads them.
#include "schedule/blocks.h"
#include "schedule/kernels.h"

namespace convoy::schedule {

namespace {

// A nest of loops of which the last runs fastest; body gets the counters.
void nest(Builder& b, const std::vector<std::pair<const char*, Reg>>& loops, std::vector<Reg> counters,
          const std::function<void(const std::vector<Reg>&)>& body) {
  if (counters.size() == loops.size()) return body(counters);
  const auto& [name, count] = loops[counters.size()];
  b.each(name, count, [&](Reg i) {
    std::vector<Reg> next = counters;
    next.push_back(i);
    nest(b, loops, next, body);
  });
}

} // namespace

std::vector<int64_t> packPhaseArguments(const graph::Value& parameter, const Packing& packing) {
  const auto& dims = parameter.type.dims;
  int64_t taps = 1;
  for (size_t i = 2; i < dims.size(); ++i) taps *= dims[i].known();
  const bool depth = packing.kind == Packing::Depth;
  std::vector<int64_t> numbers{dims[1].known() * packing.groups,
                               dims[1].known(),
                               dims[0].known() / packing.groups,
                               taps,
                               packing.firstNumber,
                               depth ? 1 : packing.channelBlock,
                               depth ? 1 : packing.vectors};
  for (size_t axis = 0; axis < 3; ++axis) { // filled up from the left
    const size_t missing = 3 - packing.taps.size();
    const Packing::Taps own = axis < missing ? Packing::Taps{1, 0} : packing.taps[axis - missing];
    numbers.push_back(own.count);
    numbers.push_back(own.distance);
  }
  return numbers;
}

// A parameter [channels][filters / groups][taps] becomes [tile][block of units][tap][unit][filter of the
// tile] [channel of the unit]; what lies behind the last filter, or the last channel, is 0.
void packPhase(loop::Function& function, const Packing& packing, int64_t lanes) {
  Builder b(function);
  Reg in = b.parameter(loop::Type::pointer(), "in"), out = b.parameter(loop::Type::pointer(), "out");
  auto number = [&](const std::string& name) { return b.parameter(loop::Type::index(), name); };
  Reg filters = number("filters"), perGroup = number("per_group"), channels = number("channels"),
      taps = number("taps"), firstNumber = number("first"), block = number("block"),
      vectors = number("vectors");
  std::vector<Reg> counts, distances;
  for (const char* axis : {"d", "h", "w"}) {
    counts.push_back(number(std::string("count_") + axis));
    distances.push_back(number(std::string("distance_") + axis));
  }
  const auto width = static_cast<uint32_t>(lanes);
  const loop::Type vector = loop::Type::vector(Scalar::F32, width),
                   wide = loop::Type::vector(Scalar::I32, width);
  auto up = [&](Reg a, Reg n) { return b.binary(Op::Div, b.add(a, b.sub(n, b.index(1))), n); };
  const int64_t perUnit = unitChannels(packing.unit);
  Reg pitch = b.mul(vectors, lanes), tiles = up(filters, pitch), blocks = up(channels, b.mul(block, perUnit));
  // Neighbouring filters are a kernel apart, in one group as well as with one filter in each.
  Reg apart = b.mul(b.iota(wide), b.splat(wide, b.cast(loop::Type::of(Scalar::I32), taps)));
  nest(b,
       {{"tile", tiles},
        {"block", blocks},
        {"d", counts[0]},
        {"h", counts[1]},
        {"w", counts[2]},
        {"c", block},
        {"v", vectors}},
       {}, [&](const std::vector<Reg>& at) {
         Reg filter = b.mul(b.add(b.mul(at[0], vectors), at[6]), lanes);
         Reg unit = b.mul(b.add(b.mul(at[1], block), at[5]), perUnit);
         Reg tap = firstNumber;
         for (size_t axis = 0; axis < 3; ++axis) tap = b.sub(tap, b.mul(at[2 + axis], distances[axis]));
         Reg row = b.index(0);
         const std::vector<Reg> extents{tiles, blocks, counts[0], counts[1], counts[2], block, vectors};
         for (size_t i = 0; i < at.size(); ++i) row = b.add(b.mul(row, extents[i]), at[i]);
         auto read = [&](Reg channel) {
           Reg group = b.binary(Op::Div, filter, perGroup), own = b.binary(Op::Mod, filter, perGroup);
           Reg start = b.add(b.mul(b.add(b.mul(group, channels), channel), perGroup), own);
           Reg from = b.offset(Scalar::F32, in, Index(b.add(b.mul(start, taps), tap)));
           // Lanes behind the last filter read its number again.
           Reg left = b.sub(b.sub(filters, filter), b.index(1));
           Reg last = b.mul(b.min(left, b.index(lanes - 1)), taps);
           Reg index = b.min(apart, b.splat(wide, b.cast(loop::Type::of(Scalar::I32), last)));
           Reg mask = b.mask(width, b.add(left, 1));
           return Builder::Values{b.select(mask, b.gather(vector, from, index), b.number(0, vector))};
         };
         std::vector<Reg> parts;
         for (int64_t q = 0; q < perUnit; ++q) {
           Reg channel = b.add(unit, q);
           Reg exists =
               b.binary(Op::And, b.compare(Op::Lt, filter, filters), b.compare(Op::Lt, channel, channels));
           Reg v = b.branch(
               exists, [&] { return read(channel); },
               [&] { return Builder::Values{b.number(0, vector)}; })[0];
           parts.push_back(packed(b, v, packing));
         }
         b.store(zipped(b, parts), out, Index(row, lanes * perUnit));
       });
  b.ret();
}

} // namespace convoy::schedule
