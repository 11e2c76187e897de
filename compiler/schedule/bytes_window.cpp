// From an 8-bit image to an 8-bit image in whole numbers of 16 bits (bytes_whole.h).
//
// A vector of bytes is seen as one of half as many numbers of 16 bits: the even bytes are their low halves,
// which a mask leaves, the odd ones their high halves, which a shift takes down. All work is done on the two
// apart, and at the end the odd results are shifted up again: nothing is ever shuffled. Channels are columns,
// as in BytesForm::Interleaved. A largest element is found in bytes.
//
// A work unit is a strip of rows. A tile is a few rows by a vector of columns: sums along each row that it
// needs are made once, and meet in the windows of all of its rows. All vectors are whole: the last one of a
// row ends with the row, and computes again what the one before computed. Where columns lie outside, the
// tile's rows are first copied to the stack, with what the border finds beside them (bytes_edges.h).
//
// Of every second pixel, results are computed for all pixels, and taken out of two vectors.
#include "schedule/bytes_edges.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

class BytesWindow {
public:
  explicit BytesWindow(KernelBuilder& k)
      : k_(k), b_(k.b), work_(*k.onBytes->whole), channels_(k.value(work_.image).type.channels()),
        lanes_(4 * k.target.lanes()), bytes_(loop::Type::vector(Scalar::U8, static_cast<uint32_t>(lanes_))),
        numbers_(loop::Type::vector(Scalar::U16, static_cast<uint32_t>(lanes_ / 2))), edges_(k, channels_) {}

  void run() {
    const TensorType &input = k_.value(work_.image).type, &result = k_.value(work_.result).type;
    Reg in = k_.read(work_.image, Layout::Planar), out = k_.write(work_.result, Layout::Planar);
    if (work_.border.mode == BorderMode::Constant) borderRow_ = k_.borderRow(work_.image, 0);
    inputRows_ = k_.size(input.spatial(0)), outputRows_ = k_.size(result.spatial(0));
    inputColumns_ = k_.size(input.spatial(1) * channels_);
    outputColumns_ = k_.size(result.spatial(1) * channels_);
    placeVectors();
    edges_.reserve(reach(tileRows()), span_, width_);
    const TileRange tiles = insideTiles();
    k_.units({Size::ceilDiv(result.spatial(0), strip)}, [&](const std::vector<Reg>& parts) {
      auto item = [&](Reg image, Reg rows, Reg columns) {
        return b_.offset(Scalar::U8, image, Index(b_.mul(parts[0], b_.mul(rows, columns))));
      };
      image_ = item(in, inputRows_, inputColumns_);
      into_ = item(out, outputRows_, outputColumns_);
      Reg y0 = b_.mul(parts[1], strip), y1 = b_.min(b_.add(y0, strip), outputRows_);
      Reg whole = b_.add(y0, b_.mul(b_.floorDiv(b_.sub(y1, y0), tileRows()), tileRows()));
      down(y0, whole, tileRows(), tiles);
      if (tileRows() > 1) down(whole, y1, 1, tiles);
    });
    k_.finish();
  }

private:
  static constexpr int64_t strip = 32; // rows of a unit
  // Rows of a tile: sums of rows serve windows below one another. As many as registers hold what they share.
  int64_t tileRows() const { if (getenv("ROWS")) return atoi(getenv("ROWS")); return work_.height <= 2 ? 2 : work_.height <= 3 ? 4 : 8; }
  int64_t reach(int64_t rows) const { return (rows - 1) * work_.rowStride + work_.height; }

  // ---- columns ----

  // Of the results: a vector, or as many whole pixels as two vectors of the input have every second one of.
  void placeVectors() {
    width_ = lanes_;
    starts_ = {0};
    if (work_.columnStride == 2) {
      width_ = lanes_ / 4 * (4 / channels_) * channels_;
      starts_ = {0, 2 * width_ - lanes_};
    }
    const int64_t last = (work_.width - 1) * channels_;
    span_ = starts_.back() + lanes_ + (channels_ == 1 ? last + 1 : last);
  }

  // The tiles of a row that read nothing outside.
  TileRange insideTiles() {
    const int64_t step = width_ * work_.columnStride, before = work_.padLeft * channels_;
    TileRange tiles;
    tiles.begin = b_.index(0);
    tiles.count = b_.ceilDiv(outputColumns_, width_);
    tiles.first = b_.min(b_.index((before + step - 1) / step), tiles.count);
    Reg inside = b_.add(b_.floorDiv(b_.add(inputColumns_, before - span_), step), 1);
    tiles.end = b_.max(b_.min(inside, b_.floorDiv(outputColumns_, width_)), tiles.first);
    return tiles;
  }

  // ---- rows ----

  // The input row that is number i of a tile at y.
  Reg inputRow(Reg y, Reg i) {
    Reg valid, at = b_.add(b_.add(b_.mul(y, work_.rowStride), i), -work_.padTop);
    at = mapBorder(b_, work_.border.mode, at, inputRows_, valid);
    Reg row = b_.offset(Scalar::U8, image_, Index(b_.mul(at, inputColumns_)));
    return valid ? b_.select(valid, row, borderRow_) : row;
  }

