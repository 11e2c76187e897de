// Windows over channel-blocked tensors: lanes are the channels of one block.
//
// A work unit is one row (a chunk of positions where there are no rows) of one tile of channel blocks.
// Convolution that mixes channels broadcasts single input numbers against vectors of weights, pixels x
// vectors sums in registers over all terms; the input may be planar or blocked. Large pools and depthwise
// windows take a vector per pixel. Rows outside a neutral border are left out by the bounds of the kernel-row
// loop. Tiles that touch the left or right border, and all tiles of any other border, find each pixel of each
// tap through a pointer, outside the loop over channels.
#include "schedule/window.h"
#include "support/internal_error.h"

namespace convoy::schedule {

namespace {

constexpr int64_t chunkTiles = 16; // tiles of a unit where there are no rows

class BlockedWindow {
public:
  explicit BlockedWindow(KernelBuilder& k)
      : k_(k), b_(k.b), w_(windowOfKernel(k)), tail_(k), pixels_(k.kernel.tile[w_.perChannel ? 1 : 0]),
        vectors_(w_.perChannel ? 1 : k.kernel.tile[1]), lanes_(k.lanes) {}

  void run() {
    inputLayout_ = layoutFor(k_.layoutOf(w_.input), k_.value(w_.input).type);
    in_ = k_.read(w_.input, inputLayout_);
    perGroup_ = w_.channels / w_.groups;
    channelBlock_ = std::min(perGroup_, lanes_);
    if (w_.combine == Combine::MultiplyAdd) {
      Packing packing{w_.perChannel ? Packing::Depth : Packing::Filters, vectors_, channelBlock_};
      weights_ = k_.weights(w_.weight, packing);
      if (w_.hasBias) bias_ = k_.weights(w_.bias, {});
    }
    tail_.declare(1);
    plane_ = k_.product(k_.value(w_.input).type, 1);
    borderBlock_ = b_.stack(lanes_ * 4);
    b_.store(k_.constant(w_.border.value), borderBlock_, 0);
    tiles_ = interiorTiles(k_, w_.last(), pixels_, 0);
    if (!w_.borderIsNeutral() &&
        w_.border.mode == BorderMode::Constant) // rows of the constant: pixel by pixel
      tiles_.end = tiles_.first;

    int64_t blocks = k_.blocks(w_.filters);
    const TensorType& result = k_.value(k_.kernel.anchor()).type;
    std::vector<Size> counts = w_.outerSizes(result);
    if (w_.outer() == 0) counts.push_back(Size::ceilDiv(w_.lastSize(result), pixels_ * chunkTiles));
    bool filtersFirst = k_.kernel.order == Order::Filters;
    counts.insert(filtersFirst ? counts.begin() : counts.end(), Size((blocks + vectors_ - 1) / vectors_));
    k_.units(counts, [&](const std::vector<Reg>& parts) {
      item_ = parts[0];
      filterTile_ = filtersFirst ? parts[1] : parts.back();
      rows_.assign(parts.begin() + (filtersFirst ? 2 : 1), parts.end() - (filtersFirst ? 0 : 1));
      unit();
    });
    k_.finish();
  }

private:
  void unit() {
    TileRange tiles = tiles_;
    if (w_.outer() == 0) {
      Reg from = b_.mul(rows_.back(), chunkTiles);
      tiles = clip(k_, tiles_, from, b_.add(from, chunkTiles));
      rows_.clear();
    }
    int64_t filterBlocksPerGroup = std::max<int64_t>(1, k_.blocks(w_.filters) / w_.groups);
    Reg group = w_.perChannel || w_.groups == 1
                    ? b_.index(0)
                    : b_.binary(Op::Div, b_.mul(filterTile_, vectors_), b_.index(filterBlocksPerGroup));
    if (w_.perChannel) {
      group_ = b_.offset(
          Scalar::F32, in_,
          Index(b_.mul(b_.add(b_.mul(item_, k_.itemRows(w_.input, inputLayout_)), filterTile_), plane_),
                lanes_));
    } else if (inputLayout_ == Layout::Blocked) {
      Reg block =
          b_.add(b_.mul(item_, k_.itemRows(w_.input, inputLayout_)), b_.mul(group, perGroup_ / lanes_));
      group_ = b_.offset(Scalar::F32, in_, Index(b_.mul(block, plane_), lanes_));
    } else {
      Reg channel = b_.add(b_.mul(item_, k_.itemRows(w_.input, inputLayout_)), b_.mul(group, perGroup_));
      group_ = b_.offset(Scalar::F32, in_, Index(b_.mul(channel, plane_)));
    }
    if (weights_) {
      int64_t channelBlocks = (perGroup_ + channelBlock_ - 1) / channelBlock_;
      int64_t tileSize =
          w_.perChannel ? w_.taps * lanes_ : channelBlocks * w_.taps * channelBlock_ * vectors_ * lanes_;
      tileWeights_ = b_.offset(Scalar::F32, weights_, Index(filterTile_, tileSize));
    }
    b_.loop("x", tiles.first, tiles.end, 1, {}, [&](Reg t, const Builder::Values&) {
      tile(b_.mul(t, pixels_), /*edge=*/false);
      return Builder::Values{};
    });
    overEdges(k_, tiles, [&](Reg t) { tile(b_.mul(t, pixels_), /*edge=*/true); });
  }

