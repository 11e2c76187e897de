// How much work layers are, by their shapes and access maps alone: what the mathematics asks for, whatever
// algorithm computes it.
#pragma once
#include "graph/graph.h"

namespace convoy::graph {

// Multiply-adds of inputs with parameters that one item of the batch takes: for a convolution, the elements
// of the result times channels / groups times the taps of the kernel. 0 for layers that sum no such products
// (pools, activations, sums of tensors).
Size multiplyAdds(const Graph& graph, const Value& node);
Size multiplyAdds(const Graph& graph); // of all its layers

// Numbers that are learned: those of the layers' parameters, without the ones that are written in the script
// and without the running statistics of batch_norm.
int64_t learnedNumbers(const Graph& graph, const Value& node);
int64_t learnedNumbers(const Graph& graph); // each parameter counts once

} // namespace convoy::graph
