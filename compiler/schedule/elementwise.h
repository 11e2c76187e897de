// Element-wise nodes as vector arithmetic, anywhere: in kernels of their own and behind an anchor. Private to
// schedule/.
#pragma once
#include "schedule/kernel.h"

namespace convoy::schedule {

// Where a vector of the kernel's result lies. Planar: `lanes` neighbours along the last axis, at x. Blocked:
// the lanes of one channel block at one position.
struct Site {
  Reg item;                   // batch item
  Reg channel;                // planar: the channel. Blocked: the block
  std::vector<Reg> spatial;   // position per spatial axis; planar: the last is the first lane's
  Reg mask = nullptr;         // planar: lanes that exist; null: all. Blocked: never
  bool flat = false;          // spatial is one number: positions of all axes in a row
  bool alongChannels = false; // tensor[C]: lanes are the channels from `channel` on, whatever the layout
};

// Element by element: every operand is read at a site before the result is stored there, and nothing is
// stored twice, so that the result may take the place of an operand (storage.h).
class Elementwise {
public:
  explicit Elementwise(KernelBuilder& k);
  // Declares the pointer arguments of what nodes[from...] read. Before the loops.
  void declare(size_t from);
  // Evaluates nodes[from...]; `before` is the value of nodes[from - 1] (null when from is 0).
  Reg evaluate(size_t from, Reg before, const Site& site);
  Reg evaluate(size_t from, size_t to, Reg before, const Site& site); // up to nodes[to]
  // The same, where the kernel itself makes some of the nodes: their values.
  Reg evaluate(size_t from, std::map<ValueId, Reg> made, const Site& site);
  // The first node, where that makes all channels of a position from all of its operand: a vector for each.
  std::vector<Reg> pixel(const Site& site);
  // Before the loops, after declare: results in planes that are more than what stays in the caches may be
  // stored past them, in vectors that start at the column `origin` (at or before 0) or whole ones after it.
  // It is decided when the kernel starts. `flat`: all positions are one row.
  void mayStream(bool flat = false);
  // The same for kernels that start their vectors at column 0: only if the rows begin where vectors may.
  void mayStreamWhole();
  Reg origin() const { return origin_; } // 0 where nothing is stored past the caches
  bool mayShift() const { return streams_; }
  // The lanes of a vector at column x that are columns 0..n-1.
  Reg edgeMask(Reg x, Reg n);
  // Makes what body makes, once for each way to store: body(whether vectors without a mask go past the
  // caches).
  void eachWay(const std::function<void(bool streams)>& body);
  // Stores the kernel's result at the site.
  void store(Reg v, const Site& site);
  // Of a kernel on bytes without a window: evaluates all nodes for a vector of pixels at the site, which is
  // flat, and stores them. `count`: how many pixels exist, whose mask the site has; null: all.
  void pixels(Site site, Reg count);
  // Evaluates nodes[from...] for `pixels` neighbours of one block of channels, the first one at the site, and
  // stores them in the layout in which the kernel writes. value(p) is that of the node before at pixel p.
  // `count`: how many of them exist; null: all. `step`: from one of them to the next; 1 where planes are
  // written.
  void finishPixels(int64_t pixels, int64_t step, const Site& first, Reg count,
                    const std::function<Reg(Reg p)>& value, size_t from = 1);

private:
  Reg evaluate(size_t from, size_t to, std::map<ValueId, Reg>& made, const Site& site);
  Reg operand(ValueId id, const Site& site, Reg channel);
  std::vector<Reg> channelWindow(const graph::Value& node, const Site& site);
  Reg bytesOperand(ValueId id, const Site& site, Reg channel);
  Index interleavedAddress(ValueId id, const Site& site);
  Reg otherChannel(const graph::Value& node, const Site& site);
  Layout layoutOf(ValueId id) const;
  Packing packingOf(ValueId parameter) const;
  Reg position(ValueId id, Layout layout, const Site& site, bool& varies);
  Reg blockPosition(ValueId id, Layout layout, const Site& site);
  void storeVector(Reg v, Layout layout, const Site& site);
  Index address(ValueId id, Layout layout, const Site& site, Reg channel, bool& varies);
  void storeTransposed(std::vector<Reg> pixels, const Site& first, Reg count);
  KernelBuilder& k_;
  Builder& b_;
  std::map<ValueId, Reg> pointers_;
  std::map<ValueId, Reg> pixels_; // of bytes, where channels are taken out of them
  Reg out_ = nullptr, origin_ = nullptr;
  Reg streams_ = nullptr; // whether to; null: never
  bool streaming_ = false;
};

} // namespace convoy::schedule
