// Trained parameters from files: .safetensors, .npz, or a folder of .npy files; docs/weights.md.
#pragma once
#include "graph/graph.h"
#include "import/tensor_store.h"
#include "support/diagnostics.h"
#include <optional>

namespace convoy::weights {

// An open file of weights: names, types and shapes are known and fit the file's size; numbers are not read
// yet.
struct WeightsFile {
  std::string path;
  Location location; // where the script names it; nowhere when the command line does
  std::unique_ptr<TensorStore> store;
};

// What the file is, is told by its content. nullopt after a diagnostic.
std::optional<WeightsFile> openWeights(const std::string& path, Location location, DiagnosticEngine& diags);

// What a parameter without values in the file is.
enum class Missing {
  Error,   // the pipeline will run
  Warning, // it is looked at only
  Filled,  // a warning: somebody fills it afterwards
};

// Gives the graph's parameters the numbers of the file's tensors of the same name. Values written in the
// script stay. Names and shapes are compared first, and all that does not fit is reported at once; then
// numbers are read, each once and straight to where they stay. False after an error; then no number of the
// graph has changed, unless the file turned out to be damaged.
bool applyWeights(graph::Graph& graph, const WeightsFile& file, Missing missing, DiagnosticEngine& diags);

} // namespace convoy::weights
