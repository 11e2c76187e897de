// Run-time sizes that the command line gives.
#pragma once
#include "graph/graph.h"
#include <map>

namespace convoy::driver {

using RunSizes = std::map<std::string, int64_t>; // by symbol

// The graph's sizes that `given` names: a size by its name ("H", "photo.H"), or all that are called after an
// input and this axis ("H" for "photo.H" and "mask.H"). nullopt after a diagnostic: there is no such size.
std::optional<RunSizes> findSizes(const graph::Graph& graph,
                                  const std::vector<std::pair<std::string, int64_t>>& given,
                                  DiagnosticEngine& diags);

// Numbers for all sizes: beside those that are given, those that benchmarks take (command::defaultExtent).
// Only the given ones where all together fail a check.
RunSizes withUsualSizes(const graph::Graph& graph, const RunSizes& given);

// The entry check that certainly fails with these sizes; null: none, as far as they tell.
const graph::EntryCheck* failingCheck(const graph::Graph& graph, const RunSizes& sizes);
// False after a diagnostic about such a check.
bool checkSizes(const graph::Graph& graph, const RunSizes& sizes, DiagnosticEngine& diags);

} // namespace convoy::driver
