// Convolution through the points of Winograd's transform (winograd.h), in blocks: lanes are channels of a
// block.
//
// A band of tiles is transformed, 16 channels of a tile at a time. Then, for each tile of filters, the sums
// of all channels are computed point by point: T tiles x V vectors of filters in registers, against weights
// that lie in the order in which they are read. Last, products become results, a tile at a time, with all
// that follows the convolution; a layer of 2x2 windows finds its windows in one tile.
//
// Positions first: a unit is a band of an item with all its filters, and its transformed input is on the
// stack. Filters first: the input of all items is transformed before, into the workspace, and a unit is a
// tile of filters over all bands; the batch is merged into tiles.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include "schedule/winograd.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

using Regs = std::vector<Reg>;

// Matrices times columns of vectors.
class Transform {
public:
  explicit Transform(KernelBuilder& k) : k_(k), b_(k.b) {}

  Regs operator()(const Matrix& terms, const Matrix& matrix, const Regs& x) {
    return product(matrix, product(terms, x));
  }

private:
  Regs product(const Matrix& matrix, const Regs& x) {
    Regs results;
    for (const std::vector<double>& row : matrix) results.push_back(sum(row, x));
    return results;
  }

  // Begins with a number that needs no multiplication; every row has one.
  Reg sum(const std::vector<double>& row, const Regs& x) {
    const auto first = static_cast<size_t>(std::find(row.begin(), row.end(), 1) - row.begin());
    Reg sum = x[first];
    for (size_t j = 0; j < row.size(); ++j)
      if (j != first && row[j] != 0) sum = plus(sum, row[j], x[j]);
    return sum;
  }
  Reg plus(Reg sum, double number, Reg v) {
    if (number == 1) return b_.binary(Op::Add, sum, v);
    if (number == -1) return b_.binary(Op::Sub, sum, v);
    return b_.fma(k_.constant(number), v, sum);
  }

  KernelBuilder& k_;
  Builder& b_;
};

class WinogradWindow {
public:
  explicit WinogradWindow(KernelBuilder& k)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())), input_(k.value(node_.operands[0]).type),
        s_(k.graph, k.kernel, k.lanes), matrices_(winogradMatrices(s_.results)), tail_(k), lanes_(k.lanes),
        pool_(pooledBy(k.graph, k.kernel)) {}

  // The transformed input of all items, in the workspace.
  void transformAll() {
    declareInput();
    Reg to = k_.scratch();
    takeTiles();
    k_.units({s_.rows}, [&](const Regs& parts) {
      Reg first = b_.add(b_.mul(parts[0], tilesOfItem_), b_.mul(parts[1], tileColumns_));
      b_.each("tile", tileColumns_, [&](Reg column) {
        Reg tile = b_.add(first, column), band = b_.floorDiv(tile, s_.tilesOfBand());
        Reg start = b_.offset(Scalar::F32, to, Index(band, s_.bandNumbers()));
        transformTile({parts[0], parts[1], column}, start,
                      b_.binary(Op::Mod, tile, b_.index(s_.tilesOfBand())));
      });
    });
    k_.finish();
  }

  void run() {
    const bool filtersFirst = k_.kernel.order == Order::Filters;
    if (!filtersFirst) declareInput();
    Reg transformed = filtersFirst ? k_.scratch() : nullptr;
    weights_ = k_.weights(node_.operands[1], packing());
    if (const auto bias = biasOf(node_)) bias_ = k_.weights(*bias, {});
    Reg items = filtersFirst ? k_.itemsOfBatch() : nullptr;
    tail_.declare(1);
    takeTiles();
    products_ = b_.stack(s_.productNumbers() * 4);
    if (filtersFirst) {
      Reg all = b_.mul(items, tilesOfItem_), bands = b_.ceilDiv(all, s_.tilesOfBand());
      k_.unitsOfBatch({Size(s_.filterTiles)}, [&](const Regs& parts) {
        b_.each("band", bands, [&](Reg band) {
          takeBand(band, all, nullptr);
          filters(parts[0], b_.offset(Scalar::F32, transformed, Index(band, s_.bandNumbers())));
        });
      });
    } else {
      Reg own = b_.stack(s_.bandNumbers() * 4);
      const auto bytes = (input_.elements() * 4).constant();
      // What a group reads is close.
      fetchesInput_ =
          k_.kernel.prefetches.value_or(!bytes || *bytes > k_.target.machine.level2 / 2) && !k_.inGroup();
      auto bandOfItem = [&] {
        b_.each("tile", count_, [&](Reg j) { transformTile(placeOf(b_.add(first_, j)), own, j); });
        b_.each("filters", b_.index(s_.filterTiles), [&](Reg tile) { filters(tile, own); });
      };
      if (k_.inGroup())
        overRowsOfGroup(bandOfItem);
      else
        k_.units({Size::ceilDiv(s_.tilesOfItem(), s_.tilesOfBand())}, [&](const Regs& parts) {
          takeBand(parts[1], tilesOfItem_, parts[0]);
          bandOfItem();
        });
    }
    k_.finish();
  }

