#include "schedule/tile_window.h"

namespace convoy::schedule {

int64_t joinedTaps(int64_t channels, Layout layout) { return 16 / blockUnits(channels, layout, 16); }

std::optional<TileWindow> tileWindowOf(const graph::Graph& graph, const graph::Value& conv) {
  const Window window = windowOf(conv.attributes);
  const size_t rank = window.kernel.size();
  if (rank > 2 || window.border.mode != BorderMode::Constant || window.border.value != 0) return std::nullopt;
  TileWindow made;
  for (size_t i = 0; i < rank; ++i) {
    const auto before = window.padBegin[i].constant(), after = window.padEnd[i].constant();
    if (!before || !after) return std::nullopt;
    const int axis = static_cast<int>(i);
    (i + 1 == rank ? made.columns : made.rows) = {window.kernel[i],
                                                  window.stride[i],
                                                  window.dilation[i],
                                                  *before,
                                                  *after,
                                                  graph.value(conv.operands[0]).type.spatial(axis),
                                                  conv.type.spatial(axis)};
  }
  return made;
}

std::optional<TileWindow> tileWindowOf(const graph::Graph& graph, const graph::Value& transposed,
                                       const Phase& phase) {
  TileWindow made;
  if (phase.size() > 2) return std::nullopt;
  for (size_t i = 0; i < phase.size(); ++i) {
    const PhaseAxis& axis = phase[i];
    const Size& input = graph.value(transposed.operands[0]).type.spatial(static_cast<int>(i));
    const auto after = (axis.outputs - input + axis.offset + (axis.taps - 1) * axis.dilation).constant();
    if (!after) return std::nullopt;
    (i + 1 == phase.size() ? made.columns : made.rows) = {
        axis.taps, 1, axis.dilation, -axis.offset, *after, input, axis.outputs, axis.step, axis.first};
  }
  made.packing = phasePacking(transposed, phase, {});
  return made;
}

std::vector<TileWindow> tileWindowsOf(const graph::Graph& graph, const graph::Value& node) {
  std::vector<TileWindow> windows;
  if (node.op != OpKind::TransposedConv) {
    if (auto window = tileWindowOf(graph, node)) windows.push_back(*window);
    return windows;
  }
  for (const Phase& phase : phasesOf(node)) {
    auto window = tileWindowOf(graph, node, phase);
    if (!window) return {};
    windows.push_back(*window);
  }
  return windows;
}

} // namespace convoy::schedule