  int64_t pixelPitch() const { return inputLayout_ == Layout::Blocked ? lanes_ : 1; }

  loop::Type tileType() const {
    return k_.vector.arrayOf({static_cast<uint32_t>(pixels_), static_cast<uint32_t>(vectors_)});
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
    Index at(block, lanes_);
    if (w_.filters % (lanes_ * vectors_) == 0) return b_.load(k_.vector, bias_, at);
    Reg mask = b_.mask(static_cast<uint32_t>(lanes_), b_.sub(b_.index(w_.filters), b_.mul(block, lanes_)));
    return b_.load(k_.vector, bias_, at, mask, k_.constant(0));
  }

  void tile(Reg x, bool edge) {
    double neutral = w_.combine == Combine::Maximum ? w_.border.value : 0;
    Reg acc = b_.fill(tileType(), k_.constant(neutral));
    if (bias_) acc = eachElement(acc, [&](Reg j, Reg o, Reg t) { return b_.set(t, {j, o}, biasVector(o)); });
    if (w_.perChannel) {
      acc = taps(b_.index(0), x, edge, acc);
    } else {
      int64_t blocks = (perGroup_ + channelBlock_ - 1) / channelBlock_;
      acc =
          b_.loop("cb", b_.index(0), b_.index(blocks), 1, {acc}, [&](Reg cb, const Builder::Values& carried) {
            return Builder::Values{taps(cb, x, edge, carried[0])};
          })[0];
    }
    finish(x, edge, acc);
  }

  // All taps of one block of input channels.
  Reg taps(Reg cb, Reg x, bool edge, Reg acc) {
    Reg block = group_;
    if (!w_.perChannel) {
      Reg at = b_.mul(b_.mul(cb, plane_), channelBlock_);
      block = b_.offset(Scalar::F32, group_, Index(at));
    }
    return overRows(0, b_.index(0), b_.index(0), nullptr, acc, [&](Reg row, Reg rowTap, Reg valid, Reg t1) {
      Reg lo = b_.index(0), hi = b_.index(w_.last().kernel);
      if (edge && w_.borderIsNeutral()) insideTaps(k_, w_.last(), x, b_.add(x, pixels_ - 1), lo, hi);
      return b_.loop("kx", lo, hi, 1, {t1}, [&](Reg kx, const Builder::Values& carried) {
        Reg tap = b_.add(b_.mul(rowTap, w_.last().kernel), kx);
        Pixels pixels = edge ? edgePixels(block, row, valid, x, kx) : insidePixels(block, row, x, kx);
        Reg t =
            w_.perChannel ? vectorTerms(pixels, tap, carried[0]) : channelTerms(pixels, cb, tap, carried[0]);
        return Builder::Values{t};
      })[0];
    });
  }

