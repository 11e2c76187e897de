// Convolution whose kernel is a column times a row, over planar tensors: lanes lie along the width.
//
// A work unit is a strip of rows of a chunk of columns. It goes down a few rows at a time, and along them
// from left to right: whole vectors of the input are first summed up down the columns, and meet in registers
// with the sums of the vectors beside them, out of which shuffles take what each tap of the row sees. So each
// vector of the input is read once for all rows that are computed at a time, where it lies, and nothing but
// the result is written. Nothing is kept from one row to the next: a strip may be as low as it likes. Several
// filters of one picture share what is read of it, and meet in the element-wise layers behind them.
//
// A row outside the input is the row that the border maps it to, or a row of the constant. Of the columns
// outside, the vectors next to the first and the last column are what the border makes of one vector inside.
#include "schedule/bytes.h"
#include "schedule/separable.h"
#include "schedule/window.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace convoy::schedule {

namespace {

class SeparableWindow {
public:
  explicit SeparableWindow(KernelBuilder& k)
      : k_(k), b_(k.b), w_(windowOfKernel(k)), tail_(k), lanes_(k.lanes), tileRows_(k.kernel.tile[0]),
        frame_(*filterFrame(k.graph, k.kernel.nodes)) {}

  void run() {
    in_ = k_.read(w_.input, Layout::Planar);
    for (const FilterFrame::Filter& filter : frame_.filters) {
      const auto bias = biasOf(k_.value(filter.id));
      biases_.push_back(bias ? k_.weights(*bias, {}) : nullptr);
    }
    if ((asked_ = k_.onBytes ? std::nullopt : k_.storage.ahead(k_.kernel))) ahead_ = k_.ahead(asked_->value);
    if (w_.border.mode == BorderMode::Constant)
      borderRow_ = k_.borderRow(w_.input, w_.borderRowNumber(), w_.borderColumns());
    tail_.declare(1);
    plane_ = k_.planeSize(w_.input, Layout::Planar);
    tail_.mayStream();
    placeVectors();
    findInside();
    const TensorType& result = k_.value(k_.kernel.anchor()).type;
    k_.strips({}, {result.spatial(0), strip},
              {Size::ceilDiv(w_.lastSize(result) + (lanes_ - 1), chunk_ * lanes_), Size(w_.filters)},
              [&](const std::vector<Reg>& parts, Reg y0, Reg y1) { unit(parts, y0, y1); });
    k_.finish();
  }

private:
  static constexpr int64_t strip = 32; // rows of a unit
  const WindowAxis& rows() const { return w_.axes[0]; }
  const WindowAxis& columns() const { return w_.last(); }
  // How many rows of the input `count` rows of results span.
  int64_t reach(int64_t count) const { return count - 1 + frame_.height; }
  int64_t filters() const { return static_cast<int64_t>(frame_.filters.size()); }

  // Which vectors of the input a vector of results at x reads: `vectors_` of them, the first one `before_`
  // columns before x. Whole vectors before, where the padding is known: rows that are whole vectors are then
  // read line by line of the cache. A chunk is so narrow that the rows of a tile, and those read ahead, stay
  // in the second cache.
  void placeVectors() {
    top_ = k_.size(frame_.before[0]);
    if (const auto padding = frame_.before[1].constant()) {
      const int64_t columnsBefore = *padding * w_.columnsPerPixel;
      const int64_t whole = (columnsBefore + lanes_ - 1) / lanes_ * lanes_;
      before_ = b_.index(whole);
      firstShift_ = whole - columnsBefore;
    } else {
      before_ = columns().padBegin;
    }
    vectors_ = (firstShift_ + (frame_.width - 1) * w_.columnsPerPixel + lanes_ - 1) / lanes_ + 1;
    const int64_t rowsRead = reach(tileRows_) + tileRows_;
    chunk_ = std::clamp<int64_t>(k_.target.machine.level2 / 2 / (rowsRead * 4), 512, 1 << 16) / lanes_;
  }

  // The tiles whose results exist, and whose last vector (all others were read before) lies in the input.
  void findInside() {
    const Reg ahead = b_.sub(b_.index((vectors_ - 1) * lanes_), before_); // of that vector
    const Reg origin = tail_.origin(), none = b_.index(0);
    tiles_.begin = none;
    tiles_.count = b_.ceilDiv(b_.sub(columns().output, origin), lanes_);
    const Reg start = b_.sub(b_.max(b_.sub(none, ahead), none), origin);
    tiles_.first = b_.min(b_.ceilDiv(start, lanes_), tiles_.count);
    const Reg room = b_.min(b_.sub(columns().input, ahead), columns().output);
    tiles_.end = b_.max(b_.floorDiv(b_.sub(room, origin), lanes_), tiles_.first);
  }

