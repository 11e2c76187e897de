// Windows over channel-blocked tensors: lanes are the channels of one block.
//
// A work unit is one row (a chunk of positions where there are no rows) of one tile of channel blocks.
// Convolution that mixes channels broadcasts single input numbers against vectors of weights, pixels x
// vectors sums in registers over all terms; the input may be planar or blocked. Where a unit of the input
// holds several channels it is broadcast as it is, against vectors of units of weights. Large pools and
// depthwise windows take a vector per pixel. Rows outside a neutral border are left out by the bounds of the
// kernel-row loop. Where the width is known, so are the few tiles of a row that touch its ends: each has a
// body of its own, which leaves out the pixels that a tap does not reach. Other tiles at the left or right
// border, and all tiles of any other border, find each pixel of each tap through a pointer, outside the loop
// over channels.
#include "schedule/blocks.h"
#include "schedule/tiles.h"
#include "schedule/whole_sums.h"
#include "schedule/window.h"
#include "support/internal_error.h"

namespace convoy::schedule {

namespace {

constexpr int64_t widestUnrolled = 11; // kernels up to this width are written out at known ends of a row

class BlockedWindow {
public:
  BlockedWindow(KernelBuilder& k, Window3 window, int64_t pixels)
      : k_(k), b_(k.b), w_(std::move(window)), products_(k), tail_(k), pixels_(pixels),
        vectors_(w_.perChannel ? 1 : k.kernel.tile[1]), lanes_(k.lanes),
        perUnit_(w_.perChannel ? 1 : unitChannels(k.kernel.layout)) {
    if (k.kernel.layout == Layout::Int8) whole_.emplace(k);
  }

  void run() {
    inputLayout_ = layoutFor(k_.layoutOf(w_.input), k_.value(w_.input).type);
    in_ = k_.read(w_.input, inputLayout_);
    perGroup_ = (w_.channels / w_.groups + perUnit_ - 1) / perUnit_;
    channelBlock_ = std::min(perGroup_, lanes_);
    if (w_.combine == Combine::MultiplyAdd) {
      Packing packing = w_.packing;
      packing.kind = w_.perChannel ? Packing::Depth : Packing::Filters;
      packing.vectors = vectors_;
      packing.channelBlock = channelBlock_;
      if (perUnit_ > 1) packing.unit = k_.kernel.layout;
      weights_ = k_.weights(w_.weight, packing);
      if (whole_)
        whole_->declare();
      else if (w_.hasBias)
        bias_ = k_.weights(w_.bias, {});
    }
    tail_.declare(1);
    takeGeometry();
    borderBlock_ = b_.stack(lanes_ * 4);
    const Scalar stored = scalarOf(inputLayout_);
    const auto numbers = static_cast<uint32_t>(lanes_ * unitChannels(inputLayout_));
    b_.store(b_.number(w_.border.value, loop::Type::vector(stored, numbers)), borderBlock_, 0);
    tiles_ = framed_ ? allInside() : interiorTiles(k_, w_.last(), pixels_, 0);
    if (!framed_ && w_.borderIsNeutral() && !w_.perChannel && w_.last().kernel <= widestUnrolled)
      knownEnds_ = knownEnds(w_.last(), pixels_);
    choosePrefetch();
    if (!framed_ && !w_.borderIsNeutral() &&
        w_.border.mode == BorderMode::Constant) // rows of the constant: pixel by pixel
      tiles_.end = tiles_.first;

    overUnits();
    k_.finish();
  }

private:
  // ---- units ----

