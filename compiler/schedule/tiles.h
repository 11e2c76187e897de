// Register tiles and costs of kernels, from shapes and the machine (docs/cost.md). Private to schedule/.
//
// Costs are cycles of one core, for one item. They compare ways to compute the same thing; a size that is
// known only at run time counts as `usualExtent`, unless it is given.
#pragma once
#include "schedule/estimate.h"
#include "schedule/schedule.h"
#include <functional>
#include <map>

namespace convoy::schedule {

constexpr int64_t chunkTiles = 16; // tiles of a blocked unit where there are no rows
constexpr int64_t usualExtent = 256;
// Cycles of a kernel's call: its instructions, the caller's lists and the first lines of all that it touches
// are not in the first cache.
constexpr double startOfKernel = 500;

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
  std::map<std::string, int64_t> sizes; // of the running program, as far as they are given

  Costs(const graph::Graph& graph, const Target& target, int lanes,
        std::map<std::string, int64_t> sizes = {});

  // The best tile of a window kernel, also of a transposed one, in kernel.layout, and the order that goes
  // with it. A tile that does not fit, or that the kernel cannot have, is not considered.
  struct Tile {
    std::vector<int64_t> extents;
    Estimate work;
    Order order = Order::Filters;
  };
  // `order`: where it is said. Some tile, where none fits with it.
  Tile windowTile(const Kernel& kernel, std::optional<Order> order = std::nullopt) const;

  // Shows every tile that it may have, with an order; `said` as above. `share`: the cycles by which they are
  // compared.
  using SeeTile = std::function<void(const std::vector<int64_t>& extents, const Estimate& work, Order order,
                                     double share)>;
  void eachTile(const Kernel& kernel, std::optional<Order> said, const SeeTile& see) const;

  // What happens inside of the core, and between it and the caches for all that is read again and again. Of a
  // kernel as it stands, with its tile and order.
  Estimate work(const Kernel& kernel) const;
  // The same, with each value that is read or written moved once, from or to where values of its size are.
  // The best tile and order stand for those that the kernel does not have yet.
  Estimate estimate(Kernel kernel) const;
  double cycles(const Kernel& kernel) const { return estimate(kernel).cycles(); }
  // Of a value's conversion from one layout to the other.
  double conversion(graph::ValueId value) const;
  // What it costs more to read an operand's single numbers from planes than from blocks.
  double readingPlanes(const Kernel& kernel, graph::ValueId operand) const;

  double parameterBytes(const Kernel& kernel) const;         // as they are packed
  double bytesOf(graph::ValueId value) const;                // as float32, in planes
  double bytesIn(Layout layout, graph::ValueId value) const; // that of layoutFor
  // As it lies in memory where `kernel` reads or writes it.
  double bytesIn(const Kernel& kernel, graph::ValueId value) const;
  // Where so many bytes are that are read again and again.
  Level levelOf(double bytes) const;
  int64_t usual(const Size& size) const;

private:
  Level parameters_; // where they are when a kernel begins: between two uses is a run of the whole graph
};

} // namespace convoy::schedule
