// The plan of a compilation.
#pragma once
#include "driver/compilation.h"
#include "driver/phase_times.h"
#include "inspect/plan.h"

namespace convoy::driver {

struct PlanWishes {
  bool code = false;       // compile to machine code, also when nothing is measured
  bool usualSizes = false; // numbers for all sizes: those that --size leaves out are usual ones
};

// Compiles as far as a plan needs, and makes it, with predictions and the fusion report; with --measure also
// with the times of kernels. Sizes that --size gives are numbers in it; measured, all are. nullopt after a
// diagnostic.
std::optional<inspect::Plan> makePlan(Compilation& compilation, PhaseTimes& times,
                                      const PlanWishes& wishes = {});

} // namespace convoy::driver
