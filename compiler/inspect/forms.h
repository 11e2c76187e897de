// In which forms a schedule keeps numbers, for the bounds of the reference.
#pragma once
#include "reference/interpreter.h"
#include "schedule/schedule.h"

namespace convoy::inspect {

// What the kernels of `schedule` round beside float32: what they write, what they read, and the weights of
// products; and which sums are not direct. By the values of `graph`, which was scheduled.
reference::GraphForms formsOf(const graph::Graph& graph, const schedule::Schedule& schedule);

// The same by the values of the graph before layers were folded. A layer that was folded has its weights in
// the layer before it, and its value is written in place of that one's.
reference::GraphForms formsAsWritten(const graph::Graph& written, const graph::Graph& computed,
                                     const schedule::Schedule& schedule);

} // namespace convoy::inspect
