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

// How a float32 number is kept in memory or taken into products: as it is, rounded to bf16 (8 significant
// bits, ties to even), or as the sum of two such numbers, what is left rounded likewise.
enum class NumberForm { Float32, Bf16, Split };

// In which forms a layer takes its operands, and gives its result to memory. An operand that is taken from
// registers, and one that is not named here, is float32. The products of a layer whose weight is taken as
// Split are three: high by high, high by low, low by high.
struct LayerForms {
  std::vector<NumberForm> operands;
  NumberForm result = NumberForm::Float32;
  // The weight that is rounded is not the one of the graph: a layer behind was multiplied into it.
  bool scaledWeight = false;
  // Winograd's algorithm computes the layer, a convolution, in tiles of so many results along an axis; 0:
  // sums are direct.
  int64_t winograd = 0;
  NumberForm operand(size_t i) const { return i < operands.size() ? operands[i] : NumberForm::Float32; }
};
using GraphForms = std::map<graph::ValueId, LayerForms>; // those that are not direct in float32 throughout

// For each element of each of `values` (from evaluate), how far compiled code may be from it when it sums
// directly (but where `forms` says Winograd), in any order, fused or not: a rounding of u = 2^-24 per
// operation, g(n) = n * u / (1 - n * u) for n in a row, and what `forms` rounds, carried through the layers
// (docs/numerics.md). Infinite where a divisor may be zero. Without `sizes`, the inputs' shapes tell them.
std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values,
                                const std::map<std::string, int64_t>& sizes, const GraphForms& forms = {});
std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values,
                                const GraphForms& forms = {});

} // namespace convoy::reference
