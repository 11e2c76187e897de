// Convolution whose kernel is a column times a row, over planar tensors: lanes lie along the width.
//
// A work unit is a strip of rows of a chunk of columns. It goes down a few rows at a time: each new row of
// the input is summed up along the width, meets the sums of the rows before it, and is kept for those after
// it. What is kept lies in a ring of rows on the stack, and a chunk is so narrow that the ring stays in the
// first cache. Nothing but the input is read from memory, and each of its rows once for a strip. Rows and
// columns outside are found as in planar windows; a row outside is summed up like every other.
//
// Of bytes, each new row is first made a line of float32, with what the border finds: no number is converted
// twice.
#include "schedule/separable.h"
#include "schedule/window.h"
#include <algorithm>
#include <numeric>

namespace convoy::schedule {

namespace {

class SeparableWindow {
public:
  explicit SeparableWindow(KernelBuilder& k)
      : k_(k), b_(k.b), w_(windowOfKernel(k)), tail_(k), lanes_(k.lanes), tileRows_(k.kernel.tile[0]),
        factors_(*separate(k.graph, k.value(k.kernel.anchor()))) {}

  void run() {
    in_ = k_.read(w_.input, Layout::Planar);
    if (w_.hasBias) bias_ = k_.weights(w_.bias, {});
    if (w_.border.mode == BorderMode::Constant)
      borderRow_ = k_.borderRow(w_.input, w_.borderRowNumber(), w_.borderColumns());
    tail_.declare(1);
    plane_ = k_.planeSize(w_.input, Layout::Planar);
    makeRing();
    tail_.mayStream();
    tiles_ = interiorTiles(k_, w_.last(), lanes_, 0, tail_.origin());
    const TensorType& result = k_.value(k_.kernel.anchor()).type;
    k_.strips({}, {result.spatial(0), strip},
              {Size::ceilDiv(w_.lastSize(result) + (lanes_ - 1), chunk_ * lanes_), Size(w_.filters)},
              [&](const std::vector<Reg>& parts, Reg y0, Reg y1) { unit(parts, y0, y1); });
    k_.finish();
  }

private:
  static constexpr int64_t strip = 64; // rows of a unit; what is kept at its start is summed up again for it
  // Rows that come from memory are read two at a time, and asked for two rows before. More at a time are
  // faster where the picture is in a cache, and no better here.
  static constexpr int64_t streamedRows = 2;
  static constexpr int64_t line = 16; // numbers in a line of the cache
  const WindowAxis& rows() const { return w_.axes[0]; }

  // Half of the first cache; the other half is for rows that are read and written. Rows are not a power of
  // two apart, so that they do not compete for places in the cache.
  void makeRing() {
    int64_t kept = rows().reach(1) - 1, count = kept + (w_.bytes ? tileRows_ : 0);
    chunk_ = std::clamp<int64_t>(k_.target.machine.level1 / 2 / (count * 4), 8 * line, 2048) / lanes_;
    pitch_ = chunk_ * lanes_ + 2 * line;
    if (w_.bytes) pitch_ += beside() * lanes_;
    ringStart_ = b_.stack(count * pitch_ * 4);
    for (int64_t i = 0; i < count; ++i)
      (i < kept ? ring_ : lines_).push_back(b_.offset(Scalar::F32, ringStart_, Index(i * pitch_)));
  }

  void unit(const std::vector<Reg>& parts, Reg y0, Reg y1) {
    Reg item = item_ = parts[0], chunks = parts[1], filter = filter_ = parts[2];
    Reg channel = b_.floorDiv(filter, w_.filters / w_.channels);
    Reg base = b_.mul(b_.add(b_.mul(item, k_.itemRows(w_.input, Layout::Planar)), channel), plane_);
    input_ = b_.named(b_.offset(w_.element(), in_, Index(base)), "plane");
    start_ = bias_ ? k_.splat(b_.load(loop::Type::of(Scalar::F32), bias_, Index(filter))) : k_.constant(0);
    Reg from = b_.mul(chunks, chunk_);
    part_ = clip(k_, tiles_, from, b_.add(from, chunk_));
    firstColumn_ = column(from);
    tail_.eachWay([&](bool streams) {
      streams_ = streams;
      walk(y0, y1);
    });
  }

