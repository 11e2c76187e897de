// A vector of bytes is seen as one of half as many numbers of 16 bits: the even bytes are their low halves,
// which a mask leaves, the odd ones their high halves, which a shift takes down. All work is done on the two
// apart, and at the end the odd results are shifted up again: nothing is ever shuffled. Channels are columns,
// as in BytesForm::Interleaved. A largest element is found in bytes.
//
// Of every second pixel, results are computed for all pixels, and taken out of two vectors.
#include "schedule/bytes_tile.h"
#include <algorithm>

namespace convoy::schedule {

BytesTile::BytesTile(KernelBuilder& k, const WholeWork& work)
    : k_(k), b_(k.b), work_(work), channels_(k.value(work.image).type.channels()),
      lanes_(4 * k.target.lanes()), bytes_(loop::Type::vector(Scalar::U8, static_cast<uint32_t>(lanes_))),
      numbers_(loop::Type::vector(Scalar::U16, static_cast<uint32_t>(lanes_ / 2))), starts_{0},
      width_(lanes_) {
  if (work_.columnStride == 2) { // as many whole pixels as two vectors have every second one of
    width_ = lanes_ / 4 * (4 / channels_) * channels_;
    starts_.push_back(2 * width_ - lanes_);
  }
  const int64_t last = (work_.width - 1) * channels_;
  span_ = starts_.back() + lanes_ + (channels_ == 1 ? last + 1 : last);
}

// A vector of bytes for each row of results, of the tile whose input begins at `at`.
std::vector<Reg> BytesTile::results(int64_t rows, const std::vector<Reg>& in, const Index& at) {
  std::vector<std::vector<Reg>> vectors;
  for (int64_t start : starts_) {
    Vector vector{in, at + Index(start), {}, {}, {}, {}, {}};
    vectors.emplace_back();
    for (int64_t r = 0; r < rows; ++r)
      vectors.back().push_back(work_.maximum ? largest(vector, r * work_.rowStride)
                                             : joined(vector, r * work_.rowStride));
  }
  if (vectors.size() == 1) return vectors[0];
  std::vector<int64_t> chosen; // the lanes of every second pixel
  for (int64_t i = 0; i < width_; ++i) {
    const int64_t lane = i / channels_ * 2 * channels_ + i % channels_;
    chosen.push_back(lane < lanes_ ? lane : lane - starts_[1] + lanes_);
  }
  for (size_t r = 0; r < vectors[0].size(); ++r)
    vectors[0][r] = b_.shuffle(vectors[0][r], vectors[1][r], chosen);
  return vectors[0];
}

Reg BytesTile::load(Vector& v, int64_t row, int64_t byte) {
  Reg& known = v.loaded[{row, byte}];
  if (!known) known = b_.load(bytes_, v.in[static_cast<size_t>(row)], v.at + Index(byte));
  return known;
}

// ---- the largest element ----

Reg BytesTile::largest(Vector& v, int64_t top) {
  Reg all = nullptr;
  const WholeColumn& window = work_.windows.at(work_.result).front(); // all rows are alike
  for (const auto& [row, factor] : window.factors) {
    Reg& found = v.largest[top + row];
    if (!found)
      for (const auto& [column, weight] : work_.sums[window.sums]) {
        Reg next = load(v, top + row, column * channels_);
        found = found ? b_.max(found, next) : next;
      }
    all = all ? b_.max(all, found) : found;
  }
  return all;
}

// ---- sums ----

// Every second byte of a row from `byte` on. Of one channel the odd ones are the even ones of the next tap.
Reg BytesTile::half(Vector& v, int64_t row, int64_t byte) {
  Reg& known = v.halves[{row, byte}];
  if (!known) known = byte % 2 == 0 ? lowHalves(load(v, row, byte)) : highHalves(load(v, row, byte - 1));
  return known;
}
BytesTile::Wide BytesTile::neighbours(Vector& v, int64_t row, int64_t column) {
  if (channels_ == 1) return {half(v, row, column), half(v, row, column + 1)};
  Reg bytes = load(v, row, column * channels_);
  return {lowHalves(bytes), highHalves(bytes)};
}

BytesTile::Wide BytesTile::both(const Wide& a, const Wide& c, Op op) {
  return {b_.binary(op, a.even, c.even), b_.binary(op, a.odd, c.odd)};
}
BytesTile::Wide BytesTile::scaled(const Wide& a, int64_t factor) {
  return factor == 1 ? a : both(a, {number(factor), number(factor)}, Op::Mul);
}

// The sum of numbers times factors; those of factors alike, but for signs, are added first.
BytesTile::Wide BytesTile::sum(const Terms& terms) {
  std::map<int64_t, std::pair<Wide, Wide>> byFactor; // added and subtracted
  auto join = [&](Wide& all, const Wide& next) { all = all.even ? both(all, next, Op::Add) : next; };
  for (const auto& [x, factor] : terms) {
    auto& [added, subtracted] = byFactor[std::abs(factor)];
    join(factor > 0 ? added : subtracted, x);
  }
  Wide added, subtracted;
  for (const auto& [factor, x] : byFactor) {
    if (!x.first.even)
      join(subtracted, scaled(x.second, factor));
    else
      join(added, scaled(x.second.even ? both(x.first, x.second, Op::Sub) : x.first, factor));
  }
  if (!subtracted.even) return added;
  if (!added.even) added = {number(0), number(0)};
  return both(added, subtracted, Op::Sub);
}

// Of one channel, bytes and their neighbours are summed up two at a time by an instruction, where there is
// one kind of sums: several would share the halves of bytes. Weights of columns from the first one on, an
// even number; none where there are few, or 16 bits might not hold a pair's sum.
std::vector<int64_t> BytesTile::pairWeights(const ColumnWeights& row) const {
  if (channels_ != 1 || row.size() < 3) return {};
  const int64_t first = row.front().first, extent = row.back().first - first + 1;
  std::vector<int64_t> weights(static_cast<size_t>((extent + 1) / 2 * 2));
  for (const auto& [column, weight] : row) weights[static_cast<size_t>(column - first)] = weight;
  for (size_t i = 0; i < weights.size(); i += 2)
    if (std::abs(weights[i]) + std::abs(weights[i + 1]) > 127) return {};
  return weights;
}

BytesTile::Wide BytesTile::sumOfPairs(Vector& v, int64_t row) {
  const ColumnWeights& columns = work_.sums[0];
  const std::vector<int64_t> weights = pairWeights(columns);
  auto from = [&](int64_t column) {
    Reg all = b_.number(0, numbers_.withScalar(Scalar::I16));
    for (size_t i = 0; i < weights.size(); i += 2) {
      if (weights[i] == 0 && weights[i + 1] == 0) continue;
      Reg both = b_.bitcast(bytes_.withScalar(Scalar::I8), number(weights[i + 1] * 256 + (weights[i] & 255)));
      all = b_.dot(all, load(v, row, column + static_cast<int64_t>(i)), both);
    }
    return b_.bitcast(numbers_, all);
  };
  return {from(columns.front().first), from(columns.front().first + 1)};
}

BytesTile::Wide BytesTile::sumOfRow(Vector& v, size_t sums, int64_t row) {
  Wide& known = v.sums[{sums, row}];
  if (known.even) return known;
  if (work_.sums.size() == 1 && !pairWeights(work_.sums[sums]).empty()) return known = sumOfPairs(v, row);
  Terms terms;
  for (const auto& [column, weight] : work_.sums[sums]) terms.push_back({neighbours(v, row, column), weight});
  return known = sum(terms);
}

// The sum of so many neighbours below one another, as often as Pascal's triangle says: two neighbours of
// the level before. What windows below one another have in common is added once.
BytesTile::Wide BytesTile::pairs(Vector& v, const WholeColumn& column, int64_t row, int64_t level) {
  if (level == 0) return sumOfRow(v, column.sums, row);
  Wide& known = v.pairs[{column.sums, row, level}];
  if (known.even) return known;
  const Wide upper = pairs(v, column, row, level - 1), lower = pairs(v, column, row + 1, level - 1);
  return known = both(upper, lower, Op::Add);
}

BytesTile::Wide BytesTile::windowOf(Vector& v, ValueId id, int64_t top) {
  Terms terms;
  for (const WholeColumn& column : work_.windows.at(id))
    for (const auto& [row, factor] : column.factors)
      terms.push_back({pairs(v, column, top + row, column.levels), factor});
  return terms.empty() ? Wide{number(0), number(0)} : sum(terms);
}

// ---- element-wise work, and the result ----

Reg BytesTile::limited(Op op, Reg a, Reg c, bool isSigned) {
  if (!isSigned) return b_.binary(op, a, c);
  return b_.bitcast(numbers_, b_.binary(op, asSigned(a), asSigned(c)));
}

BytesTile::Wide BytesTile::elementWise(const graph::Value& node, const std::vector<Wide>& x, bool isSigned) {
  auto each = [&](const std::function<Reg(Reg a, Reg c)>& f) {
    return Wide{f(x[0].even, x.back().even), f(x[0].odd, x.back().odd)};
  };
  switch (node.op) {
  case OpKind::Abs:
    if (!isSigned) return x[0];
    return each([&](Reg a, Reg) { return b_.bitcast(numbers_, b_.unary(Op::Abs, asSigned(a))); });
  case OpKind::Relu:
    if (!isSigned) return x[0];
    return each([&](Reg a, Reg) { return limited(Op::Max, a, number(0), true); });
  case OpKind::Add: return both(x[0], x[1], Op::Add);
  case OpKind::Sub: return both(x[0], x[1], Op::Sub);
  case OpKind::Max: return each([&](Reg a, Reg c) { return limited(Op::Max, a, c, isSigned); });
  default: return each([&](Reg a, Reg c) { return limited(Op::Min, a, c, isSigned); });
  }
}

// Half of the last digit but one is added, and one more to odd numbers: halves go to even ones.
Reg BytesTile::rounded(Reg n, const WholeNumber& bounds) {
  if (bounds.isSigned()) n = limited(Op::Max, n, number(0), true);
  int64_t half = 0;
  if (bounds.shift > 0) {
    half = int64_t{1} << (bounds.shift - 1);
    n = b_.add(n, number(half - 1));
    Reg odd = b_.compare(Op::Ne, b_.binary(Op::And, n, number(int64_t{1} << bounds.shift)), number(0));
    n = b_.binary(Op::Shr, b_.select(odd, b_.add(n, number(1)), n), number(bounds.shift));
  }
  return (bounds.high + half) >> bounds.shift > 255 ? b_.min(n, number(255)) : n;
}

// The bytes of a row of results whose windows begin at row `top` of the tile.
Reg BytesTile::joined(Vector& v, int64_t top) {
  std::map<ValueId, Wide> values;
  auto valueOf = [&](ValueId id) {
    Wide& known = values[id];
    return known.even ? known : known = windowOf(v, id, top);
  };
  for (ValueId id : work_.nodes) {
    if (work_.windows.count(id)) continue;
    const graph::Value& node = k_.value(id);
    int64_t shift = 0;
    bool isSigned = false;
    for (ValueId operand : node.operands) {
      shift = std::max(shift, work_.numbers.at(operand).shift);
      isSigned |= work_.numbers.at(operand).isSigned();
    }
    std::vector<Wide> x;
    for (ValueId operand : node.operands)
      x.push_back(scaled(valueOf(operand), int64_t{1} << (shift - work_.numbers.at(operand).shift)));
    values[id] = elementWise(node, x, isSigned);
  }
  const Wide result = valueOf(work_.result);
  const WholeNumber& bounds = work_.numbers.at(work_.result);
  Reg high = b_.binary(Op::Shl, rounded(result.odd, bounds), number(8));
  return b_.bitcast(bytes_, b_.binary(Op::Or, rounded(result.even, bounds), high));
}

} // namespace convoy::schedule
