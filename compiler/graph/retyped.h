// What a change of some layers would do to the shapes of all.
#pragma once
#include "graph/graph.h"
#include <map>
#include <optional>

namespace convoy::graph {

// Other resolved attributes for some nodes.
using Changes = std::map<ValueId, Attributes>;

// The type of each value of the graph after the changes. nullopt when a layer would no longer take its
// operands.
std::optional<std::vector<TensorType>> retyped(const Graph& graph, const Changes& changes);

// The resolved attributes of a node with a window, padded otherwise: by a number of positions on each side of
// each axis, or by `same`.
Attributes withPadding(const Attributes& attributes, const std::vector<int64_t>& pads);
Attributes withSamePadding(const Attributes& attributes);

} // namespace convoy::graph
