// Convolution on matrix tiles: 16 positions x 16 filters of sums, in a few registers of the matrix unit.
//
// A tile of the input is 16 neighbours, of which each gives one block of channels: a row of 64 bytes. Where
// there are few channels, a row is several neighbouring positions, which a kernel's row of taps meets
// together. A tile of weights is such a block for 16 filters. The input has its border around it in memory
// (Frame), so that taps differ by an offset alone. Where the window moves by 1, positions are numbered
// through over the rows, those of the border between two rows with them: their sums are computed and not
// used. Where it moves further, tiles lie in a row of results. Tiles at the end read behind what is there,
// and what they make of it is not used either.
//
// Sums go through memory in the first cache to the layers behind the convolution, a vector of filters at a
// time.
//
// Split numbers take three products: high x high, high x low, low x high. An infinite number would meet
// halves of both signs; sums that are not finite are computed again, in float32.
#include "schedule/blocks.h"
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include "schedule/tile_window.h"
#include "schedule/whole_sums.h"

namespace convoy::schedule {

namespace {

constexpr int64_t tileRows = 16;
constexpr int64_t stepsOfUnit = 4; // tiles of positions, each `tile[0]` matrix tiles high, that a unit does

class TiledWindow {
public:
  TiledWindow(KernelBuilder& k, TileWindow window)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())), w_(std::move(window)),
        input_(k.value(node_.operands[0]).type), layout_(k.kernel.layout), across_(k.kernel.tile[1]),
        down_(k.kernel.tile[0]), frame_(k.storage.frame({node_.operands[0], layout_})), tail_(k),
        operand_(loop::Type::tile(scalarOf(layout_), tileRows, static_cast<uint32_t>(rowNumbers()))),
        weight_(loop::Type::tile(layout_ == Layout::Int8 ? Scalar::I8 : Scalar::BF16, 16,
                                 static_cast<uint32_t>(rowNumbers()))),
        sums_(loop::Type::tile(isWhole() ? Scalar::I32 : Scalar::F32, tileRows, 16)) {}

  void run() {
    in_ = k_.read(node_.operands[0], layout_);
    Packing packing = w_.packing;
    packing.kind = Packing::Filters, packing.vectors = across_, packing.channelBlock = 16;
    packing.unit = layout_;
    if (joinedTaps() > 1) packing.joinedTaps = joinedTaps(), packing.width = w_.columns.kernel;
    weights_ = k_.weights(node_.operands[1], packing);
    if (isSplit()) {
      packing.low = true;
      lowWeights_ = k_.weights(node_.operands[1], packing);
    }
    if (isWhole())
      whole_.emplace(k_), whole_->declare();
    else if (const auto bias = biasOf(node_))
      bias_ = k_.weights(*bias, {});
    tail_.declare(1);
    const int64_t groups = node_.attributes.get<int64_t>("groups"), perGroup = input_.channels() / groups;
    groupBlocks_ = blocksOf(perGroup, layout_, 16);
    takeGeometry();
    scratch_ = b_.stack(down_ * across_ * tileRows * 64);

    k_.inGroup() ? overRowsOfGroup(groups) : overUnits(groups);
    k_.finish();
  }

private:
  // ---- units ----

  Size filterTiles() const { return (k_.blocks(node_.type.channels()) + across_ - 1) / across_; }
  bool filtersFirst() const { return k_.kernel.order == Order::Filters; }

  void overUnits(int64_t groups) {
    const Size steps = Size::ceilDiv(isJoined() ? joinedLength() : w_.columns.outputs, tileRows * down_);
    std::vector<Size> counts{isJoined() ? Size(1) : w_.rows.outputs, Size::ceilDiv(steps, stepsOfUnit)};
    counts.insert(filtersFirst() ? counts.begin() : counts.end(), filterTiles());
    k_.units(counts, [&](const std::vector<Reg>& parts) {
      item_ = parts[0], filterTile_ = filtersFirst() ? parts[1] : parts[3];
      row_ = filtersFirst() ? parts[2] : parts[1];
      startUnit(groups);
      Reg from = b_.mul(filtersFirst() ? parts[3] : parts[2], stepsOfUnit);
      Reg to = b_.min(b_.add(from, stepsOfUnit), k_.size(steps));
      b_.loop("step", from, to, 1, {}, [&](Reg step, const Builder::Values&) {
        tile(b_.mul(step, tileRows * down_));
        return Builder::Values{};
      });
    });
  }

