// Dense layers: lanes are outputs, each input is broadcast against a row of packed weights. A work unit is a
// tile of output vectors of all the items: tiles of items share what is read of the weights. Every number is
// summed over the inputs in order, in whatever tile it is, so that an item's result depends on no other item.
//
// Weights may be pairs of bf16 numbers or four bytes each: then an input is a unit of as many. Every call
// makes the units of a group of items once, on the stack, before it goes over its tiles.
#include "schedule/blocks.h"
#include "schedule/elementwise.h"
#include "schedule/kernels.h"
#include "schedule/whole_sums.h"
#include <algorithm>

namespace convoy::schedule {

namespace {

class Dense {
public:
  explicit Dense(KernelBuilder& k)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())), operand_(k.value(node_.operands[0]).type),
        perUnit_(unitChannels(k.kernel.layout)), inputs_(operand_.channels()),
        units_((inputs_ + perUnit_ - 1) / perUnit_), outputs_(node_.type.channels()),
        vectors_(k.kernel.tile[0]), products_(k), tail_(k) {
    if (k.kernel.layout == Layout::Int8) whole_.emplace(k);
  }

  void run() {
    in_ = k_.read(node_.operands[0], Layout::Planar);
    Packing packing{Packing::Filters, vectors_, units_};
    if (perUnit_ > 1) packing.unit = k_.kernel.layout;
    weights_ = k_.weights(node_.operands[1], packing);
    if (whole_)
      whole_->declare();
    else if (const auto bias = biasOf(node_))
      bias_ = k_.weights(*bias, {});
    tail_.declare(1);
    Reg items = k_.itemsOfBatch();
    if (perUnit_ > 1) {
      inGroups(items);
    } else {
      read_ = in_, pitch_ = k_.itemRows(node_.operands[0], Layout::Planar);
      overTiles(b_.index(0), items);
    }
    k_.finish();
  }

private:
  // As many items as have room together. They are a line further apart than they need, so that those of a
  // tile do not compete for places of the first cache.
  void inGroups(Reg items) {
    constexpr int64_t line = 16, most = 32;
    pitch_ = ((units_ + line - 1) / line + 1) * line;
    const int64_t together = std::clamp<int64_t>(denseBufferBytes / 4 / pitch_, 1, most);
    read_ = b_.stack(together * pitch_ * 4);
    b_.loop("group", b_.index(0), items, together, {}, [&](Reg from, const Builder::Values&) {
      Reg to = b_.min(b_.add(from, together), items);
      b_.loop("item", from, to, 1, {}, [&](Reg item, const Builder::Values&) {
        makeUnits(item, b_.sub(item, from));
        return Builder::Values{};
      });
      overTiles(from, to);
      return Builder::Values{};
    });
  }

  // Of an item's inputs. Behind the last input is what stands for 0.
  void makeUnits(Reg item, Reg place) {
    Reg x = b_.offset(Scalar::F32, in_, Index(item, k_.itemRows(node_.operands[0], Layout::Planar)));
    Reg to = b_.offset(Scalar::F32, read_, Index(place, pitch_));
    auto make = [&](Reg c, Reg mask) {
      b_.store(stored(k_, k_.load(x, Index(c), mask), k_.kernel.layout, operand_.element)[0], to, Index(c));
    };
    const int64_t whole = inputs_ / k_.lanes * k_.lanes;
    b_.loop("c", b_.index(0), b_.index(whole), k_.lanes, {}, [&](Reg c, const Builder::Values&) {
      make(c, nullptr);
      return Builder::Values{};
    });
    if (whole < inputs_)
      make(b_.index(whole), b_.mask(static_cast<uint32_t>(k_.lanes), b_.index(inputs_ - whole)));
  }

  // The call's tiles of output vectors, of items from..end; `read_` is where the first one's inputs begin.
  void overTiles(Reg from, Reg end) {
    const int64_t width = vectors_ * k_.lanes;
    k_.unitsOfBatch({Size((outputs_ + width - 1) / width)}, [&](const std::vector<Reg>& parts) {
      firstVector_ = b_.mul(parts[0], vectors_);
      row_ = b_.offset(Scalar::F32, weights_, Index(parts[0], units_ * width));
      Reg next = from;
      for (int64_t together : itemTiles()) next = itemsTogether(together, from, next, end);
    });
  }