private:
  struct Place {
    Reg item, row, column; // of tiles
  };

  Packing packing() const {
    Packing packing{Packing::Winograd};
    packing.vectors = s_.vectors, packing.results = s_.results;
    return packing;
  }

  void takeTiles() {
    tileColumns_ = k_.size(s_.columns), tilesOfItem_ = k_.size(s_.tilesOfItem());
    resultRows_ = k_.size(resultType().spatial(0)), resultColumns_ = k_.size(resultType().spatial(1));
  }
  // What is stored: behind a layer of windows, theirs.
  const TensorType& resultType() const { return k_.value(k_.kernel.result()).type; }

  // Of all tiles of an item, or of the batch.
  void takeBand(Reg band, Reg all, Reg item) {
    item_ = item;
    first_ = b_.mul(band, s_.tilesOfBand());
    count_ = b_.min(b_.index(s_.tilesOfBand()), b_.sub(all, first_));
  }
  Place placeOf(Reg tile) {
    Reg item = item_ ? item_ : b_.binary(Op::Div, tile, tilesOfItem_);
    if (!item_) tile = b_.binary(Op::Mod, tile, tilesOfItem_);
    return {item, b_.binary(Op::Div, tile, tileColumns_), b_.binary(Op::Mod, tile, tileColumns_)};
  }

  // The bands of the tiles that make some rows.
  void overRowsOfGroup(const std::function<void()>& body) {
    const int64_t rows = rowsOfTile();
    k_.strips({}, {resultType().spatial(0), rows}, {}, [&](const Regs& parts, Reg y0, Reg y1) {
      Reg end = b_.mul(b_.ceilDiv(y1, rows), tileColumns_);
      b_.loop("band", b_.mul(b_.floorDiv(y0, rows), tileColumns_), end, s_.tilesOfBand(), {},
              [&](Reg first, const Builder::Values&) {
                item_ = parts[0];
                first_ = first;
                count_ = b_.min(b_.index(s_.tilesOfBand()), b_.sub(end, first));
                body();
                return Builder::Values{};
              });
    });
  }
  int64_t rowsOfTile() const { return pool_ ? s_.results / 2 : s_.results; } // of what is stored

  // ---- input ----

  void declareInput() {
    const ValueId id = node_.operands[0];
    const Layout layout = k_.layoutOf(id);
    in_ = k_.read(id, layout);
    const Frame& frame = k_.storage.frame({id, layout});
    pitch_ = k_.size(frame.pitch(input_)), plane_ = k_.planeSize(id, layout);
    if (frame.any()) in_ = b_.offset(Scalar::F32, in_, Index(k_.size(frame.origin(input_)), lanes_));
    inputRows_ = k_.size(rowsRead()), inputColumns_ = k_.size(input_.spatial(1));
    patch_ = b_.stack(s_.elements * lanes_ * 4);
  }

  // Windows may leave out the last row of results. What only it needs is taken for 0: a group may not have
  // it.
  Size rowsRead() const {
    if (!pool_) return input_.spatial(0);
    return Size::min(input_.spatial(0),
                     resultType().spatial(0) * 2 + (2 - windowOf(node_.attributes).padBegin[0].known()));
  }

  // The first row or column that a tile reads.
  Reg firstOf(size_t axis, Reg tile) {
    const Size before = windowOf(node_.attributes).padBegin[axis];
    return b_.add(b_.mul(tile, s_.results), -before.known());
  }

  // The columns or rows of a tile that are inside.
  struct Extent {
    Reg first, from, to; // the first one, and those from..to behind it
    Reg whole;
  };
  Extent extentOf(size_t axis, Reg tile, Reg input) {
    Reg first = firstOf(axis, tile), zero = b_.index(0), end = b_.sub(input, first);
    Extent e{first, b_.min(b_.max(b_.sub(zero, first), zero), b_.index(s_.points)),
             b_.min(b_.max(end, zero), b_.index(s_.points)), nullptr};
    e.whole =
        b_.binary(Op::And, b_.compare(Op::Le, zero, first), b_.compare(Op::Le, b_.index(s_.points), end));
    return e;
  }

  // A position in the first block of channels of the input.
  Reg inputAt(const Place& place, Reg row, Reg column) {
    Reg item = b_.mul(b_.mul(place.item, k_.itemRows(node_.operands[0], k_.kernel.layout)), plane_);
    return b_.add(item, b_.add(b_.mul(row, pitch_), column));
  }

  // Tiles at an edge are copied, with zeros around them, before they are transformed.
  void transformTile(const Place& place, Reg band, Reg number) {
    const Extent rows = extentOf(0, place.row, inputRows_),
                 columns = extentOf(1, place.column, inputColumns_);
    Reg inside = b_.binary(Op::And, rows.whole, columns.whole);
    auto clear = [&] {
      b_.each("i", b_.index(s_.elements), [&](Reg i) { b_.store(k_.constant(0), patch_, Index(i, lanes_)); });
      return Builder::Values{};
    };
    b_.branch(inside, [] { return Builder::Values{}; }, clear);
    Reg at = inputAt(place, rows.first, columns.first);
    Reg to = b_.offset(Scalar::F32, band,
                       Index(b_.floorDiv(number, s_.tiles), s_.blockNumbers()) +
                           Index(b_.binary(Op::Mod, number, b_.index(s_.tiles)), lanes_));
    Reg step = b_.select(inside, pitch_, b_.index(s_.points));
    b_.each("cb", b_.index(s_.channelBlocks), [&](Reg cb) {
      Reg from = b_.offset(Scalar::F32, in_, Index(b_.add(at, b_.mul(cb, plane_)), lanes_));
      b_.branch(inside, [] { return Builder::Values{}; }, [&] { return copyPatch(from, rows, columns); });
      transformBlock(b_.select(inside, from, patch_), step,
                     b_.offset(Scalar::F32, to, Index(cb, s_.tiles * lanes_)));
    });
  }

  Builder::Values copyPatch(Reg from, const Extent& rows, const Extent& columns) {
    b_.loop("y", rows.from, rows.to, 1, {}, [&](Reg y, const Builder::Values&) {
      Reg row = b_.mul(y, pitch_);
      b_.loop("x", columns.from, columns.to, 1, {}, [&](Reg x, const Builder::Values&) {
        Reg v = b_.load(k_.vector, from, Index(b_.add(row, x), lanes_));
        b_.store(v, patch_, Index(b_.add(b_.mul(y, s_.points), x), lanes_));
        return Builder::Values{};
      });
      return Builder::Values{};
    });
    return {};
  }

  // B^T x B: columns first, then rows.
  void transformBlock(Reg from, Reg pitch, Reg to) {
    Transform transform(k_);
    const auto n = static_cast<size_t>(s_.points);
    Regs rows;
    for (int64_t y = 0; y < s_.points; ++y)
      rows.push_back(b_.offset(Scalar::F32, from, Index(b_.mul(pitch, y), lanes_)));
    std::vector<Regs> made(n);
    for (size_t x = 0; x < n; ++x) {
      Regs column;
      for (Reg row : rows) column.push_back(b_.load(k_.vector, row, static_cast<int64_t>(x) * lanes_));
      const Regs points = transform(matrices_.inputTerms, matrices_.input, column);
      for (size_t y = 0; y < n; ++y) made[y].push_back(points[y]);
    }
    for (size_t y = 0; y < n; ++y) {
      const Regs points = transform(matrices_.inputTerms, matrices_.input, made[y]);
      for (size_t x = 0; x < n; ++x)
        b_.store(points[x], to, static_cast<int64_t>(y * n + x) * s_.pointNumbers());
    }
  }

  // ---- sums ----

  // All results of a tile of filters in the band.
  void filters(Reg filterTile, Reg transformed) {
    const int64_t panel = s_.panelNumbers();
    Reg weights = b_.offset(Scalar::F32, weights_, Index(filterTile, s_.elements * panel));
    b_.each("point", b_.index(s_.elements), [&](Reg e) {
      if (fetchesInput_) prefetchInput(b_.add(b_.mul(filterTile, s_.elements), e));
      Reg w = b_.offset(Scalar::F32, weights, Index(e, panel)),
          x = b_.offset(Scalar::F32, transformed, Index(e, s_.pointNumbers()));
      b_.each("block", b_.ceilDiv(count_, s_.tiles), [&](Reg block) {
        products(block, b_.offset(Scalar::F32, x, Index(block, s_.blockNumbers())), w,
                 b_.offset(Scalar::F32, products_,
                           Index(block, s_.tiles * s_.vectors * s_.productPitch()) + Index(e, lanes_)));
      });
    });
    b_.each("tile", count_, [&](Reg j) {
      const Place place = placeOf(b_.add(first_, j));
      const int64_t blocks = k_.blocks(s_.filters);
      Reg firstBlock = b_.mul(filterTile, s_.vectors);
      Reg vectors = blocks % s_.vectors == 0
                        ? b_.index(s_.vectors)
                        : b_.min(b_.index(s_.vectors), b_.sub(b_.index(blocks), firstBlock));
      Reg from = b_.offset(Scalar::F32, products_, Index(j, s_.vectors * s_.productPitch()));
      b_.each("v", vectors, [&](Reg v) {
        results(b_.offset(Scalar::F32, from, Index(v, s_.productPitch())), place, b_.add(firstBlock, v));
      });
    });
  }

  // Asks for a share of what the next band reads: it lies in pieces that no processor expects.
  void prefetchInput(Reg step) {
    const int64_t steps = s_.filterTiles * s_.elements, pieces = s_.channelBlocks * s_.tilesOfBand(),
                  share = (pieces + steps - 1) / steps, line = std::max<int64_t>(1, 16 / lanes_); // positions
    b_.each("i", b_.index(share), [&](Reg i) {
      Reg piece = b_.add(b_.mul(step, share), i);
      Reg tile =
          b_.add(b_.add(first_, s_.tilesOfBand()), b_.binary(Op::Mod, piece, b_.index(s_.tilesOfBand())));
      Reg exists = b_.binary(Op::And, b_.compare(Op::Lt, piece, b_.index(pieces)),
                             b_.compare(Op::Lt, tile, tilesOfItem_));
      auto ask = [&] {
        const Place place = placeOf(tile);
        Reg at = inputAt(place, firstOf(0, place.row), firstOf(1, place.column));
        at = b_.add(at, b_.mul(b_.floorDiv(piece, s_.tilesOfBand()), plane_));
        for (int64_t y = 0; y < s_.points; ++y)
          for (int64_t x = 0; x < s_.results; x += line)
            b_.prefetch(Scalar::F32, in_, Index(b_.add(at, b_.mul(pitch_, y)), lanes_) + Index(x * lanes_));
        return Builder::Values{};
      };
      b_.branch(exists, ask, nullptr);
    });
  }

  // One point of a block of tiles.
  void products(Reg block, Reg x, Reg w, Reg to) {
    const auto sums = k_.vector.arrayOf({static_cast<uint32_t>(s_.tiles), static_cast<uint32_t>(s_.vectors)});
    const int64_t unrollBy = s_.channels % 4 == 0 ? 4 : 1, row = s_.vectors * lanes_;
    // All channels in one loop, whose end is foreseen; those of a block lie side by side.
    Reg all = b_.loop("c", b_.index(0), b_.index(s_.channels), unrollBy, {b_.fill(sums, k_.constant(0))},
                      [&](Reg c, const Builder::Values& outer) {
                        prefetch(block, w, c, unrollBy);
                        Reg here = b_.offset(Scalar::F32, x,
                                             Index(b_.floorDiv(c, lanes_), s_.tiles * lanes_) +
                                                 Index(b_.binary(Op::Mod, c, b_.index(lanes_))));
                        Reg weights = b_.offset(Scalar::F32, w, Index(c, row));
                        return b_.unroll("u", 0, unrollBy, outer, [&](Reg u, const Builder::Values& some) {
                          return Builder::Values{channel(here, weights, Index(u), some[0])};
                        });
                      })[0];
    b_.unroll("j", 0, s_.tiles, {}, [&](Reg j, const Builder::Values&) {
      for (int64_t v = 0; v < s_.vectors; ++v)
        b_.store(b_.get(all, {j, b_.index(v)}), to,
                 Index(j, s_.vectors * s_.productPitch()) + Index(v * s_.productPitch()));
      return Builder::Values{};
    });
  }

  // Weights come from far away. A band of one block asks for them a little ahead; one of several asks for
  // those of the next point, a share with each block, so that memory is busy all the time.
  void prefetch(Reg block, Reg w, Reg channel, int64_t channels) {
    if (!k_.kernel.prefetches.value_or(true)) return;
    constexpr int64_t line = 16, ahead = 1024; // numbers
    const int64_t row = s_.vectors * lanes_, lines = std::max<int64_t>(1, channels * row / line / s_.blocks);
    Index at = Index(channel, row) + Index(ahead);
    if (s_.blocks > 1)
      at = Index(s_.panelNumbers()) + Index(block, s_.panelNumbers() / s_.blocks) +
           Index(b_.floorDiv(b_.mul(channel, row), s_.blocks));
    for (int64_t i = 0; i < lines; ++i) b_.prefetch(Scalar::F32, w, at + Index(i * line));
  }

  Reg channel(Reg x, Reg weights, const Index& c, Reg sums) {
    const int64_t row = s_.vectors * lanes_;
    Regs w;
    for (int64_t v = 0; v < s_.vectors; ++v)
      w.push_back(b_.load(k_.vector, weights, c * row + Index(v * lanes_)));
    return b_.unroll("j", 0, s_.tiles, {sums}, [&](Reg j, const Builder::Values& carried) {
      Reg number = k_.splat(b_.load(loop::Type::of(Scalar::F32), x, c + Index(j, lanes_))), t = carried[0];
      for (int64_t v = 0; v < s_.vectors; ++v) {
        const Regs at{j, b_.index(v)};
        t = b_.set(t, at, b_.fma(number, w[static_cast<size_t>(v)], b_.get(t, at)));
      }
      return Builder::Values{t};
    })[0];
  }

  // ---- results ----

  // A^T m A of a tile, and what follows it.
  void results(Reg from, const Place& place, Reg block) {
    Transform transform(k_);
    const auto n = static_cast<size_t>(s_.points), m = static_cast<size_t>(s_.results);
    std::vector<Regs> made(m), y(m);
    for (size_t x = 0; x < n; ++x) {
      Regs column;
      for (size_t r = 0; r < n; ++r)
        column.push_back(b_.load(k_.vector, from, static_cast<int64_t>(r * n + x) * lanes_));
      const Regs some = transform(matrices_.outputTerms, matrices_.output, column);
      for (size_t r = 0; r < m; ++r) made[r].push_back(some[r]);
    }
    Reg bias = bias_ ? k_.channelNumbers(bias_, s_.filters, block, s_.vectors) : nullptr;
    for (size_t r = 0; r < m; ++r)
      for (Reg v : transform(matrices_.outputTerms, matrices_.output, made[r]))
        y[r].push_back(bias ? b_.binary(Op::Add, v, bias) : v);

    const int64_t size = rowsOfTile();
    Reg row = b_.mul(place.row, size), column = b_.mul(place.column, size);
    Reg rowsHere = b_.sub(resultRows_, row), columnsHere = b_.sub(resultColumns_, column);
    auto store = [&](bool edge) {
      for (int64_t r = 0; r < size; ++r) {
        auto one = [&] {
          const Site site{place.item, block, {b_.add(row, r), column}, nullptr, false, false};
          storeRow(y, r, site, edge ? columnsHere : nullptr);
          return Builder::Values{};
        };
        if (edge && (r > 0 || pool_)) // a tile may have no window at all
          b_.branch(b_.compare(Op::Lt, b_.index(r), rowsHere), one, nullptr);
        else
          one();
      }
      return Builder::Values{};
    };
    if (holdsWholeTiles()) {
      store(false);
      return;
    }
    Reg whole = b_.binary(Op::And, b_.compare(Op::Le, b_.index(size), rowsHere),
                          b_.compare(Op::Le, b_.index(size), columnsHere));
    b_.branch(whole, [&] { return store(false); }, [&] { return store(true); });
  }
  bool holdsWholeTiles() const {
    const auto rows = node_.type.spatial(0).constant(), columns = node_.type.spatial(1).constant();
    return rows && columns && *rows % s_.results == 0 && *columns % s_.results == 0;
  }

  Reg rowOf(const Regs& numbers) {
    Reg row = b_.fill(k_.vector.arrayOf({static_cast<uint32_t>(numbers.size())}), numbers[0]);
    for (size_t i = 1; i < numbers.size(); ++i)
      row = b_.set(row, {b_.index(static_cast<int64_t>(i))}, numbers[i]);
    return row;
  }

  // Row r of what a tile stores. `count`: how many columns exist; null: all.
  void storeRow(const std::vector<Regs>& y, int64_t r, const Site& site, Reg count) {
    const auto at = static_cast<size_t>(r);
    if (!pool_) {
      Reg row = rowOf(y[at]);
      return tail_.finishPixels(s_.results, 1, site, count, [&](Reg p) { return b_.get(row, {p}); });
    }
    // The numbers of a window are those of four positions.
    Reg rows[2][2];
    for (size_t dy = 0; dy < 2; ++dy)
      for (size_t dx = 0; dx < 2; ++dx) {
        Regs some;
        for (size_t x = dx; x < y[0].size(); x += 2) some.push_back(y[2 * at + dy][x]);
        rows[dy][dx] = rowOf(some);
      }
    auto window = [&](Reg p) {
      Regs four;
      for (int64_t dy = 0; dy < 2; ++dy)
        for (int64_t dx = 0; dx < 2; ++dx) {
          Reg x = b_.add(b_.mul(b_.add(site.spatial[1], p), 2), dx);
          const Site of{site.item, site.channel, {b_.add(b_.mul(site.spatial[0], 2), dy), x},
                        nullptr,   false,        false};
          four.push_back(tail_.evaluate(1, *pool_, b_.get(rows[dy][dx], {p}), of));
        }
      const bool largest = k_.value(k_.kernel.nodes[*pool_]).op == OpKind::MaxPool;
      const Op join = largest ? Op::Maximum : Op::Add;
      Reg v = b_.binary(join, b_.binary(join, four[0], four[1]), b_.binary(join, four[2], four[3]));
      return largest ? v : b_.binary(Op::Mul, v, k_.constant(0.25));
    };
    tail_.finishPixels(s_.results / 2, 1, site, count, window, *pool_ + 1);
  }

  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  const TensorType& input_;
  WinogradShape s_;
  const WinogradMatrices& matrices_;
  Elementwise tail_;
  int64_t lanes_;
  std::optional<size_t> pool_;
  bool fetchesInput_ = false;
  Reg in_ = nullptr, weights_ = nullptr, bias_ = nullptr, patch_ = nullptr, products_ = nullptr;
  Reg pitch_ = nullptr, plane_ = nullptr, inputRows_ = nullptr, inputColumns_ = nullptr; // of the input
  Reg tileColumns_ = nullptr, tilesOfItem_ = nullptr, resultRows_ = nullptr, resultColumns_ = nullptr;
  Reg item_ = nullptr, first_ = nullptr, count_ = nullptr; // of the band; item_ null: tiles say it
};

} // namespace

void winogradInput(KernelBuilder& k) { WinogradWindow(k).transformAll(); }
void winogradWindow(KernelBuilder& k) { WinogradWindow(k).run(); }

} // namespace convoy::schedule
