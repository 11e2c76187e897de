// Schedules as text, and the grouped graph of stage `fused`.
#include "schedule/rules.h"
#include <algorithm>

namespace convoy::schedule {

const std::vector<Algorithm>& everyAlgorithm() {
  static const std::vector<Algorithm> algorithms = {
      Algorithm::Window,      Algorithm::Tiles,      Algorithm::Winograd,  Algorithm::Transposed,
      Algorithm::Adaptive,    Algorithm::Separable,  Algorithm::Pointwise, Algorithm::Concat,
      Algorithm::Resample,    Algorithm::Interleave, Algorithm::Softmax,   Algorithm::Reduction,
      Algorithm::Standardize, Algorithm::Dense,      Algorithm::Integer,   Algorithm::Alias,
      Algorithm::Reorder};
  return algorithms;
}

const std::vector<Layout>& everyLayout() {
  static const std::vector<Layout> layouts = {Layout::Planar, Layout::Blocked, Layout::Bf16, Layout::Split,
                                              Layout::Int8};
  return layouts;
}

const char* nameOf(Algorithm algorithm) {
  switch (algorithm) {
  case Algorithm::Window: return "window";
  case Algorithm::Tiles: return "tiles";
  case Algorithm::Winograd: return "winograd";
  case Algorithm::Transposed: return "transposed";
  case Algorithm::Adaptive: return "adaptive";
  case Algorithm::Separable: return "separable";
  case Algorithm::Pointwise: return "pointwise";
  case Algorithm::Concat: return "concat";
  case Algorithm::Resample: return "resample";
  case Algorithm::Interleave: return "interleave";
  case Algorithm::Softmax: return "softmax";
  case Algorithm::Reduction: return "reduction";
  case Algorithm::Standardize: return "standardize";
  case Algorithm::Dense: return "dense";
  case Algorithm::Integer: return "integer";
  case Algorithm::Alias: return "alias";
  case Algorithm::Reorder: return "reorder";
  }
  return "";
}

const Group* Schedule::groupOf(size_t kernel) const {
  const auto behind = std::upper_bound(groups.begin(), groups.end(), kernel,
                                       [](size_t at, const Group& group) { return at < group.first; });
  if (behind == groups.begin() || !std::prev(behind)->has(kernel)) return nullptr;
  return &*std::prev(behind);
}

const char* nameOf(Order order) { return order == Order::Filters ? "filters" : "positions"; }

const char* nameOf(Layout layout) {
  switch (layout) {
  case Layout::Planar: return "planar";
  case Layout::Blocked: return "blocked";
  case Layout::Bf16: return "bf16";
  case Layout::Split: return "split";
  case Layout::Int8: return "int8";
  }
  return "";
}

const char* nameOf(Arithmetic arithmetic) {
  switch (arithmetic) {
  case Arithmetic::Float32: return "float32";
  case Arithmetic::Winograd: return "winograd";
  case Arithmetic::Bf16: return "bf16";
  case Arithmetic::Split: return "split bf16";
  case Arithmetic::Int8: return "int8";
  }
  return "";
}

std::string requestsText(const Kernel& kernel) {
  std::string s;
  if (kernel.threads > 0) s += " threads " + std::to_string(kernel.threads);
  if (kernel.storesPast) s += std::string(" stores ") + (*kernel.storesPast ? "past" : "cached");
  if (kernel.prefetches) s += std::string(" prefetch ") + (*kernel.prefetches ? "on" : "off");
  return s;
}

std::string print(const Schedule& schedule, const graph::Graph& graph) {
  std::string s = "schedule @" + graph::nameText(graph.name) + " lanes " + std::to_string(schedule.lanes);
  if (schedule.items > 0) s += " items " + std::to_string(schedule.items);
  s += " {\n";
  for (size_t number = 0; number < schedule.kernels.size(); ++number) {
    const Kernel& kernel = schedule.kernels[number];
    const Group* group = schedule.groupOf(number);
    if (group && group->first == number) s += "  group rows " + std::to_string(group->rows) + " {\n";
    s += group ? "    kernel [" : "  kernel [";
    for (size_t i = 0; i < kernel.nodes.size(); ++i)
      s += (i ? ", " : "") + graph::nameText(graph.value(kernel.nodes[i]).name);
    s += std::string("]: ") + nameOf(kernel.algorithm) + " " + nameOf(kernel.layout);
    for (size_t i = 0; i < kernel.tile.size(); ++i)
      s += (i ? "x" : " tile ") + std::to_string(kernel.tile[i]);
    if (hasOrder(graph, kernel, schedule.lanes)) s += std::string(" order ") + nameOf(kernel.order);
    if (kernel.writes || mayWriteOthers(graph, kernel))
      s += std::string(" writes ") + nameOf(kernel.resultLayout());
    s += requestsText(kernel) + "\n";
    if (group && group->end() == number + 1) s += "  }\n";
  }
  return s + "}\n";
}

std::string printFused(const Schedule& schedule, const graph::Graph& graph) {
  std::string s = "fused @" + graph.name + " {\n";
  for (size_t number = 0; number < schedule.kernels.size(); ++number) {
    const Kernel& kernel = schedule.kernels[number];
    const Group* group = schedule.groupOf(number);
    if (group && group->first == number) s += "  group {\n";
    const std::string indent = group ? "    " : "  ";
    s += indent + nameOf(kernel.algorithm) + " " + nameOf(kernel.layout) + " {\n";
    for (graph::ValueId id : kernel.nodes) {
      const graph::Value& node = graph.value(id);
      s += indent + "  %" + node.name;
      if (kernel.algorithm == Algorithm::Reorder) {
        s += " : " + node.type.fullText() + "\n";
        continue;
      }
      s += std::string(" = ") + opInfo(node.op).name + "(";
      for (size_t i = 0; i < node.operands.size(); ++i)
        s += (i ? ", %" : "%") + graph.value(node.operands[i]).name;
      s += ") : " + node.type.fullText() + "\n";
    }
    s += indent + "}\n";
    if (group && group->end() == number + 1) s += "  }\n";
  }
  for (const graph::Output& o : graph.outputs)
    s += "  return " + o.name + ": %" + graph.value(o.value).name + "\n";
  return s + "}\n";
}

} // namespace convoy::schedule
