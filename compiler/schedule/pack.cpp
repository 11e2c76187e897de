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

void pack(loop::Function& function, const graph::Value& parameter, const Packing& packing, int64_t lanes) {
  Builder b(function);
  Reg in = b.parameter(loop::Type::pointer(), "in"), out = b.parameter(loop::Type::pointer(), "out");
  loop::Type number = loop::Type::of(Scalar::F32);
  Shape s(parameter);
  // Element (filter, channel, tap), or 0 where there is none.
  auto element = [&](Reg filter, Reg channel, Reg tap) {
    Reg exists = b.binary(Op::And, b.compare(Op::Lt, filter, b.index(s.filters)),
                          b.compare(Op::Lt, channel, b.index(s.channels)));
    Reg f = b.min(filter, b.index(s.filters - 1)), c = b.min(channel, b.index(s.channels - 1));
    Reg x = b.load(number, in, Index(f, s.channels * s.taps) + Index(c, s.taps) + Index(tap));
    return b.select(exists, x, b.number(0, number));
  };
  // for each of `extents`, outermost first; the last one's counter is the place in the output.
  std::function<void(const std::vector<int64_t>&, std::vector<Reg>,
                     const std::function<void(const std::vector<Reg>&)>&)>
      nest = [&](const std::vector<int64_t>& extents, std::vector<Reg> at,
                 const std::function<void(const std::vector<Reg>&)>& body) {
        if (at.size() == extents.size()) return body(at);
        b.loop("i", b.index(0), b.index(extents[at.size()]), 1, {}, [&](Reg i, const Builder::Values&) {
          std::vector<Reg> inner = at;
          inner.push_back(i);
          nest(extents, inner, body);
          return Builder::Values{};
        });
      };
  auto flat = [&](const std::vector<int64_t>& extents, const std::vector<Reg>& at) {
    Index place(0);
    for (size_t i = 0; i < extents.size(); ++i) place = place * extents[i] + Index(at[i]);
    return place;
  };
  std::vector<int64_t> extents;
  switch (packing.kind) {
  case Packing::Raw: extents = {packedElements(parameter, packing, lanes)}; break;
  case Packing::Filters:
    extents = {ceilDiv(s.filters, packing.vectors * lanes), ceilDiv(s.channels, packing.channelBlock), s.taps,
               packing.channelBlock, packing.vectors * lanes};
    break;
  case Packing::Depth: extents = {ceilDiv(s.filters, lanes), s.taps, s.channels, lanes}; break;
  }
  nest(extents, {}, [&](const std::vector<Reg>& at) {
    Reg x = nullptr;
    switch (packing.kind) {
    case Packing::Raw: x = b.load(number, in, at[0]); break;
    case Packing::Filters: {
      Reg filter = b.add(b.mul(at[0], packing.vectors * lanes), at[4]);
      x = element(filter, b.add(b.mul(at[1], packing.channelBlock), at[3]), at[2]);
      break;
    }
    case Packing::Depth: x = element(b.add(b.mul(at[0], lanes), at[3]), at[2], at[1]); break;
    }
    b.store(x, out, flat(extents, at));
  });
  b.ret();
}

} // namespace convoy::schedule
