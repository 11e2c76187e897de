// Depthwise convolution, pooling and small groups over channel-blocked tensors: lanes are the channels of one
// block, and nothing is mixed between blocks.
//
// A work unit is a strip of rows of one block. A tile of rows x pixels keeps its sums in registers; every
// input vector that it needs is read once and serves all of its taps. Pooling first joins the rows of each
// column, and then the columns, so that neighbours share the partial results. A row outside the input is a
// row of the constant or the row that the border maps it to; columns outside concern the first and the last
// tiles alone, which blend them in.
#include "schedule/whole_sums.h"
#include "schedule/window.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

constexpr int64_t chunkTiles = 32; // tiles of a unit where there are no rows

class ChannelwiseWindow {
public:
  explicit ChannelwiseWindow(KernelBuilder& k)
      : k_(k), b_(k.b), w_(windowOfKernel(k)), tail_(k), rows_(k.kernel.tile[0]), pixels_(k.kernel.tile[1]),
        lanes_(k.lanes), columns_(w_.last().reach(pixels_)),
        mixed_(mixedChannels(k.graph, k.value(k.kernel.anchor()))) {}

  void run() {
    in_ = k_.read(w_.input, Layout::Blocked);
    if (convolves()) {
      weights_ = k_.weights(w_.weight, {Packing::Depth, 1, mixed_});
      if (k_.value(k_.kernel.anchor()).op == OpKind::QuantizedConv)
        whole_.emplace(k_), whole_->declare();
      else if (w_.hasBias)
        bias_ = k_.weights(w_.bias, {});
    }
    if (hasRows() && w_.border.mode == BorderMode::Constant)
      borderRow_ = k_.borderRow(w_.input, w_.border.value, lanes_);
    tail_.declare(1);
    plane_ = k_.planeSize(w_.input, Layout::Blocked);
    tiles_ = interiorTiles(k_, w_.last(), pixels_, 0);
    if (w_.borderIsNeutral() && hasRows()) knownEnds_ = knownEnds(w_.last(), pixels_);

    const TensorType& result = k_.value(k_.kernel.anchor()).type;
    const Size blocks = k_.blocks(w_.filters);
    if (hasRows()) {
      std::vector<Size> counts = w_.depthCounts(result);
      counts.insert(counts.begin(), blocks);
      k_.strips(counts, {w_.outerSizes(result).back(), std::max<int64_t>(rows_ * 2, 4)}, {},
                [&](const std::vector<Reg>& parts, Reg y0, Reg y1) { unit(parts, y0, y1); });
    } else {
      k_.units({blocks, Size::ceilDiv(w_.lastSize(result), pixels_ * chunkTiles)},
               [&](const std::vector<Reg>& parts) { rowUnit(parts); });
    }
    k_.finish();
  }

private:
  bool convolves() const { return w_.combine == Combine::MultiplyAdd; }
  bool hasRows() const { return w_.outer() > 0; }
  bool hasDepth() const { return w_.outer() > 1; }
  const WindowAxis& rowAxis() const { return w_.axes[w_.outer() - 1]; }
  int64_t height() const { return hasRows() ? rowAxis().kernel : 1; }

  void beginUnit(const std::vector<Reg>& parts) {
    item_ = parts[0];
    block_ = parts[1];
    Reg base = b_.mul(b_.add(b_.mul(item_, k_.itemRows(w_.input, Layout::Blocked)), block_), plane_);
    channel_ = b_.named(b_.offset(Scalar::F32, in_, Index(base, lanes_)), "channel");
    if (weights_) blockWeights_ = b_.offset(Scalar::F32, weights_, Index(block_, w_.taps * mixed_ * lanes_));
  }

  // A chunk of the only row.
  void rowUnit(const std::vector<Reg>& parts) {
    beginUnit(parts);
    TileRange all = tiles_;
    Reg from = b_.mul(parts.back(), chunkTiles);
    tiles_ = clip(k_, all, from, b_.add(from, chunkTiles));
    interiorOf(1, nullptr);
    edgesOf(1, nullptr);
    tiles_ = all;
  }

