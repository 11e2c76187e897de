// A schedule says how a graph is computed: which nodes share a kernel, by which algorithm, in which layout
// and with which register tile. It prints as text, a line per kernel, and reads back.
//
//   schedule @edges lanes 16 {
//     group rows 8 {
//       kernel [conv_1, mul_1]: window planar tile 1x8x1
//       kernel [max_pool_1]: window planar tile 1x2x4
//     }
//     kernel [conv_2, relu_2]: window blocked tile 14x2 order positions writes planar
//   }
#pragma once
#include "graph/graph.h"
#include "target/target.h"
#include <optional>
#include <string>
#include <vector>

namespace convoy::schedule {

// How a value lies in memory. Planar: [C][D][H][W] float32. The others are blocks of channels,
// [blocks][D][H][W][lanes] of 32-bit units, the last block filled up with zeros; fewer than `lanes` units
// where there are few channels (blockUnits). A unit is
//   Blocked: one float32;
//   Bf16:    two channels, rounded to bf16;
//   Split:   the same twice, first the high halves of all numbers, then the low ones: x = high + low;
//   Int8:    four channels of a value of 8-bit whole numbers, signed ones with 128 added.
enum class Layout { Planar, Blocked, Bf16, Split, Int8 };
inline bool inBlocks(Layout layout) { return layout != Layout::Planar; }
int64_t unitChannels(Layout layout); // channels of a unit; 1 of Planar
int64_t partsOf(Layout layout);      // how often a value lies there: 2 of Split, its halves
int64_t blocksOf(int64_t channels, Layout layout, int64_t lanes);
// Units of a position in a block: `lanes`, or the next power of two where units of several channels are
// fewer.
int64_t blockUnits(int64_t channels, Layout layout, int64_t lanes);
// Vectors of `lanes` channels in all blocks, those that only fill up the last one with them.
int64_t vectorsOf(int64_t channels, Layout layout, int64_t lanes);

// How products are computed, and how exact they are (docs/numerics.md).
enum class Arithmetic {
  Float32,
  Winograd, // fewer products in float32, of sums of the numbers
  Bf16,     // numbers rounded to bf16, sums in float32
  Split,    // each number as the sum of two bf16 ones, three of the four products
  Int8,     // whole numbers, exactly
};

enum class Algorithm {
  Window,     // convolution and pooling with register tiles
  Tiles,      // convolution on matrix tiles
  Winograd,   // 3x3 convolution by fewer products (winograd.h), blocked
  Transposed, // transposed convolution, blocked by phases
  Adaptive,   // pooling whose windows follow from the sizes
  Separable,  // convolution by a column times a row, one after the other
  Pointwise,  // element-wise work, also that mixes a few channels of a position
  Concat,     // a copy of each operand that is not computed at its place
  Resample,   // padding, cropping, resizing
  Interleave, // between channels and positions, or all axes in another order
  Softmax,
  Reduction,   // one number from all elements along some axes
  Standardize, // each channel less its mean, over its deviation
  Dense,       // matrix times vector, also a quantized one whose weights are bytes
  Integer,     // quantized convolution and dense layers in any shape
  Alias,       // another view of the same memory (flatten)
  Reorder,     // the value of its one node again, in the other layout
};
const char* nameOf(Algorithm algorithm);
const std::vector<Algorithm>& everyAlgorithm();
Algorithm algorithmOf(const OpInfo& info); // the one to begin with
// Element-wise nodes may follow the anchor of such a kernel.
bool takesTail(Algorithm algorithm);
const char* nameOf(Layout layout);
const std::vector<Layout>& everyLayout();
const char* nameOf(Arithmetic arithmetic);

// Blocked convolution that mixes channels: what the outer loop goes over. Filters: the weights of a tile are
// read once, and the input again for each tile of filters. Positions: the other way round.
enum class Order { Filters, Positions };
const char* nameOf(Order order);

// One kernel: its nodes in order, computed together. The first is the anchor; the others are element-wise and
// use their predecessor. A separable kernel may have several such chains, each of which begins with a filter
// of the same picture and is read further on in the kernel (separable.h). Only the last node's value is
// written to memory, in `layout`.
struct Kernel {
  std::vector<graph::ValueId> nodes;
  Algorithm algorithm = Algorithm::Pointwise;
  Layout layout = Layout::Planar;
  // In which the result is written, where that is not the layout of the work.
  std::optional<Layout> writes;
  // Window planar: output channels x rows x vectors. Window and transposed blocked: pixels x channel vectors;
  // windows without mixed channels: rows x pixels. Tiles: matrix tiles of 16 pixels x those of a vector of
  // filters. Winograd: results of a tile along an axis x tiles x vectors of filters x such blocks of tiles.
  // Separable: rows. Dense: vectors.
  std::vector<int64_t> tile;
  Order order = Order::Filters;
  // What sizes and caches decide unless it is said. On at most so many threads, however little work there is;
  // 0: as many as the work is worth.
  int64_t threads = 0;
  std::optional<bool> storesPast; // results in planes, past the caches
  std::optional<bool> prefetches; // asks for weights while those before them are used
  graph::ValueId anchor() const { return nodes.front(); }
  graph::ValueId result() const { return nodes.back(); }
  Layout resultLayout() const { return writes.value_or(layout); }
};
// That of the anchor's products: the algorithm, or the layout in which it reads numbers, says it.
Arithmetic arithmeticOf(const Kernel& kernel);

// Neighbouring kernels that run together, strip by strip of the rows of their results (strips.h): what lies
// between them stays in the caches, and is nowhere whole.
struct Group {
  size_t first = 0, count = 0; // of the schedule's kernels
  int64_t rows = 0;            // of the last one's result, in a strip
  size_t end() const { return first + count; }
  bool has(size_t kernel) const { return first <= kernel && kernel < end(); }
};

struct Schedule {
  int lanes = 16;    // float32 per vector, and channels per block
  int64_t items = 0; // that run together through the first kernels; 0: as many as stay in the caches
  std::vector<Kernel> kernels; // in order of execution
  std::vector<Group> groups;   // likewise
  // Between 8-bit images, whole numbers may stand for float32 sums (bytes_whole.h).
  bool wholeNumbers = true;
  const Group* groupOf(size_t kernel) const;
};

// By cost; or in blocks, whatever that costs: every kernel that can work in blocks does, and conversions are
// added.
enum class LayoutChoice { ByCost, InBlocks };
// What results may differ by: Strict, float32 sums in order; Fast, also what is about as exact; Bf16, also
// products of numbers that are rounded to bf16.
enum class Math { Strict, Fast, Bf16 };
// Which convolutions Winograd's algorithm computes, unless they are strict: where that costs less; all that
// it can; none.
enum class WinogradChoice { ByCost, Wherever, Never };
// Which neighbours run in groups: where that costs less; all that can, in strips of the fewest rows, which
// takes least memory; none.
enum class GroupChoice { ByCost, Wherever, Never };
struct Choices {
  LayoutChoice layouts = LayoutChoice::ByCost;
  Math math = Math::Fast;
  bool matrixTiles = false; // also where the target has no matrix unit and they are slow
  WinogradChoice winograd = WinogradChoice::ByCost;
  GroupChoice groups = GroupChoice::ByCost;
};
// The layout of several channels a unit that may be used, if it gains anything on this target.
std::optional<Layout> unitsToUse(const Target& target, const Choices& choices);
Schedule makeSchedule(const graph::Graph& graph, const Target& target, const Choices& choices = {});
// Chooses the groups again, of all kernels as they are.
void regroup(Schedule& schedule, const graph::Graph& graph, const Target& target, GroupChoice choice);

// The layout in which a kernel that works in `layout` reads or writes a value of this type: a single channel
// or a single position is the same memory either way and counts as planar; what is no 8-bit number is
// float32.
Layout layoutFor(Layout layout, const TensorType& type);
// The layout in which `kernel` must find `operand`; nullopt: either will do.
std::optional<Layout> neededLayout(const graph::Graph& graph, const Schedule& schedule, const Kernel& kernel,
                                   graph::ValueId operand);

// One filter per channel, and as many results as channels: nothing is mixed between channels.
bool isDepthwise(const graph::Graph& graph, const graph::Value& conv); // also a transposed one
// Convolution, of numbers or of whole ones; not a transposed one.
bool convolves(const graph::Value& node);
// The operand of a convolution that is its bias; none.
std::optional<graph::ValueId> biasOf(const graph::Value& conv);
// What kernels of dense layers in units have on the stack: inputs as units.
constexpr int64_t denseBufferBytes = 512 << 10;
// Of a quantized convolution or dense layer: the byte that stands for 0 in its input, in Int8 layout.
int64_t storedZero(const graph::Graph& graph, const graph::Value& conv);
// The kernel's anchor can be computed from units of several channels, in kernel.layout by kernel.algorithm.
bool canWorkInUnits(const graph::Graph& graph, const Kernel& kernel, int lanes);
// A product of two 8-bit numbers is below 2^15: float32 holds every sum of so many.
constexpr int64_t exactTerms = (int64_t{1} << 24) / (255 * 128);
// A quantized convolution of each channel by itself, whose whole numbers and their sums float32 holds: it is
// computed like one of numbers, in blocks.
bool isExactInFloat32(const graph::Graph& graph, const graph::Value& node);
// The kernel finds the border of its windows in memory, around its input (storage.h): on matrix tiles, and
// where bytes that stand for 0 are others.
bool readsFrame(const graph::Graph& graph, const Kernel& kernel);
// Pooling, depthwise convolution, and small groups of as many filters as channels of which a vector of
// `lanes` holds several: a block of channels gives the same block of the result, in blocked layout.
bool isChannelwise(const graph::Graph& graph, const graph::Value& window, int lanes);
// Channels of a channelwise window that are mixed: more than one in grouped convolution.
int64_t mixedChannels(const graph::Graph& graph, const graph::Value& window);
// A pointwise kernel whose anchor reads other channels than those of the results.
bool choosesChannels(const graph::Graph& graph, const Kernel& kernel);
// Every operand of a concat is whole blocks of channels: they lie side by side in blocked layout too.
bool concatsBlocks(const graph::Graph& graph, const graph::Value& concat, int lanes);
// A window of channels that reaches into the blocks beside its own, and no further.
bool windowsBlocks(const graph::Value& node, int lanes);
// All operands of a node and its result lie in blocks, where the kernel works in blocks.
bool isAllBlocks(const graph::Graph& graph, const graph::Value& node);
// Windows so small that a tile of results holds all that it reads of an input row in registers, and
// neighbours share what they have in common.
bool isSmallWindow(const graph::Value& window);
// Whether the kernel's rows are written out.
bool unrollsRows(const graph::Graph& graph, const graph::Value& window);
// How many rows of results a tile of a window over each channel may have: several, which share input rows,
// where the kernel's rows are written out.
int64_t mostTileRows(const graph::Graph& graph, const graph::Value& window);

// The positions of all axes may be walked as one row: each operand of nodes[from...] has all spatial extents
// of the result or none.
bool canFlatten(const graph::Graph& graph, const Kernel& kernel, size_t from);
// A window kernel walks so: no tap reaches another position.
bool walksFlat(const graph::Graph& graph, const Kernel& kernel);

// What a problem is about, of what is said of a kernel.
enum class Part { Layers, Algorithm, Layout, Tile, Order, Writes, Threads, Stores, Prefetch, Group };
struct Problem {
  std::string text;             // one sentence
  std::optional<size_t> kernel; // of the schedule; none when it is about all of it
  Part part = Part::Layers;
  std::string help = {}; // what is possible; may be empty
};
// A value that goes from one kernel to another outside of a group that has both, though each could be in one
// and the reader needs some rows at a time.
struct Apart {
  size_t producer, consumer; // kernels of the schedule
  std::string why;           // a clause: "it would not be faster"
  std::string change;        // what would make them one group; may be empty
};
std::vector<Apart> whyApart(const graph::Graph& graph, const Target& target, const Schedule& schedule);
// What is wrong with a schedule; empty when it can be lowered.
std::vector<Problem> problems(const Schedule& schedule, const graph::Graph& graph);

std::string print(const Schedule& schedule, const graph::Graph& graph);
// What is said of a kernel that sizes and caches decide otherwise: " threads 2", or nothing.
std::string requestsText(const Kernel& kernel);
// Stage `fused`: the graph with its nodes grouped as the schedule decided.
std::string printFused(const Schedule& schedule, const graph::Graph& graph);
// Reads what `print` prints, or a part of it: what the text leaves out is chosen as makeSchedule chooses,
// what it says is done. The result fits the graph. nullopt after an error.
std::optional<Schedule> read(const SourceFile& file, const graph::Graph& graph, const Target& target,
                             DiagnosticEngine& diags, const Choices& choices = {});

} // namespace convoy::schedule
