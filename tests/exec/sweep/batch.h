// Some cases for every target: compiled once, run in memory, then linked together and run ahead of time.
#pragma once
#include "case.h"
#include "target/target.h"
#include <atomic>
#include <functional>

namespace convoy::sweep {

struct SweepTarget {
  std::string cpu;
  Target target;
};

// Shared with the parent process, which outlives a crash.
struct Progress {
  int caseNumber = -1; // what is running; -1: nothing of a case
  char where[200] = {};
  int passed = 0, failed = 0; // results: one per case and target
  // Executions per trial; outputs compared either way, also in other arithmetics than float32; stopped by a
  // check.
  int runs = 0, exact = 0, bounded = 0, otherExact = 0, otherBounded = 0, refused = 0;
  double reference = 0, compile = 0, memory = 0, link = 0, ahead = 0; // seconds
};

struct Thoroughness {
  // All cases are optimized for all targets, and not three of four for one of them only, in turn: it takes
  // most of the time.
  bool optimized = false;
  // How many of a hundred cases run in each of the other arithmetics, and for which targets, in turn.
  long modes = 100;
  std::vector<SweepTarget> modeTargets = {};
};

// Every case is compiled for every target. Some of those with convolutions or dense layers are also compiled
// in other arithmetics, for one target each. `report` gets one text per failure.
void runBatch(const std::vector<const Case*>& cases, const std::vector<SweepTarget>& targets,
              const Thoroughness& thoroughness, Progress& progress,
              const std::function<void(const std::string&)>& report);

} // namespace convoy::sweep