  void unit(const std::vector<Reg>& parts, Reg y0, Reg y1) {
    beginUnit(parts);
    depth_.assign(parts.begin() + 2, parts.end());
    inTilesOfRows(b_, y0, y1, rows_, [&](Reg y, int64_t rows) {
      interiorOf(rows, y);
      edgesOf(rows, y);
    });
  }

  void interiorOf(int64_t rows, Reg y) {
    if (knownEnds_ && !knownEnds_->anyInside) return;
    b_.loop("x", b_.mul(tiles_.first, pixels_), b_.mul(tiles_.end, pixels_), pixels_, {},
            [&](Reg x, const Builder::Values&) {
              tile(rows, y, x, nullptr);
              return Builder::Values{};
            });
  }

  void edgesOf(int64_t rows, Reg y) {
    if (knownEnds_) {
      for (int64_t t : knownEnds_->tiles) {
        EdgeColumns edge;
        edge.known = t * pixels_;
        tile(rows, y, b_.index(t * pixels_), &edge);
      }
      return;
    }
    overEdges(k_, tiles_, [&](Reg t) {
      Reg x = b_.mul(t, pixels_);
      EdgeColumns edge = edgeColumns(x);
      tile(rows, y, x, &edge);
    });
  }

  // ---- input ----

  // Where the columns of an edge tile lie, and which of them are inside (null: all, mapped by the border).
  struct EdgeColumns {
    Reg places = nullptr, inside = nullptr;
    std::optional<int64_t> known; // where the tile is, instead
  };

  EdgeColumns edgeColumns(Reg x) {
    uint32_t count = static_cast<uint32_t>(columns_);
    loop::Type maskType = loop::Type::vector(Scalar::I1, static_cast<uint32_t>(lanes_));
    bool masked = w_.border.mode == BorderMode::Constant;
    std::vector<Reg> init{b_.fill(loop::Type::index().arrayOf({count}), b_.index(0))};
    if (masked) init.push_back(b_.fill(maskType.arrayOf({count}), b_.number(0, maskType)));
    Reg start = b_.sub(b_.mul(x, w_.last().stride), w_.last().padBegin);
    auto arrays = b_.unroll("q", 0, columns_, init, [&](Reg q, const Builder::Values& carried) {
      Reg valid;
      Reg at = mapBorder(b_, w_.border.mode, b_.add(start, q), w_.last().input, valid);
      Builder::Values next{b_.set(carried[0], {q}, b_.mul(at, lanes_))};
      if (masked) {
        Reg lanes = b_.select(valid, b_.index(lanes_), b_.index(0));
        next.push_back(b_.set(carried[1], {q}, b_.mask(static_cast<uint32_t>(lanes_), lanes)));
      }
      return next;
    });
    return {arrays[0], masked ? arrays[1] : nullptr, std::nullopt};
  }

  // The columns of one input row that a tile at x reads.
  Reg columnsOf(Reg row, Reg x, const EdgeColumns* edge) {
    Reg array = b_.fill(k_.vector.arrayOf({static_cast<uint32_t>(columns_)}), k_.constant(w_.border.value));
    if (edge && edge->known) return knownColumns(row, *edge->known, array);
    Reg start = edge ? nullptr : b_.sub(b_.mul(x, w_.last().stride), w_.last().padBegin);
    return b_.unroll("q", 0, columns_, {array}, [&](Reg q, const Builder::Values& carried) {
      Reg v;
      if (!edge) {
        v = b_.load(k_.vector, row, Index(start, lanes_) + Index(q, lanes_));
      } else {
        v = b_.load(k_.vector, row, b_.get(edge->places, {q}));
        if (edge->inside) v = b_.select(b_.get(edge->inside, {q}), v, k_.constant(w_.border.value));
      }
      return Builder::Values{b_.set(carried[0], {q}, v)};
    })[0];
  }

