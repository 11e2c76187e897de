// One random pipeline, compiled, run and compared in a process of its own.
#pragma once
#include "pipeline.h"
#include "target/target.h"

namespace convoy::random_pipelines {

struct Attempt {
  enum Outcome { Passed, Failed, Invalid } outcome = Passed; // Invalid: the front end refuses the script
  std::string problem;                                       // what is wrong, or why it is refused
  int exact = 0, bounded = 0, refused = 0; // outputs compared either way; runs that an entry check stops
  int grouped = 0;                         // 1: kernels ran in groups, and also by themselves
};

// Crashes, endless code and exceptions are failures.
Attempt attempt(const Pipeline& pipeline);

} // namespace convoy::random_pipelines
