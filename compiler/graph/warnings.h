// Warnings about layers that slide a window: rows that no window reaches, windows that reach nothing.
#pragma once
#include "graph/graph.h"

namespace convoy::graph {

// Each place of the script is warned about once, however often it is called. `graph` comes from a script
// without errors.
//
// RowsDropped: sizes are known when compiling, neighbouring windows touch (the window spans at least its
// stride), and yet the last rows or columns are in no window. Those who write `ceil_mode`, or `valid` or a
// list of sides for the padding, have thought about it. WindowInPadding: the padding, of a constant, is at
// least as wide as the window, so the first or last windows see nothing of the input.
void warnOfWindows(const Graph& graph, DiagnosticEngine& diags);

// Whether there are rows that no window of the node reaches, of which RowsDropped warns.
bool dropsRows(const Graph& graph, const Value& node);

} // namespace convoy::graph
