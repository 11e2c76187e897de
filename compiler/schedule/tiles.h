// Register tiles and costs of kernels, from shapes and the machine. Private to schedule/.
//
// Costs are cycles of one core, for one item. They compare ways to compute the same thing; a size that is
// known only at run time counts as `usualExtent`.
#pragma once
#include "schedule/schedule.h"

namespace convoy::schedule {

constexpr int64_t chunkTiles = 16; // tiles of a blocked unit where there are no rows
constexpr int64_t usualExtent = 256;
int64_t usual(const Size& size);

// The kernels that have such a tile, and read single numbers where they mix blocked channels.
inline bool isWindowed(Algorithm algorithm) {
  return algorithm == Algorithm::Window || algorithm == Algorithm::Tiles ||
         algorithm == Algorithm::Winograd || algorithm == Algorithm::Transposed;
}

// What a cost depends on beside the kernel.
struct Costs {
  const graph::Graph& graph;
  const Target& target;
  int lanes;

  // A tile of a window kernel, and the cycles that it takes to compute everything with it.
  struct Tile {
    std::vector<int64_t> extents;
    double cycles = 0;
    Order order = Order::Filters; // Winograd: that goes with it
  };
  Tile windowTile(const Kernel& kernel) const; // also of a transposed one; of kernel.layout

  // Positions where the weights of the whole layer stay in the second cache, or stream fast enough.
  Order orderOf(const Kernel& kernel) const;

  // Of a kernel as it stands, with the memory that it moves.
  double cycles(const Kernel& kernel) const;
  // Of a value's conversion from one layout to the other.
  double conversion(graph::ValueId value) const;
  // What it costs more to read an operand's single numbers from planes than from blocks.
  double readingPlanes(const Kernel& kernel, graph::ValueId operand) const;

private:
  Tile transposedTile(const Kernel& kernel) const;
  Tile planarTile(const Kernel& kernel) const;
  Tile planarPoolTile(const Kernel& kernel) const;
  Tile channelwiseTile(const Kernel& kernel) const;
  Tile blockedTile(const Kernel& kernel) const;
  Tile matrixTile(const Kernel& kernel) const;
  Tile winogradTile(const Kernel& kernel) const;
  double denseCycles(const Kernel& kernel) const;
  double memory(double bytes) const;
  double transposes(const Kernel& kernel, int64_t pixels) const;
  double bytesOf(graph::ValueId value) const;
  double padding(const Kernel& kernel, graph::ValueId value) const;
};

} // namespace convoy::schedule