  void down(Reg y0, Reg y1, int64_t rows, const TileRange& tiles) {
    b_.loop("y", y0, y1, rows, {}, [&](Reg y, const Builder::Values&) {
      std::vector<Reg> in, out, later;
      for (int64_t i = 0; i < reach(rows); ++i) in.push_back(inputRow(y, b_.index(i)));
      int64_t ahead = getenv("AHEAD") ? atoi(getenv("AHEAD")) : 0;
      for (int64_t i = 0; ahead && i < rows * work_.rowStride; ++i) later.push_back(inputRow(y, b_.index(reach(rows) + i + (ahead-1)*rows)));
      for (int64_t r = 0; r < rows; ++r)
        out.push_back(b_.offset(Scalar::U8, into_, Index(b_.mul(b_.add(y, r), outputColumns_))));
      inside(rows, in, out, later, tiles);
      overEdges(k_, tiles, [&](Reg tile) { edge(y, rows, out, tile); });
      return Builder::Values{};
    });
  }

  void storeRows(const std::vector<Reg>& results, const std::vector<Reg>& out, Reg x) {
    for (size_t r = 0; r < results.size(); ++r)
      if (getenv("STREAM")) b_.stream(results[r], out[r], Index(x)); else b_.store(results[r], out[r], Index(x));
  }

  // Where windows begin before their result, a vector is stored after the next one's rows are loaded: in pictures whose rows are a multiple of 4096 bytes apart ...
  void inside(int64_t rows, const std::vector<Reg>& in, const std::vector<Reg>& out, const std::vector<Reg>& later, const TileRange& tiles) {
    const bool waits = work_.padLeft > 0 && !getenv("NOWAIT");
    Reg from = b_.mul(tiles.first, width_), to = b_.mul(tiles.end, width_);
    Builder::Values none;
    if (waits) none.assign(static_cast<size_t>(rows), b_.number(0, bytes_));
    const Builder::Values last = b_.loop("x", from, to, width_, none, [&](Reg x, const Builder::Values& before) {
      const Index at = Index(x, work_.columnStride) + Index(-work_.padLeft * channels_);
      for (Reg row : later)
        for (int64_t line = 0; line < work_.columnStride; ++line)
          b_.prefetch(Scalar::U8, row, at + Index(line * lanes_));
      const std::vector<Reg> results = tile(rows, in, at);
      storeRows(waits ? before : results, out, waits ? b_.add(x, -width_) : x);
      return waits ? results : Builder::Values{};
    });
    if (!waits) return;
    b_.branch(b_.compare(Op::Lt, from, to), [&] { storeRows(last, out, b_.add(to, -width_)); return Builder::Values{}; }, nullptr);
  }

  void edge(Reg y, int64_t rows, const std::vector<Reg>& out, Reg number) {
    Reg last = b_.max(b_.sub(outputColumns_, b_.index(width_)), b_.index(0));
    Reg x = b_.min(b_.mul(number, width_), last);
    Reg start = b_.add(b_.mul(x, work_.columnStride), -work_.padLeft * channels_);
    const std::vector<Reg> in = edges_.copies(reach(rows), start, inputColumns_, work_.border.mode,
                                              [&](Reg i) { return inputRow(y, i); });
    const std::vector<Reg> results = tile(rows, in, Index(0));
    for (size_t r = 0; r < results.size(); ++r)
      edges_.store(results[r], b_.offset(Scalar::U8, out[r], Index(x)), outputColumns_);
  }

  // ---- a tile ----

  struct Wide {
    Reg even = nullptr, odd = nullptr;
  };
  // A vector of columns of the tile: what is made once for all of its rows.
  struct Vector {
    const std::vector<Reg>& in; // the rows
    Index at;                   // its first byte in each of them
    std::map<std::pair<int64_t, int64_t>, Reg> loaded, halves; // of row and byte
    std::map<int64_t, Reg> largest;                             // of a row
    std::map<std::pair<size_t, int64_t>, Wide> sums;            // of sums and row
    std::map<std::tuple<size_t, int64_t, int64_t>, Wide> pairs; // of sums, row and level
  };

