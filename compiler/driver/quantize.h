// A network in float32 to one with 8-bit layers: calibrated on samples, and compared with what it was on
// samples that were held out.
#pragma once
#include "driver/compilation.h"
#include "driver/phase_times.h"
#include "driver/samples.h"
#include "quantize/plan.h"
#include "quantize/rewrite.h"

namespace convoy::driver {

// How far numbers are from what they should be.
struct Deviation {
  double signal = 0, noise = 0; // sums of squares: of what should be, of the differences
  double largest = 0, sum = 0;  // of absolute differences
  int64_t count = 0;
  void add(const float* expected, const float* actual, size_t numbers);
  double decibels() const; // infinite when all is equal
};

// A value in 8 bits.
struct QuantizedValue {
  quantize::ValueId value;  // of the network
  double low = 0, high = 0; // what the samples had
  quantize::Scale scale;
  Deviation deviation;
};

// A result of the pipeline.
struct QuantizedResult {
  std::string name;
  bool isAnswer = false; // a number for each of several classes, of which the largest is the answer
  int64_t changed = 0;   // answers
  Deviation deviation;
};

struct Quantization {
  graph::Graph network; // in float32, with batch_norm folded
  quantize::Plan plan;
  graph::Graph graph;                 // with 8-bit layers
  std::vector<QuantizedValue> values; // in the order of the network
  std::vector<QuantizedResult> results;
  int64_t calibrated = 0, compared = 0; // samples
  bool heldOut = false;                 // what was compared is not what was calibrated with
};

// `c` has its graph and target. nullopt after a diagnostic.
std::optional<Quantization> quantizeGraph(const Compilation& c, const Samples& samples, PhaseTimes& times);

// For people.
std::string quantizationText(const Quantization& quantization);

} // namespace convoy::driver
