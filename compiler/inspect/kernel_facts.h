// What each kernel of a schedule does, in numbers: for `convoy plan`, `convoy bench` and whoever else wants
// to set times against work.
#pragma once
#include "schedule/lower.h"
#include "schedule/predict.h"

namespace convoy::inspect {

// What is read and written, each tensor once, as float32. Activations of one item of the batch.
struct Traffic {
  Size input = 0, output = 0; // bytes
  int64_t weights = 0;        // bytes, for any number of items
  Size total() const { return input + output + weights; }
};

struct KernelFacts {
  std::string name;                // of its last layer; of a conversion, "conv_1 to planar"
  std::vector<std::string> layers; // that it computes; none for a conversion
  schedule::Kernel kernel;
  Size multiplyAdds = 0; // of one item
  Traffic traffic;       // of the kernel as a whole: what is fused inside stays in registers
  Size inRings = 0;      // bytes of it that stay in the caches, in the rings of its group
  std::optional<schedule::Group> group;
  bool vectorized = true; // see hot_loop.h; what copies and computes nothing is, too, when it moves vectors
  std::optional<schedule::Prediction> prediction;
  // Seconds that it took; of a group, whose kernels take turns, in its first kernel and of all of them.
  std::optional<double> measured;
  double cycles() const; // that are predicted; 0: none, or nothing is done
  Size bytes() const;    // that move to and from memory: traffic but for what is in rings
};

// One for each kernel of the schedule, in its order. `calls` and `loops` are those of the schedule::Program
// that was made of both; the loops may have been through passes.
std::vector<KernelFacts> kernelFacts(const graph::Graph& graph, const schedule::Schedule& schedule,
                                     const schedule::ProgramCalls& calls, const loop::Module& loops);

// What one layer by itself reads and writes.
Traffic trafficOf(const graph::Graph& graph, const graph::Value& node);

// Seconds that so many cycles take.
double secondsOf(double cycles, const Machine& machine);

// "window blocked 14x2"
std::string algorithmText(const schedule::Kernel& kernel);

} // namespace convoy::inspect
