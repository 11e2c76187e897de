// Kernels that are a column times a row, so that a convolution is two shorter ones. Private to schedule/.
#pragma once
#include "graph/graph.h"

namespace convoy::schedule {

struct Factors {
  std::vector<float> column, row; // kernel[i][j] = column[i] * row[j]
};

// The factors of a convolution over rows and columns whose kernel is written in the script, stride 1, with
// one channel in each group and the same numbers in every filter. None when there are no factors, or when two
// steps are no shorter than one.
//
// Numbers with so few digits that sums of them are exact (whole ones, halves) have exact factors, or count as
// having none. Others are rounded as they stand, and their factors may be as far from them as roundings: all
// roundings of both steps together are never more than those that an error bound counts for the direct sum.
// The absolute values of the column add up to at most 1, so that the first step is no larger than its input.
std::optional<Factors> separate(const graph::Graph& graph, const graph::Value& conv);

} // namespace convoy::schedule
