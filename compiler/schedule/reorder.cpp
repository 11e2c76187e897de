// From one layout to another. Between planes and blocks, squares of lanes x lanes are transposed in
// registers.
#include "schedule/blocks.h"
#include "schedule/kernels.h"

namespace convoy::schedule {

// Element [i][j] becomes [j][i]: in step s, rows that differ in bit s of their number exchange the lanes that
// differ in it (a butterfly of shuffles, log2(lanes) steps).
std::vector<Reg> transpose(Builder& b, std::vector<Reg> rows, int64_t lanes) {
  for (int64_t bit = 1; bit < lanes; bit *= 2) {
    std::vector<int64_t> low, high;
    for (int64_t i = 0; i < lanes; ++i) {
      low.push_back(i & bit ? lanes + (i ^ bit) : i);
      high.push_back(i & bit ? lanes + i : i ^ bit);
    }
    for (int64_t i = 0; i < lanes; ++i) {
      if (i & bit) continue;
      Reg x = rows[static_cast<size_t>(i)], y = rows[static_cast<size_t>(i | bit)];
      rows[static_cast<size_t>(i)] = b.shuffle(x, y, low);
      rows[static_cast<size_t>(i | bit)] = b.shuffle(x, y, high);
    }
  }
  return rows;
}

namespace {

constexpr int64_t chunk = 1024; // positions of a unit

class Reorder {
public:
  explicit Reorder(KernelBuilder& k)
      : k_(k), b_(k.b), id_(k.kernel.anchor()), type_(k.value(id_).type), from_(k.layoutOf(id_)),
        to_(k.kernel.layout), channels_(type_.channels()) {}

  // Units: a vector of channels (also of those that only fill up a block), and a chunk of positions, or a row
  // where there is a frame between rows.
  void run() {
    in_ = k_.read(id_, from_), out_ = k_.write(id_, to_);
    planarPlane_ = k_.planeSize(id_, Layout::Planar);
    planarPitch_ = k_.pitchSize(id_, Layout::Planar);
    const bool byRows = frame(from_).any() || frame(to_).any();
    const int64_t vectors = inBlocks(to_) ? vectorsOf(channels_, to_, k_.lanes) : k_.blocks(channels_);
    const Size parts = byRows ? Frame().rows(type_) : Size::ceilDiv(spatialSize(type_), chunk);
    Reg row = k_.size(type_.dims.back());
    if (k_.inGroup() && (byRows || !inBlocks(from_) || !inBlocks(to_))) {
      k_.eachRow({Size(vectors)}, type_, 1, [&](const std::vector<Reg>& unit) {
        Reg begin = b_.mul(unit[2], row);
        positions(unit, begin, b_.add(begin, row), unit[2]);
      });
    } else if (k_.inGroup()) {
      k_.strips({Size(vectors)}, {type_.spatial(0)}, {}, [&](const std::vector<Reg>& unit, Reg y0, Reg y1) {
        positions(unit, b_.mul(y0, row), b_.mul(y1, row), nullptr);
      });
    } else {
      Reg width = byRows ? row : b_.index(chunk), all = k_.product(type_, 1);
      k_.units({Size(vectors), parts}, [&](const std::vector<Reg>& unit) {
        Reg begin = b_.mul(unit[2], width);
        positions(unit, begin, b_.min(b_.add(begin, width), all), byRows ? unit[2] : nullptr);
      });
    }
    k_.finish();
  }

private:
  const Frame& frame(Layout layout) const { return k_.storage.frame({id_, layout}); }
  // Of a position that is numbered through over the rows.
  Reg positionIn(Layout layout, Reg x) {
    return frame(layout).any() ? framePosition(k_, id_, layout, row_, b_.sub(x, begin_)) : x;
  }

  // Of a vector of channels; `row`: they are a row.
  void positions(const std::vector<Reg>& unit, Reg begin, Reg end, Reg row) {
    item_ = unit[0], vector_ = unit[1], begin_ = begin, end_ = end, row_ = row;
    channelsHere_ = b_.sub(b_.index(channels_), b_.mul(vector_, k_.lanes));
    if (inBlocks(from_) && inBlocks(to_))
      eachPosition();
    else
      squares();
  }

  void eachPosition() {
    b_.loop("x", begin_, end_, 1, {}, [&](Reg x, const Builder::Values&) {
      storePosition(x, loadPosition(x, nullptr), nullptr);
      return Builder::Values{};
    });
  }

  void squares() {
    Reg whole = b_.add(begin_, b_.mul(b_.floorDiv(b_.sub(end_, begin_), k_.lanes), k_.lanes));
    for (bool full : {true, false})
      b_.loop("x", full ? begin_ : whole, full ? whole : end_, k_.lanes, {},
              [&](Reg x, const Builder::Values&) {
                if (inBlocks(to_) && blockChannels() <= k_.lanes && unitChannels(to_) > 1)
                  zip(x, full);
                else
                  square(x, full);
                return Builder::Values{};
              });
  }