  // ---- bytes ----

  // Vectors of a line beside those of the chunk.
  int64_t beside() const { return (w_.last().reach(1) - 1 + lanes_ - 1) / lanes_; }

  // The columns that the chunk's windows reach, in float32; the row itself where it is float32 already.
  Reg lineOf(Reg row, size_t number) {
    if (!w_.bytes) return row;
    Reg line = lines_[number], start = b_.sub(firstColumn_, w_.last().padBegin);
    TileRange vectors;
    vectors.begin = b_.index(0);
    vectors.count = b_.add(b_.sub(part_.count, part_.begin), beside());
    vectors.first =
        b_.min(b_.max(b_.ceilDiv(b_.sub(b_.index(0), start), lanes_), b_.index(0)), vectors.count);
    Reg inside = b_.floorDiv(b_.sub(w_.last().input, start), lanes_);
    vectors.end = b_.max(b_.min(inside, vectors.count), vectors.first);
    b_.loop("v", vectors.first, vectors.end, 1, {}, [&](Reg v, const Builder::Values&) {
      Reg at = b_.mul(v, lanes_);
      b_.store(loadColumns(k_, w_, row, Index(start) + Index(at)), line, Index(at));
      return Builder::Values{};
    });
    overEdges(k_, vectors, [&](Reg v) {
      Reg at = b_.mul(v, lanes_);
      b_.store(columnsOutside(k_, w_, row, b_.add(start, at)), line, Index(at));
    });
    return line;
  }

  // ---- rows ----

  // The input row where the window of output row y has its row `tap`.
  Reg inputRow(Reg y, Reg tap) {
    Reg valid;
    Reg at = mapBorder(b_, w_.border.mode, b_.add(b_.sub(y, rows().padBegin), tap), rows().input, valid);
    Reg row = b_.offset(w_.element(), input_, Index(b_.mul(at, w_.rowPitch)));
    return valid ? b_.select(valid, row, borderRow_) : row;
  }

  void walk(Reg y0, Reg y1) {
    b_.loop("row", b_.index(0), b_.index(kept()), 1, {}, [&](Reg i, const Builder::Values&) {
      Reg row = lineOf(inputRow(y0, i), 0), sums = b_.offset(Scalar::F32, ringStart_, Index(i, pitch_));
      overColumns([&](Reg x, bool edge) { b_.store(sumOfRow(row, x, edge), sums, place(x)); });
      return Builder::Values{};
    });
    int64_t count = streams_ ? std::min(streamedRows, tileRows_) : tileRows_;
    Reg whole = b_.add(y0, b_.mul(b_.floorDiv(b_.sub(y1, y0), count), count));
    Builder::Values ring = down(y0, whole, count, ring_);
    if (count > 1) down(whole, y1, 1, ring);
  }
  int64_t kept() const { return static_cast<int64_t>(ring_.size()); }

  // `count` rows at a time, with the sums of the rows before them in the ring, oldest first. Gives the ring
  // that the last ones leave.
  Builder::Values down(Reg y0, Reg y1, int64_t count, const Builder::Values& before) {
    return b_.loop("y", y0, y1, count, before, [&](Reg y, const Builder::Values& ring) {
      Builder::Values read, later;
      for (int64_t r = 0; r < count; ++r)
        read.push_back(lineOf(inputRow(y, b_.index(kept() + r)), static_cast<size_t>(r)));
      for (int64_t r = 0; streams_ && r < count; ++r)
        later.push_back(inputRow(y, b_.index(kept() + count + r)));
      Builder::Values next = ring; // what is kept of the ring moves up, and new rows take the places left
      std::rotate(next.begin(), next.begin() + std::min(count, kept()), next.end());
      auto tile = [&](Reg x, bool edge) {
        Builder::Values sums(static_cast<size_t>(count), start_), fresh;
        for (int64_t i = 0; i < kept() + count; ++i) { // the rows that the tile needs, from the top
          bool known = i < kept();
          Reg row = known ? b_.load(k_.vector, ring[static_cast<size_t>(i)], place(x))
                          : sumOfRow(read[static_cast<size_t>(i - kept())], x, edge);
          if (!known) fresh.push_back(row);
          for (int64_t r = 0; r < count; ++r)
            if (i >= r && i <= r + kept() && (i - r) % rows().dilation == 0)
              term(sums[static_cast<size_t>(r)],
                   factors_.column[static_cast<size_t>((i - r) / rows().dilation)], row);
          if (!known) finish(b_.add(y, i - kept()), x, sums[static_cast<size_t>(i - kept())], edge);
        }
        for (int64_t i = std::max<int64_t>(kept() - count, 0); i < kept(); ++i)
          b_.store(fresh[static_cast<size_t>(i + count - kept())], next[static_cast<size_t>(i)], place(x));
      };
      overColumns(tile, later);
      return next;
    });
  }

