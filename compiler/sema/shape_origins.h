// Where a shape that does not fit comes from, and how it would fit.
#pragma once
#include "graph/graph.h"
#include <functional>

namespace convoy::sema {

// Values whose shapes a layer or a written type does not take.
struct Misfit {
  const graph::Graph& graph;
  std::vector<graph::ValueId> values;
  std::vector<int> axes; // that are wrong, channels first; empty: the number of dimensions is
  // Whether the shapes would do, if the graph's values had these types.
  std::function<bool(const std::vector<TensorType>&)> fits;
};

// Adds to the diagnostic
// - labels of the last layers that changed the wrong axes, so that it has four secondary labels at most;
// - a fix, where another padding of layers that made the shape smaller makes it fit, as the shape rules say.
void explainShapes(const Misfit& misfit, Diagnostic& diagnostic);

} // namespace convoy::sema
