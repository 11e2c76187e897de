// What was measured, as text and as JSON.
#pragma once
#include "measure/program.h"
#include "support/json.h"

namespace convoy::measure {

// GFLOP/s, a multiply-add being two operations; 0 when there are none or no time was taken.
double gflops(int64_t macs, double seconds);
// Of what `threads` cores give at best; 0 when the peak is not known.
double percentOfPeak(double gflops, double peakOfOneCore, int threads);

// A line for each kernel, then the whole program.
std::string reportText(const Report& report);
// As docs/benchmarks.md describes it. Times are milliseconds.
Json reportJson(const Report& report);

} // namespace convoy::measure
