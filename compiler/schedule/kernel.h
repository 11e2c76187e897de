// What every kernel generator works with: the function that is being built, its arguments, and sizes as
// values. Private to schedule/.
//
// A kernel is `func @name(%begin: i64, %end: i64, %sizes: ptr, pointers...)`: it computes the work units
// begin..end of batch * units, or of all items together. Which units there are depends on the shape only,
// never on the threads.
//
// A kernel of a group (strips.h) computes the rows begin..end of one item instead. Whoever calls it gives it
// pointers as if all rows of the item were there.
#pragma once
#include "loop/builder.h"
#include "schedule/call.h"
#include "schedule/images.h"

namespace convoy::schedule {

using graph::Graph;
using loop::Builder;
using loop::Index;
using loop::Op;
using loop::Scalar;
using Reg = loop::Value*;

class KernelBuilder {
public:
  KernelBuilder(const Graph& graph, const Schedule& schedule, const Target& target, const Storage& storage,
                const Kernel& kernel, loop::Function& function);

  const Graph& graph;
  const Schedule& schedule;
  const Target& target;
  const Storage& storage;
  const Kernel& kernel;
  Builder b;
  Reg begin, end;
  KernelCall call;
  int64_t lanes;
  loop::Type vector; // f32 x lanes
  // The operands and the result that are bytes here, and how they are taken.
  std::optional<BytesKernel> onBytes;
  bool isBytes(ValueId id) const { return onBytes && onBytes->bytes.count(id) > 0; }
  // Bytes, or float32, whose channels are columns.
  bool isInterleaved(ValueId id) const {
    return onBytes && onBytes->form == BytesForm::Interleaved &&
           (isBytes(id) || onBytes->interleaved.count(id) > 0);
  }
  // The columns of a pixel: its channels, where they are interleaved.
  int64_t columnsPerPixel() const {
    if (!onBytes || onBytes->form != BytesForm::Interleaved) return 1;
    const std::set<ValueId>& some = onBytes->bytes.empty() ? onBytes->interleaved : onBytes->bytes;
    return value(*some.begin()).type.channels();
  }

  const graph::Value& value(ValueId id) const { return graph.value(id); }

  // From now on vectors are of u8. Four times as many lanes where masked loads of bytes are cheap: elsewhere
  // they are a branch for each lane.
  void workInBytes() {
    if (target.lanes() == 16) lanes *= 4;
    vector = loop::Type::vector(Scalar::U8, static_cast<uint32_t>(lanes));
  }
  bool worksInBytes() const { return vector.scalar == Scalar::U8; }

  // A pointer parameter, to the first channel of the first item. Asking twice for the same thing gives the
  // same one, and so does asking for an operand that the result overwrites. Only before the loops.
  Reg read(ValueId id, Layout layout);
  Reg write(ValueId id, Layout layout);
  Reg weights(ValueId parameter, Packing packing);
  Reg ahead(ValueId id); // of storage.ahead
  Reg scratch();         // what the kernel keeps between its functions (storage.h)
  // A row of one number, as long as the rows of `like` times `perColumn`.
  Reg borderRow(ValueId like, double border, int64_t perColumn = 1);

  // Items of a value are so many channels (blocked: blocks of channels) apart. Those of a value that lies in
  // a buffer with others are further apart than it has channels: every address of an item comes from here.
  int64_t itemRows(ValueId id, Layout layout) const {
    return storage.itemRows({id, layoutFor(layout, value(id).type)});
  }
  // Positions from one channel (blocked: block of channels) of a value to the next. Where only some of its
  // rows are in memory at a time these are fewer than it has: every address of a channel comes from here.
  Size plane(ValueId id, Layout layout) const {
    const Buffer buffer{id, layoutFor(layout, value(id).type)};
    // Nothing lies behind the only plane of a ring: kernels are equal whatever rows their rings have.
    if (storage.isRing(buffer) && storage.itemRows(buffer) == 1) return 0;
    return storage.plane(buffer);
  }
  Reg planeSize(ValueId id, Layout layout) { return size(plane(id, layout)); }
  // Columns from one row of a value to the next: more than it has in the rings of groups.
  Size pitch(ValueId id, Layout layout) const {
    return storage.pitch({id, layoutFor(layout, value(id).type)});
  }
  // Rows of all that the kernel reads and writes lie one behind another.
  bool rowsAreOne() const;
  Reg pitchSize(ValueId id, Layout layout) { return size(pitch(id, layout)); }

  // A size as an i64, computed where it is asked for.
  Reg size(const Size& size);
  Reg product(const TensorType& type, int firstAxis); // of the dims from firstAxis on (0: channels)

  // for %u = begin to end; the unit number is taken apart, the last count varying fastest. parts[0] is what
  // is left: the batch item. Sets call.units.
  void units(const std::vector<Size>& counts, const std::function<void(const std::vector<Reg>& parts)>& body);

  // The same where `rowCount` rows are computed, in strips of so many: body gets the numbers without that of
  // the strip, and its rows. In a group the rows are those of the call (the first one is a multiple of
  // rowGranule, strips.h), and the counts are loops.
  struct Strips {
    Size rowCount = 1;
    int64_t rows = 1;
  };
  void strips(const std::vector<Size>& before, const Strips& strips, const std::vector<Size>& after,
              const std::function<void(const std::vector<Reg>& parts, Reg y0, Reg y1)>& body);
  // Row by row: as units of `before` and of each row of a value of this type, of which parts has a number for
  // each axis but the last. In a group they are loops over the rows of the call, and the value has
  // `perRow` rows for each of those.
  void eachRow(const std::vector<Size>& before, const TensorType& type, int64_t perRow,
               const std::function<void(const std::vector<Reg>& parts)>& body);
  bool inGroup() const { return storage.inGroup(kernel); }

  // The same when each unit does its part of all the items: parts has a number for each count.
  void unitsOfBatch(const std::vector<Size>& counts,
                    const std::function<void(const std::vector<Reg>& parts)>& body);
  Reg itemsOfBatch(); // how many there are

  Reg scalarF32(Reg index); // i64 to f32
  // A vector; lanes off the mask are 0. No mask: all of them.
  Reg load(Reg pointer, const Index& at, Reg mask) {
    return mask ? b.load(vector, pointer, at, mask, constant(0)) : b.load(vector, pointer, at);
  }
  Reg splat(Reg scalar) { return b.splat(vector, scalar); }
  Reg constant(double number) { return b.number(number, vector); }
  // The vector of a block from memory with a number for each channel; 0 behind the last one. `together`:
  // blocks are taken so many at a time, of which the last ones may not exist.
  Reg channelNumbers(Reg pointer, int64_t channels, Reg block, int64_t together = 1);
  Reg insideMask(Reg n, Reg first); // the lanes that lie in 0..n-1, the first one at `first`
  int64_t blocks(int64_t channels) const { return (channels + lanes - 1) / lanes; }
  // The layout in which this kernel reads an operand.
  Layout layoutOf(ValueId operand) const { return storage.operandBuffer(kernel, operand).layout; }

  void finish() { b.ret(); }

private:
  Reg argument(Argument argument, const std::string& name, loop::Type type = loop::Type::pointer());
  std::map<std::string, Reg> symbols_;
};

// Sizes as values, with symbols looked up by `symbol`.
Reg sizeValue(Builder& b, const Size& size, const std::function<Reg(const std::string&)>& symbol);

} // namespace convoy::schedule
