// What a case is run with and what must come out: inputs, parameters, the reference's results, and how close
// they are.
#pragma once
#include "case.h"
#include "graph/graph.h"
#include "reference/interpreter.h"
#include <memory>
#include <optional>

namespace convoy::sweep {

// Integers: so small that sums are exact. Reals: in -1..1. Specials: integers, NaN and infinities.
enum class Fill { Integers, Reals, Specials };

struct Expected {
  std::vector<int64_t> shape; // of one item
  std::vector<double> values;
  // Empty: float(values) to the bit (zeros of either sign are equal, and so are NaNs). Else how far each may
  // be off.
  std::vector<double> bounds;
};

// One run of a case.
struct Trial {
  Run run;
  Fill fill = Fill::Integers;
  int failedCheck = -1;                     // the entry check that must stop it; then there is nothing else
  std::vector<std::vector<int64_t>> shapes; // of the inputs
  std::vector<std::vector<float>> inputs;
  std::vector<Expected> outputs;
};

// The numbers of every parameter of a graph.
using Parameters =
    std::vector<std::shared_ptr<const graph::ParameterData>>; // by ValueId; null for other values
Parameters makeParameters(const graph::Graph& graph, Fill fill, int level, uint64_t seed);
void useParameters(graph::Graph& graph, const Parameters& parameters);

// Integer amplitudes come in levels, the largest first.
constexpr int lastLevel = 6;

// Makes the trial of one run with the parameters that the graph has. nullopt: sums of this level are too
// large to be exact; then the next level is to be tried. The last level gives bounds instead.
// `forms`: what is rounded beside float32.
std::optional<Trial> makeTrial(const graph::Graph& graph, const Run& run, Fill fill, int level, uint64_t seed,
                               const reference::GraphForms& forms = {});

} // namespace convoy::sweep
