// From an 8-bit image to an 8-bit image in whole numbers of 16 bits (bytes_whole.h).
//
// A tile is a few rows by a vector of columns: sums along each row that it needs are made once, and meet in
// the windows of all of its rows (bytes_tile.h). All vectors are whole: the last one ends with the row, and
// computes again what the one before computed.
//
// A work unit is a strip of rows. Rows are read where they are, but for their ends, which are copied to the
// stack with what the border finds beside them; meanwhile the rows of the next tiles are asked for. Where
// rows lie about a multiple of 4096 bytes apart, they compete for the same places of the first cache, and a
// load waits for a store to the same place of another page: then each new row of a chunk of columns is copied
// to a line on the stack, and stays there as long as tiles read it.
#include "schedule/bytes_lines.h"
#include "schedule/bytes_tile.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

class BytesWindow {
public:
  explicit BytesWindow(KernelBuilder& k)
      : k_(k), b_(k.b), work_(*k.onBytes->whole), tile_(k, work_), lines_(k, tile_.channels()) {}

  void run() {
    const TensorType &input = k_.value(work_.image).type, &result = k_.value(work_.result).type;
    Reg in = k_.read(work_.image, Layout::Planar), out = k_.write(work_.result, Layout::Planar);
    if (work_.border.mode == BorderMode::Constant) borderRow_ = k_.borderRow(work_.image, 0);
    inputRows_ = k_.size(input.spatial(0)), outputRows_ = k_.size(result.spatial(0));
    inputColumns_ = k_.size(input.spatial(1) * tile_.channels()),
    outputColumns_ = k_.size(result.spatial(1) * tile_.channels());
    reserve();
    tiles_ = insideTiles();
    Reg crowds = b_.compare(Op::Lt, b_.binary(Op::Mod, b_.add(inputColumns_, near), b_.index(page)),
                            b_.index(2 * near));
    k_.units({Size::ceilDiv(result.spatial(0), strip)}, [&](const std::vector<Reg>& parts) {
      auto item = [&](Reg image, Reg rows, Reg width) {
        return b_.offset(Scalar::U8, image, Index(b_.mul(parts[0], b_.mul(rows, width))));
      };
      image_ = item(in, inputRows_, inputColumns_);
      into_ = item(out, outputRows_, outputColumns_);
      Reg y0 = b_.mul(parts[1], strip), y1 = b_.min(b_.add(y0, strip), outputRows_);
      auto where = [&] {
        inTiles(y0, y1, {},
                [&](Reg y, int64_t rows, const Builder::Values&) { return whereTheyAre(y, rows); });
        return Builder::Values{};
      };
      auto chunks = [&] {
        b_.loop("chunk", b_.index(0), outputColumns_, chunkVectors() * tile_.width(), {},
                [&](Reg x, const Builder::Values&) {
                  chunk(y0, y1, x);
                  return Builder::Values{};
                });
        return Builder::Values{};
      };
      if (kept() > 0)
        b_.branch(crowds, chunks, where);
      else
        where();
    });
    k_.finish();
  }

private:
  static constexpr int64_t strip = 64; // rows of a unit
  static constexpr int64_t page = 4096, near = 256;
  // Of a tile: sums of rows serve windows below one another. As many as registers hold what they share.
  int64_t tileRows() const { return work_.height <= 2 ? 2 : work_.height <= 3 ? 4 : 8; }
  int64_t reach(int64_t rows) const { return (rows - 1) * work_.rowStride + work_.height; }
  // Input rows that a tile has in common with the next one.
  int64_t kept() const { return std::max<int64_t>(work_.height - work_.rowStride, 0); }
  int64_t before() const { return work_.padLeft * tile_.channels(); }
  // Columns before a chunk's in a line, so that its own begin where a line of the cache does.
  int64_t lead() const { return (before() + 63) / 64 * 64; }

  int64_t step() const { return tile_.width() * work_.columnStride; }
  int64_t chunkVectors() const { return kept() > 0 ? page / step() : 1; }
  void reserve() {
    lines_.reserve(reach(tileRows()), lead() + (chunkVectors() - 1) * step() + tile_.span(), tile_.span());
  }

