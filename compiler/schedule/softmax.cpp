// Softmax over the channels: largest number, exponentials and their sum, quotient. Lanes are positions; where
// there is one position only, lanes are channels and the vectors are reduced at the end of a pass.
#include "schedule/kernels.h"
#include <limits>

namespace convoy::schedule {

namespace {

// e^x for x <= 0, as 2^n * e^r with |r| <= ln(2) / 2; e^r by a polynomial of degree 6 (Taylor's coefficients,
// whose error at |r| = 0.35 is 1.2e-7 of the value). Below -87.3 it gives the smallest normal number's
// neighbourhood, 0 at -inf; NaN passes.
Reg exponential(KernelBuilder& k, Reg x) {
  Builder& b = k.b;
  auto c = [&](double number) { return k.constant(number); };
  loop::Type integers = loop::Type::vector(Scalar::I32, static_cast<uint32_t>(k.lanes));
  Reg clamped = b.binary(Op::Max, c(-87.3), x);
  Reg n = b.unary(Op::Round, b.binary(Op::Mul, clamped, c(1.44269504088896341)));
  Reg r = b.fma(n, c(-0.693145751953125), clamped); // ln 2 in two parts; the first times n is exact
  r = b.fma(n, c(-1.42860682030941723212e-6), r);
  Reg p = c(1.0 / 720);
  for (double coefficient : {1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0}) p = b.fma(p, r, c(coefficient));
  Reg exponent = b.add(b.cast(integers, n), b.number(127, integers));
  Reg scale = b.bitcast(k.vector, b.binary(Op::Shl, exponent, b.number(23, integers)));
  Reg result = b.binary(Op::Mul, p, scale);
  Reg zero = b.compare(Op::Lt, x, c(-87.3));
  return b.select(zero, c(0), result);
}

} // namespace

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