  void overUnits() {
    const TensorType& result = k_.value(k_.kernel.anchor()).type;
    const Size filterTiles = (k_.blocks(w_.filters) + vectors_ - 1) / vectors_;
    const bool filtersFirst = k_.kernel.order == Order::Filters;
    std::vector<Size> before, after;
    (filtersFirst ? before : after).push_back(filterTiles);
    auto begin = [&](const std::vector<Reg>& parts) {
      item_ = parts[0];
      filterTile_ = filtersFirst ? parts[1] : parts.back();
    };
    if (k_.inGroup()) {
      const Size rowCount = w_.flat ? result.spatial(0) : w_.outerSizes(result)[0];
      k_.strips(before, {rowCount, 1}, {}, [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
        begin(parts);
        auto unitOfFilters = [&] {
          if (filtersFirst) return unit(tiles_);
          b_.each("filters", k_.size(filterTiles), [&](Reg tile) {
            filterTile_ = tile;
            unit(tiles_);
          });
        };
        w_.flat ? overPositions(y0, y1, unitOfFilters) : overRowsOfGroup(y0, y1, unitOfFilters);
      });
    } else if (w_.outer() == 0) {
      before.push_back(Size::ceilDiv(w_.lastSize(result), pixels_ * chunkTiles));
      before.insert(before.end(), after.begin(), after.end());
      k_.units(before, [&](const std::vector<Reg>& parts) {
        begin(parts);
        chunk_ = parts[filtersFirst ? 2 : 1];
        Reg from = b_.mul(chunk_, chunkTiles);
        unit(clip(k_, tiles_, from, b_.add(from, chunkTiles)));
      });
    } else {
      for (const Size& count : w_.depthCounts(result)) before.push_back(count);
      k_.strips(before, {w_.outerSizes(result).back(), 1}, after,
                [&](const std::vector<Reg>& parts, Reg y, Reg) {
                  begin(parts);
                  rows_.assign(parts.begin() + (filtersFirst ? 2 : 1), parts.end() - (filtersFirst ? 0 : 1));
                  rows_.push_back(y);
                  unit(tiles_);
                });
    }
  }

  // The rows y0..y1 of the result, of which a phase has some.
  void overRowsOfGroup(Reg y0, Reg y1, const std::function<void()>& body) {
    const WindowAxis& axis = w_.axes[0];
    if (axis.step > 1)
      for (Reg* row : {&y0, &y1}) *row = b_.ceilDiv(b_.add(*row, -axis.first), axis.step);
    b_.loop("y", y0, y1, 1, {}, [&](Reg y, const Builder::Values&) {
      rows_ = {y};
      body();
      return Builder::Values{};
    });
  }

  // All positions of the rows y0..y1, of which the first ones are nobody's neighbours.
  void overPositions(Reg y0, Reg y1, const std::function<void()>& body) {
    const Size& columns = k_.value(w_.input).type.dims.back();
    onlyWholeTiles_ = Size::mod(columns, pixels_) == Size(0);
    Reg width = k_.size(columns), end = b_.mul(y1, width);
    const int64_t chunk = pixels_ * chunkTiles;
    b_.loop("chunk", b_.mul(y0, width), end, chunk, {}, [&](Reg from, const Builder::Values&) {
      WindowAxis& axis = w_.axes.back();
      firstPixel_ = from;
      axis.input = axis.output = b_.min(b_.add(from, chunk), end);
      tiles_ = interiorTiles(k_, axis, pixels_, 0, from);
      body();
      return Builder::Values{};
    });
  }

  // ---- tiles ----

  // Positions of a block of the input, and from one row to the next.
  void takeGeometry() {
    const TensorType& type = k_.value(w_.input).type;
    const Frame& frame = k_.storage.frame({w_.input, inputLayout_});
    plane_ = k_.planeSize(w_.input, inputLayout_);
    rowPitch_ = frame.any() ? k_.size(frame.pitch(type)) : w_.rowPitch;
    pitch_ = inBlocks(inputLayout_) ? blockUnits(w_.channels, inputLayout_, lanes_) : 1;
    if (frame.any()) in_ = b_.offset(Scalar::F32, in_, Index(k_.size(frame.origin(type)), pitch_));
    framed_ = frame.any() && readsFrame(k_.graph, k_.kernel);
  }

  // Whole tiles; the last one may have fewer results, and reads as many positions as the others.
  TileRange allInside() {
    Reg zero = b_.index(0), whole = b_.floorDiv(w_.last().output, pixels_);
    return {zero, zero, whole, b_.ceilDiv(w_.last().output, pixels_)};
  }

