// Numbers of another program, to compare those of compiled code with.
#pragma once
#include "driver/compilation.h"
#include "driver/run_sizes.h"
#include "reference/interpreter.h"

namespace convoy::driver {

struct OtherNumbers {
  size_t output = 0; // of the graph
  std::string file;
  reference::Tensor tensor; // of the output's shape
};

// The files that --against names, for outputs with these sizes and so many items. nullopt after a diagnostic:
// an input is made up, the file cannot be read, or has another shape.
std::optional<std::vector<OtherNumbers>> readAgainst(const Compilation& compilation, const RunSizes& sizes,
                                                     int64_t batch);

} // namespace convoy::driver
