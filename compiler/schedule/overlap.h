// Whether pieces of memory that a caller names have something in common, as loop IR.
#pragma once
#include "loop/builder.h"
#include <vector>

namespace convoy::schedule {

// Memory from the address `begin` up to `end`, which are numbers below 2^63. Of no bytes when they are equal.
struct Range {
  loop::Value* begin;
  loop::Value* end;
};

// A truth value: one of the ranges from `first` on shares memory with any range before it. Null when there is
// nothing to compare. The code grows with the number of ranges, not of their pairs.
loop::Value* overlap(loop::Builder& b, const std::vector<Range>& ranges, size_t first);

} // namespace convoy::schedule