  // Where a tile begins.
  Reg pixelOf(Reg tile) {
    Reg x = b_.mul(tile, pixels_);
    return firstPixel_ ? b_.add(firstPixel_, x) : x;
  }

  void unit(const TileRange& tiles) {
    int64_t filterBlocksPerGroup = std::max<int64_t>(1, k_.blocks(w_.filters) / w_.groups);
    Reg group = w_.perChannel || w_.groups == 1
                    ? b_.index(0)
                    : b_.binary(Op::Div, b_.mul(filterTile_, vectors_), b_.index(filterBlocksPerGroup));
    if (w_.perChannel) {
      group_ = b_.offset(
          Scalar::F32, in_,
          Index(b_.mul(b_.add(b_.mul(item_, k_.itemRows(w_.input, inputLayout_)), filterTile_), plane_),
                lanes_));
    } else if (inBlocks(inputLayout_)) {
      Reg block =
          b_.add(b_.mul(item_, k_.itemRows(w_.input, inputLayout_)), b_.mul(group, perGroup_ / lanes_));
      group_ = b_.offset(Scalar::F32, in_, Index(b_.mul(block, plane_), pitch_));
    } else {
      Reg channel = b_.add(b_.mul(item_, k_.itemRows(w_.input, inputLayout_)), b_.mul(group, perGroup_));
      group_ = b_.offset(Scalar::F32, in_, Index(b_.mul(channel, plane_)));
    }
    if (weights_) {
      int64_t channelBlocks = (perGroup_ + channelBlock_ - 1) / channelBlock_;
      panel_ = w_.perChannel ? w_.taps * lanes_ : channelBlocks * w_.taps * channelBlock_ * vectors_ * lanes_;
      tileWeights_ = b_.offset(Scalar::F32, weights_, Index(filterTile_, panel_));
    }
    if (!knownEnds_ || knownEnds_->anyInside)
      b_.loop("x", tiles.first, tiles.end, 1, {}, [&](Reg t, const Builder::Values&) {
        tileNumber_ = t;
        tile(pixelOf(t), /*edge=*/false);
        return Builder::Values{};
      });
    if (onlyWholeTiles_) return;
    if (!knownEnds_)
      return overEdges(k_, tiles, [&](Reg t) {
        tileNumber_ = t;
        tile(pixelOf(t), /*edge=*/true);
      });
    for (int64_t t : knownEnds_->tiles) {
      auto body = [&] {
        tileNumber_ = b_.index(t);
        knownTile(t * pixels_);
        return Builder::Values{};
      };
      if (w_.outer() > 0)
        body();
      else
        b_.branch(b_.compare(Op::Eq, chunk_, b_.index(t / chunkTiles)), body, nullptr);
    }
  }

  // Weights that do not stay in the cache are asked for while those before them are used: over the rows that
  // use a tile of filters one after another, or over the tiles of a unit.
  void choosePrefetch() {
    if (w_.perChannel) return;
    // In a group there may be few rows.
    bool overRows = k_.kernel.order == Order::Filters && w_.outer() > 0 && !k_.inGroup();
    const TensorType& result = k_.value(k_.kernel.anchor()).type;
    const auto results = (overRows       ? w_.outerSizes(result).back()
                          : k_.inGroup() ? w_.last().outputs.value_or(result.dims.back())
                                         : w_.lastSize(result))
                             .constant();
    const int64_t bytes = k_.value(w_.weight).type.elements().known() * 4 / perUnit_;
    if (!results || !k_.kernel.prefetches.value_or(bytes > k_.target.machine.level2 / 4)) return;
    int64_t steps = overRows ? *results : (*results + pixels_ - 1) / pixels_;
    if (w_.outer() == 0) steps = std::min(steps, chunkTiles);
    for (prefetchSteps_ = 1; prefetchSteps_ * 2 <= std::min<int64_t>(steps, 32);) prefetchSteps_ *= 2;
    prefetchOverRows_ = overRows;
  }