  // Items of a tile, largest first: their sums, the weights and an input are in registers. What is left over
  // goes into tiles of half as many, and so on.
  std::vector<int64_t> itemTiles() const {
    int64_t room = (k_.target.vectorRegisters - 1 - vectors_) / vectors_, items = 1;
    while (items * 2 <= std::min<int64_t>(room, 8)) items *= 2;
    std::vector<int64_t> tiles;
    for (; items > 0; items /= 2) tiles.push_back(items);
    return tiles;
  }

  // Does tiles of so many items until fewer are left. Gives the first item that is not done.
  Reg itemsTogether(int64_t items, Reg first, Reg from, Reg end) {
    Reg tiles = b_.floorDiv(b_.sub(end, from), items), to = b_.add(from, b_.mul(tiles, items));
    b_.loop("item", from, to, items, {}, [&](Reg item, const Builder::Values&) {
      tile(item, b_.sub(item, first), items);
      return Builder::Values{};
    });
    return to;
  }

  Reg vectorAt(int64_t v) { return b_.add(firstVector_, v); }
  Reg mask(Reg first) { return b_.mask(static_cast<uint32_t>(k_.lanes), b_.sub(b_.index(outputs_), first)); }

  Reg startOfSums(int64_t v) {
    if (whole_) return whole_->start(vectorAt(v));
    if (!bias_) return k_.constant(0);
    Reg first = b_.mul(vectorAt(v), k_.lanes);
    return b_.load(k_.vector, bias_, Index(first), mask(first), k_.constant(0));
  }

  void tile(Reg item, Reg place, int64_t items) {
    Reg x = b_.offset(Scalar::F32, read_, Index(place, pitch_));
    auto at = [&](int64_t i, int64_t v) { return static_cast<size_t>(i * vectors_ + v); };
    Builder::Values init(static_cast<size_t>(items * vectors_));
    for (int64_t v = 0; v < vectors_; ++v) {
      Reg start = startOfSums(v);
      for (int64_t i = 0; i < items; ++i) init[at(i, v)] = start;
    }
    Builder::Values sums =
        b_.loop("c", b_.index(0), b_.index(units_), 1, init, [&](Reg c, const Builder::Values& carried) {
          Builder::Values rows, next = carried;
          for (int64_t v = 0; v < vectors_; ++v)
            rows.push_back(products_.weights(row_, Index(c, vectors_ * k_.lanes) + Index(v * k_.lanes)));
          for (int64_t i = 0; i < items; ++i) {
            Reg number = products_.spread(b_.load(products_.unit(), x, Index(c) + Index(i * pitch_)));
            for (int64_t v = 0; v < vectors_; ++v)
              next[at(i, v)] = products_.add(carried[at(i, v)], number, rows[static_cast<size_t>(v)]);
          }
          return next;
        });
    // One number per output: a planar vector along the channels.
    for (int64_t i = 0; i < items; ++i)
      for (int64_t v = 0; v < vectors_; ++v) {
        Reg first = b_.mul(vectorAt(v), k_.lanes), sum = sums[at(i, v)];
        Site site{b_.add(item, i), first, {}, mask(first), false};
        site.alongChannels = true;
        tail_.store(tail_.evaluate(1, whole_ ? whole_->result(sum, vectorAt(v)) : sum, site), site);
      }
  }

  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  const TensorType& operand_;
  int64_t perUnit_, inputs_, units_, outputs_, vectors_;
  UnitProducts products_;
  Elementwise tail_;
  std::optional<WholeSums> whole_; // of a quantized layer
  Reg in_ = nullptr, weights_ = nullptr, bias_ = nullptr;
  Reg read_ = nullptr; // where the inputs of items are read, `pitch_` units apart
  int64_t pitch_ = 0;
  Reg firstVector_ = nullptr, row_ = nullptr; // of the work unit: its first vector of outputs, its weights
};

} // namespace

void dense(KernelBuilder& k) { Dense(k).run(); }

} // namespace convoy::schedule
