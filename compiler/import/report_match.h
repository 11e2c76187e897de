// What does not fit between a file of weights and a graph, for people.
#pragma once
#include "import/match.h"
#include "import/weights.h"

namespace convoy::weights {

// One diagnostic for each class of misfits, with the names and shapes of both sides and the nearest name of
// the other side; long lists are cut.
void reportMisfits(const graph::Graph& graph, const WeightsFile& file, const Match& match, Missing missing,
                   DiagnosticEngine& diags);

} // namespace convoy::weights
