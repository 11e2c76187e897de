// What a compiled pipeline calls: the functions of its kernels and what they are given.
#pragma once
#include "schedule/work.h"

namespace convoy::schedule {

using graph::ValueId;

// How a parameter lies in the prepared weights.
struct Packing {
  enum Kind {
    Raw,      // as in the script
    Filters,  // [tile][unit block][tap][unit][vectors * lanes][channel of the unit]: blocked convolution,
              // dense
    Sums,     // [filter], i32: the sum of a filter's whole numbers; filled up to a vector
    Depth,    // [channel block][tap][channel of the group][lanes]: depthwise and small groups
    Winograd, // [tile][point][channel][vectors * lanes]: at the points of Winograd's transform
  } kind = Raw;
  int64_t vectors = 1;      // Filters: channel vectors in a tile
  int64_t channelBlock = 1; // Filters: input units in a block. Depth: channels of a group
  // Filters: what a unit of the input is, and so of the weights. Split: their high or their low halves.
  Layout unit = Layout::Blocked;
  bool low = false;
  // Filters: so many neighbouring taps of a kernel's row, of `width` taps, share a block of units evenly;
  // those that there are not are 0.
  int64_t joinedTaps = 1, width = 1;
  int64_t results = 0; // Winograd: of a tile along an axis
  int64_t stepsOf(int64_t allTaps) const {
    return joinedTaps == 1 ? allTaps : allTaps / width * ((width + joinedTaps - 1) / joinedTaps);
  }
  // One phase of a transposed convolution, whose parameter is [channels][filters / groups][taps]: of each
  // kernel only these taps, backwards from a first one. Empty: any other layer.
  struct Taps { // along an axis
    int64_t count, distance;
    bool operator==(const Taps& o) const { return count == o.count && distance == o.distance; }
  };
  std::vector<Taps> taps{};
  int64_t firstNumber = 0, groups = 1;
  bool operator==(const Packing& o) const {
    return kind == o.kind && vectors == o.vectors && channelBlock == o.channelBlock && unit == o.unit &&
           low == o.low && results == o.results && joinedTaps == o.joinedTaps && width == o.width &&
           taps == o.taps && firstNumber == o.firstNumber && groups == o.groups;
  }
};

// What an argument is, or points to, when the kernel is called.
struct Argument {
  // Scratch: what the kernel keeps between its functions. Batch: the number of items, no pointer. Of a group:
  // Rings, all that it keeps for its strips; From and To, which of all strips of all items
  // it computes, and Parts, into how many ranges these are cut: no pointers. Of a kernel in a group: Ahead,
  // the value that it asks for (storage.h), or any memory where the group reads none in planes.
  enum Kind { Read, Write, Scratch, Weights, BorderRow, Batch, Rings, From, To, Parts, Ahead } kind;
  ValueId value = 0; // Read, Write, Ahead: the tensor. Scratch: the result. Weights: the parameter.
                     // BorderRow: whose rows are as long
  Layout layout = Layout::Planar; // Read, Write
  Packing packing;                // Weights
  double border = 0;              // BorderRow: the number that fills it
  int64_t perColumn = 1;          // BorderRow: numbers for each column
  bool bytes = false;             // Read, Write: the caller's memory of an image, which holds bytes
  bool isSame(const Argument& o) const {
    return kind == o.kind && value == o.value && layout == o.layout && packing == o.packing &&
           border == o.border && perColumn == o.perColumn && bytes == o.bytes;
  }
};

struct KernelCall {
  std::string function;
  Size units = 1;            // of one item, or of all items together:
  bool ofWholeBatch = false; // then each unit does its part of every item
  WorkCycles cycles;
  int64_t threads = 0;       // as in Kernel
  int64_t stripsPerPart = 0; // of a group, whose units are strips: a part has at least so many; 0: no group
  std::vector<Argument> arguments;
  // What is called when all images of the kernel, or of the group, are bytes; none: this too. One of no
  // function: nothing, another kernel does its work.
  std::vector<KernelCall> onBytes;
};

// A value, or what a kernel keeps, that lies in the workspace; of a ring, some of its rows.
struct HeldBuffer {
  ValueId value;
  Size bytes; // of an item; of a ring, of a thread
  bool isRing = false;
};

// What the workspace has room for, for one item of the batch.
struct Workspace {
  int64_t buffers = 0; // values between kernels; those whose lives do not overlap share memory
  Size bufferBytes = 0;
  int64_t borderRows = 0; // rows of a constant border
  Size borderBytes = 0;
  int64_t rings = 0;            // of all groups, which take turns (strips.h)
  Size ringBytes = 0;           // of a thread
  std::vector<HeldBuffer> held; // each; many are not needed at the same time
  Size bytes(int64_t threads = 1) const { return bufferBytes + borderBytes + ringBytes * threads; }
};

// What a program does beside its kernels: it moves values between their layouts and the caller's.
struct Move {
  std::string name; // "photo to planes"
  Size bytes;       // of an item, read and written
};

// Of each kernel of a schedule, in its order; none for another view of the same memory. Those of a group are
// called by its driver.
using ProgramCalls = std::vector<std::vector<KernelCall>>;

} // namespace convoy::schedule
