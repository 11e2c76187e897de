// batch_norm and normalize become part of the convolution or dense layer before them, or a product and a sum.
#pragma once
#include "graph/graph.h"

namespace convoy::graph {

// Before: any graph. After: one that computes the same up to roundings, without those of these layers that
// can be part of the one before them.
//
// Where the result of a conv, transposed_conv or dense is read by one of them alone, the layer keeps its name
// and gets `weight * scale` and `bias * scale + shift` for its parameters, and a bias if it had none. The new
// numbers are computed in double and rounded once; they are given when all that they are made of is.
Graph foldBatchNorm(const Graph& graph);

// Before: any graph. After: one that computes the same up to roundings, and has none of them: each `bn` is
// `x * bn.scale + bn.shift`, with numbers as above.
Graph expandBatchNorm(const Graph& graph);

} // namespace convoy::graph
