#include "schedule/bytes_lines.h"

namespace convoy::schedule {

BytesLines::BytesLines(KernelBuilder& k, int64_t channels)
    : b_(k.b), channels_(channels), lanes_(4 * k.target.lanes()) {}

// An odd number of the cache's lines apart: they do not compete for the same places in it, and stores to rows
// that are a multiple of 4096 bytes apart are not taken for stores to them.
void BytesLines::reserve(int64_t lines, int64_t bytes, int64_t outside) {
  pitch_ = ((bytes + 63) / 64 | 1) * 64;
  lines_ = b_.stack(lines * pitch_);
  table_ = b_.stack((before + outside) * 8);
  results_ = b_.stack(lanes_);
}

Reg BytesLines::line(const Index& number) const { return b_.offset(Scalar::U8, lines_, number * pitch_); }

void BytesLines::choose(Reg start, Reg begin, Reg end, Reg columns, BorderMode border) {
  start_ = start, begin_ = begin, end_ = end;
  low_ = b_.max(start, b_.index(0)), high_ = b_.min(end, columns);
  isZero_ = border == BorderMode::Constant;
  if (isZero_) return;
  find(begin, low_, begin, columns, border);
  find(high_, end, b_.sub(high_, b_.index(before)), columns, border);
}

// Where the border finds the columns from..to; the table has the column `place` first.
void BytesLines::find(Reg from, Reg to, Reg place, Reg columns, BorderMode border) {
  b_.loop("outside", from, to, 1, {}, [&](Reg column, const Builder::Values&) {
    Reg pixel = b_.floorDiv(column, channels_), channel = b_.sub(column, b_.mul(pixel, channels_)), valid;
    Reg at = mapBorder(b_, border, pixel, b_.floorDiv(columns, channels_), valid);
    b_.store(b_.add(b_.mul(at, channels_), channel), table_, Index(b_.sub(column, place)));
    return Builder::Values{};
  });
}

void BytesLines::copyOutside(Reg row, Reg line, Reg from, Reg to, Reg place) {
  const loop::Type byte = loop::Type::of(Scalar::U8);
  b_.loop("outside", from, to, 1, {}, [&](Reg column, const Builder::Values&) {
    Reg found = b_.number(0, byte);
    if (!isZero_)
      found = b_.load(byte, row, Index(b_.load(loop::Type::index(), table_, Index(b_.sub(column, place)))));
    b_.store(found, line, Index(b_.sub(column, start_)));
    return Builder::Values{};
  });
}

void BytesLines::copy(Reg row, Reg line) {
  auto copyAt = [&](const loop::Type& type, Reg column) {
    b_.store(b_.load(type, row, Index(column)), line, Index(b_.sub(column, start_)));
    return Builder::Values{};
  };
  const loop::Type byte = loop::Type::of(Scalar::U8),
                   vector = loop::Type::vector(Scalar::U8, static_cast<uint32_t>(lanes_));
  // Of a short piece each byte; else vectors, of which the last one ends with the piece.
  Reg last = b_.sub(high_, b_.index(lanes_));
  b_.branch(
      b_.compare(Op::Le, low_, last),
      [&] {
        b_.loop("column", low_, last, lanes_, {},
                [&](Reg column, const Builder::Values&) { return copyAt(vector, column); });
        return copyAt(vector, last);
      },
      [&] {
        b_.loop("column", low_, high_, 1, {},
                [&](Reg column, const Builder::Values&) { return copyAt(byte, column); });
        return Builder::Values{};
      });
  copyOutside(row, line, begin_, low_, begin_);
  copyOutside(row, line, high_, end_, b_.sub(high_, b_.index(before)));
}

void BytesLines::storeFirst(Reg v, Reg to, Reg count) {
  b_.store(v, results_, Index(0));
  b_.loop("column", b_.index(0), count, 1, {}, [&](Reg at, const Builder::Values&) {
    b_.store(b_.load(loop::Type::of(Scalar::U8), results_, Index(at)), to, Index(at));
    return Builder::Values{};
  });
}

} // namespace convoy::schedule
