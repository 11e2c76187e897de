// Costs of windows over each channel by itself: depthwise convolution, small groups, pooling.
#include "schedule/cost_families.h"
#include <algorithm>
#include <cmath>

namespace convoy::schedule {

using graph::Value;

std::vector<Extents> planarPoolTiles(const Costs& costs, const Kernel& kernel, const WindowShape& s) {
  std::vector<Extents> tiles;
  const Value& node = costs.graph.value(kernel.anchor());
  const int64_t mostRows = s.hasRows() ? std::min<int64_t>(4, mostTileRows(costs.graph, node)) : 1,
                mostVectors = std::min<int64_t>(4, ceilDiv(s.width, costs.lanes));
  for (int64_t rows = 1; rows <= mostRows; ++rows)
    for (int64_t vectors = 1; vectors <= mostVectors; ++vectors) {
      const int64_t parts = ceilDiv(s.reach(s.last, costs.lanes * vectors), costs.lanes);
      if (rows * vectors == 1 || (rows + 1) * parts <= costs.target.vectorRegisters - 2)
        tiles.push_back({1, rows, vectors});
    }
  return tiles;
}

// 1 x rows x vectors: rows of results share input rows.
Estimate planarPoolWork(const Costs& costs, const Kernel& kernel, const WindowShape& s) {
  const Value& node = costs.graph.value(kernel.anchor());
  const int64_t rows = kernel.tile[1], vectors = kernel.tile[2];
  const int64_t parts = ceilDiv(s.reach(s.last, costs.lanes * vectors), costs.lanes);
  Step step;
  step.loads = real(s.hasRows() ? s.reach(s.last - 1, rows) : 1) * real(parts);
  step.adds =
      joinCost(node) * real(rows) * (real(s.height() * parts) + 2 * real(s.window.kernel[s.last] * vectors));
  step.instructions = 6.25 + 0.02 * step.loads;
  step.chained = true;
  const double tiles = std::ceil(real(s.rows) / real(rows)) * real(ceilDiv(s.width, costs.lanes * vectors));
  const Estimate pool =
      costOf(costs.target.machine, step) *
      (tiles * real(s.outer * s.channels * (s.taps / (s.height() * s.window.kernel[s.last]))));
  return together({pool, tailWork(costs, kernel)});
}

// Weights stay in registers over all tiles of a unit, or are read where they are used.
static bool holdsWeights(const Costs& costs, const Value& node) {
  return convolves(node) && unrollsRows(costs.graph, node) && costs.target.vectorRegisters >= 32;
}

std::vector<Extents> channelwiseTiles(const Costs& costs, const Kernel& kernel, const WindowShape& s) {
  std::vector<Extents> tiles;
  const Value& node = costs.graph.value(kernel.anchor());
  const bool convolves = schedule::convolves(node), small = isSmallWindow(node);
  const int64_t weights = !convolves                  ? 0
                          : holdsWeights(costs, node) ? s.taps
                                                      : 1,
                registers = costs.target.vectorRegisters - 1, mixed = mixedChannels(costs.graph, node),
                mostRows = s.hasRows() ? std::min<int64_t>(4, mostTileRows(costs.graph, node)) : 1;
  for (int64_t rows = 1; rows <= mostRows; ++rows)
    for (int64_t pixels = 1; pixels <= 8; ++pixels) {
      if (s.knownWidth && pixels > *s.knownWidth) continue;
      const int64_t columns = small ? s.reach(s.last, pixels) : pixels;
      const int64_t held =
          convolves ? rows * pixels + (small ? columns * (mixed > 1 ? 2 : 1) : 0) : (rows + 1) * columns;
      if (rows * pixels == 1 || held + weights <= registers) tiles.push_back({rows, pixels});
    }
  return tiles;
}

// Rows x pixels: every input vector is read once for all results of the tile that need it.
Estimate channelwiseWork(const Costs& costs, const Kernel& kernel, const WindowShape& s) {
  const Value& node = costs.graph.value(kernel.anchor());
  const bool convolves = schedule::convolves(node), unrolls = unrollsRows(costs.graph, node),
             small = isSmallWindow(node);
  const int64_t mixed = mixedChannels(costs.graph, node);
  auto tile = [&](int64_t rows, int64_t pixels) {
    const int64_t columns = small ? s.reach(s.last, pixels) : pixels;
    const int64_t rowsRead = !s.hasRows() ? 1 : unrolls ? s.reach(s.last - 1, rows) : s.height();
    const double results = real(rows * pixels), inside = s.insideColumns;
    Step step;
    step.loads = real(rowsRead * columns * mixed) * inside;
    if (convolves && !holdsWeights(costs, node)) step.loads += real(s.taps * mixed * rows);
    if (convolves)
      step.multiplyAdds = results * real(s.taps * mixed) * inside;
    else
      step.adds =
          joinCost(node) * (real(rows * s.height() * columns) + results * real(s.window.kernel[s.last]));
    step.instructions = 2 + 0.02 * step.loads;            // the loop itself
    if (mixed > 1) step.instructions += 0.1 * step.loads; // shuffles, which take places in the queue
    step.instructions += real(rows) * transposes(costs, kernel, pixels);
    step.chained = true;
    return costOf(costs.target.machine, step);
  };
  const int64_t rows = kernel.tile[0], pixels = kernel.tile[1];
  // Rows that are left over are computed one by one.
  const Estimate column = tile(rows, pixels) * real(s.rows / rows) + tile(1, pixels) * real(s.rows % rows);
  // Where the width is known, the ends of a row leave out what lies outside.
  const double ends = s.window.kernel[s.last] == 1 || s.knownWidth ? 0 : 0.5;
  const double across = std::ceil(real(s.width) / real(pixels)) + ends;
  return together(
      {column * (across * real(ceilDiv(s.filters, costs.lanes) * s.outer)), tailWork(costs, kernel)});
}

} // namespace convoy::schedule
