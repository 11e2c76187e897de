// Kernels that are a column times a row, so that a convolution is two shorter ones. Private to schedule/.
#pragma once
#include "schedule/schedule.h"

namespace convoy::schedule {

struct Factors {
  std::vector<float> column, row; // kernel[i][j] = column[i] * row[j]
};
// A sum of products with factors has these terms: (taps[tap] + taps[other]) * factor, or their difference.
// Taps whose factors are the same, or but for the sign, are one term where there are few.
struct FactorTerm {
  float factor;
  size_t tap;
  std::optional<size_t> other;
  bool subtracts = false;
};
std::vector<FactorTerm> termsOf(const std::vector<float>& factors);

// The factors of a convolution over rows and columns whose kernel is written in the script, stride 1, with
// one channel in each group and the same numbers in every filter. None when there are no factors, or when two
// steps are no shorter than one.
//
// Numbers with so few digits that sums of them are exact (whole ones, halves) have exact factors, or count as
// having none. Others are rounded as they stand, and their factors may be as far from them as roundings: all
// roundings of both steps together are never more than those that an error bound counts for the direct sum.
// The absolute values of the column add up to at most 1, so that the first step is no larger than its input;
// or to no more than those of the kernel, if then a factor is 1 that was none.
std::optional<Factors> separate(const graph::Graph& graph, const graph::Value& conv);

// A kernel may have several such convolutions, its filters, of one picture and with one border, whose results
// are of one shape. Their windows lie in a frame of rows and columns.
struct FilterFrame {
  struct Filter {
    graph::ValueId id;
    Factors factors;
    // Of rows and columns: where the first tap is in the frame, and how far the others are apart.
    int64_t first[2], dilation[2];
  };
  std::vector<Filter> filters;   // in order; the anchor is the first one
  Size before[2];                // how far the frame reaches before the result's row and column
  int64_t height = 1, width = 1; // of the frame
};
// None where the kernel is no separable one.
std::optional<FilterFrame> filterFrame(const graph::Graph& graph, const std::vector<graph::ValueId>& nodes);
// `other` may be another filter of a kernel with this anchor.
bool sharesPicture(const graph::Graph& graph, graph::ValueId anchor, graph::ValueId other);

} // namespace convoy::schedule
