// The arithmetic of whole numbers (bytes_whole.h) on a tile: a few rows of results, a vector of columns each.
// Private to schedule/.
#pragma once
#include "schedule/kernel.h"

namespace convoy::schedule {

class BytesTile {
public:
  BytesTile(KernelBuilder& k, const WholeWork& work);
  int64_t lanes() const { return lanes_; } // bytes of a vector
  // Columns of a tile's results, and of what is read for them in each row, from the first one's window on.
  int64_t width() const { return width_; }
  int64_t span() const { return span_; }
  int64_t channels() const { return channels_; }
  // A vector of bytes for each row of results. `in`: the rows of the image, each of which begins at `at`.
  std::vector<Reg> results(int64_t rows, const std::vector<Reg>& in, const Index& at);

private:
  // The even and the odd bytes of a vector, as numbers.
  struct Wide {
    Reg even = nullptr, odd = nullptr;
  };
  // A vector of columns of the tile: what is made once for all of its rows.
  struct Vector {
    const std::vector<Reg>& in;
    Index at;
    std::map<std::pair<int64_t, int64_t>, Reg> loaded = {}, halves = {}; // of row and byte
    std::map<int64_t, Reg> largest = {};                                 // of a row
    std::map<std::pair<size_t, int64_t>, Wide> sums = {};                // of sums and row
    std::map<std::tuple<size_t, int64_t, int64_t>, Wide> pairs = {};     // of sums, row and level
  };
  using Terms = std::vector<std::pair<Wide, int64_t>>;

  Reg load(Vector& v, int64_t row, int64_t byte);
  Reg largest(Vector& v, int64_t top);

  Reg number(int64_t n) { return b_.number(static_cast<double>(n), numbers_); }
  Reg lowHalves(Reg bytes) { return b_.binary(Op::And, b_.bitcast(numbers_, bytes), number(255)); }
  Reg highHalves(Reg bytes) { return b_.binary(Op::Shr, b_.bitcast(numbers_, bytes), number(8)); }
  Reg half(Vector& v, int64_t row, int64_t byte);
  Wide neighbours(Vector& v, int64_t row, int64_t column);
  Wide both(const Wide& a, const Wide& c, Op op);
  Wide scaled(const Wide& a, int64_t factor);
  Wide sum(const Terms& terms);
  std::vector<int64_t> pairWeights(const ColumnWeights& row) const;
  Wide sumOfPairs(Vector& v, int64_t row);
  Wide sumOfRow(Vector& v, size_t sums, int64_t row);
  Wide pairs(Vector& v, const WholeColumn& column, int64_t row, int64_t level);
  Wide windowOf(Vector& v, ValueId id, int64_t top);

  Reg asSigned(Reg x) { return b_.bitcast(numbers_.withScalar(Scalar::I16), x); }
  Reg limited(Op op, Reg a, Reg c, bool isSigned);
  Wide elementWise(const graph::Value& node, const std::vector<Wide>& x, bool isSigned);
  Reg rounded(Reg n, const WholeNumber& bounds);
  Reg joined(Vector& v, int64_t top);

  KernelBuilder& k_;
  Builder& b_;
  const WholeWork& work_;
  int64_t channels_, lanes_;
  loop::Type bytes_, numbers_;
  std::vector<int64_t> starts_; // of the vectors of a tile, in bytes
  int64_t width_ = 1, span_ = 1;
};

} // namespace convoy::schedule