  // Loops over the taps of the row axes; `row`: the input row's number, `valid`: it is inside (null: it is).
  using RowBody = std::function<Reg(Reg row, Reg tap, Reg valid, Reg tile)>;
  Reg overRows(size_t a, Reg row, Reg tap, Reg valid, Reg tile, const RowBody& body) {
    if (a == w_.outer()) return body(row, tap, valid, tile);
    const WindowAxis& axis = w_.axes[a];
    Reg lo = b_.index(0), hi = b_.index(axis.kernel);
    if (w_.borderIsNeutral()) insideTaps(k_, axis, rows_[a], rows_[a], lo, hi);
    return b_.loop(
        a + 1 == w_.outer() ? "ky" : "kd", lo, hi, 1, {tile}, [&](Reg i, const Builder::Values& carried) {
          Reg c = coordinate(k_, axis, rows_[a], i), inside = nullptr;
          if (!w_.borderIsNeutral()) c = mapBorder(b_, w_.border.mode, c, axis.input, inside);
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
    Reg at = b_.add(b_.mul(row, w_.last().input), column);
    Pixels p;
    p.base = b_.offset(Scalar::F32, block, Index(at, pixelPitch()));
    return p;
  }

  Pixels edgePixels(Reg block, Reg row, Reg rowValid, Reg x, Reg kx) {
    uint32_t count = static_cast<uint32_t>(pixels_);
    Reg first = b_.mul(row, w_.last().input);
    bool planar = inputLayout_ == Layout::Planar && !w_.perChannel;
    std::vector<Reg> init{b_.fill(loop::Type::pointer().arrayOf({count}), block)};
    if (planar) init.push_back(b_.fill(loop::Type::index().arrayOf({count}), plane_));
    auto arrays = b_.unroll("j", 0, pixels_, init, [&](Reg j, const Builder::Values& carried) {
      Reg valid, column = coordinate(k_, w_.last(), b_.add(x, j), kx);
      Reg c = mapBorder(b_, w_.border.mode, column, w_.last().input, valid);
      if (valid && rowValid) valid = b_.binary(Op::And, valid, rowValid);
      Reg pointer = b_.offset(Scalar::F32, block, Index(b_.add(first, c), pixelPitch()));
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
  Reg channelTerms(const Pixels& p, Reg cb, Reg tap, Reg acc) {
    int64_t unrollBy = perGroup_ % 4 == 0 ? 4 : perGroup_ < lanes_ && perGroup_ <= 4 ? perGroup_ : 1;
    Reg count = perGroup_ % channelBlock_ == 0
                    ? b_.index(channelBlock_)
                    : b_.min(b_.index(channelBlock_), b_.sub(b_.index(perGroup_), b_.mul(cb, channelBlock_)));
    Reg at = b_.mul(b_.add(b_.mul(cb, w_.taps), tap), channelBlock_ * vectors_ * lanes_);
    Reg tapWeights = b_.offset(Scalar::F32, tileWeights_, Index(at));
    return b_.loop("c", b_.index(0), count, unrollBy, {acc}, [&](Reg c, const Builder::Values& outer) {
      return b_.unroll("u", 0, unrollBy, outer, [&](Reg u, const Builder::Values& carried) {
        Index channel = Index(c) + Index(u);
        std::vector<Reg> w;
        for (int64_t o = 0; o < vectors_; ++o)
          w.push_back(b_.load(k_.vector, tapWeights, channel * (vectors_ * lanes_) + Index(o * lanes_)));
        return b_.unroll("j", 0, pixels_, {carried[0]}, [&](Reg j, const Builder::Values& tile) {
          Reg x = k_.splat(inputNumber(p, j, channel)), t = tile[0];
          for (int64_t o = 0; o < vectors_; ++o) {
            std::vector<Reg> at{j, b_.index(o)};
            t = b_.set(t, at, b_.fma(x, w[static_cast<size_t>(o)], b_.get(t, at)));
          }
          return Builder::Values{t};
        });
      });
    })[0];
  }

  Reg inputNumber(const Pixels& p, Reg j, const Index& channel) {
    loop::Type number = loop::Type::of(Scalar::F32);
    bool blocked = inputLayout_ == Layout::Blocked;
    if (p.base) {
      if (blocked) return b_.load(number, p.base, channel + Index(j, w_.last().stride * lanes_));
      return b_.load(number, p.base, Index(b_.mul(b_.value(channel), plane_)) + Index(j, w_.last().stride));
    }
    Reg pointer = b_.get(p.pointers, {j});
    if (blocked) return b_.load(number, pointer, channel);
    return b_.load(number, pointer, Index(b_.mul(b_.value(channel), b_.get(p.strides, {j}))));
  }

  void finish(Reg x, bool edge, Reg acc) {
    int64_t blocks = k_.blocks(w_.filters);
    bool ragged = blocks % vectors_ != 0; // the last tile has vectors behind the last block
    for (int64_t o = 0; o < vectors_; ++o) {
      Reg block = b_.add(b_.mul(filterTile_, vectors_), o), count = nullptr;
      if (edge) count = b_.sub(w_.last().output, x);
      if (ragged && o > 0) {
        Reg exists = b_.compare(Op::Lt, block, b_.index(blocks));
        count = b_.select(exists, count ? count : b_.index(pixels_), b_.index(0));
      }
      Site site{item_, block, rows_, nullptr, w_.flat};
      site.spatial.push_back(x);
      tail_.finishPixels(pixels_, site, count, [&](Reg p) {
        Reg v = b_.get(acc, {p, b_.index(o)});
        return w_.combine == Combine::Sum ? averageOf(k_, w_, v, rows_, b_.add(x, p), edge) : v;
      });
    }
  }

  KernelBuilder& k_;
  Builder& b_;
  Window3 w_;
  Elementwise tail_;
  int64_t pixels_, vectors_, lanes_, perGroup_ = 1, channelBlock_ = 1;
  Layout inputLayout_ = Layout::Planar;
  Reg in_ = nullptr, weights_ = nullptr, bias_ = nullptr, borderBlock_ = nullptr, plane_ = nullptr;
  TileRange tiles_{};
  // Of the current unit.
  Reg item_ = nullptr, filterTile_ = nullptr, group_ = nullptr, tileWeights_ = nullptr;
  std::vector<Reg> rows_; // output positions of the row axes
};

} // namespace

void blockedWindow(KernelBuilder& k) { BlockedWindow(k).run(); }

} // namespace convoy::schedule