  // The input row that is number i of a tile at y.
  Reg inputRow(Reg y, Reg i) {
    Reg valid, at = b_.add(b_.add(b_.mul(y, work_.rowStride), i), -work_.padTop);
    at = mapBorder(b_, work_.border.mode, at, inputRows_, valid);
    Reg row = b_.offset(Scalar::U8, image_, Index(b_.mul(at, inputColumns_)));
    return valid ? b_.select(valid, row, borderRow_) : row;
  }
  std::vector<Reg> inputRows(Reg y, int64_t first, int64_t count) {
    std::vector<Reg> rows;
    for (int64_t i = 0; i < count; ++i) rows.push_back(inputRow(y, b_.index(first + i)));
    return rows;
  }
  std::vector<Reg> outputRows(Reg y, int64_t count) {
    std::vector<Reg> rows;
    for (int64_t r = 0; r < count; ++r)
      rows.push_back(b_.offset(Scalar::U8, into_, Index(b_.mul(b_.add(y, r), outputColumns_))));
    return rows;
  }

  // body(y, rows, carried) for the tiles of a strip, then row by row.
  void inTiles(Reg y0, Reg y1, const Builder::Values& init,
               const std::function<Builder::Values(Reg y, int64_t rows, const Builder::Values&)>& body) {
    Reg whole = b_.add(y0, b_.mul(b_.floorDiv(b_.sub(y1, y0), tileRows()), tileRows()));
    auto loop = [&](Reg from, Reg to, int64_t rows, const Builder::Values& first) {
      return b_.loop("y", from, to, rows, first,
                     [&](Reg y, const Builder::Values& carried) { return body(y, rows, carried); });
    };
    const Builder::Values last = loop(y0, whole, tileRows(), init);
    if (tileRows() > 1) loop(whole, y1, 1, last);
  }

  void store(const std::vector<Reg>& results, const std::vector<Reg>& out, Reg x) {
    for (size_t r = 0; r < results.size(); ++r) b_.store(results[r], out[r], Index(x));
  }
  void storeFirst(const std::vector<Reg>& results, const std::vector<Reg>& out, Reg x, Reg count) {
    for (size_t r = 0; r < results.size(); ++r)
      lines_.storeFirst(results[r], b_.offset(Scalar::U8, out[r], Index(x)), count);
  }
  void ask(const std::vector<Reg>& rows, Reg x) {
    for (Reg row : rows)
      for (int64_t part = 0; part < work_.columnStride; ++part)
        b_.prefetch(Scalar::U8, row, Index(x, work_.columnStride) + Index(part * tile_.lanes()));
  }

  // ---- rows in lines ----

  void chunk(Reg y0, Reg y1, Reg x0) {
    Reg x1 = b_.min(b_.add(x0, chunkVectors() * tile_.width()), outputColumns_),
        last = b_.sub(x1, b_.index(tile_.width()));
    Reg source = b_.mul(x0, work_.columnStride);
    lines_.choose(b_.add(source, -lead()), b_.add(source, -before()),
                  b_.add(b_.mul(b_.max(last, x0), work_.columnStride), tile_.span() - before()),
                  inputColumns_, work_.border.mode);
    b_.loop("row", b_.index(0), b_.index(kept()), 1, {}, [&](Reg i, const Builder::Values&) {
      lines_.copy(inputRow(y0, i), lines_.line(Index(i)));
      return Builder::Values{};
    });
    Builder::Values ring; // the lines, the first row of a tile first
    for (int64_t i = 0; i < reach(tileRows()); ++i) ring.push_back(lines_.line(Index(i)));
    inTiles(y0, y1, ring, [&](Reg y, int64_t rows, const Builder::Values& now) {
      const int64_t fresh = rows * work_.rowStride;
      const std::vector<Reg> read = inputRows(y, kept(), fresh), next = inputRows(y, reach(rows), fresh),
                             out = outputRows(y, rows);
      for (int64_t i = 0; i < fresh; ++i)
        lines_.copy(read[static_cast<size_t>(i)], now[static_cast<size_t>(kept() + i)]);
      auto results = [&](Reg x) {
        return tile_.results(rows, now, Index(b_.sub(x, x0), work_.columnStride) + Index(lead() - before()));
      };
      b_.branch(
          b_.compare(Op::Le, x0, last),
          [&] {
            b_.loop("x", x0, x1, tile_.width(), {}, [&](Reg from, const Builder::Values&) {
              Reg x = b_.min(from, last);
              ask(next, from);
              store(results(x), out, x);
              return Builder::Values{};
            });
            return Builder::Values{};
          },
          [&] {
            storeFirst(results(x0), out, x0, b_.sub(x1, x0));
            return Builder::Values{};
          });
      Builder::Values turned = now;
      std::rotate(turned.begin(), turned.begin() + fresh % static_cast<int64_t>(now.size()), turned.end());
      return turned;
    });
  }

