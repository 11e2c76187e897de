// A model in ONNX format to graph IR; docs/onnx.md.
#pragma once
#include "graph/graph.h"
#include "onnx/model.h"
#include "support/diagnostics.h"
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace convoy::onnx {

struct ImportOptions {
  std::string name; // of the pipeline
  // Inputs that are known when compiling, such as a shape or limits: a number, or a list of numbers in
  // brackets.
  std::vector<std::pair<std::string, std::string>> defines;
};

// The graph that computes what the model does, with its weights. Inputs and outputs keep their names. nullopt
// after one diagnostic, which lists every node that Convoy has no layers for. `path` is for messages.
//
// The first dimension of every input is the batch; where a model does not go that way and all its sizes are
// known, its whole tensors are the items of a batch. Dimensions that the model names are run-time sizes.
std::optional<graph::Graph> importModel(const Model& model, const std::string& path,
                                        const ImportOptions& options, DiagnosticEngine& diags);

} // namespace convoy::onnx
