// Removes the values that no output needs. Inputs stay: they are part of the interface.
#include "sema/elaborator.h"

namespace convoy::sema {

void prune(graph::Graph& graph) {
  std::vector<bool> needed(graph.values.size(), false);
  for (graph::ValueId input : graph.inputs) needed[input] = true;
  for (const graph::Output& output : graph.outputs) needed[output.value] = true;
  for (size_t id = graph.values.size(); id-- > 0;)
    if (needed[id])
      for (graph::ValueId operand : graph.values[id].operands) needed[operand] = true;

  std::vector<graph::ValueId> moved(graph.values.size());
  std::vector<graph::Value> kept;
  for (size_t id = 0; id < graph.values.size(); ++id) {
    if (!needed[id]) continue;
    moved[id] = static_cast<graph::ValueId>(kept.size());
    kept.push_back(std::move(graph.values[id]));
    for (graph::ValueId& operand : kept.back().operands) operand = moved[operand];
  }
  graph.values = std::move(kept);
  for (graph::ValueId& input : graph.inputs) input = moved[input];
  for (graph::Output& output : graph.outputs) output.value = moved[output.value];
}

} // namespace convoy::sema
