// Tiles, and what else a kernel's line says beside its form.
#include "schedule/kernel_rules.h"
#include "schedule/storage.h"
#include "schedule/winograd.h"

namespace convoy::schedule {

using graph::Graph;

namespace {

constexpr int64_t mostThreads = 1024;

// "1, 2 or 4": the divisors of n that a tile may have.
std::string divisors(int64_t n) {
  std::vector<std::string> all;
  for (int64_t d = 1; d <= std::min<int64_t>(n, 64); ++d)
    if (n % d == 0) all.push_back(std::to_string(d));
  return listed(all, "or");
}

class TileRules : KernelRules {
public:
  TileRules(const Graph& graph, const Kernel& kernel, int lanes) : KernelRules(graph, kernel, lanes) {}

  std::vector<Fault> run() {
    if (extentsOfTile(kernel_) > 0)
      extents();
    else if (!kernel_.tile.empty())
      fault(Part::Tile,
            std::string(nameOf(kernel_.algorithm)) + " " + nameOf(kernel_.layout) + " has no tile");
    if (kernel_.order != Order::Filters && !hasOrder(graph_, kernel_, lanes_))
      fault(Part::Order, "only a blocked convolution that mixes channels has an order");
    if (kernel_.threads != 0) threads();
    if (kernel_.storesPast) stores();
    if (kernel_.prefetches) prefetch();
    return std::move(faults_);
  }

private:
  void extents() {
    switch (kernel_.algorithm) {
    case Algorithm::Window: return window();
    case Algorithm::Tiles: return matrixTiles();
    case Algorithm::Winograd: return winograd();
    case Algorithm::Transposed: return transposed();
    case Algorithm::Separable:
      if (kernel_.tile.size() != 1 || kernel_.tile[0] < 1 || kernel_.tile[0] > 8)
        fault(Part::Tile, "a separable tile is 1 to 8 rows");
      return;
    case Algorithm::Dense:
      if (kernel_.tile.size() != 1 || kernel_.tile[0] < 1 || kernel_.tile[0] > 16)
        fault(Part::Tile, "a dense tile is 1 to 16 vectors");
      return;
    case Algorithm::Adaptive:
    case Algorithm::Pointwise:
    case Algorithm::Concat:
    case Algorithm::Resample:
    case Algorithm::Interleave:
    case Algorithm::Softmax:
    case Algorithm::Reduction:
    case Algorithm::Standardize:
    case Algorithm::Integer:
    case Algorithm::Alias:
    case Algorithm::Reorder: return;
    }
  }

  // Extents from `from` on are 1 to 64 each, and so is the product of those before `end`: sums in registers.
  bool holdsSums(size_t from, size_t end) {
    int64_t sums = 1;
    for (size_t i = from; i < kernel_.tile.size(); ++i) {
      const int64_t extent = kernel_.tile[i];
      if (extent < 1 || extent > 64) return fault(Part::Tile, "a tile's extent is 1 to 64"), false;
      if (i < end) sums *= extent;
    }
    if (sums > 64) fault(Part::Tile, "more than 64 accumulators", std::to_string(sums) + " would be needed");
    return sums <= 64;
  }

  void window() {
    const bool planar = kernel_.layout == Layout::Planar, byChannel = isChannelwise(graph_, anchor_, lanes_);
    if (kernel_.tile.size() != (planar ? 3u : 2u))
      return fault(Part::Tile, planar      ? "a planar tile is filters x rows x vectors"
                               : byChannel ? "a blocked tile without mixed channels is rows x pixels"
                                           : "a blocked tile is pixels x vectors");
    if (!holdsSums(0, kernel_.tile.size())) return;
    if (!planar && byChannel) return rowsOf(kernel_.tile[0]);
    if (planar && anchor_.op != OpKind::Conv) return planarPool();
    const int64_t groups = anchor_.attributes.get<int64_t>("groups"),
                  filters = anchor_.type.channels() / groups;
    if (planar) {
      if (filters % kernel_.tile[0] != 0)
        fault(Part::Tile, "the tile's filters do not divide those of a group",
              "of " + counted(filters, "filter") + ", a tile has " + divisors(filters));
      rowsOrVectors();
    } else {
      vectorsOfGroup(groups, kernel_.tile[1]);
    }
  }

  // So many vectors of filters are a part of a group's.
  void vectorsOfGroup(int64_t groups, int64_t vectors) {
    const int64_t all = anchor_.type.channels() / groups / lanes_;
    if (groups > 1 && all % vectors != 0)
      fault(Part::Tile, "the tile's vectors do not divide those of a group",
            "of " + counted(all, "vector") + ", a tile has " + divisors(all));
  }

  // A matrix unit has eight registers: sums, and a row and a column of what is multiplied.
  void matrixTiles() {
    if (kernel_.tile.size() != 2)
      return fault(Part::Tile, "a tile of a matrix unit is 16 pixels x 16 filters, so many times");
    const int64_t pixels = kernel_.tile[0], filters = kernel_.tile[1];
    if (pixels < 1 || filters < 1 || pixels > 3 || filters > 3 || pixels * filters + pixels + filters > 8)
      return fault(Part::Tile,
                   "the sums, a row and a column of its tile take more than the eight matrix registers",
                   "a tile is 1x1, 1x2, 1x3, 2x1, 2x2 or 3x1");
    const int64_t groups = anchor_.attributes.get<int64_t>("groups");
    if (groups > 1 && (anchor_.type.channels() / groups / lanes_) % filters != 0)
      fault(Part::Tile, "the tile's filters do not divide those of a group");
  }

