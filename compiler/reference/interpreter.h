// The oracle: plain loops over graph IR in double precision. Shares no code with the stages below the graph.
#pragma once
#include "graph/graph.h"
#include <map>

namespace convoy::reference {

// Values of one tensor for a whole batch: [batch][dims...], dense, slowest first.
struct Tensor {
  std::vector<int64_t> shape; // of one item
  int64_t batch = 1;
  std::vector<double> data;
};

// Every value of the graph, indexed by ValueId. `inputs` in the order of graph.inputs, all with one batch count;
// `sizes` binds the graph's symbols. The entry checks must hold. Inputs are rounded to float32 first and
// parameters are float32; nothing is rounded in between.
std::vector<Tensor> evaluate(const graph::Graph& graph, const std::vector<Tensor>& inputs,
                             const std::map<std::string, int64_t>& sizes);

} // namespace convoy::reference