  loop::Type tileType() const {
    const loop::Type sum = whole_ ? k_.vector.withScalar(Scalar::I32) : k_.vector;
    return sum.arrayOf({static_cast<uint32_t>(pixels_), static_cast<uint32_t>(vectors_)});
  }

  Reg eachElement(Reg tile, const std::function<Reg(Reg pixel, Reg vector, Reg tile)>& body) {
    return b_.unroll("j", 0, pixels_, {tile}, [&](Reg j, const Builder::Values& outer) {
      return b_.unroll("o", 0, vectors_, outer, [&](Reg o, const Builder::Values& carried) {
        return Builder::Values{body(j, o, carried[0])};
      });
    })[0];
  }

  // The channels of a vector beyond the last one exist in packed weights and blocked tensors, not in a bias.
  Reg biasVector(Reg o) {
    Reg block = b_.add(b_.mul(filterTile_, vectors_), o);
    if (whole_) return whole_->start(block);
    return k_.channelNumbers(bias_, w_.filters, block, vectors_);
  }

  Reg startOfSums() {
    double neutral = w_.combine == Combine::Maximum ? w_.border.value : 0;
    Reg acc = b_.fill(tileType(), b_.number(neutral, tileType().element()));
    if (!bias_ && !whole_) return acc;
    return eachElement(acc, [&](Reg j, Reg o, Reg t) { return b_.set(t, {j, o}, biasVector(o)); });
  }

  // A tile at a known place. Every tap goes over the pixels that it reaches.
  void knownTile(int64_t x) {
    const WindowAxis& axis = w_.last();
    int64_t pixels = std::min(pixels_, axis.known->output - x);
    int64_t blocks = (perGroup_ + channelBlock_ - 1) / channelBlock_;
    std::vector<TapRun> runs = tapRuns(axis, x, pixels);
    auto block = [&](Reg cb, Reg start) {
      Reg channels = blockOf(cb);
      return overRows(0, b_.index(0), b_.index(0), nullptr, start, [&](Reg y, Reg rowTap, Reg, Reg t) {
        for (const TapRun& run : runs) {
          auto tap = [&](Reg kx, const Builder::Values& carried) {
            int64_t first = (x + run.firstPixel) * axis.stride - axis.known->padBegin;
            Reg column = b_.add(b_.mul(kx, axis.dilation), first);
            Pixels p;
            p.base = b_.offset(Scalar::F32, channels, Index(b_.add(b_.mul(y, rowPitch_), column), pitch_));
            Reg number = b_.add(b_.mul(rowTap, axis.kernel), kx);
            return Builder::Values{channelTerms(p, cb, number, carried[0], run.firstPixel, run.endPixel)};
          };
          t = run.endTap - run.firstTap == 1
                  ? tap(b_.index(run.firstTap), {t})[0]
                  : b_.loop("kx", b_.index(run.firstTap), b_.index(run.endTap), 1, {t}, tap)[0];
        }
        return t;
      });
    };
    Reg acc = b_.loop(
        "cb", b_.index(0), b_.index(blocks), 1, {startOfSums()},
        [&](Reg cb, const Builder::Values& carried) { return Builder::Values{block(cb, carried[0])}; })[0];
    finish(b_.index(x), pixels, nullptr, acc);
  }

  void tile(Reg x, bool edge) {
    Reg acc = startOfSums();
    if (w_.perChannel) {
      acc = taps(b_.index(0), x, edge, acc);
    } else {
      int64_t blocks = (perGroup_ + channelBlock_ - 1) / channelBlock_;
      acc =
          b_.loop("cb", b_.index(0), b_.index(blocks), 1, {acc}, [&](Reg cb, const Builder::Values& carried) {
            return Builder::Values{taps(cb, x, edge, carried[0])};
          })[0];
    }
    finish(x, pixels_, edge ? b_.sub(w_.last().output, x) : nullptr, acc);
  }

  // Where a block of input channels begins.
  Reg blockOf(Reg cb) {
    return b_.offset(Scalar::F32, group_, Index(b_.mul(b_.mul(cb, plane_), channelBlock_)));
  }

