// The parameters of a layer that sums products, as whole numbers.
#pragma once
#include "graph/graph.h"

namespace convoy::quantize {

// With a scale for each filter (the slowest dimension of the weight).
struct WholeParameters {
  std::vector<float> weight;     // -127..127
  std::vector<float> multiplier; // from sums to the steps of the result
  std::vector<float> bias;       // in the steps of the sums; empty when there was none
};

// `input` and `result`: what a step of them stands for.
WholeParameters wholeParameters(const std::vector<float>& weight, const std::vector<float>* bias,
                                size_t filters, double input, double result);

} // namespace convoy::quantize