  void unit(const std::vector<Reg>& parts, Reg y0, Reg y1) {
    item_ = parts[0], filter_ = parts[2];
    Reg channel = b_.floorDiv(filter_, w_.filters / w_.channels);
    Reg base = b_.mul(b_.add(b_.mul(item_, k_.itemRows(w_.input, Layout::Planar)), channel), plane_);
    input_ = b_.named(b_.offset(w_.element(), in_, Index(base)), "plane");
    if (ahead_)
      aheadPlane_ =
          b_.offset(Scalar::F32, ahead_, Index(b_.mul(filter_, k_.planeSize(asked_->value, Layout::Planar))));
    starts_.clear();
    for (Reg bias : biases_)
      starts_.push_back(bias ? k_.splat(b_.load(loop::Type::of(Scalar::F32), bias, Index(filter_)))
                             : nullptr);
    Reg from = b_.mul(parts[1], chunk_);
    part_ = clip(k_, tiles_, from, b_.add(from, chunk_));
    tail_.eachWay([&](bool streams) {
      Reg whole = b_.add(y0, b_.mul(b_.floorDiv(b_.sub(y1, y0), tileRows_), tileRows_));
      down(y0, whole, tileRows_, streams);
      if (tileRows_ > 1) down(whole, y1, 1, streams);
    });
  }

  // ---- rows ----

  // The input row in row `i` of the frame of output row y.
  Reg inputRow(Reg y, int64_t i) {
    Reg valid;
    Reg at = mapBorder(b_, w_.border.mode, b_.add(b_.sub(y, top_), b_.index(i)), rows().input, valid);
    Reg row = b_.offset(w_.element(), input_, Index(b_.mul(at, w_.rowPitch)));
    return valid ? b_.select(valid, row, borderRow_) : row;
  }

  // `count` rows at a time. Those that come from memory are asked for while the ones before are computed; in
  // a group, what its first kernels read in the next strip.
  void down(Reg y0, Reg y1, int64_t count, bool streams) {
    b_.loop("y", y0, y1, count, {}, [&](Reg y, const Builder::Values&) {
      rows_.clear();
      Builder::Values later;
      for (int64_t i = 0; i < reach(count); ++i) rows_.push_back(isRead(i, count) ? inputRow(y, i) : nullptr);
      for (int64_t i = 0; ahead_ && i < count; ++i) {
        Reg row = b_.min(b_.add(y, asked_->rows + i), b_.sub(rows().output, b_.index(1)));
        later.push_back(b_.offset(Scalar::F32, aheadPlane_, Index(b_.mul(row, columns().output))));
      }
      for (int64_t i = 0; streams && i < count; ++i) later.push_back(inputRow(y, reach(count) + i));
      alongRows(y, count, later);
      return Builder::Values{};
    });
  }
  // In the frame.
  static int64_t rowOf(const FilterFrame::Filter& filter, size_t tap) {
    return filter.first[0] + static_cast<int64_t>(tap) * filter.dilation[0];
  }
  // Some of `count` rows of results needs row `i` of the input.
  bool isRead(int64_t i, int64_t count) const {
    for (const FilterFrame::Filter& filter : frame_.filters)
      for (size_t tap = 0; tap < filter.factors.column.size(); ++tap)
        if (const int64_t r = i - rowOf(filter, tap); 0 <= r && r < count) return true;
    return false;
  }

  // ---- along rows ----

  Reg column(Reg tile) { return b_.add(b_.mul(tile, lanes_), tail_.origin()); }