  // Those that are inside; the others stay as they are in `array`.
  Reg knownColumns(Reg row, int64_t x, Reg array) {
    const WindowAxis::Known& known = *w_.last().known;
    int64_t start = x * w_.last().stride - known.padBegin;
    int64_t first = std::max<int64_t>(0, -start), end = std::min(columns_, known.input - start);
    if (first >= end) return array;
    return b_.unroll("q", first, end, {array}, [&](Reg q, const Builder::Values& carried) {
      Reg v = b_.load(k_.vector, row, Index(q, lanes_) + Index(start * lanes_));
      return Builder::Values{b_.set(carried[0], {q}, v)};
    })[0];
  }

  // The input row at tap kd of the depth and at row coordinate c.
  Reg rowAt(Reg kd, Reg c) {
    std::vector<Reg> at;
    if (hasDepth()) at.push_back(coordinate(k_, w_.axes[0], depth_[0], kd));
    at.push_back(c);
    return inputRow(k_, w_, channel_, at, lanes_, borderRow_);
  }

  // ---- one tile ----

  // One register array for each output row. Convolution: its sums. Pooling: its columns, with their rows
  // joined so far; null before the first.
  using State = std::vector<Reg>;

  void tile(int64_t rows, Reg y, Reg x, const EdgeColumns* edge) {
    State state(static_cast<size_t>(rows), nullptr);
    if (convolves()) {
      Reg start = k_.constant(0);
      if (bias_) start = k_.channelNumbers(bias_, w_.channels, block_);
      for (Reg& sums : state) sums = b_.fill(k_.vector.arrayOf({static_cast<uint32_t>(pixels_)}), start);
    }
    if (hasDepth()) {
      // Pooling begins with what changes nothing, since the first tap is not known before the loop.
      if (!convolves())
        for (Reg& columns : state)
          columns =
              b_.fill(k_.vector.arrayOf({static_cast<uint32_t>(columns_)}), k_.constant(w_.border.value));
      state = b_.loop("kd", b_.index(0), b_.index(w_.axes[0].kernel), 1, state,
                      [&](Reg kd, const Builder::Values& carried) { return plane(kd, y, x, edge, carried); });
    } else {
      state = plane(b_.index(0), y, x, edge, state);
    }
    for (int64_t r = 0; r < rows; ++r) {
      Reg result = state[static_cast<size_t>(r)];
      finish(hasRows() ? b_.add(y, r) : nullptr, x, convolves() ? result : joinColumns(result), edge);
    }
  }

  State plane(Reg kd, Reg y, Reg x, const EdgeColumns* edge, State state) {
    if (!hasRows()) return rowTerms(channel_, x, edge, {{0, b_.index(0)}}, state);
    int64_t rows = static_cast<int64_t>(state.size()), stride = rowAxis().stride,
            dilation = rowAxis().dilation;
    Reg top = b_.sub(b_.mul(y, stride), rowAxis().padBegin), firstTap = b_.mul(kd, height());
    if (!w_.unrollsRows) {
      require(rows == 1, "a high window has one row of results");
      if (!state[0]) // pooling: as in tile()
        state[0] =
            b_.fill(k_.vector.arrayOf({static_cast<uint32_t>(columns_)}), k_.constant(w_.border.value));
      Reg lo = b_.index(0), hi = b_.index(height());
      if (w_.borderIsNeutral()) insideTaps(k_, rowAxis(), y, y, lo, hi);
      return b_.loop("ky", lo, hi, 1, state, [&](Reg ky, const Builder::Values& carried) {
        Reg row = rowAt(kd, b_.add(top, b_.mul(ky, dilation)));
        return rowTerms(row, x, edge, {{0, b_.add(firstTap, ky)}}, carried);
      });
    }
    if (!convolves() && !hasDepth() && rows % 2 == 0 && pairsShare(rowAxis())) {
      for (int64_t r = 0; r < rows; r += 2) {
        auto both =
            joinPair(height(), [&](int64_t i) { return columnsOf(rowAt(kd, b_.add(top, r + i)), x, edge); });
        state[static_cast<size_t>(r)] = both.first;
        state[static_cast<size_t>(r + 1)] = both.second;
      }
      return state;
    }
    for (int64_t i = 0; i < (rows - 1) * stride + (height() - 1) * dilation + 1; ++i) {
      std::vector<Use> uses;
      for (int64_t r = 0; r < rows; ++r) {
        int64_t from = i - r * stride;
        if (from >= 0 && from % dilation == 0 && from / dilation < height())
          uses.push_back({r, b_.add(firstTap, from / dilation)});
      }
      if (!uses.empty()) state = rowTerms(rowAt(kd, b_.add(top, i)), x, edge, uses, state);
    }
    return state;
  }

