// Compiled code against the reference interpreter.
#pragma once
#include "driver/against.h"
#include "driver/pipeline.h"
#include "driver/verify_inputs.h"
#include "inspect/compare.h"

namespace convoy::driver {

// One layer of the graph that is computed.
struct LayerVerdict {
  inspect::Comparison alone;                 // compiled by itself
  std::optional<inspect::Comparison> kernel; // where it ends a kernel: that kernel as it is scheduled
  std::vector<std::string> fused;            // the layers before it in that kernel
  bool good() const { return alone.good() && (!kernel || kernel->good()); }
};

struct ResultVerdict {
  bool kept = false;         // it is a layer that is kept beside the results
  inspect::Comparison whole; // the whole pipeline, from its inputs on
  bool sameBits = true;      // as its kernels give when the value of each is kept
  bool good() const { return whole.good() && sameBits; }
};

// A result, or a layer that is kept, beside the numbers of another program.
struct OtherVerdict {
  std::string file;
  inspect::Comparison comparison; // `expected`: what the file has
  bool good() const { return comparison.good(); }
};

struct Verdict {
  std::vector<LayerVerdict> layers;
  std::vector<ResultVerdict> results;
  std::vector<OtherVerdict> others;
  bool agreesWithReference() const; // layers and results
  bool good() const;
};

// Of the kernels alone, in the schedule's order, conversions left out.
struct KernelsVerdict {
  std::vector<inspect::Comparison> kernels;
  std::vector<ResultVerdict> results;
  std::vector<OtherVerdict> others;
};

// Compiles the pipeline's layers, and its kernels, so that they keep their values, and runs both. `c` has
// reached machine code, `pipeline` is that code. nullopt after a diagnostic. `fault` may be empty; tests
// change with it what is compiled here, and not what the reference computes.
using Fault = std::function<void(graph::Graph&)>;
std::optional<Verdict> verify(const Compilation& c, const convoy_pipeline& pipeline, const RunInputs& inputs,
                              PhaseTimes& times, const Fault& fault = {});

std::optional<KernelsVerdict> verifyKernels(const Compilation& c, const convoy_pipeline& pipeline,
                                            const RunInputs& inputs, PhaseTimes& times,
                                            const Fault& fault = {});

// "element [2, 3] of item 0 is 5, but the reference gives 4 within 0.1 (...)"
std::string differenceText(const inspect::Comparison& comparison);
// A sentence about the first kernel or result that is wrong; empty when none is.
std::string firstDifference(const KernelsVerdict& verdict);

// A table with a row for each layer and result, and a sentence about the first that is wrong, or about all.
std::string verdictText(const Verdict& verdict);

} // namespace convoy::driver
