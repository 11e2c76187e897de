// Costs of convolution that mixes channels: over planes, and over blocks of channels.
#include "schedule/cost_families.h"
#include <algorithm>
#include <cmath>

namespace convoy::schedule {

std::vector<Extents> planarTiles(const Costs& costs, const Kernel&, const WindowShape& s) {
  std::vector<Extents> tiles;
  const int64_t registers = costs.target.vectorRegisters - 1, vectorsAcross = ceilDiv(s.width, costs.lanes);
  for (int64_t filters : {1, 2, 3, 4, 6, 8}) {
    if (s.filters / s.groups % filters) continue;
    for (int64_t rows : {1, 2, 4, 8}) {
      if (rows > 1 && (!s.hasRows() || rows > s.rows)) continue;
      // Rows are unrolled with all their taps, and each input row is a pointer: both must stay small.
      if (rows > 1 && (s.taps * rows * filters > 256 || s.reach(s.last - 1, rows) > 16)) continue;
      for (int64_t vectors = 1; vectors <= (rows > 1 ? 1 : 4); ++vectors) {
        const int64_t sums = filters * rows * vectors, inputs = rows > 1 ? 1 : vectors;
        if (sums > 1 && sums + inputs + 1 > registers) continue;
        if (vectors == 1 || vectors <= vectorsAcross) tiles.push_back({filters, rows, vectors});
      }
    }
  }
  return tiles;
}

// Filters x rows x vectors. Each input vector meets the weights of all filters, each weight all vectors.
Estimate planarWork(const Costs& costs, const Kernel& kernel, const WindowShape& s) {
  const int64_t filters = kernel.tile[0], rows = kernel.tile[1], vectors = kernel.tile[2];
  const int64_t sums = filters * rows * vectors, vectorsAcross = ceilDiv(s.width, costs.lanes);
  // An input row serves all the rows of results that it reaches.
  const double reads =
      real(rows > 1 ? s.reach(s.last - 1, rows) : vectors) / (rows > 1 ? real(s.height()) : 1.0);
  const Estimate inner = costOf(costs.target.machine,
                                innerStep(real(sums), reads * real(s.window.stride[s.last]) + real(filters)));
  // The first and the last vector of a row are blended with the border.
  const double along = real(ceilDiv(vectorsAcross, vectors)) + (s.flat ? 0 : 0.6);
  const double tiles =
      real(ceilDiv(s.filters, filters)) * real(s.outer) * std::ceil(real(s.rows) / real(rows)) * along;
  // All of the input is read for each tile of filters.
  const Machine& m = costs.target.machine;
  const double input = 4 * s.inputs * real(s.perGroup());
  const Moves read =
      input <= real(m.level1) / 2
          ? Moves{}
          : transfer(m, input * (real(s.filters / s.groups) / real(filters) - 1) * real(s.groups),
                     costs.levelOf(input));
  return together({inner * (real(s.taps * s.perGroup()) * tiles), tailWork(costs, kernel), again(read)});
}

std::vector<Extents> blockedTiles(const Costs& costs, const Kernel&, const WindowShape& s) {
  std::vector<Extents> tiles;
  const int64_t blocks = ceilDiv(s.filters, costs.lanes);
  for (int64_t vectors = 1; vectors <= 4; ++vectors) {
    if (vectors > blocks || blocks / s.groups % vectors) continue; // whole tiles of filters
    // With one register to spare; else weights are read where they are used, again and again.
    for (int64_t pixels = 1; pixels <= 28; ++pixels)
      if (!(s.knownWidth && pixels > *s.knownWidth) &&
          pixels * vectors + vectors + 1 < costs.target.vectorRegisters)
        tiles.push_back({pixels, vectors});
  }
  return tiles;
}

// Pixels x vectors of filters: all sums in registers beside the weights and one number of the input. Units
// are rows (chunks of tiles where there are none) and tiles of filters, of which kernel.order says what
// changes first.
Estimate blockedWork(const Costs& costs, const Kernel& kernel, const WindowShape& s) {
  const int64_t pixels = kernel.tile[0], vectors = kernel.tile[1], blocks = ceilDiv(s.filters, costs.lanes);
  const int64_t units = ceilDiv(s.perGroup(), unitChannels(kernel.layout)), steps = s.taps * units;
  const double filterTiles = real(ceilDiv(blocks, vectors)), lines = real(s.outer * s.rows);
  const double across = s.tilesAcross(pixels), tiles = filterTiles * lines * across;
  const double inside = s.insideRows * s.insideColumns;

  Estimate inner =
      costOf(costs.target.machine, innerStep(real(pixels * vectors), real(pixels + vectors))) * real(steps);
  // A loop over channels for each tap of each block of them.
  constexpr double startOfLoop = 4;
  const double loops = real(ceilDiv(units, costs.lanes) * s.taps) * startOfLoop;
  inner.instructions += loops;
  inner *= tiles * inside;
  const double shuffles = transposes(costs, kernel, pixels) * real(blocks) * lines * across;
  inner.instructions += shuffles;

  // What does not stay in the first cache comes again from behind it: the weights of a tile of filters for
  // each tile of pixels, and the rows of the input.
  const Machine& m = costs.target.machine;
  const double panel = real(steps * vectors * costs.lanes * 4), weights = panel * filterTiles;
  const double number = 4 * real(partsOf(kernel.layout)) / real(unitChannels(kernel.layout)),
               input = s.inputs * number * real(s.perGroup());
  const double unitsOfRows = s.hasRows() ? lines : std::max(1.0, across / chunkTiles);
  const double rowsBytes = input / unitsOfRows * real(s.height());
  const bool positions = kernel.order == Order::Positions;
  const bool panelStays = panel <= real(m.level1) / 2, rowsStay = rowsBytes <= real(m.level1) / 2;
  const double weightReads = !panelStays ? panel * tiles : positions ? weights * (unitsOfRows - 1) : 0;
  Moves read = transfer(m, weightReads * inside, costs.levelOf(positions ? weights : panel));
  const double inputReads = positions ? rowsStay ? 0 : rowsBytes * unitsOfRows * (filterTiles - 1)
                                      : input * (rowsStay ? 1 : real(s.height())) * (filterTiles - 1);
  read += transfer(m, inputReads, costs.levelOf(positions ? rowsBytes : input));
  Estimate work = together({inner, tailWork(costs, kernel), again(read)});
  if (positions) work.shareForParameters = 1 / unitsOfRows; // all weights are read for the first row
  return work;
}

std::vector<Extents> matrixTiles(const Costs& costs, const Kernel& kernel) {
  const int64_t filters = costs.graph.value(kernel.anchor()).type.channels();
  return {{2, std::min<int64_t>(2, ceilDiv(filters, costs.lanes))}};
}

// Two by two matrix tiles: each is read for two products. Pixels are numbered through over the rows, each of
// which has the window's border behind it, or row by row where the window moves in steps.
Estimate matrixWork(const Costs& costs, const Kernel& kernel) {
  constexpr double cyclesOfProduct = 16 * 1.3; // with what is read beside
  Estimate work;
  if (costs.graph.value(kernel.anchor()).op == OpKind::TransposedConv) {
    // Of a phase, with its share of the taps: a product of tiles for so many multiply-adds of vectors.
    Kernel phases = kernel;
    phases.algorithm = Algorithm::Transposed;
    phases.tile.clear();
    const double rate =
        real(costs.target.machine.fmaPerCycle * costs.lanes) / (16 * 32 * 16 / cyclesOfProduct);
    return costs.windowTile(phases).work *
           (real(unitChannels(kernel.layout)) * rate * (kernel.layout == Layout::Split ? 3 : 1));
  }
  const WindowShape s(costs, kernel);
  const int64_t products = kernel.layout == Layout::Split ? 3 : 1, border = s.window.kernel[s.last] / 2;
  const int64_t joined = costs.lanes /
                         blockUnits(s.perGroup(), kernel.layout, costs.lanes), // taps of a row, in one
      columns = s.window.kernel[s.last];
  const int64_t steps = ceilDiv(s.perGroup(), costs.lanes * unitChannels(kernel.layout)) *
                        (s.taps / columns) * ceilDiv(columns, joined) * products;
  const int64_t filters = ceilDiv(s.filters, costs.lanes);
  const bool inOneRow =
      s.flat || (s.hasRows() && s.window.stride[s.last] == 1 && s.window.stride[s.last - 1] == 1);
  const int64_t rows = inOneRow ? 1 : s.rows, pixels = inOneRow ? (s.width + border) * s.rows : s.width;
  const double tiles = real(s.outer * rows) * real(ceilDiv(pixels, 16) * filters);
  const double writes = 16 * 3 + 2 * transposes(costs, kernel, 16);
  work.multiplyAdds = tiles * real(steps) * cyclesOfProduct;
  work.instructions = tiles * writes; // between the products: sums leave the tiles through memory
  return together({work, tailWork(costs, kernel)});
}

double transposes(const Costs& costs, const Kernel& kernel, int64_t pixels) {
  if (kernel.resultLayout() != Layout::Planar || !inBlocks(kernel.layout)) return 0;
  double cycles = 0;
  for (; pixels > 0; pixels -= costs.lanes) {
    int64_t rows = 1;
    while (rows < std::min<int64_t>(pixels, costs.lanes)) rows *= 2;
    cycles += real(costs.lanes - std::min<int64_t>(pixels, costs.lanes)) + real(rows) * std::log2(real(rows));
  }
  return cycles;
}

} // namespace convoy::schedule
