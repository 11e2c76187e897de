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

  Reg plane = k.size(positions);
  constexpr int64_t chunk = 1024;
  k.units({Size::ceilDiv(positions, chunk)}, [&](const std::vector<Reg>& parts) {
    Reg x = b.offset(Scalar::F32, in, Index(b.mul(b.mul(parts[0], inPitch), plane))),
        y = b.offset(Scalar::F32, out, Index(b.mul(b.mul(parts[0], outPitch), plane)));
    Reg from = b.mul(parts[1], chunk), to = b.min(b.add(from, chunk), plane);
    b.loop("p", from, to, lanes, {}, [&](Reg p, const Builder::Values&) {
      Reg mask = b.mask(width, b.sub(to, p));
      auto pass = [&](Reg init, const std::function<Reg(const Index&, Reg)>& body) {
        return b.loop("c", b.index(0), b.index(channels), 1, {init},
                      [&](Reg c, const Builder::Values& carried) {
                        return Builder::Values{body(Index(p) + Index(b.mul(c, plane)), carried[0])};
                      })[0];
      };
      Reg top = pass(lowest, [&](const Index& at, Reg t) {
        return b.binary(Op::Maximum, t, b.load(k.vector, x, at, mask, zero));
      });
      Reg sum = pass(zero, [&](const Index& at, Reg t) {
        Reg e = exponential(k, b.binary(Op::Sub, b.load(k.vector, x, at, mask, zero), top));
        b.store(e, y, at, mask);
        return b.binary(Op::Add, t, e);
      });
      pass(zero, [&](const Index& at, Reg t) {
        b.store(b.binary(Op::Div, b.load(k.vector, y, at, mask, zero), sum), y, at, mask);
        return t;
      });
      return Builder::Values{};
    });
  });
  k.finish();
}

} // namespace convoy::schedule
