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

  int64_t elements() const; // of one item
};

// Every value of the graph, indexed by ValueId; parameters have a batch of 1. `inputs` in the order of
// graph.inputs, all with one batch count (a run-time scalar: one number, batch 1); `sizes` binds the graph's
// symbols. The entry checks must hold, and every parameter must have its numbers. Inputs are rounded to
// float32 first; parameters and numbers in attributes are float32; nothing is rounded in between.
std::vector<Tensor> evaluate(const graph::Graph& graph, const std::vector<Tensor>& inputs,
                             const std::map<std::string, int64_t>& sizes);

// For each element of each of `values` (from evaluate), how far float32 code may be from it when it sums
// directly, in any order, fused or not: a rounding of u = 2^-24 per operation, g(n) = n * u / (1 - n * u) for
// n in a row, carried through the layers. Infinite where a divisor may be zero. Without `sizes`, the inputs'
// shapes tell them.
std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values,
                                const std::map<std::string, int64_t>& sizes);
std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values);

} // namespace convoy::reference
