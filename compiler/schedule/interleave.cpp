// Between channels and positions: the columns of several channels become one row, and the other way round.
// Planar.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"

namespace convoy::schedule {

namespace {

class Interleaving {
public:
  explicit Interleaving(KernelBuilder& k)
      : k_(k), b_(k.b), work_(k), node_(k.value(k.kernel.anchor())), input_(k.value(node_.operands[0]).type),
        toSpace_(node_.op == OpKind::DepthToSpace), block_(node_.attributes.get<int64_t>("block")),
        rank_(input_.spatialRank()) {
    for (int axis = 0; axis < rank_; ++axis) blocks_ *= block_;
  }

  // Row by row of the larger plane; each is made of as many rows of the channels of the smaller one.
  void run() {
    in_ = k_.read(node_.operands[0], Layout::Planar);
    work_.declare(1);
    const TensorType &small = toSpace_ ? input_ : node_.type, &large = toSpace_ ? node_.type : input_;
    const ValueId id = node_.operands[0];
    Reg columns = k_.size(small.dims.back()), inputPlane = k_.planeSize(id, Layout::Planar),
        inputPitch = k_.pitchSize(id, Layout::Planar);
    const int64_t channels = large.channels();
    const bool channelFirst = node_.attributes.get<std::string>("mode") == "crd";
    k_.eachRow({large.dims[0]}, large, toSpace_ ? 1 : block_, [&](const std::vector<Reg>& parts) {
      // Where the row lies in the small planes, and which of a block's rows it is.
      Reg place = b_.index(0);
      std::vector<Reg> smallRow;
      for (int axis = 0; axis + 1 < rank_; ++axis) {
        Reg at = parts[static_cast<size_t>(axis) + 2];
        smallRow.push_back(b_.floorDiv(at, block_));
        place = b_.add(b_.mul(place, block_), b_.binary(Op::Mod, at, b_.index(block_)));
      }
      place = b_.mul(place, block_);
      Reg first =
          channelFirst ? b_.add(b_.mul(parts[1], blocks_), place) : b_.add(b_.mul(place, channels), parts[1]);
      const Unit unit{
          parts[0], parts[1], first, channelFirst ? 1 : channels, smallRow, {parts.begin() + 2, parts.end()}};
      Reg rows = b_.index(0);
      const std::vector<Reg>& read = toSpace_ ? unit.smallRow : unit.largeRow;
      for (int axis = 0; axis + 1 < rank_; ++axis)
        rows = b_.add(b_.mul(rows, k_.size(input_.spatial(axis))), read[static_cast<size_t>(axis)]);
      Reg channel = b_.add(b_.mul(parts[0], k_.itemRows(id, Layout::Planar)),
                           toSpace_ ? unit.firstChannel : unit.channel);
      Reg from =
          b_.offset(Scalar::F32, in_, Index(b_.add(b_.mul(channel, inputPlane), b_.mul(rows, inputPitch))));
      alongVectors(k_, b_.index(0), columns, [&](Reg x, Reg mask) {
        if (toSpace_)
          toSpace(unit, from, inputPlane, x, mask ? b_.sub(columns, x) : nullptr);
        else
          toDepth(unit, from, x, mask, mask ? b_.sub(columns, x) : nullptr);
      });
    });
    k_.finish();
  }

private:
  struct Unit {
    Reg item, channel;   // of the large plane
    Reg firstChannel;    // of the small planes
    int64_t channelStep; // to the one of the next column
    std::vector<Reg> smallRow, largeRow;
  };

  Reg partMask(Reg count, int64_t first) {
    return count ? b_.mask(static_cast<uint32_t>(k_.lanes), b_.sub(count, b_.index(first))) : nullptr;
  }

  // A vector whose lane l is lane `lane(l)` of vector number `vector(l)`.
  Reg joined(const std::vector<Reg>& vectors, const std::function<int64_t(int64_t)>& vector,
             const std::function<int64_t(int64_t)>& lane) {
    Reg result = vectors[0];
    if (vectors.size() == 1) return result;
    for (size_t v = 1; v < vectors.size(); ++v) {
      std::vector<int64_t> lanes;
      for (int64_t l = 0; l < k_.lanes; ++l) {
        const bool here = vector(l) == static_cast<int64_t>(v), before = v == 1 && vector(l) == 0;
        lanes.push_back(here ? k_.lanes + lane(l) : before ? lane(l) : l);
      }
      result = b_.shuffle(result, vectors[v], lanes);
    }
    return result;
  }

  void put(const Unit& unit, Reg channel, const std::vector<Reg>& row, Reg x, Reg mask, Reg v) {
    Site site{unit.item, channel, row, mask, false};
    site.spatial.push_back(x);
    work_.store(work_.evaluate(1, v, site), site);
  }

  // `count`: how many columns there are from x on; null: a vector of them.
  void toSpace(const Unit& unit, Reg from, Reg plane, Reg x, Reg count) {
    std::vector<Reg> vectors;
    for (int64_t j = 0; j < block_; ++j)
      vectors.push_back(k_.load(from, Index(x) + Index(plane, j * unit.channelStep), partMask(count, 0)));
    Reg large = count ? b_.mul(count, block_) : nullptr, column = b_.mul(x, block_);
    for (int64_t v = 0; v < block_; ++v) {
      Reg result = joined(
          vectors, [&](int64_t l) { return (v * k_.lanes + l) % block_; },
          [&](int64_t l) { return (v * k_.lanes + l) / block_; });
      put(unit, unit.channel, unit.largeRow, b_.add(column, v * k_.lanes), partMask(large, v * k_.lanes),
          result);
    }
  }

  void toDepth(const Unit& unit, Reg from, Reg x, Reg mask, Reg count) {
    std::vector<Reg> vectors;
    Reg large = count ? b_.mul(count, block_) : nullptr;
    for (int64_t v = 0; v < block_; ++v)
      vectors.push_back(k_.load(from, Index(x, block_) + Index(v * k_.lanes), partMask(large, v * k_.lanes)));
    for (int64_t j = 0; j < block_; ++j) {
      Reg result = joined(
          vectors, [&](int64_t l) { return (l * block_ + j) / k_.lanes; },
          [&](int64_t l) { return (l * block_ + j) % k_.lanes; });
      put(unit, b_.add(unit.firstChannel, j * unit.channelStep), unit.smallRow, x, mask, result);
    }
  }

  KernelBuilder& k_;
  Builder& b_;
  Elementwise work_;
  const graph::Value& node_;
  const TensorType& input_;
  const bool toSpace_;
  const int64_t block_;
  const int rank_;
  int64_t blocks_ = 1; // positions of a block
  Reg in_ = nullptr;
};

} // namespace

void interleave(KernelBuilder& k) { Interleaving(k).run(); }

} // namespace convoy::schedule
