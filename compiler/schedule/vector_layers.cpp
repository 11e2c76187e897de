#include "schedule/vector_layers.h"
#include "support/internal_error.h"

namespace convoy::schedule {

namespace {

std::vector<VectorLowering> makeTable() {
  std::vector<VectorLowering> table(opTable().size(), nullptr);
  for (auto family : {arithmeticLayers, activationLayers, normalizationLayers, quantizedLayers})
    for (const VectorLayer& layer : family()) table[static_cast<size_t>(layer.op)] = layer.lower;
  return table;
}

} // namespace

Reg lowerVector(KernelBuilder& k, const graph::Value& node, const std::vector<Reg>& x) {
  static const std::vector<VectorLowering> table = makeTable();
  const VectorLowering lower = table[static_cast<size_t>(node.op)];
  if (!lower) internalError(opInfo(node.op).name + " has no vector arithmetic");
  return lower(k, node, x);
}

} // namespace convoy::schedule
