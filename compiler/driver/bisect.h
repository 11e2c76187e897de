// What is guilty when compiled code differs from the reference: a pass, a choice of the schedule, or an
// option.
#pragma once
#include "driver/verify.h"

namespace convoy::driver {

// What a compilation can do without: then something plainer takes its place.
struct BisectStep {
  std::string what;    // "graph pass 'fold batch_norm'", "kernel [c1, relu_1]: winograd blocked"
  std::string instead; // "window planar"; may be empty: nothing
};

// One compilation and run.
struct BisectTrial {
  enum Outcome { Right, Wrong, Impossible } outcome = Right;
  std::string what;    // is on
  std::string details; // the first difference, or why it is impossible
};

struct Bisection {
  std::vector<BisectStep> steps;   // in the order in which they are taken
  std::vector<BisectTrial> trials; // in the order in which they were made
  bool again = true;               // it differs once more
  // steps[first] to steps[last - 1] are guilty: several when nothing between them can be compiled. None
  // (first == last): it is wrong without any of them.
  size_t first = 0, last = 0;
  std::string difference;                 // once the guilty one is on
  std::optional<BisectTrial> allBut = {}; // everything on but the guilty one
};

// `c` has reached machine code, and `verdict` about it is not good. Takes steps one after the other, from a
// program without any of them to the whole one, and finds two neighbours of which the first is right and the
// second is not. Where the pipeline is right and only its layers by themselves are not, of the program that
// computes these.
Bisection bisect(const Compilation& c, const RunInputs& inputs, const Verdict& verdict, PhaseTimes& times);

// What was tried, and a sentence about what is guilty.
std::string bisectionText(const Bisection& bisection);

} // namespace convoy::driver