  // An output row that an input row serves, and the number of the tap's row in the kernel.
  struct Use {
    int64_t row;
    Reg tapRow;
  };

  State rowTerms(Reg row, Reg x, const EdgeColumns* edge, const std::vector<Use>& uses, State state) {
    Reg columns = columnsOf(row, x, edge);
    for (const Use& use : uses) {
      Reg& mine = state[static_cast<size_t>(use.row)];
      if (!convolves()) {
        mine = mine ? combine(b_, w_.combine, mine, columns, nullptr) : columns;
        continue;
      }
      mine = b_.unroll("i", 0, mixed_, {mine}, [&](Reg i, const Builder::Values& start) {
        Reg spread = spreadChannel(columns, i), sums = start[0];
        for (const TapRun& run : runsOf(edge))
          sums = b_.unroll("kx", run.firstTap, run.endTap, {sums}, [&](Reg kx, const Builder::Values& outer) {
            Reg tap = b_.add(b_.mul(use.tapRow, w_.last().kernel), kx);
            Reg weight = b_.load(k_.vector, blockWeights_, Index(tap, mixed_ * lanes_) + Index(i, lanes_));
            return b_.unroll("p", run.firstPixel, run.endPixel, outer,
                             [&](Reg p, const Builder::Values& carried) {
                               Reg sum = b_.fma(column(spread, p, kx), weight, b_.get(carried[0], {p}));
                               return Builder::Values{b_.set(carried[0], {p}, sum)};
                             });
          })[0];
        return Builder::Values{sums};
      })[0];
    }
    return state;
  }

  // The taps along a row, and the pixels that each reaches: all but at known ends.
  std::vector<TapRun> runsOf(const EdgeColumns* edge) const {
    if (edge && edge->known) return tapRuns(w_.last(), *edge->known, pixels_);
    return {{0, w_.last().kernel, 0, pixels_}};
  }

  // Grouped convolution: the lanes of each group all take the group's channel i.
  Reg spreadChannel(Reg columns, Reg i) {
    if (mixed_ == 1) return columns;
    std::vector<int64_t> lanes;
    for (int64_t lane = 0; lane < lanes_; ++lane) lanes.push_back(lane / mixed_ * mixed_);
    return b_.unroll("q", 0, columns_, {columns}, [&](Reg q, const Builder::Values& carried) {
      Reg v = b_.get(columns, {q});
      return Builder::Values{b_.set(carried[0], {q}, b_.shuffle(v, v, lanes, i))};
    })[0];
  }

  Reg column(Reg columns, Reg p, Reg kx) {
    return b_.get(columns, {b_.add(b_.mul(p, w_.last().stride), b_.mul(kx, w_.last().dilation))});
  }

  // Windows of neighbours have all but one position in common.
  static bool pairsShare(const WindowAxis& axis) {
    return axis.kernel >= 3 && axis.stride == 1 && axis.dilation == 1;
  }

  // Pooling: the windows part(0..n-1) and part(1..n), of which the middle is joined once.
  std::pair<Reg, Reg> joinPair(int64_t n, const std::function<Reg(int64_t)>& part) {
    Reg first = part(0), middle = part(1);
    for (int64_t i = 2; i < n; ++i) middle = combine(b_, w_.combine, middle, part(i), nullptr);
    return {combine(b_, w_.combine, middle, first, nullptr),
            combine(b_, w_.combine, middle, part(n), nullptr)};
  }