  // ---- columns ----

  Reg column(Reg tile) { return b_.add(b_.mul(tile, lanes_), tail_.origin()); }
  Index place(Reg x) { return Index(b_.sub(x, firstColumn_)); } // in a row of the ring

  // body(column, whether windows may reach outside) for all vectors of the chunk; `later`: rows that are read
  // soon.
  void overColumns(const std::function<void(Reg x, bool edge)>& body, const Builder::Values& later = {}) {
    b_.loop("x", column(part_.first), column(part_.end), lanes_, {}, [&](Reg x, const Builder::Values&) {
      for (Reg row : later) b_.prefetch(w_.element(), row, Index(x));
      body(x, false);
      return Builder::Values{};
    });
    overEdges(k_, part_, [&](Reg tile) { body(column(tile), true); });
  }

  // sum += factor * x; null is nothing so far.
  void term(Reg& sum, float factor, Reg x) {
    Reg number = k_.constant(static_cast<double>(factor));
    sum = sum ? b_.fma(x, number, sum) : b_.binary(Op::Mul, x, number);
  }

  Reg sumOfRow(Reg row, Reg x, bool edge) {
    const WindowAxis& axis = w_.last();
    Reg first = w_.bytes ? b_.sub(x, firstColumn_) : b_.sub(x, axis.padBegin), sum = nullptr;
    edge = edge && !w_.bytes; // a line has what the border finds
    // What the border finds is looked up once for all taps, where two vectors hold it.
    bool neighbours = edge && axis.reach(1) <= lanes_ + 1;
    Reg left = neighbours ? columnsOutside(k_, w_, row, first) : nullptr;
    Reg right = neighbours ? columnsOutside(k_, w_, row, b_.add(first, lanes_)) : nullptr;
    for (int64_t tap = 0; tap < axis.kernel; ++tap) {
      int64_t shift = tap * axis.dilation;
      Reg at = b_.add(first, shift), v;
      if (neighbours) {
        std::vector<int64_t> lanes(static_cast<size_t>(lanes_));
        std::iota(lanes.begin(), lanes.end(), shift);
        v = b_.shuffle(left, right, lanes);
      } else {
        v = edge ? columnsOutside(k_, w_, row, at) : b_.load(k_.vector, row, Index(at));
      }
      term(sum, factors_.row[static_cast<size_t>(tap)], v);
    }
    return sum;
  }

  void finish(Reg y, Reg x, Reg sum, bool edge) {
    Site site{item_, filter_, {y, x}};
    if (edge) site.mask = tail_.edgeMask(x, w_.last().output);
    tail_.store(tail_.evaluate(1, sum, site), site);
  }

  KernelBuilder& k_;
  Builder& b_;
  Window3 w_;
  Elementwise tail_;
  int64_t lanes_, tileRows_, chunk_ = 1, pitch_ = 1; // rows at a time, vectors, numbers
  Factors factors_;
  Reg in_ = nullptr, bias_ = nullptr, borderRow_ = nullptr, plane_ = nullptr;
  Reg ringStart_ = nullptr;
  Builder::Values ring_;  // where its rows are
  Builder::Values lines_; // of bytes: the rows that are read
  TileRange tiles_{};
  // Of the current unit.
  Reg item_ = nullptr, filter_ = nullptr, input_ = nullptr, start_ = nullptr, firstColumn_ = nullptr;
  TileRange part_{};
  bool streams_ = false;
};

} // namespace

void separableWindow(KernelBuilder& k) { SeparableWindow(k).run(); }

} // namespace convoy::schedule
