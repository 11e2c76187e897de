// What `convoy plan` tells: every layer of a script with its shapes, pads and work, and how it is computed.
#pragma once
#include "inspect/fusion.h"
#include "inspect/kernel_facts.h"
#include "inspect/receptive.h"
#include "support/json.h"
#include <map>

namespace convoy::inspect {

struct LayerPlan {
  std::string name, op; // "layer1.0.conv1", "conv"
  Location location;    // in the script; nowhere for what the compiler made
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
  std::vector<Field> fields;    // what a result sees of the inputs
  std::optional<size_t> kernel; // that computes it, of Plan::kernels; none: no result depends on it
  std::string foldedInto;       // the layer whose weights do its work; empty: it is computed as it is
};

// A run of the whole, and what it was measured with. The times of kernels are in KernelFacts.
struct MeasuredPlan {
  double seconds = 0; // median
  double peak = 0;    // GFLOP/s of one core at best; 0: not known
  int threads = 1;
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
  std::optional<MeasuredPlan> measured;
};

// `written` is the graph before layers were folded, `computed` the one that was scheduled. `sizes`: those
// that are given; sizes stay symbols until bindSizes.
Plan makePlan(const graph::Graph& written, const graph::Graph& computed, const schedule::Schedule& schedule,
              const schedule::ProgramCalls& calls, const loop::Module& loops,
              const schedule::Workspace& workspace, const std::map<std::string, int64_t>& sizes = {});

// `predictions`: of the kernels, on this machine.
void addPredictions(Plan& plan, std::vector<schedule::Prediction> predictions, const Machine& machine);

void addFusion(Plan& plan, FusionReport fusion, int64_t threads);

// Puts numbers for run-time sizes.
void bindSizes(Plan& plan, const std::map<std::string, int64_t>& sizes);

// The layers in the order of the tables: those of each kernel in turn, then those that no kernel computes.
std::vector<const LayerPlan*> inOrder(const Plan& plan);
// What a kernel moves to and from memory and what lies beside it, of all kernels.
Size bytesOf(const Plan& plan);
// Operations for each byte, a multiply-add being two; none where there are no multiply-adds, no bytes, or a
// size that is not known.
std::optional<double> intensity(const Size& multiplyAdds, const Size& bytes);
// Seconds that are predicted of all kernels, one after another.
double predictedSeconds(const Plan& plan);

// What was reached, of a kernel; of the first one of a group, of all in it together. None: it was not
// measured by itself, or does nothing.
struct Efficiency {
  double seconds = 0;
  int threads = 1;
  double predictedShare =
      0; // of the time, what was predicted; 0: predictions are of one core, and it was another number
  double gflops = 0,
         ofPeak = 0; // of multiply-adds, as two operations; the share of what the cores do at best; 0: none
  double gigabytes = 0; // each second, to and from memory and what lies beside it
};
std::optional<Efficiency> efficiencyOf(const Plan& plan, size_t kernel);
std::optional<Efficiency>
efficiencyOf(const Plan& plan); // of the whole; its `gigabytes` mean nothing and are 0
// GFLOP/s of one core at best, as the machine is described.
double peakOf(const Plan& plan);

std::string planText(const Plan& plan);
// As docs/command.md describes it. A size that is not known is a text.
Json planJson(const Plan& plan);

} // namespace convoy::inspect
