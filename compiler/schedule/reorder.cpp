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

  // Units: a vector of channels (also of those that only fill up a block) and a chunk of positions.
  void run() {
    in_ = k_.read(id_, from_), out_ = k_.write(id_, to_);
    plane_ = k_.product(type_, 1);
    const int64_t vectors =
        inBlocks(to_) ? blocksOf(channels_, to_, k_.lanes) * unitChannels(to_) : k_.blocks(channels_);
    k_.units({Size(vectors), Size::ceilDiv(spatialSize(type_), chunk)}, [&](const std::vector<Reg>& parts) {
      item_ = parts[0], vector_ = parts[1];
      channelsHere_ = b_.sub(b_.index(channels_), b_.mul(vector_, k_.lanes));
      begin_ = b_.mul(parts[2], chunk), end_ = b_.min(b_.add(begin_, chunk), plane_);
      if (inBlocks(from_) && inBlocks(to_))
        eachPosition();
      else
        squares();
    });
    k_.finish();
  }

private:
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
                square(x, full);
                return Builder::Values{};
              });
  }

  void square(Reg x, bool whole) {
    const bool toBlocks = inBlocks(to_), allChannels = whole && channels_ % k_.lanes == 0 && vectorsExist();
    auto rowMask = [&](int64_t i) { return allChannels ? nullptr : channelMask(x, i); };
    auto pixelMask = [&](int64_t i) { return whole ? nullptr : positionMask(b_.add(x, i)); };
    std::vector<Reg> rows;
    for (int64_t i = 0; i < k_.lanes; ++i)
      rows.push_back(toBlocks ? k_.load(planarRow(i), Index(x), rowMask(i))
                              : loadPosition(b_.add(x, i), pixelMask(i)));
    rows = transpose(b_, rows, k_.lanes);
    for (int64_t i = 0; i < k_.lanes; ++i) {
      Reg row = rows[static_cast<size_t>(i)];
      if (toBlocks)
        storePosition(b_.add(x, i), row, pixelMask(i));
      else
        b_.store(row, planarRow(i), Index(x), rowMask(i));
    }
  }

  // No vector only fills up a block.
  bool vectorsExist() const {
    return !inBlocks(to_) || blocksOf(channels_, to_, k_.lanes) * unitChannels(to_) == k_.blocks(channels_);
  }
  uint32_t width() const { return static_cast<uint32_t>(k_.lanes); }
  // Lanes of channel i's row that exist at x: none behind the last channel.
  Reg channelMask(Reg x, int64_t i) {
    Reg exists = b_.compare(Op::Lt, b_.index(i), channelsHere_);
    return b_.mask(width(), b_.select(exists, b_.sub(end_, x), b_.index(0)));
  }
  // All lanes, if there is such a position.
  Reg positionMask(Reg x) { return b_.mask(width(), b_.mul(b_.sub(end_, x), k_.lanes)); }

  // Where the plane of a vector's channel begins. Behind the last channel it is that of the last one.
  Reg planarRow(int64_t i) {
    Reg channel = b_.add(b_.mul(vector_, k_.lanes), i);
    if (!vectorsExist()) channel = b_.min(channel, b_.index(channels_ - 1));
    Reg row = b_.add(b_.mul(item_, k_.itemRows(id_, Layout::Planar)), channel);
    return b_.offset(Scalar::F32, inBlocks(from_) ? out_ : in_, Index(b_.mul(row, plane_)));
  }

  Reg loadPosition(Reg x, Reg mask) {
    // A vector that only fills up a block of the result may have none in what is read.
    const int64_t vectors = blocksOf(channels_, from_, k_.lanes) * unitChannels(from_);
    Reg exists = b_.compare(Op::Lt, vector_, b_.index(vectors));
    Reg vector = vectorsExist() ? vector_ : b_.min(vector_, b_.index(vectors - 1));
    const BlockPlace place = blockPlace(k_, id_, from_, item_, vector, framePosition(k_, id_, from_, x));
    Reg v = loadBlock(k_, in_, place, mask);
    if (inBlocks(to_) && channels_ % k_.lanes != 0)
      v = b_.select(b_.mask(width(), channelsHere_), v, k_.constant(0));
    return vectorsExist() ? v : b_.select(exists, v, k_.constant(0));
  }
  void storePosition(Reg x, Reg v, Reg mask) {
    const BlockPlace place = blockPlace(k_, id_, to_, item_, vector_, framePosition(k_, id_, to_, x));
    storeBlock(k_, v, out_, place, mask);
  }

  KernelBuilder& k_;
  Builder& b_;
  ValueId id_;
  const TensorType& type_;
  Layout from_, to_;
  int64_t channels_;
  Reg in_ = nullptr, out_ = nullptr, plane_ = nullptr;
  Reg item_ = nullptr, vector_ = nullptr, channelsHere_ = nullptr, begin_ = nullptr,
      end_ = nullptr; // of the unit
};

} // namespace

void reorder(KernelBuilder& k) { Reorder(k).run(); }

} // namespace convoy::schedule
