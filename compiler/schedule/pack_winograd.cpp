// Weights of a 3x3 convolution at the points of Winograd's transform, G w G^T: computed in double precision
// and rounded once. [tile][point][channel, whole blocks][vectors * lanes], 0 where there is no channel or
// filter.
#include "schedule/kernels.h"
#include "schedule/winograd.h"

namespace convoy::schedule {

namespace {

using Regs = std::vector<Reg>;

// A matrix times a column of vectors.
Regs product(Builder& b, const Matrix& matrix, const Regs& x) {
  Regs results;
  for (const std::vector<double>& row : matrix) {
    Reg sum = nullptr;
    for (size_t j = 0; j < row.size(); ++j) {
      if (row[j] == 0) continue;
      Reg number = b.number(row[j], x[j]->type);
      sum = sum ? b.fma(number, x[j], sum) : b.binary(Op::Mul, number, x[j]);
    }
    results.push_back(sum);
  }
  return results;
}

} // namespace

void packWinograd(loop::Function& function, int64_t results, int64_t lanes) {
  Builder b(function);
  Reg in = b.parameter(loop::Type::pointer(), "in"), out = b.parameter(loop::Type::pointer(), "out");
  auto number = [&](const char* name) { return b.parameter(loop::Type::index(), name); };
  Reg filters = number("filters"), channels = number("channels"), rows = number("rows"),
      vectors = number("vectors");
  const auto width = static_cast<uint32_t>(lanes);
  const loop::Type vector = loop::Type::vector(Scalar::F32, width), wide = vector.withScalar(Scalar::F64),
                   index = vector.withScalar(Scalar::I32);
  const Matrix& matrix = winogradMatrices(results).weights;
  const auto points = static_cast<int64_t>(matrix.size());
  Reg pitch = b.mul(vectors, lanes), tiles = b.binary(Op::Div, b.add(filters, b.add(pitch, -1)), pitch);
  Reg ofFilter = b.mul(channels, 9);
  b.each("tile", tiles, [&](Reg tile) {
    b.each("vector", vectors, [&](Reg v) {
      Reg filter = b.mul(b.add(b.mul(tile, vectors), v), lanes), left = b.sub(filters, filter);
      // Lanes behind the last filter read it again.
      Reg base = b.offset(Scalar::F32, in, Index(b.mul(b.min(filter, b.add(filters, -1)), ofFilter)));
      Reg last = b.splat(index, b.cast(loop::Type::of(Scalar::I32), b.max(b.add(left, -1), b.index(0))));
      Reg from = b.binary(Op::Mul, b.binary(Op::Min, b.iota(index), last),
                          b.splat(index, b.cast(loop::Type::of(Scalar::I32), ofFilter)));
      Reg exist = b.mask(width, left);
      b.each("channel", rows, [&](Reg channel) {
        Reg there = b.compare(Op::Lt, channel, channels);
        Reg at = b.offset(Scalar::F32, base, Index(b.mul(b.min(channel, b.add(channels, -1)), 9)));
        Reg lanesHere = b.select(there, exist, b.mask(width, b.index(0)));
        std::vector<Regs> columns(3), made;
        for (int64_t tap = 0; tap < 9; ++tap) {
          Reg w = b.gather(vector, b.offset(Scalar::F32, at, tap), from);
          columns[static_cast<size_t>(tap % 3)].push_back(
              b.cast(wide, b.select(lanesHere, w, b.number(0, vector))));
        }
        for (const Regs& column : columns) made.push_back(product(b, matrix, column));
        Reg row = b.add(b.mul(b.mul(tile, points * points), rows), channel);
        for (int64_t y = 0; y < points; ++y) {
          const auto i = static_cast<size_t>(y);
          const Regs some = product(b, matrix, {made[0][i], made[1][i], made[2][i]});
          for (int64_t x = 0; x < points; ++x) {
            Reg place = b.add(b.mul(b.add(row, b.mul(rows, y * points + x)), pitch), b.mul(v, lanes));
            b.store(b.cast(vector, some[static_cast<size_t>(x)]), out, Index(place));
          }
        }
      });
    });
  });
  b.ret();
}

} // namespace convoy::schedule
