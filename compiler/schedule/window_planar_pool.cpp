// Pooling over planar tensors: lanes lie along the width.
//
// A work unit is a strip of rows of one channel. A tile is rows x vectors of results. It first joins the
// rows of each window, in whole vectors of neighbouring columns; shuffles then pick the columns of each tap
// out of them, so that an input number is read once for each row of results. Columns outside the input
// concern the first and the last vectors of a row alone, whose loads and stores are masked.
#include "schedule/window.h"
#include "support/internal_error.h"

namespace convoy::schedule {

namespace {

constexpr int64_t chunkTiles = 64; // tiles of a unit where there are no rows

// From 8-bit images to 8-bit images, a maximum of the bytes is what would come of the numbers that they stand
// for (docs/decisions/bytes.md).
bool staysInBytes(const KernelBuilder& k) {
  const graph::Value& node = k.value(k.kernel.anchor());
  return node.op == OpKind::MaxPool && k.kernel.nodes.size() == 1 && k.isBytes(node.operands[0]) &&
         k.isBytes(k.kernel.result());
}

class PlanarPool {
public:
  // k works in bytes already where staysInBytes says so.
  explicit PlanarPool(KernelBuilder& k)
      : k_(k), b_(k.b), w_(windowOfKernel(k)), tail_(k), rows_(k.kernel.tile[1]), lanes_(k.lanes),
        vectors_(k.kernel.tile[2]), width_(vectors_ * lanes_),
        parts_((w_.last().reach(width_) + lanes_ - 1) / lanes_) {}

  void run() {
    in_ = k_.read(w_.input, Layout::Planar);
    if (hasRows()) borderRow_ = k_.borderRow(w_.input, w_.borderRowNumber(), w_.borderColumns());
    tail_.declare(1);
    plane_ = k_.planeSize(w_.input, Layout::Planar);
    if (hasRows()) tail_.mayStream();
    tiles_ = interiorTiles(k_, w_.last(), width_, parts_ * lanes_ - w_.last().reach(width_), tail_.origin());

    const TensorType& result = k_.value(k_.kernel.anchor()).type;
    if (hasRows()) {
      std::vector<Size> counts = w_.depthCounts(result);
      counts.insert(counts.begin(), Size(w_.channels));
      k_.strips(counts, {w_.outerSizes(result).back(), std::max<int64_t>(rows_ * 2, 8)}, {},
                [&](const std::vector<Reg>& parts, Reg y0, Reg y1) { unit(parts, y0, y1); });
    } else {
      k_.units({Size(w_.channels), Size::ceilDiv(w_.lastSize(result), width_ * chunkTiles)},
               [&](const std::vector<Reg>& parts) { rowUnit(parts); });
    }
    k_.finish();
  }

private:
  double neutralNumber() const { return w_.bytes ? w_.borderRowNumber() : w_.border.value; }
  bool hasRows() const { return w_.outer() > 0; }
  bool hasDepth() const { return w_.outer() > 1; }
  const WindowAxis& rowAxis() const { return w_.axes[w_.outer() - 1]; }
  int64_t height() const { return hasRows() ? rowAxis().kernel : 1; }

  void beginUnit(const std::vector<Reg>& parts) {
    item_ = parts[0];
    number_ = parts[1];
    Reg base = b_.mul(b_.add(b_.mul(item_, k_.itemRows(w_.input, Layout::Planar)), number_), plane_);
    channel_ = b_.named(b_.offset(w_.element(), in_, Index(base)), "channel");
  }

  // A chunk of the only row.
  void rowUnit(const std::vector<Reg>& parts) {
    beginUnit(parts);
    TileRange all = tiles_;
    Reg from = b_.mul(parts.back(), chunkTiles);
    tiles_ = clip(k_, all, from, b_.add(from, chunkTiles));
    alongRow(1, nullptr);
    tiles_ = all;
  }

  void unit(const std::vector<Reg>& parts, Reg y0, Reg y1) {
    beginUnit(parts);
    depth_.assign(parts.begin() + 2, parts.end());
    tail_.eachWay(
        [&](bool) { inTilesOfRows(b_, y0, y1, rows_, [&](Reg y, int64_t rows) { alongRow(rows, y); }); });
  }
  Reg column(Reg tile) { return b_.add(b_.mul(tile, width_), tail_.origin()); }

  // The vectors of `rows` rows: those inside, then those that touch the border or the end.
  void alongRow(int64_t rows, Reg y) {
    b_.loop("x", column(tiles_.first), column(tiles_.end), width_, {}, [&](Reg x, const Builder::Values&) {
      tile(rows, y, x, /*edge=*/false);
      return Builder::Values{};
    });
    overEdges(k_, tiles_, [&](Reg t) { tile(rows, y, column(t), /*edge=*/true); });
  }

  // The input row at tap kd of the depth and at row coordinate c.
  Reg rowAt(Reg kd, Reg c) {
    std::vector<Reg> at;
    if (hasDepth()) at.push_back(coordinate(k_, w_.axes[0], depth_[0], kd));
    at.push_back(c);
    return inputRow(k_, w_, channel_, at, 1, borderRow_);
  }

