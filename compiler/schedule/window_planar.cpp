// Windows over planar tensors: lanes lie along the width, weights are broadcast.
//
// A work unit is a strip of rows of one tile of filters. Inside it, tiles of filters x rows x vectors keep
// their sums in registers over all terms. Every input row is reached through a pointer of its own: a row
// outside the input is the row that the border maps it to, or a row of the constant. Columns outside concern
// the first and last vectors of a row alone; those gather their lanes through border-mapped indices and mask
// their stores.
#include "schedule/window.h"
#include "support/internal_error.h"
#include <numeric>

namespace convoy::schedule {

namespace {

constexpr int64_t mostShuffled = 4; // strides up to this one are read as neighbours; larger ones are gathered

class PlanarWindow {
public:
  explicit PlanarWindow(KernelBuilder& k)
      : k_(k), b_(k.b), w_(windowOfKernel(k)), tail_(k), filters_(k.kernel.tile[0]), rows_(k.kernel.tile[1]),
        vectors_(k.kernel.tile[2]), lanes_(k.lanes) {}

  void run() {
    in_ = k_.read(w_.input, Layout::Planar);
    if (w_.combine == Combine::MultiplyAdd) {
      weights_ = k_.weights(w_.weight, {});
      if (w_.hasBias) bias_ = k_.weights(w_.bias, {});
    }
    if (needsBorderRow()) borderRow_ = k_.borderRow(w_.input, w_.borderRowNumber(), w_.borderColumns());
    tail_.declare(1);
    channelStride_ = k_.planeSize(w_.input, Layout::Planar);
    inputRow_ = w_.last().input;
    overshoot_ = w_.last().stride <= mostShuffled ? w_.last().stride - 1 : 0;
    if (sharesVectors()) overshoot_ = 2 * lanes_ - w_.last().reach(lanes_);
    if (w_.outer() > 0) tail_.mayStream();
    tiles_ = interiorTiles(k_, w_.last(), lanes_, overshoot_, tail_.origin());

    const TensorType& result = k_.value(k_.kernel.anchor()).type;
    const Size filterTiles = w_.filters / filters_; // last: what is read serves all filters
    if (w_.outer() == 0) {
      const int64_t chunk = vectors_ * 16;
      k_.units({Size::ceilDiv(w_.lastSize(result), lanes_ * chunk), filterTiles},
               [&](const std::vector<Reg>& parts) { rowUnit(parts, chunk); });
    } else {
      k_.strips(w_.depthCounts(result), {w_.outerSizes(result).back(), std::max<int64_t>(rows_ * 2, 8)},
                {filterTiles}, [&](const std::vector<Reg>& parts, Reg y0, Reg y1) { unit(parts, y0, y1); });
    }
    k_.finish();
  }

private:
  bool needsBorderRow() const { return w_.outer() > 0 && w_.border.mode == BorderMode::Constant; }

  void beginUnit(const std::vector<Reg>& parts) {
    item_ = parts[0];
    firstFilter_ = b_.mul(parts.back(), filters_);
    int64_t perGroup = w_.channels / w_.groups, filtersPerGroup = w_.filters / w_.groups;
    Reg firstChannel = b_.mul(b_.binary(Op::Div, firstFilter_, b_.index(filtersPerGroup)), perGroup);
    Reg base =
        b_.mul(b_.add(b_.mul(item_, k_.itemRows(w_.input, Layout::Planar)), firstChannel), channelStride_);
    group_ = b_.named(b_.offset(w_.element(), in_, Index(base)), "group");
    if (w_.combine == Combine::MultiplyAdd)
      filterWeights_ = b_.offset(Scalar::F32, weights_, Index(firstFilter_, perGroup * w_.taps));
  }

  // A chunk of the only row.
  void rowUnit(const std::vector<Reg>& parts, int64_t chunk) {
    beginUnit(parts);
    TileRange all = tiles_;
    Reg from = b_.mul(parts[1], chunk);
    tiles_ = clip(k_, all, from, b_.add(from, chunk));
    interior(1, nullptr);
    edges(1, nullptr);
    tiles_ = all;
  }

