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
  int runs = 0, exact = 0, bounded = 0,
      refused = 0; // executions per trial; outputs compared either way; stopped by a check
  double reference = 0, compile = 0, memory = 0, link = 0, ahead = 0; // seconds
};

// Every case is compiled for every target. Three of four cases are optimized for one of them only, in turn,
// because that takes most of the time; `thorough`: all are optimized for all. `report` gets one text per
// failure.
void runBatch(const std::vector<const Case*>& cases, const std::vector<SweepTarget>& targets, bool thorough,
              Progress& progress, const std::function<void(const std::string&)>& report);

} // namespace convoy::sweep
