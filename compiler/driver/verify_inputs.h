// What `convoy verify` runs a pipeline with.
#pragma once
#include "command/buffer.h"
#include "driver/against.h"
#include "driver/compilation.h"
#include "driver/run_sizes.h"

namespace convoy::driver {

struct RunInputs {
  std::vector<command::Tensor> tensors;  // in the graph's order
  RunSizes sizes;                        // of all its symbols
  std::vector<OtherNumbers> others = {}; // that results are compared with
  int64_t batch() const;                 // of what is computed from them
};

// Which input a file without a name is for: the first that is no scalar and that --input does not name.
size_t namelessInput(const graph::Graph& graph, const Options& options);

// The files and numbers that --input gives, and seeded numbers for the other inputs. Sizes are those of the
// files and of --size; others are small, odd and of no vector's length, larger when the entry checks ask for
// it. nullopt after a diagnostic.
std::optional<RunInputs> makeInputs(const graph::Graph& graph, const convoy_pipeline& pipeline,
                                    const Options& options, DiagnosticEngine& diags);

} // namespace convoy::driver
