#include "inspect/kernel_facts.h"
#include "graph/work.h"
#include "inspect/hot_loop.h"
#include "support/internal_error.h"
#include <set>

namespace convoy::inspect {

namespace {

using graph::Graph;
using graph::ValueId;
using schedule::Algorithm;
using schedule::Kernel;

constexpr int64_t floatBytes = 4;

// Adds an operand that comes from memory.
void addRead(const Graph& graph, ValueId id, Traffic& traffic) {
  const graph::Value& operand = graph.value(id);
  const Size bytes = operand.type.elements() * floatBytes;
  if (operand.kind == graph::Value::Parameter)
    traffic.weights += bytes.known();
  else
    traffic.input = traffic.input + bytes;
}

Traffic trafficOf(const Graph& graph, const Kernel& kernel, const std::vector<schedule::KernelCall>& calls) {
  Traffic traffic;
  if (kernel.algorithm == Algorithm::Alias) return traffic; // the same memory
  if (kernel.algorithm == Algorithm::Concat) {              // what is not computed at its place is copied
    for (const schedule::KernelCall& call : calls)
      for (const schedule::Argument& a : call.arguments)
        if (a.kind == schedule::Argument::Read) addRead(graph, a.value, traffic);
    traffic.output = traffic.input;
    return traffic;
  }
  std::set<ValueId> known(kernel.nodes.begin(), kernel.nodes.end());
  if (kernel.algorithm == Algorithm::Reorder)
    addRead(graph, kernel.anchor(), traffic);
  else
    for (ValueId node : kernel.nodes)
      for (ValueId operand : graph.value(node).operands)
        if (known.insert(operand).second) addRead(graph, operand, traffic);
  traffic.output = graph.value(kernel.result()).type.elements() * floatBytes;
  return traffic;
}

bool isVectorized(const std::vector<schedule::KernelCall>& calls, const loop::Module& loops) {
  for (const schedule::KernelCall& call : calls) {
    const loop::Function* function = loops.find(call.function);
    require(function != nullptr, "a kernel calls a function that does not exist");
    if (!hotLoopIsVectorized(*function)) return false;
  }
  return true;
}

} // namespace

Traffic trafficOf(const Graph& graph, const graph::Value& node) {
  Traffic traffic;
  for (ValueId operand : std::set<ValueId>(node.operands.begin(), node.operands.end()))
    addRead(graph, operand, traffic);
  traffic.output = node.type.elements() * floatBytes;
  return traffic;
}

std::vector<KernelFacts> kernelFacts(const Graph& graph, const schedule::Schedule& schedule,
                                     const schedule::ProgramCalls& calls, const loop::Module& loops) {
  require(calls.size() == schedule.kernels.size(), "the program is of another schedule");
  std::vector<KernelFacts> all;
  for (size_t i = 0; i < schedule.kernels.size(); ++i) {
    KernelFacts facts;
    facts.kernel = schedule.kernels[i];
    facts.name = graph.value(facts.kernel.result()).name;
    facts.traffic = trafficOf(graph, facts.kernel, calls[i]);
    facts.vectorized = isVectorized(calls[i], loops);
    if (facts.kernel.algorithm == Algorithm::Reorder) {
      facts.name += std::string(" to ") + nameOf(facts.kernel.layout);
    } else {
      for (ValueId node : facts.kernel.nodes) {
        facts.layers.push_back(graph.value(node).name);
        facts.multiplyAdds = facts.multiplyAdds + graph::multiplyAdds(graph, graph.value(node));
      }
    }
    all.push_back(std::move(facts));
  }
  return all;
}

std::string algorithmText(const Kernel& kernel) {
  if (kernel.algorithm == Algorithm::Alias) return "alias, the same memory";
  std::string text = std::string(nameOf(kernel.algorithm)) + " " + nameOf(kernel.layout);
  for (size_t i = 0; i < kernel.tile.size(); ++i) text += (i ? "x" : " ") + std::to_string(kernel.tile[i]);
  if (kernel.order != schedule::Order::Filters) text += std::string(" order ") + nameOf(kernel.order);
  if (kernel.writes) text += std::string(" writes ") + nameOf(*kernel.writes);
  return text;
}

} // namespace convoy::inspect
