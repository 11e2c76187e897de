// Resizing, an axis after the other. Which columns a result is made of, and what they count, is tabulated for
// a chunk of columns. Planar: rows of the operand are made as wide as the result once, into a ring of rows,
// and the rows of the result are sums of those. Blocked: lanes are channels, and every result is a sum of
// vectors.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include "schedule/resize_grid.h"
#include <algorithm>
#include <numeric>

namespace convoy::schedule {

namespace {

constexpr int64_t rowsOfUnit = 32, chunkColumns = 1024;

class Resizing {
public:
  explicit Resizing(KernelBuilder& k)
      : k_(k), b_(k.b), work_(k), node_(k.value(k.kernel.anchor())), input_(k.value(node_.operands[0]).type),
        how_(interpolationOf(node_.attributes)), taps_(tapsOf(how_)), before_(tapsBefore(how_)),
        inside_(staysInside(node_.attributes)), blocked_(k.kernel.layout == Layout::Blocked),
        rank_(input_.spatialRank()) {
    step_ = k.lanes;
    if (const auto period = resizePeriod(node_, input_, rank_ - 1); period && !blocked_) {
      step_ = std::lcm(k.lanes, period->results);
      if (longestSpan() <= 2 * k.lanes)
        period_ = period;
      else
        step_ = k.lanes;
    }
    chunk_ = chunkColumns / step_ * step_;
  }

  void run() {
    in_ = k_.read(node_.operands[0], k_.kernel.layout);
    work_.declare(1);
    if (!blocked_) work_.mayStreamWhole();
    for (int axis = 0; axis < rank_; ++axis) {
      extents_.push_back(k_.size(input_.spatial(axis)));
      const ResizeGrid grid = resizeGrid(node_.attributes, input_, node_.type, axis);
      grids_.push_back({k_.size(grid.step), k_.size(grid.start), k_.size(grid.unit)});
    }
    width_ = k_.size(node_.type.dims.back());
    plane_ = k_.planeSize(node_.operands[0], k_.kernel.layout);
    rowPitch_ = k_.pitchSize(node_.operands[0], k_.kernel.layout);
    const int64_t tabulated = period_ ? step_ : chunk_;
    if (!period_) columns_ = b_.stack(taps_ * tabulated * (blocked_ ? 8 : 4));
    if (taps_ > 1) weights_ = b_.stack(taps_ * tabulated * 4);
    if (period_ && !inside_) source_ = b_.stack((positionsOf(chunk_) + 4 * k_.lanes + 8) * 4);
    if (usesRing()) ring_ = b_.stack((rank_ == 3 ? taps_ : 1) * taps_ * chunk_ * 4);

    std::vector<Size> counts{Size(blocked_ ? k_.blocks(node_.type.channels()) : node_.type.channels())};
    if (rank_ == 3) counts.push_back(node_.type.spatial(0));
    const Size chunks = Size::ceilDiv(node_.type.dims.back(), chunk_);
    const bool once = period_ || chunks == Size(1);
    if (period_)
      tabulate(b_.index(0), b_.index(step_));
    else if (once)
      tabulate(b_.index(0), width_);
    auto results = [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
      Unit unit{parts[0], parts[1], b_.mul(parts.back(), chunk_), nullptr, nullptr, nullptr, {}};
      unit.count = b_.min(b_.sub(width_, unit.column), b_.index(chunk_));
      if (!once) tabulate(unit.column, unit.count);
      Reg channel = b_.add(b_.mul(unit.item, k_.itemRows(node_.operands[0], k_.kernel.layout)), unit.channel);
      unit.from = b_.offset(Scalar::F32, in_, Index(b_.mul(channel, plane_), pitch()));
      if (rank_ == 3) unit.slice = parts[2], unit.slices = tapsAt(0, parts[2]);
      work_.eachWay([&](bool) {
        if (rank_ == 1) return row(unit, nullptr, unit.from);
        rows(unit, y0, y1);
      });
    };
    if (rank_ > 1) {
      k_.strips(counts, {node_.type.spatial(rank_ - 2), rowsOfUnit}, {chunks}, results);
    } else {
      counts.push_back(chunks);
      k_.units(counts, [&](const std::vector<Reg>& parts) { results(parts, nullptr, nullptr); });
    }
    k_.finish();
  }

private:
  // The positions along an outer axis that one result is made of.
  struct Taps {
    std::vector<Reg> at, weight; // f32; none of one position
  };
  struct Unit {
    Reg item, channel, column, count, from,
        slice; // `column`: the first one. `from`: the channel of the operand
    Taps slices;
  };