  // All taps of one block of input channels.
  Reg taps(Reg cb, Reg x, bool edge, Reg acc) {
    Reg block = w_.perChannel ? group_ : blockOf(cb);
    return overRows(0, b_.index(0), b_.index(0), nullptr, acc, [&](Reg row, Reg rowTap, Reg valid, Reg t1) {
      Reg lo = b_.index(0), hi = b_.index(w_.last().kernel);
      if (edge && !framed_ && w_.borderIsNeutral())
        insideTaps(k_, w_.last(), x, b_.add(x, pixels_ - 1), lo, hi);
      auto column = [&](Reg kx, const Builder::Values& carried) {
        Reg tap = b_.add(b_.mul(rowTap, w_.last().kernel), kx);
        Pixels pixels =
            edge && !framed_ ? edgePixels(block, row, valid, x, kx) : insidePixels(block, row, x, kx);
        Reg t = w_.perChannel ? vectorTerms(pixels, tap, carried[0])
                              : channelTerms(pixels, cb, tap, carried[0], 0, pixels_);
        return Builder::Values{t};
      };
      return b_.loop("kx", lo, hi, 1, {t1}, column)[0];
    });
  }

  // Loops over the taps of the row axes; `row`: the input row's number, `valid`: it is inside (null: it is).
  using RowBody = std::function<Reg(Reg row, Reg tap, Reg valid, Reg tile)>;
  Reg overRows(size_t a, Reg row, Reg tap, Reg valid, Reg tile, const RowBody& body) {
    if (a == w_.outer()) return body(row, tap, valid, tile);
    const WindowAxis& axis = w_.axes[a];
    Reg lo = b_.index(0), hi = b_.index(axis.kernel);
    if (!framed_ && w_.borderIsNeutral()) insideTaps(k_, axis, rows_[a], rows_[a], lo, hi);
    return b_.loop(
        a + 1 == w_.outer() ? "ky" : "kd", lo, hi, 1, {tile}, [&](Reg i, const Builder::Values& carried) {
          Reg c = coordinate(k_, axis, rows_[a], i), inside = nullptr;
          if (!framed_ && !w_.borderIsNeutral()) c = mapBorder(b_, w_.border.mode, c, axis.input, inside);
          Reg both = inside && valid ? b_.binary(Op::And, valid, inside) : inside ? inside : valid;
          Reg nextRow = b_.add(b_.mul(row, axis.input), c), nextTap = b_.add(b_.mul(tap, axis.kernel), i);
          return Builder::Values{overRows(a + 1, nextRow, nextTap, both, carried[0], body)};
        })[0];
  }

  // Where the pixels of one tap are: a common pointer and a pitch, or a pointer each.
  struct Pixels {
    Reg base = nullptr;                        // inside
    Reg pointers = nullptr, strides = nullptr; // at an edge; strides between channels, planar input only
  };

  Pixels insidePixels(Reg block, Reg row, Reg x, Reg kx) {
    Reg column = coordinate(k_, w_.last(), x, kx);
    Reg at = b_.add(b_.mul(row, rowPitch_), column);
    Pixels p;
    p.base = b_.offset(Scalar::F32, block, Index(at, pitch_));
    return p;
  }

  Pixels edgePixels(Reg block, Reg row, Reg rowValid, Reg x, Reg kx) {
    uint32_t count = static_cast<uint32_t>(pixels_);
    Reg first = b_.mul(row, rowPitch_);
    bool planar = inputLayout_ == Layout::Planar && !w_.perChannel;
    std::vector<Reg> init{b_.fill(loop::Type::pointer().arrayOf({count}), block)};
    if (planar) init.push_back(b_.fill(loop::Type::index().arrayOf({count}), plane_));
    auto arrays = b_.unroll("j", 0, pixels_, init, [&](Reg j, const Builder::Values& carried) {
      Reg valid, column = coordinate(k_, w_.last(), b_.add(x, j), kx);
      Reg c = mapBorder(b_, w_.border.mode, column, w_.last().input, valid);
      if (valid && rowValid) valid = b_.binary(Op::And, valid, rowValid);
      Reg pointer = b_.offset(Scalar::F32, block, Index(b_.add(first, c), pitch_));
      if (valid) pointer = b_.select(valid, pointer, borderBlock_);
      Builder::Values next{b_.set(carried[0], {j}, pointer)};
      if (planar)
        next.push_back(valid ? b_.set(carried[1], {j}, b_.select(valid, plane_, b_.index(0))) : carried[1]);
      return next;
    });
    Pixels p;
    p.pointers = arrays[0];
    if (planar) p.strides = arrays[1];
    return p;
  }