  // What is carried are the sums down the columns, of `count` rows and all filters for each of the vectors
  // but the last that a vector of results reads.
  void alongRows(Reg y, int64_t count, const Builder::Values& later) {
    const Reg begin = column(part_.begin), first = column(part_.first), end = column(part_.end);
    const Reg start = b_.sub(begin, before_), ahead = b_.sub(b_.index((vectors_ - 1) * lanes_), before_);
    auto shifted = [&](Builder::Values near, const Builder::Values& next) {
      near.insert(near.end(), next.begin(), next.end());
      return near;
    };
    auto without = [&](const Builder::Values& near) {
      return Builder::Values(near.begin() + count * filters(), near.end());
    };
    Builder::Values near(static_cast<size_t>((vectors_ - 1) * count * filters()), k_.constant(0));
    near = b_.loop("v", start, b_.add(start, (vectors_ - 1) * lanes_), lanes_, near,
                   [&](Reg at, const Builder::Values& before) {
                     return without(shifted(before, sumsAnywhere(at, count)));
                   });
    auto walk = [&](Reg from, Reg to, bool edge) {
      near = b_.loop("x", from, to, lanes_, near, [&](Reg x, const Builder::Values& before) {
        for (Reg row : later) b_.prefetchFar(w_.element(), row, Index(x));
        const Reg at = b_.add(x, ahead);
        const Builder::Values all = shifted(before, edge ? sumsAnywhere(at, count) : sumsInside(at, count));
        for (int64_t r = 0; r < count; ++r) finish(b_.add(y, r), x, all, r, count, edge);
        return without(all);
      });
    };
    walk(begin, first, true);
    walk(first, end, false);
    walk(end, column(part_.count), true);
  }

  // ---- sums down the columns ----

  using Columns = std::function<Reg(Reg row)>; // a vector of a row
  Builder::Values sums(int64_t count, const Columns& columns) {
    Builder::Values vectors, sums;
    for (Reg row : rows_) vectors.push_back(row ? columns(row) : nullptr);
    for (int64_t r = 0; r < count; ++r)
      for (const FilterFrame::Filter& filter : frame_.filters) {
        const loop::FromElsewhere here(b_, k_.value(filter.id).location);
        sums.push_back(combined(filter.factors.column, nullptr, [&](size_t tap) {
          return vectors[static_cast<size_t>(r + rowOf(filter, tap))];
        }));
      }
    return sums;
  }

  Builder::Values sumsInside(Reg at, int64_t count) {
    return sums(count, [&](Reg row) { return loadColumns(k_, w_, row, Index(at)); });
  }

  Builder::Values sumsOutside(Reg at, int64_t count) {
    auto anywhere = [&] { return sums(count, [&](Reg row) { return columnsOutside(k_, w_, row, at); }); };
    if (w_.border.mode == BorderMode::Constant || w_.columnsPerPixel > 1) return anywhere();
    const Reg isLeft = b_.compare(Op::Lt, at, b_.index(0)), size = columns().input;
    if (w_.border.mode == BorderMode::Replicate) {
      // All lanes outside are the same, unless both ends are.
      const Reg last = b_.select(isLeft, b_.index(0), b_.sub(size, b_.index(1)));
      auto oneEnd = [&] { return sums(count, [&](Reg row) { return replicated(row, at, last); }); };
      const Reg isRight = b_.compare(Op::Lt, size, b_.add(at, lanes_));
      return b_.branch(b_.binary(Op::And, isLeft, isRight), anywhere, oneEnd);
    }
    const bool turned = w_.border.mode != BorderMode::Wrap;
    auto beside = [&] {
      const Reg from = b_.select(isLeft, besideFirst(), b_.sub(size, besideLast()));
      std::vector<int64_t> lanes(static_cast<size_t>(lanes_));
      std::iota(lanes.rbegin(), lanes.rend(), 0);
      return sums(count, [&](Reg row) {
        const Reg v = loadColumns(k_, w_, row, Index(from));
        return turned ? b_.shuffle(v, v, lanes) : v;
      });
    };
    Reg isBeside = b_.compare(Op::Eq, b_.select(isLeft, b_.add(b_.add(at, lanes_), size), at), size);
    isBeside = b_.binary(Op::And, isBeside, b_.compare(Op::Lt, b_.index(lanes_), size));
    return b_.branch(isBeside, beside, anywhere);
  }
  // The row's numbers from column `at`, and the one of column `last` in lanes outside.
  Reg replicated(Reg row, Reg at, Reg last) {
    const loop::Type type = k_.vector.withScalar(w_.element());
    const Reg fill = b_.splat(type, b_.load(loop::Type::of(w_.element()), row, Index(last)));
    const Reg v = b_.load(type, row, Index(at), k_.insideMask(columns().input, at), fill);
    return w_.bytes ? fromBytes(b_, k_.target, v) : v;
  }
  // Where the vector lies that the border makes the one right before the first column of, or behind the last:
  // its first column, and how far that is from the end.
  Reg besideFirst() {
    if (w_.border.mode == BorderMode::Wrap) return b_.sub(columns().input, b_.index(lanes_));
    return b_.index(w_.border.mode == BorderMode::Reflect101 ? 1 : 0);
  }
  Reg besideLast() {
    if (w_.border.mode == BorderMode::Wrap) return columns().input;
    return b_.index(w_.border.mode == BorderMode::Reflect101 ? lanes_ + 1 : lanes_);
  }

