// What there is a cost for: each family of kernels has its work, and the window kernels the tiles that they
// may have. Private to the costs.
#pragma once
#include "schedule/window_shape.h"

namespace convoy::schedule {

using Extents = std::vector<int64_t>;

// Tiles that fit in the registers, and that the kernel can have.
std::vector<Extents> planarTiles(const Costs& costs, const Kernel& kernel, const WindowShape& s);
std::vector<Extents> blockedTiles(const Costs& costs, const Kernel& kernel, const WindowShape& s);
std::vector<Extents> planarPoolTiles(const Costs& costs, const Kernel& kernel, const WindowShape& s);
std::vector<Extents> channelwiseTiles(const Costs& costs, const Kernel& kernel, const WindowShape& s);
std::vector<Extents> transposedTiles(const Costs& costs, const Kernel& kernel);
std::vector<Extents> matrixTiles(const Costs& costs, const Kernel& kernel);
std::vector<Extents> winogradTiles(const Costs& costs, const Kernel& kernel);

// Of a kernel with its tile and order.
Estimate planarWork(const Costs& costs, const Kernel& kernel, const WindowShape& s);
Estimate blockedWork(const Costs& costs, const Kernel& kernel, const WindowShape& s);
Estimate planarPoolWork(const Costs& costs, const Kernel& kernel, const WindowShape& s);
Estimate channelwiseWork(const Costs& costs, const Kernel& kernel, const WindowShape& s);
Estimate transposedWork(const Costs& costs, const Kernel& kernel);
Estimate matrixWork(const Costs& costs, const Kernel& kernel);
Estimate winogradWork(const Costs& costs, const Kernel& kernel);
bool fitsStack(const Costs& costs, const Kernel& kernel); // on Winograd tiles, in its order
// How much longer a thread's share of a kernel on Winograd tiles is than an even one.
double winogradImbalance(const Costs& costs, const Kernel& kernel);
Estimate separableWork(const Costs& costs, const Kernel& kernel);
Estimate denseWork(const Costs& costs, const Kernel& kernel);
// Of every other kernel: what moves and compares numbers.
Estimate movingWork(const Costs& costs, const Kernel& kernel);

// What is made of each vector of results behind the anchor, and its store.
Estimate tailWork(const Costs& costs, const Kernel& kernel);
// Cycles for so many pixels of one block that are written in planes: a store for each channel, and shuffles
// of squares, of which few pixels leave most empty.
double transposes(const Costs& costs, const Kernel& kernel, int64_t pixels);

} // namespace convoy::schedule
