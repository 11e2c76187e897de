// Dense layers: lanes are outputs, each input number is broadcast against a row of packed weights. A unit is
// a tile of output vectors.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"

namespace convoy::schedule {

void dense(KernelBuilder& k) {
  Builder& b = k.b;
  const graph::Value& node = k.value(k.kernel.anchor());
  int64_t inputs = k.value(node.operands[0]).type.channels(), outputs = node.type.channels(), lanes = k.lanes;
  int64_t vectors = k.kernel.tile[0], blocks = k.blocks(outputs);
  Reg in = k.read(node.operands[0], Layout::Planar);
  Reg weights = k.weights(node.operands[1], {Packing::Filters, vectors, inputs});
  Reg bias = node.operands.size() > 2 ? k.weights(node.operands[2], {}) : nullptr;
  Elementwise tail(k);
  tail.declare(1);

  k.units({Size((blocks + vectors - 1) / vectors)}, [&](const std::vector<Reg>& parts) {
    Reg item = parts[0], first = b.mul(parts[1], vectors * lanes);
    Reg x = b.offset(Scalar::F32, in, Index(item, k.itemRows(node.operands[0], Layout::Planar)));
    Reg w = b.offset(Scalar::F32, weights, Index(parts[1], inputs * vectors * lanes));
    auto mask = [&](int64_t v) {
      return b.mask(static_cast<uint32_t>(lanes), b.sub(b.index(outputs), b.add(first, v * lanes)));
    };
    Builder::Values init;
    for (int64_t v = 0; v < vectors; ++v)
      init.push_back(bias ? b.load(k.vector, bias, Index(first) + Index(v * lanes), mask(v), k.constant(0))
                          : k.constant(0));
    Builder::Values sums =
        b.loop("c", b.index(0), b.index(inputs), 1, init, [&](Reg c, const Builder::Values& carried) {
          Reg number = k.splat(b.load(loop::Type::of(Scalar::F32), x, c));
          Builder::Values next;
          for (int64_t v = 0; v < vectors; ++v) {
            Reg row = b.load(k.vector, w, Index(c, vectors * lanes) + Index(v * lanes));
            next.push_back(b.fma(number, row, carried[static_cast<size_t>(v)]));
          }
          return next;
        });
    // One number per output: a planar vector along the channels.
    for (int64_t v = 0; v < vectors; ++v) {
      Site site{item, b.add(first, v * lanes), {}, mask(v), false};
      site.alongChannels = true;
      tail.store(tail.evaluate(1, sums[static_cast<size_t>(v)], site), site);
    }
  });
  k.finish();
}

} // namespace convoy::schedule
