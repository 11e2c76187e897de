#include "schedule/transposed.h"
#include <numeric>

namespace convoy::schedule {

namespace {

Size ceilDivided(const Size& size, int64_t divisor) {
  return divisor == 1 ? size : Size::ceilDiv(size, divisor);
}

PhaseAxis phaseOf(int64_t residue, int64_t kernel, int64_t stride, int64_t dilation, int64_t padding,
                  const Size& results) {
  PhaseAxis axis;
  axis.first = residue;
  axis.step = stride;
  axis.outputs = ceilDivided(results - residue, stride);
  const int64_t common = std::gcd(stride, dilation);
  axis.tapStep = stride / common;
  axis.dilation = dilation / common;
  int64_t firstTap = 0;
  while (firstTap < kernel && firstTap < axis.tapStep &&
         (residue + padding - firstTap * dilation) % stride != 0)
    ++firstTap;
  if (firstTap >= kernel || firstTap >= axis.tapStep) return axis;
  axis.taps = (kernel - 1 - firstTap) / axis.tapStep + 1;
  axis.lastTap = firstTap + (axis.taps - 1) * axis.tapStep;
  axis.offset = (residue + padding - axis.lastTap * dilation) / stride;
  return axis;
}

} // namespace

int64_t phaseCount(const graph::Value& node) {
  int64_t count = 1;
  for (int64_t stride : windowOf(node.attributes).stride)
    if (__builtin_mul_overflow(count, stride, &count)) return INT64_MAX;
  return count;
}

std::vector<Phase> phasesOf(const graph::Value& node) {
  const Window window = windowOf(node.attributes);
  std::vector<Phase> phases{{}};
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    std::vector<Phase> next;
    for (const Phase& phase : phases)
      for (int64_t residue = 0; residue < window.stride[i]; ++residue) {
        PhaseAxis axis = phaseOf(residue, window.kernel[i], window.stride[i], window.dilation[i],
                                 window.padBegin[i].known(), node.type.spatial(static_cast<int>(i)));
        if (auto most = axis.outputs.upperBound(); most && *most <= 0) continue;
        next.push_back(phase);
        next.back().push_back(axis);
      }
    phases = std::move(next);
  }
  return phases;
}

bool canBlockTransposed(const graph::Graph& graph, const graph::Value& node, int lanes) {
  const TensorType& input = graph.value(node.operands[0]).type;
  if (phaseCount(node) > mostPhases || node.type.channels() == 1) return false;
  if (isDepthwise(graph, node)) return layoutFor(Layout::Blocked, input) == Layout::Blocked;
  const int64_t groups = node.attributes.get<int64_t>("groups");
  return groups == 1 ||
         ((input.channels() / groups) % lanes == 0 && (node.type.channels() / groups) % lanes == 0);
}

Packing phasePacking(const graph::Value& node, const Phase& phase, Packing packing) {
  const std::vector<int64_t> kernel = windowOf(node.attributes).kernel;
  packing.groups = node.attributes.get<int64_t>("groups");
  for (size_t i = 0; i < phase.size(); ++i) {
    int64_t between = 1; // numbers between neighbouring taps of the axis
    for (size_t inner = i + 1; inner < kernel.size(); ++inner) between *= kernel[inner];
    packing.firstNumber += phase[i].lastTap * between;
    packing.taps.push_back({phase[i].taps, phase[i].tapStep * between});
  }
  return packing;
}

} // namespace convoy::schedule