  // The vectors of columns that a tile at x spans, joined with `joined` (null: the first row).
  Reg joinRow(Reg row, Reg x, bool edge, Reg joined) {
    Reg start = b_.sub(b_.mul(x, w_.last().stride), w_.last().padBegin);
    loop::Type arrayType = k_.vector.arrayOf({static_cast<uint32_t>(parts_)});
    Reg neutral = k_.constant(neutralNumber());
    Reg span =
        b_.unroll("v", 0, parts_, {b_.fill(arrayType, neutral)}, [&](Reg v, const Builder::Values& carried) {
          Index at = Index(start) + Index(v, lanes_);
          Reg part = edge ? loadInside(k_, w_, row, at) : loadColumns(k_, w_, row, at);
          return Builder::Values{b_.set(carried[0], {v}, part)};
        })[0];
    return joined ? combine(b_, w_.combine, joined, span, nullptr) : span;
  }

  void tile(int64_t rows, Reg y, Reg x, bool edge) {
    std::vector<Reg> state(static_cast<size_t>(rows), nullptr);
    loop::Type arrayType = k_.vector.arrayOf({static_cast<uint32_t>(parts_)});
    auto begin = [&] {
      for (Reg& joined : state)
        if (!joined) joined = b_.fill(arrayType, k_.constant(neutralNumber()));
    };
    auto plane = [&](Reg kd, std::vector<Reg> s) {
      if (!hasRows()) {
        s[0] = joinRow(channel_, x, edge, s[0]);
        return s;
      }
      int64_t stride = rowAxis().stride, dilation = rowAxis().dilation;
      Reg top = b_.sub(b_.mul(y, stride), rowAxis().padBegin);
      for (int64_t i = 0; i < (rows - 1) * stride + (height() - 1) * dilation + 1; ++i)
        for (int64_t r = 0; r < rows; ++r) {
          int64_t from = i - r * stride;
          if (from < 0 || from % dilation || from / dilation >= height()) continue;
          Reg& mine = s[static_cast<size_t>(r)];
          mine = joinRow(rowAt(kd, b_.add(top, i)), x, edge, mine);
        }
      return s;
    };
    if (hasDepth()) {
      begin();
      state = b_.loop("kd", b_.index(0), b_.index(w_.axes[0].kernel), 1, state,
                      [&](Reg kd, const Builder::Values& carried) { return plane(kd, carried); });
    } else if (hasRows() && !w_.unrollsRows) {
      require(rows == 1, "a high window has one row of results");
      begin();
      Reg top = b_.sub(b_.mul(y, rowAxis().stride), rowAxis().padBegin);
      state = b_.loop("ky", b_.index(0), b_.index(height()), 1, state,
                      [&](Reg ky, const Builder::Values& carried) {
                        Reg row = rowAt(nullptr, b_.add(top, b_.mul(ky, rowAxis().dilation)));
                        return Builder::Values{joinRow(row, x, edge, carried[0])};
                      });
    } else {
      state = plane(nullptr, state);
    }
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t v = 0; v < vectors_; ++v) {
        Reg joined = joinColumns(state[static_cast<size_t>(r)], v * lanes_ * w_.last().stride);
        finish(hasRows() ? b_.add(y, r) : nullptr, b_.add(x, v * lanes_), joined, edge);
      }
  }

  // The windows of a vector whose first one begins at `first`.
  Reg joinColumns(Reg span, int64_t first) {
    Reg joined = nullptr;
    for (int64_t kx = 0; kx < w_.last().kernel; ++kx) {
      Reg tap = pick(span, first + kx * w_.last().dilation);
      joined = joined ? combine(b_, w_.combine, joined, tap, nullptr) : tap;
    }
    return joined;
  }

  // The columns first, first + stride, ... of a span, a lane for each.
  Reg pick(Reg span, int64_t first) {
    auto place = [&](int64_t lane) { return first + lane * w_.last().stride; };
    Reg v = nullptr;
    for (int64_t part = place(0) / lanes_; part <= place(lanes_ - 1) / lanes_; ++part) {
      Reg next = b_.get(span, {b_.index(part)});
      std::vector<int64_t> lanes;
      bool whole = true;
      for (int64_t i = 0; i < lanes_; ++i) {
        bool here = place(i) / lanes_ == part;
        lanes.push_back(!v ? (here ? place(i) % lanes_ : 0) : here ? lanes_ + place(i) % lanes_ : i);
        whole &= lanes.back() == i;
      }
      v = whole ? (v ? v : next) : b_.shuffle(v ? v : next, next, lanes);
    }
    return v;
  }

  void finish(Reg y, Reg x, Reg v, bool edge) {
    std::vector<Reg> position = depth_;
    if (y) position.push_back(y);
    Reg mask = edge ? tail_.edgeMask(x, w_.last().output) : nullptr;
    if (w_.combine == Combine::Sum) v = planarAverageOf(k_, w_, v, position, x, edge);
    Site site{item_, number_, position, mask, w_.flat};
    site.spatial.push_back(x);
    tail_.store(tail_.evaluate(1, v, site), site);
  }

  KernelBuilder& k_;
  Builder& b_;
  Window3 w_;
  Elementwise tail_;
  int64_t rows_, lanes_, vectors_, width_, parts_;
  Reg in_ = nullptr, borderRow_ = nullptr, plane_ = nullptr;
  TileRange tiles_{};
  // Of the current unit.
  Reg item_ = nullptr, number_ = nullptr, channel_ = nullptr;
  std::vector<Reg> depth_; // output positions of the axes before the rows
};

} // namespace

void planarPool(KernelBuilder& k) {
  if (staysInBytes(k)) k.workInBytes();
  PlanarPool(k).run();
}

} // namespace convoy::schedule
