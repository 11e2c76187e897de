// Reads the text form of graph IR back. Elided parameters read as "not given".
#pragma once
#include "graph/graph.h"
#include <optional>

namespace convoy::graph {

// Diagnostics point into `file`. nullopt after an error.
std::optional<Graph> read(const SourceFile& file, DiagnosticEngine& diags);

} // namespace convoy::graph