  int64_t pitch() const { return blocked_ ? k_.lanes : 1; }
  bool usesRing() const { return !blocked_ && taps_ > 1 && rank_ > 1; }
  loop::Type number() const { return loop::Type::of(Scalar::F32); }

  Reg inside(Reg at, Reg n) { return b_.max(b_.min(at, b_.add(n, -1)), b_.index(0)); }

  Taps tapsAt(int axis, Reg o) {
    const auto& [step, start, unit] = grids_[static_cast<size_t>(axis)];
    Reg place = b_.add(b_.mul(o, step), start);
    Reg first = b_.add(b_.binary(Op::Div, place, unit), -before_);
    Taps taps;
    for (int64_t t = 0; t < taps_; ++t)
      taps.at.push_back(inside(b_.add(first, t), extents_[static_cast<size_t>(axis)]));
    if (taps_ > 1) taps.weight = tapWeights(b_, how_, fraction(b_.binary(Op::Mod, place, unit), unit));
    return taps;
  }

  Reg fraction(Reg rest, Reg unit) { return b_.binary(Op::Div, k_.scalarF32(rest), k_.scalarF32(unit)); }

  // ---- columns ----

  // Positions in the operand and weights of the columns first..first + count, and of those that fill up the
  // last vector. A step along the columns is a step along the operand, and now and then one more. For a short
  // period, weights alone, of a step's columns.
  void tabulate(Reg first, Reg count) {
    const auto& [step, start, unit] = grids_.back();
    Reg place = b_.add(b_.mul(first, step), start);
    Reg whole = b_.binary(Op::Div, step, unit), rest = b_.binary(Op::Mod, step, unit);
    Reg end = b_.mul(b_.ceilDiv(count, k_.lanes), k_.lanes), units = unit;
    const loop::Type type = blocked_ ? loop::Type::index() : loop::Type::of(Scalar::I32);
    b_.loop("x", b_.index(0), end, 1, {b_.binary(Op::Div, place, unit), b_.binary(Op::Mod, place, unit)},
            [&](Reg x, const Builder::Values& carried) {
              Reg at = carried[0];
              for (int64_t t = 0; t < taps_ && !period_; ++t) {
                Reg column = inside(b_.add(at, t - before_), extents_.back());
                b_.store(blocked_ ? column : b_.cast(type, column), columns_, Index(x) + Index(t * chunk_));
              }
              if (taps_ > 1) b_.store(fraction(carried[1], units), weights_, weightAt(Index(x), taps_ - 1));
              Reg next = b_.add(carried[1], rest), carries = b_.compare(Op::Le, units, next);
              return Builder::Values{b_.add(b_.add(at, whole), b_.select(carries, b_.index(1), b_.index(0))),
                                     b_.select(carries, b_.sub(next, units), next)};
            });
    if (taps_ == 1) return;
    b_.loop("x", b_.index(0), end, k_.lanes, {}, [&](Reg x, const Builder::Values&) {
      Reg f = b_.load(k_.vector, weights_, weightAt(Index(x), taps_ - 1));
      const std::vector<Reg> weights = tapWeights(b_, how_, f);
      for (int64_t t = 0; t < taps_; ++t)
        b_.store(weights[static_cast<size_t>(t)], weights_, weightAt(Index(x), t));
      return Builder::Values{};
    });
  }