  // A vector of channels per pixel.
  Reg vectorTerms(const Pixels& p, Reg tap, Reg acc) {
    Reg weight = weights_ ? b_.load(k_.vector, tileWeights_, Index(tap, lanes_)) : nullptr;
    return eachElement(acc, [&](Reg j, Reg o, Reg t) {
      Reg v = p.base ? b_.load(k_.vector, p.base, Index(j, w_.last().stride * lanes_))
                     : b_.load(k_.vector, b_.get(p.pointers, {j}), 0);
      return b_.set(t, {j, o}, combine(b_, w_.combine, b_.get(t, {j, o}), v, weight));
    });
  }

  // The channels of a block, one after another; each number is broadcast against the weights of its channel.
  // Pixels first..end of the tile, of which p.base is where the first one is.
  Reg channelTerms(const Pixels& p, Reg cb, Reg tap, Reg acc, int64_t first, int64_t end) {
    int64_t unrollBy = perGroup_ % 4 == 0 ? 4 : perGroup_ < lanes_ && perGroup_ <= 4 ? perGroup_ : 1;
    Reg count = perGroup_ % channelBlock_ == 0
                    ? b_.index(channelBlock_)
                    : b_.min(b_.index(channelBlock_), b_.sub(b_.index(perGroup_), b_.mul(cb, channelBlock_)));
    Reg at = b_.mul(b_.add(b_.mul(cb, w_.taps), tap), channelBlock_ * vectors_ * lanes_);
    Reg tapWeights = b_.offset(Scalar::F32, tileWeights_, Index(at));
    return b_.loop("c", b_.index(0), count, unrollBy, {acc}, [&](Reg c, const Builder::Values& outer) {
      prefetchNextPanel(b_.add(at, b_.mul(c, vectors_ * lanes_)), unrollBy);
      return b_.unroll("u", 0, unrollBy, outer, [&](Reg u, const Builder::Values& carried) {
        Index channel = Index(c) + Index(u);
        std::vector<Reg> w;
        for (int64_t o = 0; o < vectors_; ++o)
          w.push_back(products_.weights(tapWeights, channel * (vectors_ * lanes_) + Index(o * lanes_)));
        return b_.unroll("j", 0, end - first, {carried[0]}, [&](Reg i, const Builder::Values& tile) {
          Reg x = products_.spread(inputNumber(p, i, channel)), t = tile[0], j = b_.add(i, first);
          for (int64_t o = 0; o < vectors_; ++o) {
            std::vector<Reg> at{j, b_.index(o)};
            t = b_.set(t, at, products_.add(b_.get(t, at), x, w[static_cast<size_t>(o)]));
          }
          return Builder::Values{t};
        });
      });
    })[0];
  }

  // Asks for a part of the weights of the next tile of filters: all are there when as many steps are done.
  // `at` is where this tile's weights are read, `channels` how many at a time.
  void prefetchNextPanel(Reg at, int64_t channels) {
    if (prefetchSteps_ == 0) return;
    constexpr int64_t line = 16; // numbers
    int64_t read = channels * vectors_ * lanes_, lines = std::max<int64_t>(1, read / (line * prefetchSteps_));
    Reg step =
        b_.binary(Op::And, prefetchOverRows_ ? rows_.back() : tileNumber_, b_.index(prefetchSteps_ - 1));
    Index part = Index(step, panel_ / prefetchSteps_) + Index(b_.floorDiv(at, prefetchSteps_));
    for (int64_t i = 0; i < lines; ++i)
      b_.prefetch(Scalar::F32, tileWeights_, part + Index(panel_ + i * line));
  }

