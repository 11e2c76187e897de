#include "schedule/tiles.h"
#include "graph/work.h"
#include "schedule/transposed.h"
#include "schedule/winograd.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace convoy::schedule {

using graph::Value;
using graph::ValueId;

int64_t usual(const Size& size) {
  std::map<std::string, int64_t> extents;
  for (const std::string& symbol : size.symbols()) extents[symbol] = usualExtent;
  return std::max<int64_t>(1, size.evaluate(extents).value_or(usualExtent));
}

namespace {

double real(int64_t n) { return static_cast<double>(n); }
int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// A window as tiles see it: the last axis, the rows before it, and what lies outside both.
struct Shape {
  Window window;
  size_t last;
  bool flat;                          // all positions in a row
  int64_t width, rows = 1, outer = 1; // of the result
  std::optional<int64_t> knownWidth;
  int64_t taps = 1, filters, channels, groups = 1;

  Shape(const graph::Graph& graph, const Kernel& kernel)
      : window(windowOf(graph.value(kernel.anchor()).attributes)) {
    const Value& node = graph.value(kernel.anchor());
    last = window.kernel.size() - 1;
    flat = walksFlat(graph, kernel);
    Size positions = 1;
    for (size_t axis = 0; axis <= last; ++axis) {
      taps *= window.kernel[axis];
      Size extent = node.type.spatial(static_cast<int>(axis));
      positions = positions * extent;
      if (axis + 1 < last) outer *= usual(extent);
      if (axis + 1 == last) rows = usual(extent);
    }
    Size along = flat ? positions : node.type.spatial(static_cast<int>(last));
    if (flat) rows = outer = 1;
    width = usual(along);
    knownWidth = along.constant();
    filters = node.type.channels();
    channels = graph.value(node.operands[0]).type.channels();
    groups = convolves(node) ? node.attributes.get<int64_t>("groups") : channels;
  }
  // Extents of the axis of rows; 1 where there is none.
  int64_t height() const { return last == 0 || flat ? 1 : window.kernel[last - 1]; }
  bool hasRows() const { return last > 0 && !flat; }
  int64_t reach(size_t axis, int64_t results) const {
    return (results - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  }
  int64_t perGroup() const { return channels / groups; }
  // How much of the work is on results that there are, with tiles of `step` along the width.
  double use(int64_t step) const {
    return knownWidth ? real(width) / real(ceilDiv(width, step) * step)
                      : 1 - real(step) / real(2 * usualExtent);
  }
};

// Cycles of a step with so many multiply-adds and reads, each kind on its own ports.
double step(const Machine& machine, double adds, double reads) {
  double cycles = std::max(adds / machine.fmaPerCycle, reads / machine.loadsPerCycle);
  return std::max(cycles, real(machine.fmaLatency)) + 0.25 + 0.02 * reads; // addresses, counters
}

// Multiply-adds that take as long as joining two vectors: the larger of two numbers has to let NaN pass.
double joinCost(const Value& node) { return node.op == OpKind::MaxPool ? 1.5 : 1; }

} // namespace

// Filters x rows x vectors. Each input vector meets the weights of all filters, each weight all vectors.
Costs::Tile Costs::planarTile(const Kernel& kernel) const {
  Shape s(graph, kernel);
  int64_t perGroup = s.filters / s.groups, registers = target.vectorRegisters - 1;
  int64_t vectorsAcross = ceilDiv(s.width, lanes);
  Tile best;
  for (int64_t filters : {1, 2, 3, 4, 6, 8}) {
    if (perGroup % filters) continue;
    for (int64_t rows : {1, 2, 4, 8}) {
      if (rows > 1 && (!s.hasRows() || rows > s.rows)) continue;
      // Rows are unrolled with all their taps, and each input row is a pointer: both must stay small.
      if (rows > 1 && (s.taps * rows * filters > 256 || s.reach(s.last - 1, rows) > 16)) continue;
      for (int64_t vectors = 1; vectors <= (rows > 1 ? 1 : 4); ++vectors) {
        int64_t sums = filters * rows * vectors, inputs = rows > 1 ? 1 : vectors;
        if (sums > 1 && sums + inputs + 1 > registers) continue;
        if (vectors > 1 && vectors > vectorsAcross) continue;
        // An input row serves all the rows of results that it reaches.
        double reads =
            real(rows > 1 ? s.reach(s.last - 1, rows) : vectors) / (rows > 1 ? real(s.height()) : 1.0);
        double cycles =
            step(target.machine, real(sums), reads * real(s.window.stride[s.last]) + real(filters));
        // The first and the last vector of a row are blended with the border.
        double along = real(ceilDiv(vectorsAcross, vectors)) + (s.flat ? 0 : 0.6);
        cycles *= real(s.taps * s.perGroup()) * real(s.filters / filters) * real(s.outer) *
                  std::ceil(real(s.rows) / real(rows)) * along;
        if (best.extents.empty() || cycles < best.cycles) best = {{filters, rows, vectors}, cycles};
      }
    }
  }
  return best;
}

// 1 x rows x 1: rows of results share input rows.
Costs::Tile Costs::planarPoolTile(const Kernel& kernel) const {
  Shape s(graph, kernel);
  const Value& node = graph.value(kernel.anchor());
  int64_t mostRows = s.hasRows() ? std::min<int64_t>(4, mostTileRows(graph, node)) : 1;
  Tile best;
  for (int64_t rows = 1; rows <= mostRows; ++rows)
    for (int64_t vectors = 1; vectors <= std::min<int64_t>(4, ceilDiv(s.width, lanes)); ++vectors) {
      int64_t parts = ceilDiv(s.reach(s.last, lanes * vectors), lanes);
      if (rows * vectors > 1 && (rows + 1) * parts > target.vectorRegisters - 2) continue;
      double reads = real(s.hasRows() ? s.reach(s.last - 1, rows) : 1) * real(parts);
      double joins = real(rows) * (real(s.height() * parts) + 2 * real(s.window.kernel[s.last] * vectors));
      double tiles = std::ceil(real(s.rows) / real(rows)) * real(ceilDiv(s.width, lanes * vectors));
      double cycles = (step(target.machine, joins * joinCost(node), reads) + 6) * tiles *
                      real(s.outer * s.channels * (s.taps / (s.height() * s.window.kernel[s.last])));
      if (best.extents.empty() || cycles < best.cycles) best = {{1, rows, vectors}, cycles};
    }
  return best;
}

// Rows x pixels, by the work for each result: what is read and computed, and what is computed behind the end
// of a row, as long as it all fits in registers.
Costs::Tile Costs::channelwiseTile(const Kernel& kernel) const {
  Shape s(graph, kernel);
  const Value& node = graph.value(kernel.anchor());
  bool convolves = schedule::convolves(node), small = isSmallWindow(node), unrolls = unrollsRows(graph, node);
  int64_t registers = target.vectorRegisters - 1, mixed = mixedChannels(graph, node);
  // Weights that stay in registers over all tiles of a unit, or are read where they are used.
  int64_t weights = !convolves ? 0 : unrolls && target.vectorRegisters >= 32 ? s.taps : 1;
  double blocks = real(ceilDiv(s.filters, lanes));
  // Cycles of a tile, 0 when it does not fit in the registers.
  auto tileCycles = [&](int64_t rows, int64_t pixels) {
    int64_t columns = small ? s.reach(s.last, pixels) : pixels;
    int64_t held =
        convolves ? rows * pixels + (small ? columns * (mixed > 1 ? 2 : 1) : 0) : (rows + 1) * columns;
    if (rows * pixels > 1 && held + weights > registers) return 0.0;
    int64_t rowsRead = !s.hasRows() ? 1 : unrolls ? s.reach(s.last - 1, rows) : s.height();
    double reads = real(rowsRead * columns * mixed), results = real(rows * pixels);
    double joins = convolves ? results * real(s.taps * mixed)
                             : real(rows * s.height() * columns + rows * pixels * s.window.kernel[s.last]);
    double spreads = mixed > 1 ? 0.1 * reads : 0; // shuffles, which take places in the queue
    double writes = real(rows) * transposes(kernel, pixels);
    return step(target.machine, joins * joinCost(node), reads) + spreads + writes + 4; // 4: the loop itself
  };
  Tile best;
  for (int64_t rows = 1; rows <= (s.hasRows() ? std::min<int64_t>(4, mostTileRows(graph, node)) : 1); ++rows)
    for (int64_t pixels = 1; pixels <= 8; ++pixels) {
      if (s.knownWidth && pixels > *s.knownWidth) continue;
      double tile = tileCycles(rows, pixels);
      if (tile == 0) continue;
      // Rows that are left over are computed one by one.
      double column = real(s.rows / rows) * tile + real(s.rows % rows) * tileCycles(1, pixels);
      // Where the width is known, the ends of a row leave out what lies outside.
      double ends = s.window.kernel[s.last] == 1 || s.knownWidth ? 0 : 0.5;
      double across = std::ceil(real(s.width) / real(pixels)) + ends;
      double cycles = column * across * blocks * real(s.outer);
      if (best.extents.empty() || cycles < best.cycles) best = {{rows, pixels}, cycles};
    }
  return best;
}

// Of one phase, with its share of the taps. In planes, the taps that a vector of results meets are spread
// over its lanes one input after another.
Costs::Tile Costs::transposedTile(const Kernel& kernel) const {
  const Value& node = graph.value(kernel.anchor());
  const Window window = windowOf(node.attributes);
  const size_t last = window.kernel.size() - 1;
  double phases = 1, taps = 1, rows = 1;
  for (size_t axis = 0; axis <= last; ++axis) {
    taps *= real(window.kernel[axis]) / real(window.stride[axis]);
    if (axis < last)
      rows *= real(usual(node.type.spatial(static_cast<int>(axis)))) / real(window.stride[axis]);
    phases *= real(window.stride[axis]);
  }
  const Size& extent = node.type.spatial(static_cast<int>(last));
  const int64_t filters = node.type.channels(), groups = node.attributes.get<int64_t>("groups");
  const double perGroup =
      real(ceilDiv(graph.value(node.operands[0]).type.channels() / groups, unitChannels(kernel.layout)));
  const int64_t stride = window.stride[last], width = ceilDiv(usual(extent), stride);
  if (kernel.layout == Layout::Planar) {
    const double inputs =
        std::ceil(real((window.kernel[last] - 1) * window.dilation[last] + lanes) / real(stride));
    const double rowTaps = taps * real(stride) / real(window.kernel[last]);
    return {{},
            5 * inputs * std::max(1.0, rowTaps) * perGroup * real(filters) * rows * phases / real(stride) *
                real(ceilDiv(usual(extent), lanes))};
  }
  const bool byChannel = isDepthwise(graph, node);
  const int64_t blocks = ceilDiv(filters, lanes), registers = target.vectorRegisters;
  Tile best;
  for (int64_t vectors = 1; vectors <= (byChannel ? 1 : 4); ++vectors) {
    if (vectors > blocks || (!byChannel && blocks / groups % vectors)) continue; // whole tiles of filters
    for (int64_t pixels = 1; pixels <= (byChannel ? 8 : 28); ++pixels) {
      if (extent.isConstant() && pixels > width) continue;
      if (pixels * vectors + vectors + 1 > registers) continue;
      const double reads = real(byChannel ? pixels + 1 : pixels + vectors),
                   use = extent.isConstant() ? real(width) / real(ceilDiv(width, pixels) * pixels) : 0.9;
      const double steps = std::max(1.0, taps) * (byChannel ? 1 : perGroup);
      // A store for every pixel and vector.
      const double tile =
          step(target.machine, real(pixels * vectors), reads) * steps + real(pixels * vectors) + 4;
      const double cycles =
          tile * phases * rows * real(blocks) / real(vectors) * real(width) / real(pixels) / use;
      if (best.extents.empty() || cycles < best.cycles) best = {{pixels, vectors}, cycles};
    }
  }
  return best;
}

// Pixels x vectors of filters: all sums in registers beside the weights and one broadcast.
Costs::Tile Costs::blockedTile(const Kernel& kernel) const {
  Shape s(graph, kernel);
  int64_t blocks = ceilDiv(s.filters, lanes), registers = target.vectorRegisters - 1;
  Tile best;
  for (int64_t vectors = 1; vectors <= 4; ++vectors) {
    if (vectors > blocks || blocks / s.groups % vectors) continue; // whole tiles of filters
    for (int64_t pixels = 1; pixels <= 28; ++pixels) {
      if (s.knownWidth && pixels > *s.knownWidth) continue;
      if (pixels * vectors + vectors + 1 > registers + 1) continue;
      double cycles = step(target.machine, real(pixels * vectors), real(pixels + vectors)) / s.use(pixels);
      cycles *= real(s.taps * ceilDiv(s.perGroup(), unitChannels(kernel.layout))) * real(blocks / vectors) *
                real(s.outer * s.rows) * real(s.width) / real(pixels);
      cycles += transposes(kernel, pixels) * real(blocks * s.outer * s.rows) *
                std::ceil(real(s.width) / real(pixels));
      if (best.extents.empty() || cycles < best.cycles) best = {{pixels, vectors}, cycles};
    }
  }
  return best;
}

// Two by two matrix tiles: each is read for two products. Pixels are numbered through over the rows, each of
// which has the window's border behind it, or row by row where the window moves in steps.
Costs::Tile Costs::matrixTile(const Kernel& kernel) const {
  constexpr double cyclesOfProduct = 16;
  if (graph.value(kernel.anchor()).op == OpKind::TransposedConv) {
    // Of a phase, with its share of the taps.
    const Tile tile = transposedTile(kernel);
    const double rate = real(target.machine.fmaPerCycle * lanes) / (16 * 32 * 16 / cyclesOfProduct / 1.3);
    return {{2, std::min<int64_t>(2, ceilDiv(graph.value(kernel.anchor()).type.channels(), lanes))},
            tile.cycles * real(unitChannels(kernel.layout)) * rate *
                (kernel.layout == Layout::Split ? 3 : 1)};
  }
  Shape s(graph, kernel);
  const int64_t products = kernel.layout == Layout::Split ? 3 : 1, border = s.window.kernel[s.last] / 2;
  const int64_t joined = lanes / blockUnits(s.perGroup(), kernel.layout, lanes), // taps of a row, in one
      columns = s.window.kernel[s.last];
  const int64_t steps = ceilDiv(s.perGroup(), lanes * unitChannels(kernel.layout)) * (s.taps / columns) *
                        ceilDiv(columns, joined) * products;
  const int64_t filters = ceilDiv(s.filters, lanes);
  const bool inOneRow =
      s.flat || (s.hasRows() && s.window.stride[s.last] == 1 && s.window.stride[s.last - 1] == 1);
  const int64_t rows = inOneRow ? 1 : s.rows, pixels = inOneRow ? (s.width + border) * s.rows : s.width;
  const double tiles = real(s.outer * rows) * real(ceilDiv(pixels, 16) * filters);
  const double writes = 16 * 3 + 2 * transposes(kernel, 16);
  return {{2, std::min<int64_t>(2, filters)}, tiles * (real(steps) * cyclesOfProduct * 1.3 + writes)};
}

namespace {

// How much longer the longest share of `pieces` of work is than an even one, on average of 1, 2 and 4
// threads. The last piece may be a part of one.
double imbalance(double pieces) {
  double sum = 0;
  for (double threads : {1., 2., 4.})
    sum += threads * std::min(pieces, std::ceil(std::ceil(pieces) / threads)) / pieces;
  return sum / 3;
}

} // namespace

// Results x tiles x vectors x blocks. The transforms count as the arithmetic that they are, and the stores,
// of which a vector takes two cycles.
Costs::Tile Costs::winogradTile(const Kernel& kernel) const {
  const Value& node = graph.value(kernel.anchor());
  const Machine& m = target.machine;
  Tile best;
  double least = 0; // cycles of a thread's share
  auto consider = [&](const std::vector<int64_t>& extents, Order order) {
    Kernel tried = kernel;
    tried.tile = extents;
    const WinogradShape s(graph, tried, lanes);
    if (s.stackBytes(order) > winogradStackBytes) return;
    const int64_t all = usual(s.tilesOfItem()), bands = ceilDiv(all, s.tilesOfBand()),
                  rest = all % s.tilesOfBand(),
                  blocks = bands * s.blocks - (rest ? (s.tilesOfBand() - rest) / s.tiles : 0);
    const double n = real(s.elements), points = real(s.points), results = real(s.results);
    const double sums = n * real(blocks * s.filterTiles * s.channels) *
                        step(m, real(s.tiles * s.vectors), real(s.tiles + s.vectors));
    const double input = real(all * s.channelBlocks) * (n * 3 + points * points * 2.5 / m.fmaPerCycle + 10);
    const double output =
        real(all * ceilDiv(s.filters, lanes)) *
        (n * 3 + (points + results) * points * 2.0 / m.fmaPerCycle + results * results * 2 + 20);
    const double weightBytes = n * real(s.channels * s.filterTiles * s.vectors * lanes) * 4,
                 inputBytes = real(bands * s.bandNumbers()) * 4;
    auto bandwidth = [&](double bytes) {
      return bytes <= real(m.level2) / 2 ? m.level2Bandwidth : m.level3Bandwidth;
    };
    const double moved =
        order == Order::Positions
            ? real(bands) * weightBytes / bandwidth(weightBytes)
            : weightBytes / m.level3Bandwidth + inputBytes * real(s.filterTiles + 1) / bandwidth(inputBytes);
    const double arithmetic = sums + input + output;
    const double cycles = std::max(arithmetic, moved) + std::min(arithmetic, moved) / 4;
    const double share =
        cycles * imbalance(order == Order::Filters ? real(s.filterTiles) : real(all) / real(s.tilesOfBand()));
    if (best.extents.empty() || share < least) best = {extents, cycles, order}, least = share;
  };
  const int64_t filterVectors = ceilDiv(node.type.channels(), lanes);
  for (int64_t results : {2, 4})
    for (int64_t vectors = 1; vectors <= std::min<int64_t>(4, filterVectors); ++vectors)
      for (int64_t tiles = 1; tiles * vectors + vectors + 1 <= target.vectorRegisters; ++tiles)
        for (int64_t blocks : {1, 2, 3, 4, 6, 8})
          for (Order order : {Order::Positions, Order::Filters})
            consider({results, tiles, vectors, blocks}, order);
  return best;
}

// Of so many pixels of one block that are written in planes: a store for each channel, and shuffles of
// squares, of which few pixels leave most empty.
double Costs::transposes(const Kernel& kernel, int64_t pixels) const {
  if (kernel.resultLayout() != Layout::Planar || !inBlocks(kernel.layout)) return 0;
  double cycles = 0;
  for (; pixels > 0; pixels -= lanes) {
    int64_t rows = 1;
    while (rows < std::min<int64_t>(pixels, lanes)) rows *= 2;
    cycles += lanes + real(rows) * std::log2(real(rows));
  }
  return cycles;
}

Costs::Tile Costs::windowTile(const Kernel& kernel) const {
  if (kernel.algorithm == Algorithm::Transposed) return transposedTile(kernel);
  if (kernel.algorithm == Algorithm::Tiles) return matrixTile(kernel);
  if (kernel.algorithm == Algorithm::Winograd) return winogradTile(kernel);
  const Value& anchor = graph.value(kernel.anchor());
  if (inBlocks(kernel.layout))
    return isChannelwise(graph, anchor, lanes) ? channelwiseTile(kernel) : blockedTile(kernel);
  return anchor.op != OpKind::Conv && isSmallWindow(anchor) ? planarPoolTile(kernel) : planarTile(kernel);
}

double Costs::bytesOf(ValueId value) const {
  double bytes = 4;
  for (const Size& dim : graph.value(value).type.dims) bytes *= real(usual(dim));
  return bytes;
}

// All weights are read again for each row (or chunk) of positions. In one long stream they come from the
// third cache behind the arithmetic, as long as that takes several times as long.
Order Costs::orderOf(const Kernel& kernel) const {
  const Machine& m = target.machine;
  Shape s(graph, kernel);
  double weights = bytesOf(graph.value(kernel.anchor()).operands[1]) / real(unitChannels(kernel.layout));
  if (weights <= real(m.level2) / 2) return Order::Positions;
  Tile tile = windowTile(kernel);
  double units =
      s.hasRows() ? real(s.rows * s.outer) : std::ceil(real(s.width) / real(tile.extents[0] * chunkTiles));
  return weights / m.level3Bandwidth < 0.3 * tile.cycles / units ? Order::Positions : Order::Filters;
}

double Costs::memory(double bytes) const {
  const Machine& m = target.machine;
  return bytes / (bytes <= real(m.level2) ? m.level2Bandwidth : m.level3Bandwidth);
}

double Costs::cycles(const Kernel& kernel) const {
  std::set<ValueId> touched{kernel.result()};
  for (ValueId node : kernel.nodes)
    for (ValueId operand : graph.value(node).operands)
      if (std::find(kernel.nodes.begin(), kernel.nodes.end(), operand) == kernel.nodes.end())
        touched.insert(operand);
  double bytes = 0;
  for (ValueId value : touched)
    if (graph.value(value).kind != Value::Parameter) bytes += bytesOf(value) * padding(kernel, value);
  double computes = 0;
  if (isWindowed(kernel.algorithm)) computes = windowTile(kernel).cycles;
  if (kernel.algorithm == Algorithm::Pointwise) computes = bytes / 4 / lanes;
  if (kernel.algorithm == Algorithm::Integer) // a load for each multiply-add
    computes = 1.5 * real(usual(graph::multiplyAdds(graph, graph.value(kernel.anchor())))) / lanes /
               real(target.machine.loadsPerCycle);
  if (opInfo(graph.value(kernel.anchor()).op).form == OpForm::Dense)
    computes = std::max(computes, denseCycles(kernel));
  double moves = memory(bytes), cycles = std::max(computes, moves) + std::min(computes, moves) / 4;
  // A tile of planes reads and writes short pieces of many rows at once, more than the processor fetches
  // ahead.
  if (kernel.algorithm == Algorithm::Window && kernel.layout == Layout::Planar &&
      bytes > real(target.machine.level2))
    cycles += moves / 2;
  return cycles;
}

// Weights are read once, and used for one number each.
double Costs::denseCycles(const Kernel& kernel) const {
  const Value& node = graph.value(kernel.anchor());
  const int64_t units = ceilDiv(graph.value(node.operands[0]).type.channels(), unitChannels(kernel.layout));
  const double vectors = real(units * ceilDiv(node.type.channels(), lanes));
  return std::max(vectors / target.machine.loadsPerCycle, memory(vectors * 4 * lanes));
}

// How much larger a value is in memory than as float32 numbers alone: blocks are whole, units hold several
// channels.
double Costs::padding(const Kernel& kernel, ValueId value) const {
  const TensorType& type = graph.value(value).type;
  const Layout layout = layoutFor(value == kernel.result() ? kernel.resultLayout() : kernel.layout, type);
  if (layout == Layout::Planar) return 1;
  const int64_t units = blocksOf(type.channels(), layout, lanes) * lanes * partsOf(layout);
  return real(units) / real(type.channels());
}

double Costs::conversion(ValueId value) const {
  double bytes = bytesOf(value), channels = real(graph.value(value).type.channels());
  double vectors = bytes / 4 / channels * std::ceil(channels / lanes); // whole blocks
  return vectors * 6 + memory(2 * bytes);
}

// Neighbouring channels are a plane apart. Where that is a multiple of a page, they all compete for the same
// few places of the first cache.
double Costs::readingPlanes(const Kernel& kernel, ValueId operand) const {
  const TensorType& type = graph.value(operand).type;
  if (layoutFor(Layout::Blocked, type) == Layout::Planar || type.channels() <= 8) return 0;
  double plane = bytesOf(operand) / real(type.channels());
  bool compete = std::fmod(plane, 2048) == 0;
  return windowTile(kernel).cycles * (compete ? 0.5 : type.channels() > 64 ? 0.15 : 0.04);
}

} // namespace convoy::schedule
