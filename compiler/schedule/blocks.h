// Values in blocks of channels: [blocks][positions][lanes] of 32-bit units (schedule.h says what a unit is).
// Whatever it is, the channels of a block lie side by side, so that a vector of `lanes` channels of a
// position is one load. Private to schedule/.
#pragma once
#include "schedule/kernel.h"

namespace convoy::schedule {

// What memory holds in this layout.
Scalar scalarOf(Layout layout);

// Products of one unit of the input with units of weights, a lane for each filter, in the kernel's
// arithmetic.
class UnitProducts {
public:
  explicit UnitProducts(KernelBuilder& k) : k_(k), perUnit_(unitChannels(k.kernel.layout)) {}
  // As which a unit is loaded, and the same for every lane.
  loop::Type unit() const { return loop::Type::of(perUnit_ == 1 ? Scalar::F32 : Scalar::I32); }
  Reg spread(Reg unit) const;
  Reg weights(Reg pointer, const Index& at) const; // `at` counts units
  Reg add(Reg sum, Reg x, Reg w) const;

private:
  loop::Type vectorOf(Scalar scalar) const;
  KernelBuilder& k_;
  int64_t perUnit_;
};

// The two halves of float32 numbers: bf16 vectors whose sum is theirs but for a 65536th. Where the number is
// infinite or no number, the first half is, and the second is 0.
struct Halves {
  Reg high, low;
};
Halves split(Builder& b, Reg v);

// Where a vector of channels of a value lies. `vector` counts vectors of `lanes` channels.
struct BlockPlace {
  Layout layout = Layout::Blocked;
  Element element = Element::F32; // of the value
  Index at = 0;                   // counts what memory holds
  Reg low = nullptr;              // Split: from high halves to low ones, in the same
  uint32_t channels = 0;          // `lanes`, or those of a position, where they are fewer
};
// As float32; lanes behind the channels of a position hold any of them. Nothing is read or written, and lanes
// are 0, where `exists` (an i64, null: it does) is 0 or less.
Reg loadBlock(KernelBuilder& k, Reg pointer, const BlockPlace& place, Reg exists = nullptr);
void storeBlock(KernelBuilder& k, Reg v, Reg pointer, const BlockPlace& place, Reg exists = nullptr);
// Numbers as they are stored in a layout; of Split their two halves.
std::vector<Reg> stored(KernelBuilder& k, Reg v, Layout layout, Element element);
// Vectors of one length, as many as a power of two: first the first element of each, then the second ...
Reg zipped(Builder& b, std::vector<Reg> vectors);
// The byte that stands for a whole number.
int64_t storedByte(Element element, int64_t number);

// `position` is that of framePosition. Two positions are as many units apart as a
// block has, two blocks as many positions as there are, with the frame.
BlockPlace blockPlace(KernelBuilder& k, ValueId id, Layout layout, Reg item, Reg vector, Reg position);
// Of a row (null: there is one) and a column, or of both numbered through without the frame.
Reg framePosition(KernelBuilder& k, ValueId id, Layout layout, Reg row, Reg column);
Reg framePosition(KernelBuilder& k, ValueId id, Layout layout, Reg flat);

// Fills the frame of the kernel's result with what stands for zero.
void clearFrame(KernelBuilder& k);

} // namespace convoy::schedule