  void winograd() {
    const std::vector<int64_t>& tile = kernel_.tile;
    if (tile.size() != 4)
      return fault(Part::Tile,
                   "a winograd tile is results along an axis x tiles x vectors x blocks of tiles");
    if (tile[0] != 2 && tile[0] != 4 && tile[0] != 6)
      return fault(Part::Tile, "a winograd tile has 2, 4 or 6 results along an axis");
    if (!holdsSums(1, 3)) return;
    const WinogradShape shape(graph_, kernel_, lanes_);
    const int64_t bytes = shape.stackBytes(kernel_.order);
    if (bytes <= winogradStackBytes) return;
    const bool fitsOtherwise =
        kernel_.order == Order::Positions && shape.stackBytes(Order::Filters) <= winogradStackBytes;
    fault(Part::Tile,
          "its tiles take " + std::to_string(bytes >> 10) + " KiB of the stack, more than " +
              std::to_string(winogradStackBytes >> 10),
          fitsOtherwise ? "with 'order filters' they lie in the workspace; fewer tiles or blocks take less"
                        : "fewer tiles or blocks take less");
  }

  void transposed() {
    if (kernel_.tile.size() != 2) return fault(Part::Tile, "a blocked transposed tile is pixels x vectors");
    if (!holdsSums(0, kernel_.tile.size())) return;
    if (isDepthwise(graph_, anchor_)) {
      if (kernel_.tile[1] != 1)
        fault(Part::Tile, "where each channel is filtered by itself a tile has one vector");
      return;
    }
    vectorsOfGroup(anchor_.attributes.get<int64_t>("groups"), kernel_.tile[1]);
  }

  void rowsOf(int64_t rows) {
    if (const int64_t most = mostTileRows(graph_, anchor_); rows > most)
      fault(Part::Tile, "a tile of this window has at most " + counted(most, "row"));
  }

  void planarPool() {
    if (kernel_.tile[0] != 1) fault(Part::Tile, "a pooling tile has one channel");
    if (!isSmallWindow(anchor_)) return rowsOrVectors();
    rowsOf(kernel_.tile[1]);
  }

  void rowsOrVectors() {
    if (kernel_.tile[1] > 1 && kernel_.tile[2] > 1)
      fault(Part::Tile, "a tile has several rows or several vectors, not both");
  }

  // ---- threads, stores, prefetches ----

  void threads() {
    if (kernel_.algorithm == Algorithm::Alias)
      fault(Part::Threads, "an alias does no work");
    else if (kernel_.threads < 1 || kernel_.threads > mostThreads)
      fault(Part::Threads, "a kernel runs on 1 to " + std::to_string(mostThreads) + " threads");
  }

  void stores() {
    const OpKind op = anchor_.op;
    const bool moves = op == OpKind::Pad || op == OpKind::Crop; // rows as they are
    const bool can = kernel_.algorithm == Algorithm::Window
                         ? result().spatialRank() > 1 && !walksFlat(graph_, kernel_)
                     : kernel_.algorithm == Algorithm::Pointwise ? result().spatialRank() > 0
                     : kernel_.algorithm == Algorithm::Resample  ? !moves
                                                                 : kernel_.algorithm == Algorithm::Separable;
    const bool onePosition =
        layoutFor(Layout::Blocked, result()) == Layout::Planar && result().channels() > 1;
    if (inBlocks(kernel_.layout) || !can || onePosition)
      return fault(Part::Stores, "only planes that a window, separable, pointwise or resize kernel computes "
                                 "row by row are stored past the caches, or not");
    if (!*kernel_.storesPast) return;
    const bool flat = kernel_.algorithm == Algorithm::Pointwise && canFlatten(graph_, kernel_, 0);
    const auto row = (flat ? spatialSize(result()) : result().dims.back()).constant();
    if (row && *row % lanes_ != 0)
      fault(Part::Stores, "rows that are stored past the caches are whole vectors",
            std::to_string(*row) + " columns are not a multiple of " + std::to_string(lanes_));
  }

  void prefetch() {
    if (kernel_.algorithm == Algorithm::Winograd) return;
    const bool mixes =
        (kernel_.algorithm == Algorithm::Window || kernel_.algorithm == Algorithm::Transposed) &&
        hasOrder(graph_, kernel_, lanes_);
    if (!mixes)
      return fault(Part::Prefetch, "only blocked convolution that mixes channels prefetches weights");
    bool known = spatialSize(input()).isConstant() && spatialSize(anchor_.type).isConstant();
    for (const Size& pad : windowOf(anchor_.attributes).padBegin) known &= pad.isConstant();
    if (*kernel_.prefetches && !known)
      fault(Part::Prefetch, "weights are prefetched where sizes are known when compiling");
  }
};

} // namespace

std::vector<Fault> tileFaults(const Graph& graph, const Kernel& kernel, int lanes) {
  return TileRules(graph, kernel, lanes).run();
}

} // namespace convoy::schedule
