// What layers see of the pipeline's inputs, from access maps alone.
#pragma once
#include "graph/graph.h"
#include <map>

namespace convoy::inspect {

// Along a spatial axis of an input.
struct FieldAxis {
  std::optional<int64_t> extent; // positions from the first to the last that a result depends on, those of
                                 // padding too; none: all
  double step = 0; // of them from a result to its neighbour: 0.5 where there are two results for each
};

// What a result of a layer sees of an input. Where layers enlarge images, results differ: the most is told.
struct Field {
  std::string input;
  std::vector<FieldAxis> axes;
};

// Of each value of the graph, the inputs that it depends on and that have spatial axes. A size that `sizes`
// does not give counts as some large number: it may move by a position where paths meet.
std::vector<std::vector<Field>> receptiveFields(const graph::Graph& graph,
                                                const std::map<std::string, int64_t>& sizes);

} // namespace convoy::inspect