  // ---- rows where they are ----

  // The tiles of a row that read nothing outside.
  TileRange insideTiles() {
    TileRange tiles;
    tiles.begin = b_.index(0);
    tiles.count = b_.ceilDiv(outputColumns_, tile_.width());
    tiles.first = b_.min(b_.index((before() + step() - 1) / step()), tiles.count);
    Reg inside = b_.add(b_.floorDiv(b_.add(inputColumns_, before() - tile_.span()), step()), 1);
    tiles.end = b_.max(b_.min(inside, b_.floorDiv(outputColumns_, tile_.width())), tiles.first);
    return tiles;
  }

  Builder::Values whereTheyAre(Reg y, int64_t rows) {
    const std::vector<Reg> in = inputRows(y, 0, reach(rows)),
                           next = inputRows(y, reach(rows), rows * work_.rowStride),
                           out = outputRows(y, rows);
    b_.loop("x", b_.mul(tiles_.first, tile_.width()), b_.mul(tiles_.end, tile_.width()), tile_.width(), {},
            [&](Reg x, const Builder::Values&) {
              ask(next, x);
              store(tile_.results(rows, in, Index(x, work_.columnStride) + Index(-before())), out, x);
              return Builder::Values{};
            });
    overEdges(k_, tiles_, [&](Reg number) {
      Reg last = b_.sub(outputColumns_, b_.index(tile_.width()));
      Reg x = b_.max(b_.min(b_.mul(number, tile_.width()), last), b_.index(0));
      Reg start = b_.add(b_.mul(x, work_.columnStride), -before());
      lines_.choose(start, start, b_.add(start, tile_.span()), inputColumns_, work_.border.mode);
      b_.loop("row", b_.index(0), b_.index(reach(rows)), 1, {}, [&](Reg i, const Builder::Values&) {
        lines_.copy(inputRow(y, i), lines_.line(Index(i)));
        return Builder::Values{};
      });
      std::vector<Reg> ends;
      for (int64_t i = 0; i < reach(rows); ++i) ends.push_back(lines_.line(Index(i)));
      const std::vector<Reg> results = tile_.results(rows, ends, Index(0));
      b_.branch(
          b_.compare(Op::Le, b_.index(0), last),
          [&] {
            store(results, out, x);
            return Builder::Values{};
          },
          [&] {
            storeFirst(results, out, x, outputColumns_);
            return Builder::Values{};
          });
    });
    return {};
  }

  KernelBuilder& k_;
  Builder& b_;
  const WholeWork& work_;
  BytesTile tile_;
  BytesLines lines_;
  Reg borderRow_ = nullptr, inputRows_ = nullptr, outputRows_ = nullptr;
  Reg inputColumns_ = nullptr, outputColumns_ = nullptr;
  TileRange tiles_{};                    // where rows are read where they are
  Reg image_ = nullptr, into_ = nullptr; // of the unit's item
};

} // namespace

void bytesWindow(KernelBuilder& k) { BytesWindow(k).run(); }

} // namespace convoy::schedule