  // The rows y0..y1 of the result, of which a phase has some.
  void overRowsOfGroup(int64_t groups) {
    std::vector<Size> before;
    if (filtersFirst()) before.push_back(filterTiles());
    k_.strips(before, {node_.type.spatial(0)}, {}, [&](const std::vector<Reg>& parts, Reg y0, Reg y1) {
      item_ = parts[0];
      auto tiles = [&](Reg from, Reg to) {
        b_.loop("position", from, to, tileRows * down_, {}, [&](Reg position, const Builder::Values&) {
          auto ofFilters = [&](Reg filters) {
            filterTile_ = filters;
            startUnit(groups);
            tile(position);
          };
          if (filtersFirst())
            ofFilters(parts[1]);
          else
            b_.each("filters", k_.size(filterTiles()), ofFilters);
          return Builder::Values{};
        });
      };
      for (Reg* row : {&y0, &y1})
        if (w_.rows.step > 1) *row = b_.ceilDiv(b_.add(*row, -w_.rows.first), w_.rows.step);
      if (isJoined()) {
        resultRows_ = y1;
        return tiles(b_.mul(y0, pitch_), b_.sub(b_.mul(y1, pitch_), b_.sub(pitch_, resultColumns_)));
      }
      b_.loop("y", y0, y1, 1, {}, [&](Reg y, const Builder::Values&) {
        row_ = y;
        tiles(b_.index(0), resultColumns_);
        return Builder::Values{};
      });
    });
  }

  bool isWhole() const { return layout_ == Layout::Int8; }
  bool isSplit() const { return layout_ == Layout::Split; }
  bool hasRows() const { return node_.type.spatialRank() > 1; }
  int64_t step() const { return w_.columns.stride; }
  // Numbers of a position; taps that are one row of a tile, and such rows of taps.
  int64_t positionNumbers() const {
    return blockUnits(input_.channels(), layout_, 16) * unitChannels(layout_);
  }
  int64_t joinedTaps() const { return schedule::joinedTaps(input_.channels(), layout_); }
  int64_t stepsOfRow() const { return (w_.columns.kernel + joinedTaps() - 1) / joinedTaps(); }
  int64_t stepsOfWindow() const { return w_.rows.kernel * stepsOfRow(); }

  // Positions are numbered through over the rows: a result and the first input of its window are equally far
  // from those of the position before, and a row of results is no longer than one of the framed input.
  bool isJoined() const {
    const auto longer = (w_.columns.outputs - w_.columns.input).constant();
    return step() == 1 && w_.rows.stride == 1 && longer && *longer <= frame_.gap;
  }
  // From the first result to the last, by the input's rows.
  Size joinedLength() const { return (w_.rows.outputs - 1) * frame_.pitch(input_) + w_.columns.outputs; }

  // In the input, in positions.
  void takeGeometry() {
    pitch_ = k_.size(frame_.pitch(input_)), plane_ = k_.planeSize(node_.operands[0], layout_);
    origin_ = k_.size(frame_.origin(input_) - w_.columns.before - frame_.pitch(input_) * w_.rows.before);
    resultRows_ = k_.size(w_.rows.outputs), resultColumns_ = k_.size(w_.columns.outputs);
  }

  void startUnit(int64_t groups) {
    const int64_t filterBlocks = std::max<int64_t>(1, k_.blocks(node_.type.channels()) / groups);
    Reg group =
        groups == 1 ? b_.index(0) : b_.binary(Op::Div, b_.mul(filterTile_, across_), b_.index(filterBlocks));
    Reg block = b_.add(b_.mul(item_, k_.itemRows(node_.operands[0], layout_)), b_.mul(group, groupBlocks_));
    Reg first = b_.add(b_.mul(block, plane_), origin_);
    if (!isJoined()) first = b_.add(first, b_.mul(row_, b_.mul(pitch_, w_.rows.stride)));
    unitInput_ = b_.offset(operand_.scalar, in_, Index(first, positionNumbers()));
    const int64_t panel = groupBlocks_ * stepsOfWindow() * tileRows * across_ * rowNumbers();
    unitWeights_ = b_.offset(operand_.scalar, weights_, Index(filterTile_, panel));
    if (!isSplit()) return;
    unitLowWeights_ = b_.offset(operand_.scalar, lowWeights_, Index(filterTile_, panel));
    low_ = b_.mul(plane_, blocksOf(input_.channels(), layout_, 16));
  }

  int64_t rowNumbers() const { return 16 * unitChannels(layout_); } // in a row of a tile that is multiplied
  size_t sumOf(int64_t i, int64_t j) const { return static_cast<size_t>(i * across_ + j); }

