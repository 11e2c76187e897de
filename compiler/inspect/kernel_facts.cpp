#include "inspect/kernel_facts.h"
#include "graph/work.h"
#include "inspect/fusion.h"
#include "inspect/hot_loop.h"
#include "schedule/storage.h"
#include "support/internal_error.h"
#include <algorithm>
#include <map>
#include <set>

namespace convoy::inspect {

namespace {

using graph::Graph;
using graph::ValueId;
using schedule::Algorithm;
using schedule::Kernel;

constexpr int64_t floatBytes = 4;

// Of a number in memory.
int64_t bytesIn(schedule::Layout layout) { return floatBytes / unitChannels(layout) * partsOf(layout); }

// In which layouts a kernel finds what it reads, and its weights. What it overwrites is as its result.
class Layouts {
public:
  Layouts(const Kernel& kernel, const std::vector<schedule::KernelCall>& calls)
      : result_(kernel.resultLayout()) {
    for (const schedule::KernelCall& call : calls)
      for (const schedule::Argument& a : call.arguments) {
        if (a.kind == schedule::Argument::Read) layouts_[a.value] = a.layout;
        if (a.kind == schedule::Argument::Weights && a.packing.kind == schedule::Packing::Filters)
          layouts_[a.value] = a.packing.unit;
      }
  }
  int64_t bytes(const Graph& graph, ValueId id) const {
    auto known = layouts_.find(id);
    if (known != layouts_.end()) return bytesIn(known->second);
    return graph.value(id).kind == graph::Value::Parameter
               ? floatBytes
               : bytesIn(layoutFor(result_, graph.value(id).type));
  }

private:
  schedule::Layout result_;
  std::map<ValueId, schedule::Layout> layouts_;
};

// Adds an operand that comes from memory.
void addRead(const Graph& graph, ValueId id, int64_t bytesOfNumber, Traffic& traffic) {
  const graph::Value& operand = graph.value(id);
  const Size bytes = operand.type.elements() * bytesOfNumber;
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
        if (a.kind == schedule::Argument::Read) addRead(graph, a.value, floatBytes, traffic);
    traffic.output = traffic.input;
    return traffic;
  }
  const Layouts layouts(kernel, calls);
  std::set<ValueId> known(kernel.nodes.begin(), kernel.nodes.end());
  auto add = [&](ValueId id) { addRead(graph, id, layouts.bytes(graph, id), traffic); };
  if (kernel.algorithm == Algorithm::Reorder)
    add(kernel.anchor());
  else
    for (ValueId node : kernel.nodes)
      for (ValueId operand : graph.value(node).operands)
        if (known.insert(operand).second) add(operand);
  const TensorType& result = graph.value(kernel.result()).type;
  traffic.output = result.elements() * bytesIn(layoutFor(kernel.resultLayout(), result));
  return traffic;
}

// Of what a kernel reads and writes, the part in rings.
Size bytesInRings(const Graph& graph, const schedule::Storage& storage,
                  const std::vector<schedule::KernelCall>& calls) {
  Size bytes = 0;
  for (const schedule::KernelCall& call : calls)
    for (const schedule::Argument& a : call.arguments)
      if ((a.kind == schedule::Argument::Read || a.kind == schedule::Argument::Write) &&
          storage.isRing({a.value, a.layout}))
        bytes = bytes + graph.value(a.value).type.elements() * bytesIn(a.layout);
  return bytes;
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
    addRead(graph, operand, floatBytes, traffic);
  traffic.output = node.type.elements() * floatBytes;
  return traffic;
}

std::vector<KernelFacts> kernelFacts(const Graph& graph, const schedule::Schedule& schedule,
                                     const schedule::ProgramCalls& calls, const loop::Module& loops) {
  require(calls.size() == schedule.kernels.size(), "the program is of another schedule");
  std::vector<KernelFacts> all;
  const schedule::Storage storage(graph, schedule);
  for (size_t i = 0; i < schedule.kernels.size(); ++i) {
    KernelFacts facts;
    facts.kernel = schedule.kernels[i];
    facts.name = kernelName(graph, facts.kernel);
    facts.traffic = trafficOf(graph, facts.kernel, calls[i]);
    facts.inRings = bytesInRings(graph, storage, calls[i]);
    if (const schedule::Group* group = schedule.groupOf(i)) facts.group = *group;
    facts.vectorized = isVectorized(calls[i], loops);
    if (facts.kernel.algorithm != Algorithm::Reorder)
      for (ValueId node : facts.kernel.nodes) {
        facts.layers.push_back(graph.value(node).name);
        facts.multiplyAdds = facts.multiplyAdds + graph::multiplyAdds(graph, graph.value(node));
      }
    all.push_back(std::move(facts));
  }
  return all;
}

double KernelFacts::cycles() const { return prediction ? prediction->estimate.cycles() : 0; }

Size KernelFacts::bytes() const {
  const Size values = traffic.input + traffic.output - inRings;
  const std::optional<int64_t> known = values.constant();
  return (known ? Size(std::max<int64_t>(0, *known)) : values) + traffic.weights;
}

double secondsOf(double cycles, const Machine& machine) { return cycles / (machine.clock * 1e9); }

std::string algorithmText(const Kernel& kernel) {
  if (kernel.algorithm == Algorithm::Alias) return "alias, the same memory";
  std::string text = std::string(nameOf(kernel.algorithm)) + " " + nameOf(kernel.layout);
  for (size_t i = 0; i < kernel.tile.size(); ++i) text += (i ? "x" : " ") + std::to_string(kernel.tile[i]);
  if (kernel.order != schedule::Order::Filters) text += std::string(" order ") + nameOf(kernel.order);
  if (kernel.writes) text += std::string(" writes ") + nameOf(*kernel.writes);
  text += requestsText(kernel);
  return text;
}

} // namespace convoy::inspect
