// From 8-bit images to an 8-bit image in whole numbers of 16 bits: which work can be done so, and what is
// known of its numbers (docs/decisions/bytes.md). Private to schedule/.
#pragma once
#include "graph/graph.h"
#include <map>
#include <set>

namespace convoy::schedule {

// A value is n / (255 * 2^shift) with low <= n <= high. 16 bits hold n, with a sign where low is below 0.
struct WholeNumber {
  int64_t shift = 0, low = 0, high = 0;
  bool isSigned() const { return low < 0; }
};

// Rows of a window that are multiples of the same sums along a row. A window may have several kinds of them,
// and several windows the same kind.
struct WholeColumn {
  size_t sums; // of WholeWork
  // Neighbours below one another are added so many times: 1 2 1 is twice. What windows of neighbouring
  // results have in common is then added once.
  int64_t levels = 0;
  std::vector<std::pair<int64_t, int64_t>> factors = {}; // of rows, counted from the first one of all windows
};
// Whole weights of columns to the right of the first one of all windows.
using ColumnWeights = std::vector<std::pair<int64_t, int64_t>>;

// Sums of neighbours in one image, with whole weights, and element-wise work on them. Or the largest of its
// neighbours: then there is one window, which has no other factors than 1.
struct WholeWork {
  graph::ValueId image = 0, result = 0;
  bool maximum = false;
  Border border; // of the windows
  // Steps from result to result, and where the first window begins, before the first row and column.
  int64_t rowStride = 1, columnStride = 1, padTop = 0, padLeft = 0;
  int64_t height = 1, width = 1;   // what all windows of a result span, in rows and columns
  std::vector<ColumnWeights> sums; // along a row
  std::map<graph::ValueId, std::vector<WholeColumn>> windows; // of what has a window; the image has one
  std::vector<graph::ValueId> nodes;                          // all that is computed, in order
  std::map<graph::ValueId, WholeNumber> numbers;              // of `nodes` and the image
};

// Of nodes that nobody else reads but the last one's result, which is an image like one of `images`; none
// when they read other things than the images, or more than one, or do what is not exact in 16 bits.
std::optional<WholeWork> wholeWork(const graph::Graph& graph, const std::vector<graph::ValueId>& nodes,
                                   const std::set<graph::ValueId>& images);

} // namespace convoy::schedule