  // A vector of bytes for each row of results, of the tile whose input begins at `at`.
  std::vector<Reg> tile(int64_t rows, const std::vector<Reg>& in, const Index& at) {
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

  Reg load(Vector& v, int64_t row, int64_t byte) {
    Reg& known = v.loaded[{row, byte}];
    if (!known) known = b_.load(bytes_, v.in[static_cast<size_t>(row)], v.at + Index(byte));
    return known;
  }

  // ---- the largest element ----

  Reg largest(Vector& v, int64_t top) {
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

  Reg number(int64_t n) { return b_.number(static_cast<double>(n), numbers_); }
  Reg lowHalves(Reg bytes) { return b_.binary(Op::And, b_.bitcast(numbers_, bytes), number(255)); }
  Reg highHalves(Reg bytes) { return b_.binary(Op::Shr, b_.bitcast(numbers_, bytes), number(8)); }

  // Every second byte of a row from `byte` on. Of one channel the odd ones are the even ones of the next tap.
  Reg half(Vector& v, int64_t row, int64_t byte) {
    Reg& known = v.halves[{row, byte}];
    if (!known)
      known = byte % 2 == 0 ? lowHalves(load(v, row, byte)) : highHalves(load(v, row, byte - 1));
    return known;
  }
  Wide neighbours(Vector& v, int64_t row, int64_t column) {
    if (channels_ == 1) return {half(v, row, column), half(v, row, column + 1)};
    Reg bytes = load(v, row, column * channels_);
    return {lowHalves(bytes), highHalves(bytes)};
  }

  Wide both(const Wide& a, const Wide& c, Op op) {
    return {b_.binary(op, a.even, c.even), b_.binary(op, a.odd, c.odd)};
  }
  Wide scaled(const Wide& a, int64_t factor) {
    return factor == 1 ? a : both(a, {number(factor), number(factor)}, Op::Mul);
  }

  // The sum of numbers times factors; those of factors alike, but for signs, are added first.
  Wide sum(const std::vector<std::pair<Wide, int64_t>>& terms) {
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
  std::vector<int64_t> pairWeights(const ColumnWeights& row) const {
    if (channels_ != 1 || row.size() < 3) return {};
    const int64_t first = row.front().first, extent = row.back().first - first + 1;
    std::vector<int64_t> weights(static_cast<size_t>((extent + 1) / 2 * 2));
    for (const auto& [column, weight] : row) weights[static_cast<size_t>(column - first)] = weight;
    for (size_t i = 0; i < weights.size(); i += 2)
      if (std::abs(weights[i]) + std::abs(weights[i + 1]) > 127) return {};
    return weights;
  }

  Wide sumOfPairs(Vector& v, int64_t row) {
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

  Wide sumOfRow(Vector& v, size_t sums, int64_t row) {
    Wide& known = v.sums[{sums, row}];
    if (known.even) return known;
    if (work_.sums.size() == 1 && !pairWeights(work_.sums[sums]).empty()) return known = sumOfPairs(v, row);
    std::vector<std::pair<Wide, int64_t>> terms;
    for (const auto& [column, weight] : work_.sums[sums])
      terms.push_back({neighbours(v, row, column), weight});
    return known = sum(terms);
  }

  // The sum of so many neighbours below one another, as often as Pascal's triangle says: two neighbours of
  // the level before. What windows below one another have in common is added once.
  Wide pairs(Vector& v, const WholeColumn& column, int64_t row, int64_t level) {
    if (level == 0) return sumOfRow(v, column.sums, row);
    Wide& known = v.pairs[{column.sums, row, level}];
    if (known.even) return known;
    const Wide upper = pairs(v, column, row, level - 1), lower = pairs(v, column, row + 1, level - 1);
    return known = both(upper, lower, Op::Add);
  }

  Wide windowOf(Vector& v, ValueId id, int64_t top) {
    std::vector<std::pair<Wide, int64_t>> terms;
    for (const WholeColumn& column : work_.windows.at(id))
      for (const auto& [row, factor] : column.factors)
        terms.push_back({pairs(v, column, top + row, column.levels), factor});
    return terms.empty() ? Wide{number(0), number(0)} : sum(terms);
  }

  // ---- element-wise work, and the result ----

  Reg asSigned(Reg x) { return b_.bitcast(numbers_.withScalar(Scalar::I16), x); }
  Reg limited(Op op, Reg a, Reg c, bool isSigned) {
    if (!isSigned) return b_.binary(op, a, c);
    return b_.bitcast(numbers_, b_.binary(op, asSigned(a), asSigned(c)));
  }

  Wide elementWise(const graph::Value& node, const std::vector<Wide>& x, bool isSigned) {
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
  Reg rounded(Reg n, const WholeNumber& bounds) {
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
  Reg joined(Vector& v, int64_t top) {
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

  KernelBuilder& k_;
  Builder& b_;
  const WholeWork& work_;
  int64_t channels_, lanes_;
  loop::Type bytes_, numbers_;
  BytesEdges edges_;
  std::vector<int64_t> starts_; // of the input vectors of a tile, in bytes
  int64_t width_ = 1, span_ = 1; // columns of a tile: of results, and of what is read for them
  Reg borderRow_ = nullptr, inputRows_ = nullptr, outputRows_ = nullptr;
  Reg inputColumns_ = nullptr, outputColumns_ = nullptr;
  Reg image_ = nullptr, into_ = nullptr; // of the unit's item
};

} // namespace

void bytesWindow(KernelBuilder& k) { BytesWindow(k).run(); }

} // namespace convoy::schedule
