// Runs a compiled case between guard pages and compares with what must come out.
#pragma once
#include "convoy/runtime.h"
#include "data.h"
#include <functional>

namespace convoy::sweep {

struct Execution {
  const convoy_pipeline* pipeline;
  const convoy_executor* pool;                 // of two threads
  const std::vector<float>* weights = nullptr; // instead of the embedded ones; in the same order
  bool flushHigh = true;                       // buffers end, or begin, at an inaccessible page
  // Called before each run, so that a crash can be told: which trial, how many threads.
  std::function<void(size_t trial, int threads)> before;
};

// Every trial with one thread and with two. Empty when all is right, else what is not.
std::string execute(const Execution& execution, const std::vector<Trial>& trials);

// "batch 2, H 3, W 17"
std::string describe(const Trial& trial);

} // namespace convoy::sweep