  // Pooling: the columns of each window.
  Reg joinColumns(Reg columns) {
    if (pairsShare(w_.last()) && pixels_ > 1) return joinColumnPairs(columns);
    Reg first = b_.fill(k_.vector.arrayOf({static_cast<uint32_t>(pixels_)}), k_.constant(0));
    first = b_.unroll("p", 0, pixels_, {first}, [&](Reg p, const Builder::Values& carried) {
      return Builder::Values{b_.set(carried[0], {p}, column(columns, p, b_.index(0)))};
    })[0];
    if (w_.last().kernel == 1) return first;
    return b_.unroll("kx", 1, w_.last().kernel, {first}, [&](Reg kx, const Builder::Values& outer) {
      return b_.unroll("p", 0, pixels_, outer, [&](Reg p, const Builder::Values& carried) {
        Reg joined = combine(b_, w_.combine, b_.get(carried[0], {p}), column(columns, p, kx), nullptr);
        return Builder::Values{b_.set(carried[0], {p}, joined)};
      });
    })[0];
  }

  Reg joinColumnPairs(Reg columns) {
    Reg results = b_.fill(k_.vector.arrayOf({static_cast<uint32_t>(pixels_)}), k_.constant(0));
    Reg odd = pixels_ % 2 ? b_.index(pixels_ - 1) : nullptr;
    results = b_.unroll("pair", 0, pixels_ / 2, {results}, [&](Reg pair, const Builder::Values& carried) {
      Reg p = b_.mul(pair, 2);
      auto both = joinPair(w_.last().kernel, [&](int64_t i) { return b_.get(columns, {b_.add(p, i)}); });
      Reg set = b_.set(carried[0], {p}, both.first);
      return Builder::Values{b_.set(set, {b_.add(p, 1)}, both.second)};
    })[0];
    if (!odd) return results;
    Reg last = column(columns, odd, b_.index(0));
    for (int64_t kx = 1; kx < w_.last().kernel; ++kx)
      last = combine(b_, w_.combine, last, column(columns, odd, b_.index(kx)), nullptr);
    return b_.set(results, {odd}, last);
  }

  void finish(Reg y, Reg x, Reg results, const EdgeColumns* edge) {
    std::vector<Reg> position = depth_;
    if (y) position.push_back(y);
    Site site{item_, block_, position, nullptr, w_.flat};
    site.spatial.push_back(x);
    Reg count = edge && !edge->known ? b_.sub(w_.last().output, x) : nullptr;
    int64_t pixels =
        edge && edge->known ? std::min(pixels_, w_.last().known->output - *edge->known) : pixels_;
    tail_.finishPixels(pixels, 1, site, count, [&](Reg p) {
      Reg v = b_.get(results, {p});
      if (whole_) return whole_->resultOfExact(v, block_);
      return w_.combine == Combine::Sum ? averageOf(k_, w_, v, position, b_.add(x, p), edge != nullptr) : v;
    });
  }

  KernelBuilder& k_;
  Builder& b_;
  Window3 w_;
  Elementwise tail_;
  std::optional<WholeSums> whole_; // of a quantized convolution
  int64_t rows_, pixels_, lanes_, columns_, mixed_;
  Reg in_ = nullptr, weights_ = nullptr, bias_ = nullptr, borderRow_ = nullptr, plane_ = nullptr;
  TileRange tiles_{};
  std::optional<KnownEnds> knownEnds_;
  // Of the current unit.
  Reg item_ = nullptr, block_ = nullptr, channel_ = nullptr, blockWeights_ = nullptr;
  std::vector<Reg> depth_; // output positions of the axes before the rows
};

} // namespace

void channelwiseWindow(KernelBuilder& k) { ChannelwiseWindow(k).run(); }

} // namespace convoy::schedule