  Builder::Values sumsAnywhere(Reg at, int64_t count) {
    Reg isInside = b_.binary(Op::And, b_.compare(Op::Lt, b_.index(-1), at),
                             b_.compare(Op::Lt, b_.add(at, lanes_ - 1), columns().input));
    return b_.branch(isInside, [&] { return sumsInside(at, count); }, [&] { return sumsOutside(at, count); });
  }

  // ---- sums along the rows ----

  // What tap `tap` of a filter's row sees, of its sums of a row: sum number `sum` of `count` in each vector.
  Reg seen(const Builder::Values& all, const FilterFrame::Filter& filter, size_t tap, int64_t sum,
           int64_t count) {
    const int64_t column = filter.first[1] + static_cast<int64_t>(tap) * filter.dilation[1];
    const int64_t shift = firstShift_ + column * w_.columnsPerPixel;
    auto vector = [&](int64_t v) { return all[static_cast<size_t>(v * count + sum)]; };
    if (shift % lanes_ == 0) return vector(shift / lanes_);
    std::vector<int64_t> lanes(static_cast<size_t>(lanes_));
    std::iota(lanes.begin(), lanes.end(), shift % lanes_);
    return b_.shuffle(vector(shift / lanes_), vector(shift / lanes_ + 1), lanes);
  }

  void finish(Reg y, Reg x, const Builder::Values& all, int64_t r, int64_t count, bool edge) {
    std::map<ValueId, Reg> results;
    for (int64_t f = 0; f < filters(); ++f) {
      const FilterFrame::Filter& filter = frame_.filters[static_cast<size_t>(f)];
      const loop::FromElsewhere here(b_, k_.value(filter.id).location);
      results[filter.id] = combined(filter.factors.row, starts_[static_cast<size_t>(f)], [&](size_t tap) {
        return seen(all, filter, tap, r * filters() + f, count * filters());
      });
    }
    Site site{item_, filter_, {y, x}};
    if (edge) site.mask = tail_.edgeMask(x, columns().output);
    tail_.store(tail_.evaluate(0, results, site), site);
  }

  // sum + all taps times their factors; null is nothing so far. Taps whose factors are the same, or but for
  // the sign, meet before they are multiplied, so many that their vectors stay in registers.
  Reg combined(const std::vector<float>& factors, Reg sum, const std::function<Reg(size_t tap)>& tap) {
    std::vector<FactorTerm> terms = termsOf(factors);
    const auto one =
        std::find_if(terms.begin(), terms.end(), [](const FactorTerm& term) { return term.factor == 1; });
    if (!sum && one != terms.end()) std::rotate(terms.begin(), one, one + 1);
    for (const FactorTerm& term : terms) {
      Reg x = tap(term.tap);
      if (term.other) x = b_.binary(term.subtracts ? Op::Sub : Op::Add, x, tap(*term.other));
      const bool alone = std::fabs(term.factor) == 1;
      if (!sum)
        sum = term.factor == 1 ? x : b_.binary(Op::Mul, x, number(term.factor));
      else if (alone)
        sum = b_.binary(term.factor > 0 ? Op::Add : Op::Sub, sum, x);
      else
        sum = b_.fma(x, number(term.factor), sum);
    }
    return sum;
  }
  Reg number(float factor) { return k_.constant(static_cast<double>(factor)); }

  KernelBuilder& k_;
  Builder& b_;
  Window3 w_;
  Elementwise tail_;
  int64_t lanes_, tileRows_, chunk_ = 1; // rows at a time, vectors
  FilterFrame frame_;
  Reg top_ = nullptr, before_ = nullptr; // rows and columns before the first ones
  int64_t firstShift_ = 0, vectors_ = 1; // columns before the first tap; how many
  std::vector<Reg> biases_;              // of each filter; null: none
  Reg in_ = nullptr, borderRow_ = nullptr, plane_ = nullptr;
  TileRange tiles_{};
  // Of the current unit, and the input rows of the current tile.
  Reg item_ = nullptr, filter_ = nullptr, input_ = nullptr;
  std::vector<Reg> starts_; // of each filter; null: 0
  // What is asked for beside what the kernel reads, and its plane.
  std::optional<Storage::Ahead> asked_;
  Reg ahead_ = nullptr, aheadPlane_ = nullptr;
  TileRange part_{};
  Builder::Values rows_;
};

} // namespace

void separableWindow(KernelBuilder& k) { SeparableWindow(k).run(); }

} // namespace convoy::schedule