  Index weightAt(const Index& column, int64_t tap) const {
    return column + Index(tap * (period_ ? step_ : chunk_));
  }

  Reg summed(Reg sum, Reg v, Reg weight) {
    return sum ? b_.fma(v, weight, sum) : b_.binary(Op::Mul, v, weight);
  }

  using Emit = std::function<void(Reg x, Reg mask, Reg v)>;

  // A row of the operand as wide as the result: emit(x, mask, the results from x on).
  void widen(const Unit& unit, Reg row, const Emit& emit) {
    if (period_) return repeat(unit, row, emit);
    const loop::Type lanes = loop::Type::vector(Scalar::I32, static_cast<uint32_t>(k_.lanes));
    alongVectors(k_, b_.index(0), unit.count, [&](Reg x, Reg mask) {
      Reg sum = nullptr;
      for (int64_t t = 0; t < taps_; ++t) {
        const Index at = Index(x) + Index(t * chunk_);
        Reg v = b_.gather(k_.vector, row, b_.load(lanes, columns_, at));
        sum = taps_ == 1 ? v : summed(sum, v, b_.load(k_.vector, weights_, at));
      }
      emit(x, mask, sum);
    });
  }

  // The columns of the operand that the chunk reads, with those that stand for what is outside: source_[2 +
  // i] is column `first` + i.
  Reg copyColumns(const Unit& unit, Reg row) {
    Reg first = positionOf(unit.column), n = extents_.back();
    Reg from = b_.max(b_.add(first, -2), b_.index(0));
    Reg end = b_.add(first, b_.add(positionOf(unit.count), 4)), to = b_.min(end, n);
    Reg target = b_.offset(Scalar::F32, source_, Index(2) + Index(first, -1)); // of column 0
    alongVectors(k_, from, to, [&](Reg x, Reg mask) {
      Reg v = k_.load(row, x, mask);
      b_.store(v, target, x); // what lies behind is written next, or not read
    });
    auto repeatEdge = [&](Reg begin, Reg stop, Reg column) {
      Reg edge = b_.load(number(), row, column);
      b_.loop("x", begin, stop, 1, {}, [&](Reg x, const Builder::Values&) {
        b_.store(edge, target, x);
        return Builder::Values{};
      });
    };
    repeatEdge(b_.add(first, -2), from, b_.index(0));
    repeatEdge(to, end, b_.add(n, -1));
    return b_.offset(Scalar::F32, source_, 2);
  }

  // Positions of the operand under so many results of whole periods, rounded down.
  int64_t positionsOf(int64_t results) const { return results * period_->positions / period_->results; }
  Reg positionOf(Reg results) { return b_.floorDiv(b_.mul(results, period_->positions), period_->results); }

  // The first position that result o reads, counted from that of result 0; it may lie before the operand.
  int64_t columnOf(int64_t o) const {
    const ResizeGrid grid = resizeGrid(node_.attributes, input_, node_.type, rank_ - 1);
    const int64_t place = o * grid.step.known() + grid.start.known(), unit = grid.unit.known();
    return (place >= 0 ? place : place - unit + 1) / unit - before_;
  }
  int64_t spanOf(int64_t vector) const { return columnOf(vector + k_.lanes - 1) + taps_ - columnOf(vector); }
  int64_t longestSpan() const {
    int64_t longest = 0;
    for (int64_t v = 0; v < step_; v += k_.lanes) longest = std::max(longest, spanOf(v));
    return longest;
  }

