#include "schedule/tiles.h"
#include "graph/work.h"
#include "schedule/cost_families.h"
#include "schedule/rules.h"
#include "schedule/storage.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>

namespace convoy::schedule {

using graph::Value;
using graph::ValueId;

Costs::Costs(const graph::Graph& graph, const Target& target, int lanes, std::map<std::string, int64_t> sizes)
    : graph(graph), target(target), lanes(lanes), sizes(std::move(sizes)) {
  double bytes = 0, cycles = 0;
  for (ValueId id = 0; id < graph.values.size(); ++id) {
    bytes += bytesOf(id);
    if (graph.value(id).kind == Value::Node)
      cycles +=
          real(usual(graph::multiplyAdds(graph, graph.value(id)))) / real(lanes * target.machine.fmaPerCycle);
  }
  const Machine& m = target.machine;
  parameters_ = bytes <= real(m.level2) / 2                                ? Level::Level2
                : bytes <= real(m.level3) / 2 && cycles < m.level3Lifetime ? Level::Level3
                                                                           : Level::Memory;
}

int64_t Costs::usual(const Size& size) const {
  std::map<std::string, int64_t> extents = sizes;
  for (const std::string& symbol : size.symbols()) extents.insert({symbol, usualExtent});
  return std::max<int64_t>(1, size.evaluate(extents).value_or(usualExtent));
}

namespace {

// A family of window kernels.
struct Family {
  std::vector<Extents> tiles;
  std::function<Estimate(const Kernel&)> work;
};

Family familyOf(const Costs& costs, const Kernel& kernel) {
  if (kernel.algorithm == Algorithm::Winograd)
    return {winogradTiles(costs, kernel), [&](const Kernel& k) { return winogradWork(costs, k); }};
  if (kernel.algorithm == Algorithm::Transposed)
    return {transposedTiles(costs, kernel), [&](const Kernel& k) { return transposedWork(costs, k); }};
  if (kernel.algorithm == Algorithm::Tiles)
    return {matrixTiles(costs, kernel), [&](const Kernel& k) { return matrixWork(costs, k); }};
  const Value& node = costs.graph.value(kernel.anchor());
  const WindowShape s(costs, kernel);
  const auto family = [&](auto tiles, auto work) {
    return Family{tiles(costs, kernel, s), [&costs, s, work](const Kernel& k) { return work(costs, k, s); }};
  };
  if (inBlocks(kernel.layout))
    return isChannelwise(costs.graph, node, costs.lanes) ? family(channelwiseTiles, channelwiseWork)
                                                         : family(blockedTiles, blockedWork);
  return node.op != OpKind::Conv && isSmallWindow(node) ? family(planarPoolTiles, planarPoolWork)
                                                        : family(planarTiles, planarWork);
}

// What it costs depends on the kernel's order.
bool orderCosts(const Costs& costs, const Kernel& kernel) {
  return (kernel.algorithm == Algorithm::Window || kernel.algorithm == Algorithm::Winograd) &&
         hasOrder(costs.graph, kernel, costs.lanes);
}

// Weights at the points of Winograd's transform are more than those of the script.
double timesOf(const graph::Graph& graph, const Kernel& kernel, ValueId parameter) {
  if (kernel.algorithm != Algorithm::Winograd || parameter != graph.value(kernel.anchor()).operands[1])
    return 1;
  const double points = real(kernel.tile[0] + 2);
  return points * points / 9;
}

} // namespace

double Costs::parameterBytes(const Kernel& kernel) const {
  if (kernel.algorithm == Algorithm::Reorder) return 0;
  std::set<ValueId> read;
  double bytes = 0;
  for (ValueId node : kernel.nodes)
    for (ValueId operand : graph.value(node).operands)
      if (graph.value(operand).kind == Value::Parameter && read.insert(operand).second)
        bytes += timesOf(graph, kernel, operand) * 4 * real(graph.value(operand).type.elements().known()) /
                 real(unitChannels(kernel.layout)) * real(partsOf(kernel.layout));
  return bytes;
}

void Costs::eachTile(const Kernel& kernel, std::optional<Order> said, const SeeTile& see) const {
  const Family family = familyOf(*this, kernel);
  std::vector<Order> orders{said.value_or(Order::Filters)};
  if (!said && orderCosts(*this, kernel)) orders = {Order::Positions, Order::Filters};
  // Positions first is better by some hundredths where both should be equal.
  constexpr double tie = 1.03;
  const bool winograd = kernel.algorithm == Algorithm::Winograd;
  Kernel tried = kernel;
  for (const Extents& extents : family.tiles)
    for (Order order : orders) {
      tried.tile = extents, tried.order = order;
      if (winograd && !fitsStack(*this, tried)) continue;
      Estimate work = family.work(tried);
      if (orderCosts(*this, kernel))
        work.parameters = transfer(target.machine, parameterBytes(tried), parameters_);
      double share = work.cycles() * (winograd ? winogradImbalance(*this, tried) : 1); // of a thread
      if (!winograd && order == Order::Filters && orders.size() > 1) share *= tie;
      see(extents, work, order, share);
    }
}

Costs::Tile Costs::windowTile(const Kernel& kernel, std::optional<Order> said) const {
  std::optional<Tile> best;
  double least = 0;
  eachTile(kernel, said, [&](const Extents& extents, const Estimate& work, Order order, double share) {
    if (!best || share < least) best = Tile{extents, work, order}, least = share;
  });
  if (!best && said) return {familyOf(*this, kernel).tiles.front(), {}, *said};
  require(best.has_value(), "a window kernel has no tile");
  return *best;
}

Estimate Costs::work(const Kernel& kernel) const {
  if (!isWindowed(kernel.algorithm)) return movingWork(*this, kernel);
  return familyOf(*this, kernel).work(kernel);
}

double Costs::bytesOf(ValueId value) const {
  double bytes = 4;
  for (const Size& dim : graph.value(value).type.dims) bytes *= real(usual(dim));
  return bytes;
}

// Blocks are whole, units hold several channels.
double Costs::bytesIn(Layout layout, ValueId value) const {
  if (layout == Layout::Planar) return bytesOf(value);
  const int64_t channels = graph.value(value).type.channels();
  return bytesOf(value) * real(blocksOf(channels, layout, lanes) * lanes * partsOf(layout)) / real(channels);
}

double Costs::bytesIn(const Kernel& kernel, ValueId value) const {
  const Layout layout = value == kernel.result() ? kernel.resultLayout() : kernel.layout;
  return bytesIn(layoutFor(layout, graph.value(value).type), value);
}

Level Costs::levelOf(double bytes) const {
  constexpr double share = 0.75; // of a cache, beside all else that goes through it
  const Machine& m = target.machine;
  if (bytes <= share * real(m.level2)) return Level::Level2;
  return bytes <= share * real(m.level3) ? Level::Level3 : Level::Memory;
}

// Values that were just computed are in the second cache where they fit together, else behind it. A tile of
// planes reads and writes short pieces of many rows at once, more than the processor fetches ahead.
Estimate Costs::estimate(Kernel kernel) const {
  if (kernel.algorithm == Algorithm::Alias) return {};
  if (isWindowed(kernel.algorithm) && kernel.tile.empty()) {
    const Tile tile = windowTile(kernel);
    kernel.tile = tile.extents, kernel.order = tile.order;
  }
  double values = bytesIn(kernel, kernel.result());
  for (ValueId value : valuesRead(graph, kernel)) values += bytesIn(kernel, value);
  const bool stay = values <= real(target.machine.level2);
  if (!stay && kernel.algorithm == Algorithm::Window && kernel.layout == Layout::Planar) values *= 1.5;
  Estimate estimate = work(kernel);
  estimate.start = startOfKernel;
  estimate.once = transfer(target.machine, values, stay ? Level::Level2 : Level::Level3);
  estimate.parameters = transfer(target.machine, parameterBytes(kernel), parameters_);
  return estimate;
}

double Costs::conversion(ValueId value) const {
  Kernel reorder;
  reorder.nodes = {value};
  reorder.algorithm = Algorithm::Reorder;
  reorder.layout = Layout::Blocked;
  return estimate(reorder).cycles();
}

// Neighbouring channels are a plane apart. Where that is a multiple of a page, they all compete for the same
// few places of the first cache.
double Costs::readingPlanes(const Kernel& kernel, ValueId operand) const {
  const TensorType& type = graph.value(operand).type;
  if (layoutFor(Layout::Blocked, type) == Layout::Planar || type.channels() <= 8) return 0;
  double plane = bytesOf(operand) / real(type.channels());
  bool compete = std::fmod(plane, 2048) == 0;
  return windowTile(kernel).work.cycles() * (compete ? 0.5 : type.channels() > 64 ? 0.15 : 0.04);
}

} // namespace convoy::schedule
