// Softmax over the channels: largest number, exponentials and their sum, quotient. Lanes are positions; where
// there is one position only, lanes are channels and the vectors are reduced at the end of a pass.
#include "schedule/kernels.h"
#include "schedule/math.h"
#include <limits>

namespace convoy::schedule {

static Reg exponential(KernelBuilder& k, Reg x) { return expOfNegative({k.b, x}).value(); }

void softmax(KernelBuilder& k) {
  Builder& b = k.b;
  const graph::Value& node = k.value(k.kernel.anchor());
  const TensorType& type = node.type;
  Reg in = k.read(node.operands[0], Layout::Planar), out = k.write(k.kernel.result(), Layout::Planar);
  int64_t channels = type.channels(), lanes = k.lanes;
  uint32_t width = static_cast<uint32_t>(lanes);
  int64_t inPitch = k.itemRows(node.operands[0], Layout::Planar),
          outPitch = k.itemRows(k.kernel.result(), Layout::Planar);
  Size positions = spatialSize(type);
  Reg lowest = k.constant(-std::numeric_limits<double>::infinity()), zero = k.constant(0);

  if (positions == Size(1)) {
    k.units({}, [&](const std::vector<Reg>& parts) {
      Reg x = b.offset(Scalar::F32, in, Index(parts[0], inPitch)),
          y = b.offset(Scalar::F32, out, Index(parts[0], outPitch));
      auto pass = [&](const Builder::Values& init,
                      const std::function<Builder::Values(Reg, Reg, const Builder::Values&)>& body) {
        return b.loop("c", b.index(0), b.index(channels), lanes, init,
                      [&](Reg c, const Builder::Values& carried) {
                        return body(c, b.mask(width, b.sub(b.index(channels), c)), carried);
                      });
      };
      Reg top = pass({lowest}, [&](Reg c, Reg mask, const Builder::Values& carried) {
        return Builder::Values{b.binary(Op::Maximum, carried[0], b.load(k.vector, x, c, mask, lowest))};
      })[0];
      top = k.splat(b.reduce(Op::ReduceMax, top));
      Reg sum = pass({zero}, [&](Reg c, Reg mask, const Builder::Values& carried) {
        Reg e = exponential(k, b.binary(Op::Sub, b.load(k.vector, x, c, mask, lowest), top));
        b.store(e, y, c, mask);
        return Builder::Values{b.binary(Op::Add, carried[0], b.select(mask, e, zero))};
      })[0];
      sum = k.splat(b.reduce(Op::ReduceAdd, sum));
      pass({}, [&](Reg c, Reg mask, const Builder::Values&) {
        b.store(b.binary(Op::Div, b.load(k.vector, y, c, mask, zero), sum), y, c, mask);
        return Builder::Values{};
      });
    });
    return k.finish();
  }

  // All channels of a tile of positions stay in the first cache: planes whose distance is a power of two
  // would drive each other out of it. Many channels are kept in the result.
  constexpr int64_t chunk = 1024, most = 32768;
  const int64_t vectors = channels * 4 * lanes * 4 <= most ? 4 : 1, row = vectors * lanes;
  Reg kept = channels * row * 4 <= most ? b.stack(channels * row * 4) : nullptr;
  Reg plane = k.size(positions);
  k.units({Size::ceilDiv(positions, chunk)}, [&](const std::vector<Reg>& parts) {
    Reg x = b.offset(Scalar::F32, in, Index(b.mul(b.mul(parts[0], inPitch), plane))),
        y = b.offset(Scalar::F32, out, Index(b.mul(b.mul(parts[0], outPitch), plane)));
    Reg from = b.mul(parts[1], chunk), to = b.min(b.add(from, chunk), plane),
        whole = b.add(from, b.mul(b.floorDiv(b.sub(to, from), row), row));
    auto tile = [&](Reg p, int64_t count, Reg mask) {
      auto load = [&](Reg from, const Index& at) {
        return mask ? b.load(k.vector, from, at, mask, zero) : b.load(k.vector, from, at);
      };
      // body(channel, vector of the tile, what is carried for that vector)
      auto pass = [&](Builder::Values init, const std::function<Reg(Reg c, int64_t i, Reg carried)>& body) {
        return b.loop("c", b.index(0), b.index(channels), 1, init,
                      [&](Reg c, const Builder::Values& carried) {
                        Builder::Values next;
                        for (size_t i = 0; i < carried.size(); ++i)
                          next.push_back(body(c, static_cast<int64_t>(i), carried[i]));
                        return next;
                      });
      };
      auto place = [&](Reg c, int64_t i) { return Index(p) + Index(b.mul(c, plane)) + Index(i * lanes); };
      auto keep = [&](Reg v, Reg c, int64_t i) {
        kept ? b.store(v, kept, Index(c, row) + Index(i * lanes)) : b.store(v, y, place(c, i), mask);
      };
      auto take = [&](Reg c, int64_t i) {
        return kept ? b.load(k.vector, kept, Index(c, row) + Index(i * lanes)) : load(y, place(c, i));
      };
      const size_t size = static_cast<size_t>(count);
      Builder::Values top = pass(Builder::Values(size, lowest), [&](Reg c, int64_t i, Reg largest) {
        Reg v = load(x, place(c, i));
        keep(v, c, i);
        return b.binary(Op::Maximum, largest, v);
      });
      Builder::Values sum = pass(Builder::Values(size, zero), [&](Reg c, int64_t i, Reg terms) {
        Reg e = exponential(k, b.binary(Op::Sub, take(c, i), top[static_cast<size_t>(i)]));
        keep(e, c, i);
        return b.binary(Op::Add, terms, e);
      });
      for (Reg& v : sum) v = b.binary(Op::Div, k.constant(1), v);
      pass(sum, [&](Reg c, int64_t i, Reg share) {
        b.store(b.binary(Op::Mul, take(c, i), share), y, place(c, i), mask);
        return share;
      });
      return Builder::Values{};
    };
    b.loop("p", from, whole, row, {},
           [&](Reg p, const Builder::Values&) { return tile(p, vectors, nullptr); });
    b.loop("p", whole, to, lanes, {},
           [&](Reg p, const Builder::Values&) { return tile(p, 1, b.mask(width, b.sub(to, p))); });
  });
  k.finish();
}

} // namespace convoy::schedule