  void tile(Reg first) {
    Builder::Values zero;
    for (int64_t i = 0; i < down_ * across_; ++i) zero.push_back(b_.tileZero(sums_));
    Reg from = b_.offset(operand_.scalar, unitInput_, Index(first, step() * positionNumbers()));
    Builder::Values sums = eachTap(zero, [&](Reg block, Reg ky, Reg kx, const Builder::Values& carried) {
      return products(from, block, ky, kx, carried);
    });
    for (int64_t i = 0; i < down_; ++i)
      for (int64_t j = 0; j < across_; ++j)
        b_.tileStore(sums[sumOf(i, j)], scratch_, Index(scratchAt(i, j)), b_.index(64));
    // What taps that there are not meet must not be seen.
    if (isSplit() || (joinedTaps() > 1 && !isWhole())) replaceInfinite(from);
    finish(first);
  }

  using Tap = std::function<Builder::Values(Reg block, Reg ky, Reg kx, const Builder::Values& carried)>;
  Builder::Values eachTap(const Builder::Values& init, const Tap& body) {
    Reg zero = b_.index(0);
    return b_.loop("cb", zero, b_.index(groupBlocks_), 1, init,
                   [&](Reg block, const Builder::Values& blocks) {
                     return b_.loop("ky", zero, b_.index(w_.rows.kernel), 1, blocks,
                                    [&](Reg ky, const Builder::Values& rows) {
                                      return b_.loop("kx", zero, b_.index(stepsOfRow()), 1, rows,
                                                     [&](Reg kx, const Builder::Values& taps) {
                                                       return body(block, ky, kx, taps);
                                                     });
                                    });
                   });
  }

  // Where the rows of a tap begin, from those of the first tap.
  Index inputAt(Reg block, Reg ky, Reg kx) {
    Reg at = b_.add(b_.mul(block, plane_), b_.mul(b_.mul(ky, w_.rows.dilation), pitch_));
    return Index(b_.add(at, b_.mul(kx, joinedTaps() * w_.columns.dilation)), positionNumbers());
  }
  Index weightsAt(Reg block, Reg ky, Reg kx) {
    Reg tap = b_.add(b_.mul(ky, stepsOfRow()), kx);
    return Index(b_.add(b_.mul(block, stepsOfWindow()), tap), tileRows * across_ * rowNumbers());
  }

  // Each tile is asked for where it is needed, behind products that do not wait for it, and takes the place
  // of one that is done.
  Builder::Values products(Reg input, Reg block, Reg ky, Reg kx, Builder::Values sums) {
    const Index inputs = inputAt(block, ky, kx), weights = weightsAt(block, ky, kx);
    std::vector<Reg> x(static_cast<size_t>(down_)), w(static_cast<size_t>(across_));
    auto loadInput = [&](int64_t i, const Index& from) {
      x[static_cast<size_t>(i)] =
          b_.tileLoad(operand_, input, from + Index(i * tileRows * step() * positionNumbers()),
                      b_.index(64 / joinedTaps() * step()));
    };
    auto loadWeights = [&](int64_t j, Reg from) {
      w[static_cast<size_t>(j)] =
          b_.tileLoad(weight_, from, weights + Index(j * rowNumbers()), b_.index(64 * across_));
    };
    auto multiply = [&](int64_t i, int64_t j) {
      Reg& sum = sums[sumOf(i, j)];
      sum = b_.tileMac(sum, x[static_cast<size_t>(i)], w[static_cast<size_t>(j)]);
    };
    auto everyFilter = [&](Reg from) {
      for (int64_t j = 0; j < across_; ++j) {
        loadWeights(j, from);
        for (int64_t i = 0; i < down_; ++i) multiply(i, j);
      }
    };
    for (int64_t i = 0; i < down_; ++i) loadInput(i, inputs);
    if (isSplit()) everyFilter(unitLowWeights_);
    everyFilter(unitWeights_);
    if (isSplit())
      for (int64_t i = 0; i < down_; ++i) {
        loadInput(i, inputs + Index(low_, positionNumbers()));
        for (int64_t j = 0; j < across_; ++j) multiply(i, j);
      }
    return sums;
  }

  // ---- sums that are not finite ----

  int64_t scratchAt(int64_t i, int64_t j) const { return (i * across_ + j) * tileRows * 16; } // in numbers

