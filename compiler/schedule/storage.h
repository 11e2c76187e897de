// Which values share memory. Private to schedule/.
//
//   - An alias is its operand's memory.
//   - An operand of a concat is computed at its place in the result: it is a part of the result's buffer, and
//     its items are as far apart as those of the whole.
//   - Element-wise work writes over an operand that is not needed afterwards. Not in a group.
//   - What only a group needs lies in its rings (strips.h), each of which is a piece of its own.
//
// What shares memory is one piece, which is needed from its first write to its last read. All of it follows
// from the graph and its schedule, before any kernel is built.
#pragma once
#include "schedule/schedule.h"
#include <map>
#include <memory>

namespace convoy::schedule {

using graph::ValueId;

// A value in one layout (that of layoutFor): it is written once, by one kernel.
struct Buffer {
  ValueId value;
  Layout layout;
  bool scratch = false; // not the value: what its kernel keeps between its functions
  bool operator<(const Buffer& o) const {
    if (value != o.value) return value < o.value;
    return layout != o.layout ? layout < o.layout : scratch < o.scratch;
  }
  bool operator==(const Buffer& o) const {
    return value == o.value && layout == o.layout && scratch == o.scratch;
  }
};
inline Buffer scratchOf(ValueId result) { return {result, Layout::Planar, true}; }

// Positions of a tensor: the product of its spatial extents.
Size spatialSize(const TensorType& type);

// What stands for zero, around the positions of a value that matrix tiles read, for one: the border of their
// windows lies in memory, so that positions can be numbered through over the rows. In the last axis `gap`
// columns are between two rows, and before the first; along the axis before it, there are rows before the
// first and after the last.
struct Frame {
  int64_t gap = 0, before = 0, after = 0;
  int64_t fill = 0; // Int8: the byte that stands for 0
  bool any() const { return gap || before || after; }
  bool operator==(const Frame& o) const {
    return gap == o.gap && before == o.before && after == o.after && fill == o.fill;
  }
  // Of a value of this type: columns and rows, of which there is one where it has no such axis.
  Size columns(const TensorType& type) const { return type.dims.back(); }
  Size rows(const TensorType& type) const;
  Size pitch(const TensorType& type) const { return columns(type) + gap; } // from one row to the next
  // From the first position of a plane to that of row 0, column 0.
  Size origin(const TensorType& type) const { return pitch(type) * before + gap; }
  // Positions of so many rows, its own among them.
  Size ofRows(const TensorType& type, const Size& rows) const { return pitch(type) * rows + gap; }
  // Positions of a plane, with the frame.
  Size positions(const TensorType& type) const;
};

// What a kernel reads from memory, parameters apart.
std::vector<ValueId> valuesRead(const graph::Graph& graph, const Kernel& kernel);
// Where `kernel` writes its result.
Buffer resultBuffer(const graph::Graph& graph, const Kernel& kernel);

class Strips;
struct StripKernel;

class Storage {
public:
  Storage(const graph::Graph& graph, const Schedule& schedule);
  ~Storage();

  struct Piece {
    Size elements;           // of one item of the batch, in units of four bytes
    int first = 0, last = 0; // kernels: the first one that writes it, the last one that reads or writes it
    std::optional<size_t> input;  // it is this input of the graph
    std::optional<size_t> output; // it is this output of the graph
    std::optional<size_t> ringOf; // it is a ring of this group; the batch takes turns in it
    bool overlaps(const Piece& o) const { return first <= o.last && o.first <= last; }
  };
  std::vector<Piece> pieces;

  // Where `kernel`, of the schedule, reads an operand: in the layout that it needs, else in blocks where they
  // are there by then.
  Buffer operandBuffer(const Kernel& kernel, ValueId operand) const;
  // The buffer whose memory an alias or a part uses; itself for all others.
  Buffer holder(Buffer buffer) const;
  size_t pieceOf(Buffer buffer) const { return pieceOf_.at(holder(buffer)); }
  // The value's first channel in its piece.
  int64_t firstChannel(Buffer buffer) const;
  // Planar: channels, else blocks of channels (Split: of both halves), from one item of the batch to the
  // next.
  int64_t itemRows(Buffer buffer) const;
  const Frame& frame(Buffer buffer) const;
  Size itemElements(Buffer buffer) const; // of four bytes; of a ring, those that it has room for
  // Columns from one row to the next, without the frame.
  Size pitch(Buffer buffer) const;
  // Positions from one of them to the next, with the frame.
  Size plane(Buffer buffer) const;
  bool inGroup(const Kernel& kernel) const; // of the schedule
  // Of each group of the schedule.
  const Strips& strips(size_t group) const { return *strips_[group]; }
  // Of whose rows only some are in memory at a time.
  bool isRing(Buffer buffer) const { return rings_.count(holder(buffer)) > 0; }
  // What a kernel of a group that reads rings asks for meanwhile, so that it is in the caches when the next
  // strip begins: rows of planes that the group reads from memory. With row y of its convolution goes row
  // y + rows.
  struct Ahead {
    ValueId value;
    int64_t rows;
  };
  std::optional<Ahead> ahead(const Kernel& kernel) const;
  // The concat does not copy this operand: it is computed in its place.
  bool isPart(const Kernel& concat, ValueId operand) const;
  // The kernel's result takes the place of this operand.
  bool overwrites(const Kernel& kernel, Buffer operand) const;

private:
  struct Part {
    Buffer whole;
    int64_t firstChannel;
  };
  void findFrames();
  void findAliases();
  void findParts();
  void findRings();
  void findAhead(size_t group, const std::vector<StripKernel>& kernels);
  void findLives();
  void makePieces();
  std::optional<Buffer> dyingOperand(size_t kernel) const;
  bool isOutput(ValueId value) const;

  const graph::Graph& graph_;
  const Schedule& schedule_;
  std::map<ValueId, const Kernel*> inBlocks_; // the first one that writes it in blocks
  std::map<Buffer, Frame> frames_;
  std::map<Buffer, Buffer> aliases_; // to the operand
  std::map<Buffer, Part> parts_;
  std::vector<std::unique_ptr<Strips>> strips_;
  struct InRing {
    size_t group;
    int64_t rows;
  };
  std::map<Buffer, InRing> rings_;       // of holders
  std::map<size_t, Ahead> ahead_;        // of kernels
  std::map<Buffer, int> lastUse_;        // of holders: the last kernel that reads or writes them
  std::map<Buffer, size_t> pieceOf_;     // of holders
  std::map<Buffer, Buffer> overwritten_; // by a result
};

} // namespace convoy::schedule
