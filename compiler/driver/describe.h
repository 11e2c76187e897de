// A graph's interface, as the C ABI of compiled pipelines tells it.
#pragma once
#include "codegen/descriptor.h"
#include "graph/graph.h"

namespace convoy::driver {

// What every symbol of the compiled pipeline starts with: its name, with '_' for what C identifiers do not
// allow.
std::string symbolPrefix(const std::string& pipelineName);

// Sizes are numbered in the order of graph.symbols().
PipelineDescription interfaceOf(const graph::Graph& graph, std::vector<float> weights);

// The names of parameters that were not given, in graph order.
std::vector<std::string> parametersWithoutValues(const graph::Graph& graph);

} // namespace convoy::driver
