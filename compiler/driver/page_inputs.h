// What `convoy explore` computes the layers of its pictures from.
#pragma once
#include "driver/compilation.h"
#include "driver/run_sizes.h"
#include "reference/interpreter.h"

namespace convoy::driver {

struct PageInputs {
  std::vector<reference::Tensor> tensors; // one item each, in the graph's order
  RunSizes sizes;                         // of all symbols
  std::vector<std::string> remarks;       // a sentence each: what was not taken from a file
};

// The files and numbers that --input gives, of a batch the first item; seeded numbers for other inputs.
// nullopt after a diagnostic.
std::optional<PageInputs> readPageInputs(const graph::Graph& graph, const Options& options,
                                         DiagnosticEngine& diags);

} // namespace convoy::driver