  // The vector of sums of a position, in vectors.
  Reg sumAt(Reg position, int64_t j) {
    Reg tile = b_.add(b_.mul(b_.floorDiv(position, tileRows), across_), j);
    return b_.add(b_.mul(tile, tileRows), b_.binary(Op::Mod, position, b_.index(tileRows)));
  }

  // Some of these vectors of sums are not finite. A number less itself is 0, or no number.
  Reg isNotFinite(const std::function<Reg(Reg v)>& at, int64_t vectors) {
    Reg zeros = b_.loop(
        "v", b_.index(0), b_.index(vectors), 1, {k_.constant(0)}, [&](Reg v, const Builder::Values& carried) {
          Reg sum = b_.load(k_.vector, scratch_, Index(at(v), 16));
          return Builder::Values{b_.binary(Op::Add, carried[0], b_.binary(Op::Sub, sum, sum))};
        })[0];
    Reg zero = b_.reduce(Op::ReduceAdd, zeros);
    return b_.compare(Op::Ne, zero, zero);
  }

  // Position by position: the bits of one must not depend on others, of which some are no results and hold
  // whatever was in memory.
  void replaceInfinite(Reg input) {
    Reg any = isNotFinite([](Reg v) { return v; }, down_ * across_ * tileRows);
    auto replace = [&](Reg position) {
      inFloat32(b_.offset(operand_.scalar, input, Index(position, step() * positionNumbers())), position);
      return Builder::Values{};
    };
    auto each = [&](Reg position, const Builder::Values&) {
      Reg first = sumAt(position, 0);
      Reg here = isNotFinite([&](Reg v) { return b_.add(first, b_.mul(v, tileRows)); }, across_);
      b_.branch(here, [&] { return replace(position); }, nullptr);
      return Builder::Values{};
    };
    b_.branch(
        any,
        [&] {
          b_.loop("position", b_.index(0), b_.index(tileRows * down_), 1, {}, each);
          return Builder::Values{};
        },
        nullptr);
  }

  // The sums of one position, of the taps that there are.
  void inFloat32(Reg input, Reg position) {
    auto tap = [&](Reg block, Reg ky, Reg kx, const Builder::Values& sums) {
      Reg from = b_.offset(operand_.scalar, input, inputAt(block, ky, kx));
      const Index weights = weightsAt(block, ky, kx);
      Reg left = b_.sub(b_.index(w_.columns.kernel), b_.mul(kx, joinedTaps()));
      Reg units = joinedTaps() == 1 ? b_.index(16) : b_.min(b_.index(16), b_.mul(left, 16 / joinedTaps()));
      return b_.loop("unit", b_.index(0), units, 1, sums, [&](Reg unit, const Builder::Values& carried) {
        return addUnit(from, weights + Index(unit, across_ * rowNumbers()), unit, carried);
      });
    };
    Builder::Values sums = eachTap(Builder::Values(static_cast<size_t>(across_), k_.constant(0)), tap);
    for (int64_t j = 0; j < across_; ++j)
      b_.store(sums[static_cast<size_t>(j)], scratch_, Index(sumAt(position, j), 16));
  }

  // The two channels of a unit.
  Builder::Values addUnit(Reg from, const Index& weights, Reg unit, Builder::Values sums) {
    const loop::Type half = loop::Type::of(Scalar::BF16), number = loop::Type::of(Scalar::F32),
                     units = loop::Type::vector(Scalar::BF16, 32);
    for (int64_t side = 0; side < 2; ++side) {
      const Index at = Index(unit, 2) + Index(side);
      Reg x = b_.cast(number, b_.load(half, from, at));
      if (isSplit())
        x = b_.binary(Op::Add, x, b_.cast(number, b_.load(half, from, at + Index(low_, positionNumbers()))));
      for (int64_t j = 0; j < across_; ++j) {
        const Index place = weights + Index(j * rowNumbers());
        Reg w = everyOther(b_.load(units, unitWeights_, place), side);
        if (isSplit()) w = b_.binary(Op::Add, w, everyOther(b_.load(units, unitLowWeights_, place), side));
        Reg& sum = sums[static_cast<size_t>(j)];
        sum = b_.fma(k_.splat(x), w, sum);
      }
    }
    return sums;
  }
  Reg everyOther(Reg units, int64_t first) {
    std::vector<int64_t> lanes;
    for (int64_t lane = 0; lane < 16; ++lane) lanes.push_back(2 * lane + first);
    return b_.cast(k_.vector, b_.shuffle(units, units, lanes));
  }

  // ---- what follows ----

