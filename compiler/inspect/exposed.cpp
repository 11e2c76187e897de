#include "inspect/exposed.h"
#include <set>

namespace convoy::inspect {

using schedule::Algorithm;
using schedule::Kernel;
using schedule::Layout;

Exposed exposeKernels(const graph::Graph& graph, const schedule::Schedule& schedule) {
  Exposed exposed{graph, schedule};
  exposed.graph.outputs.clear();
  std::set<graph::ValueId> planar;
  for (const Kernel& kernel : schedule.kernels)
    if (layoutFor(kernel.resultLayout(), graph.value(kernel.result()).type) == Layout::Planar)
      planar.insert(kernel.result());
  for (const Kernel& kernel : schedule.kernels) {
    if (kernel.algorithm == Algorithm::Reorder) continue;
    exposed.graph.outputs.push_back({graph.value(kernel.result()).name, kernel.result(), ImageKind::None});
    if (planar.count(kernel.result())) continue;
    Kernel reorder;
    reorder.nodes = {kernel.result()};
    reorder.algorithm = Algorithm::Reorder;
    exposed.schedule.kernels.push_back(std::move(reorder));
  }
  return exposed;
}

Exposed exposeLayers(const graph::Graph& graph, const Target& target, const schedule::Choices& choices) {
  Exposed exposed{graph, {}};
  exposed.graph.outputs.clear();
  for (graph::ValueId id = 0; id < graph.values.size(); ++id)
    if (graph.value(id).kind == graph::Value::Node)
      exposed.graph.outputs.push_back({graph.value(id).name, id, ImageKind::None});
  exposed.schedule = schedule::makeSchedule(exposed.graph, target, choices);
  return exposed;
}

} // namespace convoy::inspect
