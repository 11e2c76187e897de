// Costs of transposed convolution: of one phase, with its share of the taps, times the phases.
#include "schedule/cost_families.h"
#include "schedule/transposed.h"
#include <algorithm>
#include <cmath>

namespace convoy::schedule {

using graph::Value;

std::vector<Extents> transposedTiles(const Costs& costs, const Kernel& kernel) {
  if (kernel.layout == Layout::Planar) return {{}};
  std::vector<Extents> tiles;
  const Value& node = costs.graph.value(kernel.anchor());
  const bool byChannel = isDepthwise(costs.graph, node);
  const Size& extent = node.type.dims.back();
  const int64_t width = ceilDiv(costs.usual(extent), windowOf(node.attributes).stride.back()),
                groups = node.attributes.get<int64_t>("groups"),
                blocks = ceilDiv(node.type.channels(), costs.lanes);
  for (int64_t vectors = 1; vectors <= (byChannel ? 1 : 4); ++vectors) {
    if (vectors > blocks || (!byChannel && blocks / groups % vectors)) continue; // whole tiles of filters
    for (int64_t pixels = 1; pixels <= (byChannel ? 8 : 28); ++pixels)
      if (!(extent.isConstant() && pixels > width) &&
          pixels * vectors + vectors + 1 <= costs.target.vectorRegisters)
        tiles.push_back({pixels, vectors});
  }
  return tiles;
}

Estimate transposedWork(const Costs& costs, const Kernel& kernel) {
  const Value& node = costs.graph.value(kernel.anchor());
  const Window window = windowOf(node.attributes);
  const size_t last = window.kernel.size() - 1;
  double phases = 1, taps = 1, rows = 1;
  for (size_t axis = 0; axis <= last; ++axis) {
    taps *= real(window.kernel[axis]) / real(window.stride[axis]);
    if (axis < last)
      rows *= real(costs.usual(node.type.spatial(static_cast<int>(axis)))) / real(window.stride[axis]);
    phases *= real(window.stride[axis]);
  }
  const Size& extent = node.type.spatial(static_cast<int>(last));
  const int64_t filters = node.type.channels(), groups = node.attributes.get<int64_t>("groups");
  const double perGroup = real(
      ceilDiv(costs.graph.value(node.operands[0]).type.channels() / groups, unitChannels(kernel.layout)));
  const int64_t stride = window.stride[last], width = ceilDiv(costs.usual(extent), stride);
  Estimate work;
  if (kernel.layout == Layout::Planar) {
    // The taps that a vector of results meets are spread over its costs.lanes one input after another.
    constexpr double cyclesOfInput = 5;
    const double inputs =
        std::ceil(real((window.kernel[last] - 1) * window.dilation[last] + costs.lanes) / real(stride));
    const double rowTaps = taps * real(stride) / real(window.kernel[last]);
    work.instructions = cyclesOfInput * inputs * std::max(1.0, rowTaps) * perGroup * real(filters) * rows *
                        phases / real(stride) * real(ceilDiv(costs.usual(extent), costs.lanes));
    return together({work, tailWork(costs, kernel)});
  }
  const bool byChannel = isDepthwise(costs.graph, node);
  const int64_t pixels = kernel.tile[0], vectors = kernel.tile[1], blocks = ceilDiv(filters, costs.lanes);
  const double reads = real(byChannel ? pixels + 1 : pixels + vectors),
               use = extent.isConstant() ? real(width) / real(ceilDiv(width, pixels) * pixels) : 0.9;
  const double steps = std::max(1.0, taps) * (byChannel ? 1 : perGroup);
  work = costOf(costs.target.machine, innerStep(real(pixels * vectors), reads)) * steps;
  constexpr double startOfTile = 4;
  work.instructions += startOfTile;
  work *= phases * rows * real(blocks) / real(vectors) * real(width) / real(pixels) / use;
  return together({work, tailWork(costs, kernel)});
}

} // namespace convoy::schedule
