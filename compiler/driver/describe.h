// A graph's interface, as the C ABI of compiled pipelines tells it.
#pragma once
#include "codegen/descriptor.h"
#include "graph/graph.h"
#include "output/weights_file.h"
#include "schedule/lower.h"

namespace convoy::driver {

// What every symbol of the compiled pipeline starts with: its name, with '_' for what C identifiers do not
// allow.
std::string symbolPrefix(const std::string& pipelineName);

// Sizes are numbered in the order of graph.symbols(). The code has one version, for any processor.
PipelineDescription interfaceOf(const graph::Graph& graph, std::vector<float> weights);

// The steps of a lowered program, as the C ABI tells them. Adds the function prefix_work, which tells their
// work, to its loops.
std::vector<PipelineDescription::Version::Step> describeSteps(const graph::Graph& graph,
                                                              const schedule::Schedule& schedule,
                                                              const schedule::ProgramCalls& calls,
                                                              const std::vector<schedule::Move>& moves,
                                                              const std::string& prefix, loop::Module& loops);

// Names and shapes of the parameters, in the order of their numbers in the weights.
std::vector<NamedShape> parametersOf(const graph::Graph& graph);

// The names of parameters that were not given, in graph order.
std::vector<std::string> parametersWithoutValues(const graph::Graph& graph);

} // namespace convoy::driver
