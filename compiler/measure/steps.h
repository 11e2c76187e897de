// The kernels of a compiled pipeline one by one, inside of a real run.
//
// A compiled pipeline hands each of its kernels to the caller's executor, in a fixed order. An executor that
// looks at its clock is therefore all that is needed: compiled code is the same, and knows nothing of being
// measured.
#pragma once
#include "convoy/runtime.h"
#include "measure/samples.h"

namespace convoy::measure {

// Called for each kernel in turn: `step` counts them, `work` runs the kernel on the call's own executor. It
// may do so any number of times, the last of which decides what later kernels see, but at least once.
using OnStep = std::function<void(size_t step, const std::function<void()>& work)>;

// One run of the pipeline. Returns its status.
int32_t runInSteps(const convoy_pipeline& pipeline, const convoy_call& call, const OnStep& onStep);

struct StepTimes {
  Samples inRun; // once in each of several runs of the whole program: what a kernel takes there
  Samples warm;  // again and again: its data is in the caches where it fits
  Samples cold;  // the same, with the prepared weights taken out of the caches before; none unless wanted
};

struct StepOptions {
  Budget budget;                              // of each kind of time and step
  size_t runs = 9;                            // of the whole program, for inRun
  std::function<bool(size_t step)> wantsCold; // fill StepTimes::cold; empty: of none
};

// The times of all steps. The contents of outputs and workspace mean nothing afterwards. Empty when a run
// fails.
std::vector<StepTimes> measureSteps(const convoy_pipeline& pipeline, const convoy_call& call,
                                    const StepOptions& options);

// StepTimes::inRun of all steps, and nothing else: once in each of `runs` runs, after one that warms up.
std::vector<StepTimes> measureInRun(const convoy_pipeline& pipeline, const convoy_call& call, size_t runs);

// Takes the pipeline's prepared weights out of all caches.
void evictWeights(const convoy_pipeline& pipeline, const convoy_call& call);

} // namespace convoy::measure
