// Dense layers: lanes are outputs, each input number is broadcast against a row of packed weights. A unit is
// a tile of output vectors of all the items: tiles of items share what is read of the weights. Every number
// is summed over the inputs in order, in whatever tile it is, so that an item's result depends on no other
// item.
#include "schedule/elementwise.h"
#include "schedule/kernels.h"

namespace convoy::schedule {

namespace {

class Dense {
public:
  explicit Dense(KernelBuilder& k)
      : k_(k), b_(k.b), node_(k.value(k.kernel.anchor())),
        inputs_(k.value(node_.operands[0]).type.channels()), outputs_(node_.type.channels()),
        vectors_(k.kernel.tile[0]), tail_(k) {}

  void run() {
    in_ = k_.read(node_.operands[0], Layout::Planar);
    weights_ = k_.weights(node_.operands[1], {Packing::Filters, vectors_, inputs_});
    bias_ = node_.operands.size() > 2 ? k_.weights(node_.operands[2], {}) : nullptr;
    tail_.declare(1);
    int64_t width = vectors_ * k_.lanes;
    k_.unitsOfBatch({Size((outputs_ + width - 1) / width)}, [&](Reg items, const std::vector<Reg>& parts) {
      first_ = b_.mul(parts[0], width);
      row_ = b_.offset(Scalar::F32, weights_, Index(parts[0], inputs_ * width));
      Reg from = b_.index(0);
      for (int64_t together : itemTiles()) from = itemsTogether(together, from, items);
    });
    k_.finish();
  }

private:
  // Items of a tile, largest first: their sums, the weights and an input number are in registers. What is
  // left over goes into tiles of half as many, and so on.
  std::vector<int64_t> itemTiles() const {
    int64_t room = (k_.target.vectorRegisters - 1 - vectors_) / vectors_, items = 1;
    while (items * 2 <= std::min<int64_t>(room, 8)) items *= 2;
    std::vector<int64_t> tiles;
    for (; items > 0; items /= 2) tiles.push_back(items);
    return tiles;
  }

  // Does tiles of so many items until fewer are left. Gives the first item that is not done.
  Reg itemsTogether(int64_t items, Reg from, Reg end) {
    Reg tiles = b_.floorDiv(b_.sub(end, from), items), to = b_.add(from, b_.mul(tiles, items));
    b_.loop("item", from, to, items, {}, [&](Reg item, const Builder::Values&) {
      tile(item, items);
      return Builder::Values{};
    });
    return to;
  }

  Reg mask(int64_t vector) {
    return b_.mask(static_cast<uint32_t>(k_.lanes),
                   b_.sub(b_.index(outputs_), b_.add(first_, vector * k_.lanes)));
  }

  void tile(Reg item, int64_t items) {
    int64_t pitch = k_.itemRows(node_.operands[0], Layout::Planar);
    Reg x = b_.offset(Scalar::F32, in_, Index(item, pitch));
    auto at = [&](int64_t i, int64_t v) { return static_cast<size_t>(i * vectors_ + v); };
    Builder::Values init(static_cast<size_t>(items * vectors_));
    for (int64_t v = 0; v < vectors_; ++v) {
      Index place = Index(first_) + Index(v * k_.lanes);
      Reg start = bias_ ? b_.load(k_.vector, bias_, place, mask(v), k_.constant(0)) : k_.constant(0);
      for (int64_t i = 0; i < items; ++i) init[at(i, v)] = start;
    }
    Builder::Values sums =
        b_.loop("c", b_.index(0), b_.index(inputs_), 1, init, [&](Reg c, const Builder::Values& carried) {
          Builder::Values rows, next = carried;
          for (int64_t v = 0; v < vectors_; ++v)
            rows.push_back(b_.load(k_.vector, row_, Index(c, vectors_ * k_.lanes) + Index(v * k_.lanes)));
          for (int64_t i = 0; i < items; ++i) {
            Reg number = k_.splat(b_.load(loop::Type::of(Scalar::F32), x, Index(c) + Index(i * pitch)));
            for (int64_t v = 0; v < vectors_; ++v)
              next[at(i, v)] = b_.fma(number, rows[static_cast<size_t>(v)], carried[at(i, v)]);
          }
          return next;
        });
    // One number per output: a planar vector along the channels.
    for (int64_t i = 0; i < items; ++i)
      for (int64_t v = 0; v < vectors_; ++v) {
        Site site{b_.add(item, i), b_.add(first_, v * k_.lanes), {}, mask(v), false};
        site.alongChannels = true;
        tail_.store(tail_.evaluate(1, sums[at(i, v)], site), site);
      }
  }

  KernelBuilder& k_;
  Builder& b_;
  const graph::Value& node_;
  int64_t inputs_, outputs_, vectors_;
  Elementwise tail_;
  Reg in_ = nullptr, weights_ = nullptr, bias_ = nullptr;
  Reg first_ = nullptr, row_ = nullptr; // of the unit: its first output, its weights
};

} // namespace

void dense(KernelBuilder& k) { Dense(k).run(); }

} // namespace convoy::schedule
