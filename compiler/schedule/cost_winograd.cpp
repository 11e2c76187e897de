// Costs of Winograd: the transform of the input, the sums at the points of it, the transform of the products.
// They follow one another, band by band, and each of them is bound by something else.
#include "schedule/cost_families.h"
#include "schedule/winograd.h"
#include <algorithm>
#include <cmath>

namespace convoy::schedule {

namespace {

// Operations on a vector of points (of results) along an axis: sums and differences of what rows have in
// common.
double inputOperations(int64_t results) { return results == 2 ? 4 : results == 4 ? 12 : 30; }
double outputOperations(int64_t results) { return results == 2 ? 4 : results == 4 ? 10 : 26; }

struct Counts {
  double tiles, bands, blocks;
};

// Tiles of an item, and the bands and blocks that they are in.
Counts countsOf(const Costs& costs, const WinogradShape& s) {
  const int64_t tiles = costs.usual(s.tilesOfItem()), bands = ceilDiv(tiles, s.tilesOfBand()),
                rest = tiles % s.tilesOfBand();
  const int64_t blocks = bands * s.blocks - (rest ? (s.tilesOfBand() - rest) / s.tiles : 0);
  return {real(tiles), real(bands), real(blocks)};
}

} // namespace

std::vector<Extents> winogradTiles(const Costs& costs, const Kernel& kernel) {
  std::vector<Extents> tiles;
  const int64_t filterVectors = ceilDiv(costs.graph.value(kernel.anchor()).type.channels(), costs.lanes);
  for (int64_t results : {2, 4})
    for (int64_t vectors = 1; vectors <= std::min<int64_t>(4, filterVectors); ++vectors)
      for (int64_t together = 1; together * vectors + vectors + 1 <= costs.target.vectorRegisters; ++together)
        for (int64_t blocks : {1, 2, 3, 4, 6, 8}) tiles.push_back({results, together, vectors, blocks});
  return tiles;
}

bool fitsStack(const Costs& costs, const Kernel& kernel) {
  return WinogradShape(costs.graph, kernel, costs.lanes).stackBytes(kernel.order) <= winogradStackBytes;
}

// How much longer the longest share of the work is than an even one, on average of 1, 2 and 4 threads: they
// take bands, or tiles of filters. The last band may be a part of one.
double winogradImbalance(const Costs& costs, const Kernel& kernel) {
  const WinogradShape s(costs.graph, kernel, costs.lanes);
  const double pieces = kernel.order == Order::Filters
                            ? real(s.filterTiles)
                            : real(costs.usual(s.tilesOfItem())) / real(s.tilesOfBand());
  double sum = 0;
  for (double threads : {1., 2., 4.})
    sum += threads * std::min(pieces, std::ceil(std::ceil(pieces) / threads)) / pieces;
  return sum / 3;
}

Estimate winogradWork(const Costs& costs, const Kernel& kernel) {
  const WinogradShape s(costs.graph, kernel, costs.lanes);
  const Machine& m = costs.target.machine;
  const Counts count = countsOf(costs, s);
  const double elements = real(s.elements), points = real(s.points), results = real(s.results);
  const double vectorBytes = 4 * real(costs.lanes), filterTiles = real(s.filterTiles);

  // Half of the operations of a transform are multiply-adds, and no two of them are far apart.
  auto transform = [&](double operations, double reads, double writes) {
    Step step;
    step.multiplyAdds = step.adds = operations / 2;
    step.loads = reads, step.stores = writes;
    step.instructions = 20; // where the tile is, and whether all of it is inside
    return costOf(m, step);
  };
  // Each point of what a transform writes or reads is a line apart from the next.
  const bool positions = kernel.order == Order::Positions;
  const double inputBytes = count.bands * real(s.bandNumbers()) * 4,
               bandBytes = positions ? real(s.bandNumbers()) * 4 : inputBytes;
  const double inputs = count.tiles * real(s.channelBlocks);
  const Estimate input = transform(2 * points * inputOperations(s.results), elements, elements) * inputs;

  const double outputs = count.tiles * real(ceilDiv(s.filters, costs.lanes));
  Estimate output =
      transform((points + results) * outputOperations(s.results), elements, results * results) * outputs;

  output.instructions += results * transposes(costs, kernel, s.results) * outputs;

  // Sums of a point are stored, a line each, before those of the next begin.
  Estimate sums =
      costOf(m, innerStep(real(s.tiles * s.vectors), real(s.tiles + s.vectors))) * real(s.channels);
  sums.instructions += 10 + real(s.tiles * s.vectors) / m.storesPerCycle;

  // Weights of a point are read for each block of tiles. All weights, or those of a tile of filters, are read
  // for each band; transformed input for each tile of filters.
  const double panel = real(s.panelNumbers()) * 4, ofTile = panel * elements, weights = ofTile * filterTiles;
  const double panelReads =
      panel > real(m.level1) / 2 ? count.blocks - count.bands : 0; // behind the first block
  Moves read = transfer(m, weights * panelReads, Level::Level2);
  read += transfer(m, weights * (count.bands - 1), costs.levelOf(positions ? weights : ofTile));
  read += transfer(m, inputBytes * filterTiles, costs.levelOf(bandBytes));
  const double products = outputs * elements * vectorBytes;
  const Moves written = transfer(m, 2 * inputBytes, costs.levelOf(bandBytes)),
              productsWritten = transfer(m, products, Level::Level2);
  Estimate work =
      together({input, again(written)}) +
      together({sums * (elements * count.blocks * filterTiles), again(read), again(productsWritten)}) +
      together({output, again(productsWritten), tailWork(costs, kernel)});
  work.shareForParameters = 1 / count.bands; // all are read for the first one
  return work;
}

} // namespace convoy::schedule