  Reg inputNumber(const Pixels& p, Reg j, const Index& channel) {
    const loop::Type number = products_.unit();
    bool blocked = inBlocks(inputLayout_);
    if (p.base) {
      if (blocked) return b_.load(number, p.base, channel + Index(j, w_.last().stride * pitch_));
      return b_.load(number, p.base, Index(b_.mul(b_.value(channel), plane_)) + Index(j, w_.last().stride));
    }
    Reg pointer = b_.get(p.pointers, {j});
    if (blocked) return b_.load(number, pointer, channel);
    return b_.load(number, pointer, Index(b_.mul(b_.value(channel), b_.get(p.strides, {j}))));
  }

  // `left`: how many pixels there are from x to the end of the row; null: enough.
  void finish(Reg x, int64_t pixels, Reg left, Reg acc) {
    int64_t blocks = k_.blocks(w_.filters);
    bool ragged = blocks % vectors_ != 0; // the last tile has vectors behind the last block
    for (int64_t o = 0; o < vectors_; ++o) {
      Reg block = b_.add(b_.mul(filterTile_, vectors_), o), count = left;
      if (ragged && o > 0) {
        Reg exists = b_.compare(Op::Lt, block, b_.index(blocks));
        count = b_.select(exists, count ? count : b_.index(pixels), b_.index(0));
      }
      Site site{item_, block, {}, nullptr, w_.flat};
      for (size_t axis = 0; axis < rows_.size(); ++axis)
        site.spatial.push_back(w_.axes[axis].place(b_, rows_[axis]));
      site.spatial.push_back(w_.last().place(b_, x));
      tail_.finishPixels(pixels, w_.last().step, site, count, [&](Reg p) {
        Reg v = b_.get(acc, {p, b_.index(o)});
        if (whole_) return whole_->result(v, block);
        return w_.combine == Combine::Sum ? averageOf(k_, w_, v, rows_, b_.add(x, p), left != nullptr) : v;
      });
    }
  }

  KernelBuilder& k_;
  Builder& b_;
  Window3 w_;
  UnitProducts products_;
  Elementwise tail_;
  std::optional<WholeSums> whole_;               // of a quantized convolution
  int64_t pixels_, vectors_, lanes_, pitch_ = 1; // units from one position to the next
  bool framed_ = false;                          // the border lies in memory
  // Channels of a unit of the input; units of a group, and of a block.
  int64_t perUnit_, perGroup_ = 1, channelBlock_ = 1;
  Layout inputLayout_ = Layout::Planar;
  Reg in_ = nullptr, weights_ = nullptr, bias_ = nullptr, borderBlock_ = nullptr, plane_ = nullptr,
      rowPitch_ = nullptr;
  TileRange tiles_{};
  std::optional<KnownEnds> knownEnds_;
  int64_t panel_ = 0, prefetchSteps_ = 0; // numbers in a tile's weights; steps that ask for the next ones
  bool prefetchOverRows_ = false;
  Reg item_ = nullptr, filterTile_ = nullptr, group_ = nullptr, tileWeights_ = nullptr, tileNumber_ = nullptr;
  Reg chunk_ = nullptr;      // of a unit without rows
  Reg firstPixel_ = nullptr; // of the first tile; null: 0
  bool onlyWholeTiles_ = false;
  std::vector<Reg> rows_; // output positions of the row axes
};

} // namespace

void blockedWindow(KernelBuilder& k) {
  Window3 window = windowOfKernel(k);
  const int64_t pixels = k.kernel.tile[window.perChannel ? 1 : 0];
  BlockedWindow(k, std::move(window), pixels).run();
}

void transposedPhase(KernelBuilder& k, const Phase& phase) {
  BlockedWindow(k, windowOfPhase(k, phase), k.kernel.tile[0]).run();
}

} // namespace convoy::schedule
