// What `convoy plan` tells: every layer of a script with its shapes, pads and work, and how it is computed.
#pragma once
#include "inspect/fusion.h"
#include "inspect/kernel_facts.h"
#include "support/json.h"
#include <map>

namespace convoy::inspect {

struct LayerPlan {
  std::string name, op; // "layer1.0.conv1", "conv"
  std::vector<TensorType> inputs;
  TensorType result;
  // Positions around the input that windows reach, begin and end of each axis in turn: words are resolved,
  // and what the last window hangs over in ceil_mode is part of the end. Empty without a window.
  std::vector<Size> pads;
  Size multiplyAdds = 0; // of one item
  // Of a layer that sums up products with weights: how, and how far a sum may be off, as a share of the sum
  // of absolute products; by Winograd's algorithm, of the largest number that its tile reads times the sum of
  // absolute weights (docs/numerics.md).
  std::optional<schedule::Arithmetic> arithmetic;
  double bound = 0;
  Traffic traffic;              // of the layer by itself, also when it is fused
  int64_t parameters = 0;       // learned numbers
  std::optional<size_t> kernel; // that computes it, of Plan::kernels; none: no result depends on it
  std::string foldedInto;       // the layer whose weights do its work; empty: it is computed as it is
};

struct Plan {
  std::string pipeline;
  int lanes = 1;                 // of a vector of float32
  std::string remark;            // a sentence about the whole; may be empty
  std::vector<LayerPlan> layers; // in the script's order
  std::vector<KernelFacts> kernels;
  int64_t parameters = 0; // each counts once
  Size multiplyAdds = 0;  // of one item
  schedule::Workspace workspace;
  int64_t threads = 1; // that the workspace is for
  FusionReport fusion;
  Machine machine; // for which times are predicted, where kernels have a prediction
};

// `written` is the graph before layers were folded, `computed` the one that was scheduled.
Plan makePlan(const graph::Graph& written, const graph::Graph& computed, const schedule::Schedule& schedule,
              const schedule::ProgramCalls& calls, const loop::Module& loops,
              const schedule::Workspace& workspace);

// `predictions`: of the kernels, on this machine.
void addPredictions(Plan& plan, std::vector<schedule::Prediction> predictions, const Machine& machine);

void addFusion(Plan& plan, FusionReport fusion, int64_t threads);

// Puts numbers for run-time sizes.
void bindSizes(Plan& plan, const std::map<std::string, int64_t>& sizes);

std::string planText(const Plan& plan);
// As docs/command.md describes it. A size that is not known is a text.
Json planJson(const Plan& plan);

} // namespace convoy::inspect
