// What the page shows as pictures: the kernels of each layer and what it gives for one input, and how each
// result is made of what the layer reads.
#pragma once
#include "explore/page.h"
#include "graph/graph.h"
#include "reference/interpreter.h"
#include <map>

namespace convoy::explore {

// The values of a graph as it was written, by the reference interpreter; one item.
struct MapValues {
  const graph::Graph& graph;
  const std::vector<reference::Tensor>& values;
  const std::map<std::string, int64_t>& sizes;
  std::vector<std::string> remarks = {}; // about the inputs, a sentence each
};

// Adds the sections `maps` and `maps.numbers`, which take about so many bytes of the page at most: of what
// does not fit, layers have fewer channels and then only the middle of their planes, which the page says.
void addMaps(Page& page, const MapValues& values, size_t bytes);

} // namespace convoy::explore
