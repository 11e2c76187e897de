// Winograd's minimal filtering F(MxM, 3x3): convolution of a 3x3 kernel through the products of polynomials
// (A. Lavin, S. Gray: Fast algorithms for convolutional neural networks, 2016). M x M results of a map are
//   A^T [ sum over channels of (G w G^T) * (B^T x B) ] A
// with x the (M + 2) x (M + 2) inputs that they read, w the kernel, and * element by element: (M + 2)^2
// multiply-adds of a channel instead of 9 M^2. Private to schedule/.
//
// Tiles of a map are numbered through over its rows, T of them make a block, B blocks a band. A band has its
// transformed input at once, as [point][block][channels / lanes][tile][lanes]; for each point that is a
// matrix of tiles x channels, which meets the transformed weights, channels x filters.
#pragma once
#include "schedule/schedule.h"

namespace convoy::schedule {

using Matrix = std::vector<std::vector<double>>;

// Of M results and M + 2 points: 0, 1, -1, (2, -2, (1/2, -1/2)), infinity. Numbers of B^T and A^T are few bits
// long; all other fractions are in G. B^T and A^T are the products of two matrices with few numbers each: what
// several rows have in common is computed once, and about as many operations are sums as are multiply-adds.
struct WinogradMatrices {
  Matrix inputTerms, input;   // B^T = input * inputTerms, points x points
  Matrix weights;             // G, points x 3
  Matrix outputTerms, output; // A^T = output * outputTerms, results x points
};
const WinogradMatrices& winogradMatrices(int64_t results); // 2, 4, 6

// A kernel's tile is M x T x V x B: results of a tile along an axis, tiles of a block and vectors of filters
// (T x V sums), blocks of a band.
struct WinogradShape {
  WinogradShape(const graph::Graph& graph, const Kernel& kernel, int64_t lanes);

  int64_t results, points, elements; // along an axis, and points of both
  int64_t tiles, vectors, blocks;
  int64_t channels, channelBlocks, filters, filterTiles;
  Size rows, columns; // of tiles
  Size tilesOfItem() const { return rows * columns; }
  int64_t tilesOfBand() const { return tiles * blocks; }
  // Numbers of float32: in the transformed input of a block, a point of a band, and a band. A line more, so
  // that points lie in different sets of a cache.
  int64_t blockNumbers() const { return channelBlocks * tiles * lanes; }
  int64_t pointNumbers() const { return blocks * blockNumbers() + lanes; }
  int64_t bandNumbers() const { return elements * pointNumbers(); }
  // Weights of a point, for a tile of filters.
  int64_t panelNumbers() const { return channelBlocks * lanes * vectors * lanes; }
  // From one vector of products to that of the next tile or filters, and in all products of a band.
  int64_t productPitch() const { return (elements | 1) * lanes; }
  int64_t productNumbers() const { return tilesOfBand() * vectors * productPitch(); }
  // What a kernel has on its stack, in bytes.
  int64_t stackBytes(Order order) const {
    return 4 * (productNumbers() + (order == Order::Positions ? bandNumbers() : 0));
  }
  // Of one item: what `Order::Filters` keeps in the workspace.
  Size transformedNumbers() const { return Size::ceilDiv(tilesOfItem(), tilesOfBand()) * bandNumbers(); }

private:
  int64_t lanes;
};
constexpr int64_t winogradStackBytes = 640 << 10; // at most

// A 3x3 convolution of all channels, in steps of 1, with a border of zeros whose width is known.
bool canUseWinograd(const graph::Graph& graph, const graph::Value& node);
// The layer of 2x2 windows, 2 apart, by which a kernel on Winograd tiles makes its results less: its number
// among the kernel's nodes.
std::optional<size_t> pooledBy(const graph::Graph& graph, const Kernel& kernel);
// Tiles hold all windows of such a layer whole.
bool poolsTiles(const graph::Graph& graph, const graph::Value& node);

} // namespace convoy::schedule