  // The positions of a tile whose first one is `first`, of those that are results.
  void finish(Reg first) {
    const int64_t blocks = k_.blocks(node_.type.channels());
    std::vector<Reg> biases;
    for (int64_t j = 0; (bias_ || whole_) && j < across_; ++j) {
      Reg block = filterBlock(j); // behind the last one there is nothing to read
      biases.push_back(biasVector(blocks % across_ == 0 ? block : b_.min(block, b_.index(blocks - 1))));
    }
    Reg y = isJoined() ? b_.binary(Op::Div, first, pitch_) : row_;
    Reg x = isJoined() ? b_.binary(Op::Mod, first, pitch_) : first;
    Builder::Values at{y, x};
    for (int64_t i = 0; i < down_; ++i)
      at = b_.loop("p", b_.index(0), b_.index(tileRows), 1, at, [&](Reg p, const Builder::Values& place) {
        Reg exists = b_.compare(Op::Lt, place[1], resultColumns_);
        if (isJoined()) exists = b_.binary(Op::And, exists, b_.compare(Op::Lt, place[0], resultRows_));
        b_.branch(
            exists,
            [&] {
              for (int64_t j = 0; j < across_; ++j) {
                auto store = [&] {
                  position(i, j, p, place, biases.empty() ? nullptr : biases[static_cast<size_t>(j)]);
                  return Builder::Values{};
                };
                if (blocks % across_ == 0 || j == 0)
                  store();
                else
                  b_.branch(b_.compare(Op::Lt, filterBlock(j), b_.index(blocks)), store, nullptr);
              }
              return Builder::Values{};
            },
            nullptr);
        return next(place);
      });
  }

  Builder::Values next(const Builder::Values& place) {
    Reg x = b_.add(place[1], 1);
    if (!isJoined()) return {place[0], x};
    Reg wraps = b_.compare(Op::Eq, x, pitch_);
    return {b_.add(place[0], b_.select(wraps, b_.index(1), b_.index(0))), b_.select(wraps, b_.index(0), x)};
  }

  void position(int64_t i, int64_t j, Reg p, const Builder::Values& place, Reg bias) {
    const loop::Type sum = k_.vector.withScalar(sums_.scalar);
    Reg v = b_.load(sum, scratch_, Index(scratchAt(i, j)) + Index(p, 16));
    if (bias) v = b_.binary(Op::Add, v, bias);
    if (whole_) v = whole_->result(v, filterBlock(j));
    Site site{item_, filterBlock(j), {}, nullptr, false};
    auto resultOf = [&](const TileAxis& axis, Reg o) {
      return axis.step == 1 ? o : b_.add(b_.mul(o, axis.step), axis.first);
    };
    if (hasRows()) site.spatial.push_back(resultOf(w_.rows, place[0]));
    site.spatial.push_back(resultOf(w_.columns, place[1]));
    tail_.store(tail_.evaluate(1, v, site), site);
  }

  Reg filterBlock(int64_t j) { return b_.add(b_.mul(filterTile_, across_), j); }

  // 0 behind the last filter.
  Reg biasVector(Reg block) {
    if (whole_) return whole_->start(block);
    return k_.channelNumbers(bias_, node_.type.channels(), block, across_);
  }

  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  TileWindow w_;
  const TensorType& input_;
  Layout layout_;
  int64_t across_, down_; // matrix tiles of filters and of positions
  Frame frame_;
  Elementwise tail_;
  std::optional<WholeSums> whole_; // of a quantized convolution
  loop::Type operand_, weight_, sums_;
  int64_t groupBlocks_ = 1;
  Reg in_ = nullptr, weights_ = nullptr, lowWeights_ = nullptr, bias_ = nullptr, scratch_ = nullptr;
  Reg pitch_ = nullptr, plane_ = nullptr, origin_ = nullptr, low_ = nullptr; // of the input, in positions
  Reg resultRows_ = nullptr, resultColumns_ = nullptr;
  Reg item_ = nullptr, filterTile_ = nullptr, row_ = nullptr; // of the unit
  Reg unitInput_ = nullptr, unitWeights_ = nullptr, unitLowWeights_ = nullptr;
};

} // namespace

void tiledWindow(KernelBuilder& k) {
  TiledWindow(k, *tileWindowOf(k.graph, k.value(k.kernel.anchor()))).run();
}

void tiledPhase(KernelBuilder& k, const Phase& phase) {
  TiledWindow(k, *tileWindowOf(k.graph, k.value(k.kernel.anchor()), phase)).run();
}

} // namespace convoy::schedule
