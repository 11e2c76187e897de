// What matrix tiles compute: a convolution, or a phase of a transposed one. Private to schedule/.
#pragma once
#include "schedule/transposed.h"

namespace convoy::schedule {

// One axis. Tap t of output o reads input o * stride + t * dilation - before; it is result o * step + first
// of the layer. `before` and `after` are how many positions before and behind the input are read; negative:
// that many are not.
struct TileAxis {
  int64_t kernel = 1, stride = 1, dilation = 1, before = 0, after = 0;
  Size input = 1, outputs = 1;
  int64_t step = 1, first = 0;
};

struct TileWindow {
  TileAxis rows, columns; // one row where the layer has no such axis
  Packing packing;        // of a phase: which taps it has
};

// Neighbouring taps of a row that make one row of a matrix tile: several where a position has few units.
int64_t joinedTaps(int64_t channels, Layout layout);

// nullopt: the layer's border is not zeros, or not one whose extent is known, or it has more than two axes.
std::optional<TileWindow> tileWindowOf(const graph::Graph& graph, const graph::Value& conv);
std::optional<TileWindow> tileWindowOf(const graph::Graph& graph, const graph::Value& transposed,
                                       const Phase& phase);
// All of them: one, or the phases. Empty: matrix tiles cannot compute it.
std::vector<TileWindow> tileWindowsOf(const graph::Graph& graph, const graph::Value& node);

} // namespace convoy::schedule