  // For a short period: the same lanes of a few neighbours make each vector, step after step.
  void repeat(const Unit& unit, Reg row, const Emit& emit) {
    Reg source =
        inside_ ? b_.offset(Scalar::F32, row, Index(positionOf(unit.column))) : copyColumns(unit, row);
    Reg left = inside_ ? b_.sub(extents_.back(), positionOf(unit.column)) : nullptr;
    auto load = [&](Reg at, int64_t more) {
      const Index place = Index(at) + Index(more);
      if (!left) return b_.load(k_.vector, source, place);
      Reg mask = b_.mask(static_cast<uint32_t>(k_.lanes), b_.sub(left, b_.value(place)));
      return b_.load(k_.vector, source, place, mask, k_.constant(0));
    };
    auto vectors = [&](Reg x, Reg count) {
      Reg at = positionOf(x);
      for (int64_t v = 0; v < step_; v += k_.lanes) {
        const int64_t low = columnOf(v);
        Reg a = load(at, low), c = spanOf(v) > k_.lanes ? load(at, low + k_.lanes) : a;
        Reg sum = nullptr;
        for (int64_t t = 0; t < taps_; ++t) {
          std::vector<int64_t> lanes;
          for (int64_t l = 0; l < k_.lanes; ++l) lanes.push_back(columnOf(v + l) + t - low);
          Reg part = b_.shuffle(a, c, lanes);
          sum = taps_ == 1 ? part : summed(sum, part, b_.load(k_.vector, weights_, weightAt(v, t)));
        }
        emit(b_.add(x, v),
             count ? b_.mask(static_cast<uint32_t>(k_.lanes), b_.sub(count, b_.index(v))) : nullptr, sum);
      }
    };
    Reg whole = b_.mul(b_.floorDiv(unit.count, step_), step_);
    for (bool full : {true, false})
      b_.loop("x", full ? b_.index(0) : whole, full ? whole : unit.count, step_, {},
              [&](Reg x, const Builder::Values&) {
                vectors(x, full ? nullptr : b_.sub(unit.count, x));
                return Builder::Values{};
              });
  }

  // ---- rows ----

  void put(const Unit& unit, Reg y, Reg x, Reg mask, Reg v) {
    Site site{unit.item, unit.channel, {}, mask, false};
    if (rank_ == 3) site.spatial.push_back(unit.slice);
    if (rank_ > 1) site.spatial.push_back(y);
    site.spatial.push_back(b_.add(unit.column, x));
    work_.store(work_.evaluate(1, v, site), site);
  }

  // A result row that comes from one row.
  void row(const Unit& unit, Reg y, Reg from) {
    if (blocked_) return sums(unit, y, {{from, nullptr}});
    widen(unit, from, [&](Reg x, Reg mask, Reg v) { put(unit, y, x, mask, v); });
  }

  Reg rowAt(const Unit& unit, size_t slice, Reg y) {
    Reg row = rank_ == 3 ? b_.add(b_.mul(unit.slices.at[slice], extents_[1]), y) : y;
    return b_.offset(Scalar::F32, unit.from, Index(b_.mul(row, rowPitch_), pitch()));
  }

  size_t slices() const { return rank_ == 3 ? static_cast<size_t>(taps_) : 1; }

  void rows(const Unit& unit, Reg first, Reg end) {
    b_.loop("y", first, end, 1, {b_.index(0)}, [&](Reg y, const Builder::Values& carried) {
      const Taps taps = tapsAt(rank_ - 2, y);
      if (taps_ == 1) {
        row(unit, y, rowAt(unit, 0, taps.at[0]));
      } else if (blocked_) {
        std::vector<std::pair<Reg, Reg>> terms;
        for (size_t z = 0; z < slices(); ++z)
          for (size_t t = 0; t < taps.at.size(); ++t)
            terms.emplace_back(rowAt(unit, z, taps.at[t]), weightOf(unit, z, taps.weight[t]));
        sums(unit, y, terms);
      } else {
        return Builder::Values{ringRow(unit, y, taps, carried[0])};
      }
      return Builder::Values{carried[0]};
    });
  }

  Reg weightOf(const Unit& unit, size_t slice, Reg weight) {
    if (rank_ == 3) weight = b_.binary(Op::Mul, weight, unit.slices.weight[slice]);
    return k_.splat(weight);
  }

