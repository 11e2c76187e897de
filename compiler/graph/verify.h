// The verifier's parts, by topic. Each adds a sentence per problem.
#pragma once
#include "graph/graph.h"

namespace convoy::graph {

using Problems = std::vector<std::string>;

// Names, order, references. The other topics rely on it.
void verifyStructure(const Graph& graph, Problems& problems);
// Operands, attributes, types and parameters of every node against its row of the op table.
void verifyNodes(const Graph& graph, Problems& problems);
// Inputs, outputs, symbols and entry checks.
void verifyInterface(const Graph& graph, Problems& problems);

} // namespace convoy::graph
