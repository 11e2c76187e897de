// The plan of a compilation.
#pragma once
#include "driver/compilation.h"
#include "driver/phase_times.h"
#include "driver/run_sizes.h"
#include "inspect/plan.h"

namespace convoy::driver {

// Of what is lowered, with predictions and the fusion report. Sizes that are given are numbers in it.
inspect::Plan planOf(const Compilation& compilation, const std::map<std::string, int64_t>& sizes);

struct PlanWishes {
  bool code = false;       // compile to machine code, also when nothing is measured
  bool usualSizes = false; // numbers for all sizes: those that --size leaves out are usual ones
  // Gives the sizes, in place of --size, when the graph is there; nullopt after a diagnostic.
  std::function<std::optional<RunSizes>()> sizes = {};
};

// Compiles as far as a plan needs, and makes it, with the sizes of --size; with --measure also with the times
// of kernels, and with all sizes. nullopt after a diagnostic.
std::optional<inspect::Plan> makePlan(Compilation& compilation, PhaseTimes& times,
                                      const PlanWishes& wishes = {});

} // namespace convoy::driver