  Index ringPlace(size_t slice, Reg row) {
    Reg slot = b_.add(b_.binary(Op::Mod, row, b_.index(taps_)), static_cast<int64_t>(slice) * taps_);
    return Index(slot, chunk_);
  }

  // Rows up to `done` are in the ring, as far as they are needed. Gives how many are there then.
  Reg ringRow(const Unit& unit, Reg y, const Taps& taps, Reg done) {
    Reg last = b_.add(taps.at.back(), 1);
    b_.loop("row", b_.max(done, taps.at.front()), last, 1, {}, [&](Reg row, const Builder::Values&) {
      for (size_t z = 0; z < slices(); ++z) {
        Reg target = b_.offset(Scalar::F32, ring_, ringPlace(z, row));
        // Whole vectors: the ring has room for them.
        widen(unit, rowAt(unit, z, row), [&](Reg x, Reg, Reg v) { b_.store(v, target, x); });
      }
      return Builder::Values{};
    });
    std::vector<std::pair<Reg, Reg>> terms;
    for (size_t z = 0; z < slices(); ++z)
      for (size_t t = 0; t < taps.at.size(); ++t)
        terms.emplace_back(b_.offset(Scalar::F32, ring_, ringPlace(z, taps.at[t])),
                           weightOf(unit, z, taps.weight[t]));
    alongVectors(k_, b_.index(0), unit.count, [&](Reg x, Reg mask) {
      Reg sum = nullptr;
      for (const auto& [from, weight] : terms) sum = summed(sum, b_.load(k_.vector, from, x), weight);
      put(unit, y, x, mask, sum);
    });
    return last;
  }

  // Blocked: each result from the vectors of some rows, with their weights (null: one row).
  void sums(const Unit& unit, Reg y, const std::vector<std::pair<Reg, Reg>>& terms) {
    b_.loop("x", b_.index(0), unit.count, 1, {}, [&](Reg x, const Builder::Values&) {
      std::vector<Reg> columns, weights;
      for (int64_t t = 0; t < taps_; ++t) {
        const Index at = Index(x) + Index(t * chunk_);
        columns.push_back(b_.load(loop::Type::index(), columns_, at));
        if (taps_ > 1) weights.push_back(k_.splat(b_.load(number(), weights_, at)));
      }
      Reg sum = nullptr;
      for (const auto& [from, weight] : terms) {
        Reg along = nullptr;
        for (size_t t = 0; t < columns.size(); ++t) {
          Reg v = b_.load(k_.vector, from, Index(columns[t], k_.lanes));
          along = taps_ == 1 ? v : summed(along, v, weights[t]);
        }
        sum = weight ? summed(sum, along, weight) : along;
      }
      put(unit, y, x, nullptr, sum);
      return Builder::Values{};
    });
  }

  struct Grid {
    Reg step, start, unit;
  };

  KernelBuilder& k_;
  Builder& b_;
  Elementwise work_;
  const graph::Value& node_;
  const TensorType& input_;
  const Interpolation how_;
  const int64_t taps_, before_;
  const bool inside_; // no column stands for one outside
  const bool blocked_;
  const int rank_;
  std::optional<ResizePeriod> period_; // planar, along the columns
  int64_t step_, chunk_;               // columns: whole vectors and periods, and whole steps
  std::vector<Reg> extents_;           // of the operand
  std::vector<Grid> grids_;
  Reg in_ = nullptr, width_ = nullptr, plane_ = nullptr, rowPitch_ = nullptr;
  Reg columns_ = nullptr, weights_ = nullptr; // [tap][column of the chunk, or step]
  Reg source_ = nullptr, ring_ = nullptr;     // ring: [slice][row mod taps][column of the chunk]
};

} // namespace

void resize(KernelBuilder& k) { Resizing(k).run(); }

} // namespace convoy::schedule