  void unit(const std::vector<Reg>& parts, Reg y0, Reg y1) {
    beginUnit(parts);
    depth_.assign(parts.begin() + 1, parts.end() - 1);
    tail_.eachWay([&](bool) {
      inTilesOfRows(b_, y0, y1, rows_, [&](Reg y, int64_t rows) {
        interior(rows, y);
        edges(rows, y);
      });
    });
  }
  Reg column(Reg tile) { return b_.add(b_.mul(tile, lanes_), tail_.origin()); }

  // ---- rows ----

  // Pointers to the input rows of one tile, and how far apart their channels are (a border row serves all
  // channels).
  struct Rows {
    Reg pointers = nullptr, strides = nullptr; // arrays: depth taps x row offsets
    int64_t count = 0;                         // row offsets
  };

  int64_t rowReach(int64_t rows) const {
    const WindowAxis& axis = w_.axes[w_.outer() - 1];
    return (rows - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
  }
  int64_t depthTaps() const { return w_.outer() == 2 ? w_.axes[0].kernel : 1; }

  // Row pointers are kept in registers when there are few; otherwise they are found again for each tap.
  bool keepsRows(int64_t rows) const {
    return w_.outer() > 0 && rowReach(rows) * depthTaps() <= 24 && w_.taps * rows * filters_ <= 320;
  }

  void rowPointer(const std::vector<Reg>& coordinates, Reg& pointer, Reg& stride) {
    Reg inside;
    pointer = inputRow(k_, w_, group_, coordinates, 1, borderRow_, &inside);
    stride = inside ? b_.select(inside, channelStride_, b_.index(0)) : channelStride_;
  }

  Rows makeRows(int64_t rows, Reg y) {
    Rows r;
    if (!keepsRows(rows)) return r;
    const WindowAxis& axis = w_.axes[w_.outer() - 1];
    r.count = rowReach(rows);
    uint32_t total = static_cast<uint32_t>(r.count * depthTaps());
    r.pointers = b_.fill(loop::Type::pointer().arrayOf({total}), group_);
    r.strides = b_.fill(loop::Type::index().arrayOf({total}), channelStride_);
    Reg top = b_.sub(b_.mul(y, axis.stride), axis.padBegin);
    auto both = b_.unroll(
        "d", 0, depthTaps(), {r.pointers, r.strides}, [&](Reg d, const Builder::Values& outerCarried) {
          return b_.unroll("r", 0, r.count, outerCarried, [&](Reg i, const Builder::Values& carried) {
            std::vector<Reg> at;
            if (w_.outer() == 2) at.push_back(coordinate(k_, w_.axes[0], depth_[0], d));
            at.push_back(b_.add(top, i));
            Reg pointer, stride, slot = b_.add(b_.mul(d, r.count), i);
            rowPointer(at, pointer, stride);
            return Builder::Values{b_.set(carried[0], {slot}, pointer), b_.set(carried[1], {slot}, stride)};
          });
        });
    r.pointers = both[0];
    r.strides = both[1];
    return r;
  }

  // ---- one tile ----

  // lanes at x, x + 1, ... of one tap's row; `columns` says how a tap's column is read.
  using Columns = std::function<Reg(Reg row, Reg x, Reg tap)>;

  // Sums of a tile: filters x rows x vectors.
  Reg sums(int64_t rows, int64_t vectors, Reg y, Reg x, const Rows& kept, const Columns& columns) {
    uint32_t f = static_cast<uint32_t>(filters_), r = static_cast<uint32_t>(rows),
             v = static_cast<uint32_t>(vectors);
    double neutral = w_.combine == Combine::Maximum ? w_.border.value : 0;
    Reg acc = b_.fill(k_.vector.arrayOf({f, r, v}), k_.constant(neutral));
    if (bias_)
      acc = each({filters_, rows, vectors}, acc, [&](const std::vector<Reg>& at, Reg tile) {
        Reg bias = b_.load(loop::Type::of(Scalar::F32), bias_, Index(firstFilter_) + Index(at[0]));
        return b_.set(tile, at, k_.splat(bias));
      });
    int64_t perGroup = w_.channels / w_.groups;
    auto channel = [&](Reg c, Reg tile) {
      return overTaps(rows, vectors, y, x, kept, c, tile,
                      [&](const RowPointer& row, Reg tap, Reg column, Reg t) {
                        return terms(rows, vectors, x, c, row, tap, column, t, columns);
                      });
    };
    if (perGroup == 1) return channel(b_.index(0), acc);
    return b_.loop(
        "c", b_.index(0), b_.index(perGroup), 1, {acc},
        [&](Reg c, const Builder::Values& carried) { return Builder::Values{channel(c, carried[0])}; })[0];
  }

  // Nested unroll loops over a box of indices, carrying one tile.
  Reg each(const std::vector<int64_t>& extents, Reg tile,
           const std::function<Reg(const std::vector<Reg>&, Reg)>& body, std::vector<Reg> at = {}) {
    if (at.size() == extents.size()) return body(at, tile);
    return b_.unroll("i", 0, extents[at.size()], {tile}, [&](Reg i, const Builder::Values& carried) {
      std::vector<Reg> inner = at;
      inner.push_back(i);
      return Builder::Values{each(extents, carried[0], body, inner)};
    })[0];
  }

  // Calls body(pointers of the tile's rows, flat tap number, column tap, tile) for every tap, in order.
  using RowPointer = std::function<Reg(Reg row)>;
  // Loops that are not written out leave out taps that lie outside a neutral border for every lane of the
  // tile.
  using TapBody = std::function<Reg(const RowPointer&, Reg tap, Reg column, Reg tile)>;
  Reg overTaps(int64_t rows, int64_t vectors, Reg y, Reg x, const Rows& kept, Reg c, Reg tile,
               const TapBody& body) {
    bool unrolled = w_.outer() == 0 || kept.pointers;
    int64_t height = w_.outer() > 0 ? w_.axes[w_.outer() - 1].kernel : 1;
    using Range = std::function<void(Reg & lo, Reg & hi)>;
    auto over = [&](const char* name, int64_t count, Reg t, const Range& inside,
                    const std::function<Reg(Reg, Reg)>& inner) {
      if (count == 1) return inner(b_.index(0), t);
      auto step = [&](Reg i, const Builder::Values& carried) {
        return Builder::Values{inner(i, carried[0])};
      };
      if (unrolled && count <= 64) return b_.unroll(name, 0, count, {t}, step)[0];
      Reg lo = b_.index(0), hi = b_.index(count);
      if (w_.borderIsNeutral()) inside(lo, hi);
      return b_.loop(name, lo, hi, 1, {t}, step)[0];
    };
    Range depthRange = [&](Reg& lo, Reg& hi) { insideTaps(k_, w_.axes[0], depth_[0], depth_[0], lo, hi); };
    Range rowRange = [&](Reg& lo, Reg& hi) {
      insideTaps(k_, w_.axes[w_.outer() - 1], y, b_.add(y, rows - 1), lo, hi);
    };
    Range columnRange = [&](Reg& lo, Reg& hi) {
      insideTaps(k_, w_.last(), x, b_.add(x, vectors * lanes_ - 1), lo, hi);
    };
    return over("kd", depthTaps(), tile, depthRange, [&](Reg kd, Reg t1) {
      return over("ky", height, t1, rowRange, [&](Reg ky, Reg t2) {
        // Rows are reached where they are used: their pointers are kept, or do not depend on the column.
        RowPointer row = [&, kd, ky](Reg r) { return rowOf(kept, y, r, kd, ky, c); };
        return over("kx", w_.last().kernel, t2, columnRange, [&](Reg kx, Reg t3) {
          Reg tap = b_.add(b_.mul(b_.add(b_.mul(kd, height), ky), w_.last().kernel), kx);
          return body(row, tap, kx, t3);
        });
      });
    });
  }

  // The input row that output row y + r needs at taps (kd, ky), at channel c.
  Reg rowOf(const Rows& kept, Reg y, Reg r, Reg kd, Reg ky, Reg c) {
    Reg pointer = group_, stride = channelStride_;
    if (w_.outer() > 0) {
      const WindowAxis& axis = w_.axes[w_.outer() - 1];
      if (kept.pointers) {
        Reg slot = b_.add(b_.mul(kd, kept.count), b_.add(b_.mul(ky, axis.dilation), b_.mul(r, axis.stride)));
        pointer = b_.get(kept.pointers, {slot});
        stride = b_.get(kept.strides, {slot});
      } else {
        std::vector<Reg> at;
        if (w_.outer() == 2) at.push_back(coordinate(k_, w_.axes[0], depth_[0], kd));
        at.push_back(coordinate(k_, axis, b_.add(y, r), ky));
        rowPointer(at, pointer, stride);
      }
    }
    return b_.offset(w_.element(), pointer, Index(b_.mul(c, stride)));
  }

  // One tap of one channel: each input vector is read once and meets the weights of all filters.
  Reg terms(int64_t rows, int64_t vectors, Reg x, Reg c, const RowPointer& row, Reg tap, Reg column, Reg tile,
            const Columns& columns) {
    Reg weights = nullptr;
    if (w_.combine == Combine::MultiplyAdd) {
      int64_t perGroup = w_.channels / w_.groups;
      weights = b_.fill(k_.vector.arrayOf({static_cast<uint32_t>(filters_)}), k_.constant(0));
      weights = each({filters_}, weights, [&](const std::vector<Reg>& at, Reg w) {
        Index place = Index(tap) + Index(c, w_.taps) + Index(at[0], perGroup * w_.taps);
        return b_.set(w, at, k_.splat(b_.load(loop::Type::of(Scalar::F32), filterWeights_, place)));
      });
    }
    return each({rows, vectors}, tile, [&](const std::vector<Reg>& at, Reg t) {
      Reg input = columns(row(at[0]), b_.add(x, b_.mul(at[1], lanes_)), column);
      return each({filters_}, t, [&](const std::vector<Reg>& f, Reg inner) {
        std::vector<Reg> place{f[0], at[0], at[1]};
        Reg weight = weights ? b_.get(weights, {f[0]}) : nullptr;
        return b_.set(inner, place, combine(b_, w_.combine, b_.get(inner, place), input, weight));
      });
    });
  }

  // Divides (average pooling), runs the fused tail and stores.
  void finishTile(int64_t rows, int64_t vectors, Reg y, Reg x, Reg tile, bool edge, Reg mask) {
    each({filters_, rows, vectors}, tile, [&](const std::vector<Reg>& at, Reg t) {
      std::vector<Reg> position = depth_;
      if (w_.outer() > 0) position.push_back(b_.add(y, at[1]));
      Reg v = b_.get(t, at), column = b_.add(x, b_.mul(at[2], lanes_));
      if (w_.combine == Combine::Sum) v = planarAverageOf(k_, w_, v, position, column, edge);
      Site site{item_, b_.add(firstFilter_, at[0]), position, mask, w_.flat};
      site.spatial.push_back(column);
      tail_.store(tail_.evaluate(1, v, site), site);
      return t;
    });
  }

  // ---- columns ----

  // All taps of a row lie in two vectors: bytes are then converted once for all of them.
  bool sharesVectors() const {
    const WindowAxis& axis = w_.last();
    return w_.bytes && axis.stride == 1 && axis.kernel > 1 && axis.reach(1) <= lanes_ + 1 && keepsRows(1) &&
           keepsRows(rows_);
  }

  // Neighbours, of which every stride-th is kept. `edge`: lanes outside are the constant of the border.
  Reg neighbours(Reg row, Reg x, Reg tap, bool edge) {
    const WindowAxis& axis = w_.last();
    Index at = Index(b_.sub(b_.mul(x, axis.stride), axis.padBegin)) + Index(tap, axis.dilation);
    auto load = [&](const Index& place) {
      return edge ? loadInside(k_, w_, row, place) : loadColumns(k_, w_, row, place);
    };
    if (axis.stride == 1) return load(at);
    Reg v = nullptr;
    for (int64_t part = 0; part < axis.stride; ++part) {
      Reg next = load(at + Index(part * lanes_));
      std::vector<int64_t> lanes;
      for (int64_t i = 0; i < lanes_; ++i) {
        int64_t source = i * axis.stride;
        bool here = source / lanes_ == part;
        lanes.push_back(part == 0 ? source % lanes_ : here ? lanes_ + source % lanes_ : i);
      }
      v = b_.shuffle(part == 0 ? next : v, next, lanes);
    }
    return v;
  }

  // Inside the input.
  Reg insideColumn(Reg row, Reg x, Reg tap) {
    const WindowAxis& axis = w_.last();
    if (sharesVectors()) {
      Reg first = b_.sub(x, axis.padBegin);
      Reg left = loadColumns(k_, w_, row, Index(first)),
          right = loadColumns(k_, w_, row, Index(first) + Index(lanes_));
      std::vector<int64_t> lanes(static_cast<size_t>(lanes_));
      std::iota(lanes.begin(), lanes.end(), 0);
      return b_.shuffle(left, right, lanes, b_.mul(tap, axis.dilation));
    }
    if (axis.stride <= mostShuffled) return neighbours(row, x, tap, false);
    Index at = Index(b_.sub(b_.mul(x, axis.stride), axis.padBegin)) + Index(tap, axis.dilation);
    loop::Type indexType = loop::Type::vector(Scalar::I32, static_cast<uint32_t>(lanes_));
    return gatherColumns(k_, w_, b_.offset(w_.element(), row, at), lanePositions(indexType));
  }

  // Input columns of the lanes, counted from the first one's.
  Reg lanePositions(const loop::Type& indexType) {
    Reg iota = b_.iota(indexType);
    int64_t stride = w_.last().stride;
    return stride == 1 ? iota : b_.mul(iota, b_.number(static_cast<double>(stride), indexType));
  }

  // Anywhere: a lane at a time where the border maps it to another column.
  Reg edgeColumn(Reg row, Reg x, Reg tap) {
    const WindowAxis& axis = w_.last();
    if (w_.border.mode == BorderMode::Constant && axis.stride <= mostShuffled)
      return neighbours(row, x, tap, true);
    return columnsOutside(k_, w_, row,
                          b_.sub(b_.add(b_.mul(x, axis.stride), b_.mul(tap, axis.dilation)), axis.padBegin));
  }

  // ---- walks along a row ----

  void interior(int64_t rows, Reg y) {
    Rows kept = makeRows(rows, y);
    Columns columns = [&](Reg row, Reg x, Reg tap) { return insideColumn(row, x, tap); };
    auto tiles = [&](Reg from, Reg to, int64_t vectors) {
      b_.loop("x", column(from), column(to), vectors * lanes_, {}, [&](Reg x, const Builder::Values&) {
        finishTile(rows, vectors, y, x, sums(rows, vectors, y, x, kept, columns), false, nullptr);
        return Builder::Values{};
      });
    };
    Reg rest = tiles_.first;
    if (vectors_ > 1) {
      rest = b_.add(tiles_.first, b_.mul(b_.floorDiv(b_.sub(tiles_.end, tiles_.first), vectors_), vectors_));
      tiles(tiles_.first, rest, vectors_);
    }
    tiles(rest, tiles_.end, 1);
  }

  // The tiles before the first and behind the last interior one, in one loop.
  void edges(int64_t rows, Reg y) {
    Rows kept = makeRows(rows, y);
    Columns columns = [&](Reg row, Reg x, Reg tap) { return edgeColumn(row, x, tap); };
    overEdges(k_, tiles_, [&](Reg tile) {
      Reg x = column(tile), mask = tail_.edgeMask(x, w_.last().output);
      finishTile(rows, 1, y, x, sums(rows, 1, y, x, kept, columns), true, mask);
    });
  }

  KernelBuilder& k_;
  Builder& b_;
  Window3 w_;
  Elementwise tail_;
  int64_t filters_, rows_, vectors_, lanes_, overshoot_ = 0;
  Reg in_ = nullptr, weights_ = nullptr, bias_ = nullptr, borderRow_ = nullptr;
  Reg channelStride_ = nullptr, inputRow_ = nullptr;
  TileRange tiles_{};
  // Of the current unit.
  Reg item_ = nullptr, firstFilter_ = nullptr, group_ = nullptr, filterWeights_ = nullptr;
  std::vector<Reg> depth_; // output positions of the axes before the rows
};

} // namespace

void planarWindow(KernelBuilder& k) { PlanarWindow(k).run(); }

} // namespace convoy::schedule
