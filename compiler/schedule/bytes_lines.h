// Pieces of rows of bytes on the stack, with what the border finds beside them. Private to schedule/.
#pragma once
#include "schedule/window.h"

namespace convoy::schedule {

class BytesLines {
public:
  BytesLines(KernelBuilder& k, int64_t channels);
  // Before the loops: room for lines of so many bytes, at most `outside` of them behind the row.
  void reserve(int64_t lines, int64_t bytes, int64_t outside);
  Reg line(const Index& number) const;
  // What is copied from now on: the columns begin..end of rows of `columns` bytes; column `start`, at or
  // before begin, lies at the start of a line.
  void choose(Reg start, Reg begin, Reg end, Reg columns, BorderMode border);
  void copy(Reg row, Reg line);
  // The first `count` bytes of a vector.
  void storeFirst(Reg v, Reg to, Reg count);

private:
  static constexpr int64_t before = 64; // columns before a row that a line may have
  void find(Reg from, Reg to, Reg place, Reg columns, BorderMode border);
  void copyOutside(Reg row, Reg line, Reg from, Reg to, Reg place);
  Builder& b_;
  int64_t channels_, lanes_, pitch_ = 0;
  Reg lines_ = nullptr, results_ = nullptr;
  Reg table_ = nullptr; // the column that each one outside is: `before` of those, then the ones behind
  // Of what is copied. Columns low..high are in the row.
  Reg start_ = nullptr, begin_ = nullptr, end_ = nullptr, low_ = nullptr, high_ = nullptr;
  bool isZero_ = false;
};

} // namespace convoy::schedule
