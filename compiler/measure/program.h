// A compiled pipeline measured: as a whole, and kernel by kernel.
#pragma once
#include "inspect/kernel_facts.h"
#include "measure/steps.h"
#include <map>

namespace convoy::measure {

// What is measured. All of it is the caller's and outlives the measuring.
struct Work {
  const convoy_pipeline& pipeline;
  const convoy_call& call;
  std::vector<inspect::KernelFacts> facts; // a kernel each, in the schedule's order
  const schedule::ProgramCalls& calls;     // theirs
  std::map<std::string, int64_t> sizes;    // of this call, by symbol
};

struct Row {
  std::string name, algorithm;  // "conv_1", "window blocked 14x2"
  int64_t macs = 0, bytes = 0;  // of all items: multiply-adds; what is read and written, each tensor once
  StepTimes times;              // of the whole program: warm alone
  bool hasWeights = false;      // that may be cold
  double cycles = 0;            // that are predicted, of all items on one core; 0: none
  std::vector<size_t> steps;    // of runInSteps that are this kernel: for each group of items
  std::optional<size_t> kernel; // of Work::facts, the first one of a group; none: it copies results
};

// The rows of the kernels, and last of all what copies results to the caller when they are not made there;
// none for kernels that do nothing (another view of the same memory). No times yet. `steps`: how many a run
// has.
std::vector<Row> kernelRows(const Work& work, size_t steps);
Row programRow(const Work& work);
// How many steps a run has; 0 when it fails.
size_t countSteps(const convoy_pipeline& pipeline, const convoy_call& call);

struct Report {
  std::string pipeline;
  int threads = 1;
  int64_t batch = 1;
  double peak = 0;  // GFLOP/s of one core: the best sample before and after; 0: not known
  double clock = 0; // GHz that the peak means
  std::vector<Row> kernels;
  Row program;
};

// The times of kernels inside of runs of the whole, and those of the whole, and no others: it takes as long
// as `runs` do and another half of a second. nullopt when the pipeline refuses the call.
std::optional<Report> measureInRun(const Work& work, size_t runs);

// `budget`: of each kind of time of each kernel. nullopt when the pipeline refuses the call.
std::optional<Report> measureProgram(const Work& work, const Budget& budget = {});

} // namespace convoy::measure
