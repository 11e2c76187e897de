// The ends of rows of bytes, where windows reach outside or a row is no whole vector: such a piece of each
// row is copied to the stack, with what the border finds beside it. Private to schedule/.
#pragma once
#include "schedule/window.h"

namespace convoy::schedule {

class BytesEdges {
public:
  BytesEdges(KernelBuilder& k, int64_t channels);
  // Before the loops: room for pieces of `rows` rows of `span` bytes each, and for results of `width` bytes.
  void reserve(int64_t rows, int64_t span, int64_t width);
  // Copies of so many rows from column `start` on, which may lie before 0. A row has `columns` bytes.
  std::vector<Reg> copies(int64_t rows, Reg start, Reg columns, BorderMode border,
                          const std::function<Reg(Reg i)>& row);
  // Stores a vector of results, or only so many bytes of it as the whole row has.
  void store(Reg v, Reg to, Reg columns);

private:
  void fillTable(Reg from, Reg to, Reg start, Reg columns, BorderMode border);
  void copyRow(Reg row, Reg to, Reg start, Reg low, Reg high, bool isZero);
  Builder& b_;
  int64_t channels_, lanes_;
  int64_t span_ = 0, pitch_ = 0, width_ = 0;
  Reg pieces_ = nullptr, table_ = nullptr, results_ = nullptr; // table: the column that each one outside is
};

} // namespace convoy::schedule
