#include "schedule/bytes_edges.h"

namespace convoy::schedule {

BytesEdges::BytesEdges(KernelBuilder& k, int64_t channels)
    : b_(k.b), channels_(channels), lanes_(4 * k.target.lanes()) {}

void BytesEdges::reserve(int64_t rows, int64_t span, int64_t width) {
  span_ = span, width_ = width;
  pitch_ = (span + 63) / 64 * 64;
  pieces_ = b_.stack(rows * pitch_);
  table_ = b_.stack(span * 8);
  results_ = b_.stack(width);
}

std::vector<Reg> BytesEdges::copies(int64_t rows, Reg start, Reg columns, BorderMode border,
                                    const std::function<Reg(Reg i)>& row) {
  Reg end = b_.add(start, span_), low = b_.max(start, b_.index(0)), high = b_.min(end, columns);
  const bool isZero = border == BorderMode::Constant;
  if (!isZero) {
    fillTable(start, low, start, columns, border);
    fillTable(high, end, start, columns, border);
  }
  b_.loop("row", b_.index(0), b_.index(rows), 1, {}, [&](Reg i, const Builder::Values&) {
    copyRow(row(i), b_.offset(Scalar::U8, pieces_, Index(i, pitch_)), start, low, high, isZero);
    return Builder::Values{};
  });
  std::vector<Reg> copies;
  for (int64_t i = 0; i < rows; ++i) copies.push_back(b_.offset(Scalar::U8, pieces_, Index(i * pitch_)));
  return copies;
}

// Where the border finds the columns from..to.
void BytesEdges::fillTable(Reg from, Reg to, Reg start, Reg columns, BorderMode border) {
  b_.loop("outside", from, to, 1, {}, [&](Reg column, const Builder::Values&) {
    Reg pixel = b_.floorDiv(column, channels_), channel = b_.sub(column, b_.mul(pixel, channels_)), valid;
    Reg at = mapBorder(b_, border, pixel, b_.floorDiv(columns, channels_), valid);
    b_.store(b_.add(b_.mul(at, channels_), channel), table_, Index(b_.sub(column, start)));
    return Builder::Values{};
  });
}

void BytesEdges::copyRow(Reg row, Reg to, Reg start, Reg low, Reg high, bool isZero) {
  const loop::Type byte = loop::Type::of(Scalar::U8),
                   vector = loop::Type::vector(Scalar::U8, static_cast<uint32_t>(lanes_));
  auto copy = [&](const loop::Type& type, Reg column) {
    b_.store(b_.load(type, row, Index(column)), to, Index(b_.sub(column, start)));
    return Builder::Values{};
  };
  // Of a short piece each byte; else vectors, of which the last one ends with the piece.
  Reg last = b_.sub(high, b_.index(lanes_));
  b_.branch(
      b_.compare(Op::Le, low, last),
      [&] {
        b_.loop("column", low, last, lanes_, {},
                [&](Reg column, const Builder::Values&) { return copy(vector, column); });
        return copy(vector, last);
      },
      [&] {
        b_.loop("column", low, high, 1, {},
                [&](Reg column, const Builder::Values&) { return copy(byte, column); });
        return Builder::Values{};
      });
  auto outside = [&](Reg from, Reg end) {
    b_.loop("outside", from, end, 1, {}, [&](Reg at, const Builder::Values&) {
      Reg found = isZero ? b_.number(0, byte)
                         : b_.load(byte, row, Index(b_.load(loop::Type::index(), table_, Index(at))));
      b_.store(found, to, Index(at));
      return Builder::Values{};
    });
  };
  outside(b_.index(0), b_.sub(low, start));
  outside(b_.sub(high, start), b_.index(span_));
}

void BytesEdges::store(Reg v, Reg to, Reg columns) {
  const loop::Type byte = loop::Type::of(Scalar::U8);
  b_.branch(
      b_.compare(Op::Le, b_.index(width_), columns),
      [&] {
        b_.store(v, to, Index(0));
        return Builder::Values{};
      },
      [&] {
        b_.store(v, results_, Index(0));
        b_.loop("column", b_.index(0), columns, 1, {}, [&](Reg at, const Builder::Values&) {
          b_.store(b_.load(byte, results_, Index(at)), to, Index(at));
          return Builder::Values{};
        });
        return Builder::Values{};
      });
}

} // namespace convoy::schedule
