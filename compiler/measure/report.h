// What was measured, as text and as JSON.
#pragma once
#include "measure/program.h"
#include "support/json.h"

namespace convoy::measure {

// GFLOP/s, a multiply-add being two operations; 0 when there are none or no time was taken.
double gflops(int64_t macs, double seconds);
// Of what `threads` cores give at best; 0 when the peak is not known.
double percentOfPeak(double gflops, double peakOfOneCore, int threads);

// A predicted time may be off by this share of the measured one.
constexpr double nearEnough = 0.25;
struct Agreement {
  int64_t kernels = 0, within = 0; // that have both times; of which the prediction is near enough
};
Agreement agreementOf(const Report& report);

// A line for each kernel, then the whole program.
std::string reportText(const Report& report);
// As docs/benchmarks.md describes it. Times are milliseconds.
Json reportJson(const Report& report);

} // namespace convoy::measure
