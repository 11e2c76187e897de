// Which tensor of a file is which parameter of a graph.
#pragma once
#include "graph/graph.h"
#include "import/tensor_store.h"

namespace convoy::weights {

// A parameter and the tensor of its name.
struct Pair {
  graph::ValueId parameter;
  size_t tensor;
};

struct Match {
  std::vector<Pair> fitting;
  std::vector<Pair> otherShape;
  std::vector<Pair> otherElement; // no numbers that could become float32
  std::vector<graph::ValueId> missing;
  std::vector<size_t> unknown; // tensors; counters of batches (num_batches_tracked) are left out
};

// Parameters whose values the script gives take no part.
Match match(const graph::Graph& graph, const TensorStore& store);

std::vector<int64_t> shapeOf(const graph::Value& parameter);

} // namespace convoy::weights