  // To blocks of a few channels: those of `lanes` positions side by side.
  void zip(Reg x, bool whole) {
    std::vector<std::vector<Reg>> parts(static_cast<size_t>(partsOf(to_)));
    for (int64_t channel = 0; channel < blockChannels(); ++channel) {
      Reg row = channel < channels_ ? k_.load(planarRow(channel), Index(x),
                                              whole ? nullptr : b_.mask(width(), b_.sub(end_, x)))
                                    : k_.constant(0);
      const std::vector<Reg> numbers = stored(k_, row, to_, type_.element);
      for (size_t part = 0; part < parts.size(); ++part) parts[part].push_back(numbers[part]);
    }
    BlockPlace place = blockPlace(k_, id_, to_, item_, vector_, positionIn(to_, x));
    for (size_t part = 0; part < parts.size(); ++part) {
      Reg all = zipped(b_, parts[part]);
      Reg mask = whole ? nullptr : b_.mask(all->type.lanes, b_.mul(b_.sub(end_, x), blockChannels()));
      b_.store(all, out_, part == 0 ? place.at : place.at + Index(place.low), mask);
    }
  }
  int64_t blockChannels() const { return blockUnits(channels_, to_, k_.lanes) * unitChannels(to_); }

  void square(Reg x, bool whole) {
    const bool toBlocks = inBlocks(to_), allChannels = whole && channels_ % k_.lanes == 0 && vectorsExist();
    auto rowMask = [&](int64_t i) { return allChannels ? nullptr : channelMask(x, i); };
    auto exists = [&](int64_t i) { return whole ? nullptr : b_.sub(end_, b_.add(x, i)); };
    std::vector<Reg> rows;
    for (int64_t i = 0; i < k_.lanes; ++i)
      rows.push_back(toBlocks ? k_.load(planarRow(i), Index(x), rowMask(i))
                              : loadPosition(b_.add(x, i), exists(i)));
    rows = transpose(b_, rows, k_.lanes);
    for (int64_t i = 0; i < k_.lanes; ++i) {
      Reg row = rows[static_cast<size_t>(i)];
      if (toBlocks)
        storePosition(b_.add(x, i), row, exists(i));
      else
        b_.store(row, planarRow(i), Index(x), rowMask(i));
    }
  }

  // No vector only fills up a block.
  bool vectorsExist() const {
    return !inBlocks(to_) || vectorsOf(channels_, to_, k_.lanes) == k_.blocks(channels_);
  }
  uint32_t width() const { return static_cast<uint32_t>(k_.lanes); }
  // Lanes of channel i's row that exist at x: none behind the last channel.
  Reg channelMask(Reg x, int64_t i) {
    Reg exists = b_.compare(Op::Lt, b_.index(i), channelsHere_);
    return b_.mask(width(), b_.select(exists, b_.sub(end_, x), b_.index(0)));
  }

  // Where the plane of a vector's channel begins. Behind the last channel it is that of the last one.
  Reg planarRow(int64_t i) {
    Reg channel = b_.add(b_.mul(vector_, k_.lanes), i);
    if (!vectorsExist()) channel = b_.min(channel, b_.index(channels_ - 1));
    Reg row = b_.add(b_.mul(item_, k_.itemRows(id_, Layout::Planar)), channel);
    Index at(b_.mul(row, planarPlane_));
    // Positions are numbered through as if rows were as far apart as they are long.
    if (k_.inGroup()) at = at + Index(b_.sub(b_.mul(row_, planarPitch_), begin_));
    return b_.offset(Scalar::F32, inBlocks(from_) ? out_ : in_, at);
  }

  Reg loadPosition(Reg x, Reg exists) {
    // A vector that only fills up a block of the result may have none in what is read.
    const int64_t vectors = vectorsOf(channels_, from_, k_.lanes);
    Reg vector = vectorsExist() ? vector_ : b_.min(vector_, b_.index(vectors - 1));
    Reg v = loadBlock(k_, in_, blockPlace(k_, id_, from_, item_, vector, positionIn(from_, x)), exists);
    if (inBlocks(to_) && channels_ % k_.lanes != 0)
      v = b_.select(b_.mask(width(), channelsHere_), v, k_.constant(0));
    if (vectorsExist()) return v;
    return b_.select(b_.compare(Op::Lt, vector_, b_.index(vectors)), v, k_.constant(0));
  }
  void storePosition(Reg x, Reg v, Reg exists) {
    storeBlock(k_, v, out_, blockPlace(k_, id_, to_, item_, vector_, positionIn(to_, x)), exists);
  }

  KernelBuilder& k_;
  Builder& b_;
  ValueId id_;
  const TensorType& type_;
  Layout from_, to_;
  int64_t channels_;
  Reg in_ = nullptr, out_ = nullptr, planarPlane_ = nullptr, planarPitch_ = nullptr;
  Reg item_ = nullptr, vector_ = nullptr, channelsHere_ = nullptr, begin_ = nullptr, end_ = nullptr,
      row_ = nullptr; // of the unit
};

} // namespace

void reorder(KernelBuilder& k) { Reorder(k).run(); }

} // namespace convoy::schedule
