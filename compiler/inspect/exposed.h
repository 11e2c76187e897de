// Pipelines whose results are the values of their layers, to look at each by itself.
#pragma once
#include "schedule/schedule.h"

namespace convoy::inspect {

// A graph with other results, named after the layers that they are, and a schedule for it.
struct Exposed {
  graph::Graph graph;
  schedule::Schedule schedule;
};

// The same kernels in the same order; the value of each is a result. What is fused inside of them stays
// there.
Exposed exposeKernels(const graph::Graph& graph, const schedule::Schedule& schedule);
// Every layer is a kernel of its own, as it is scheduled when nothing can be fused; its value is a result.
Exposed exposeLayers(const graph::Graph& graph, const Target& target, const schedule::Choices& choices);

} // namespace convoy::inspect
