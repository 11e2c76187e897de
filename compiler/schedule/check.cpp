// The rules that a schedule must keep to be lowered: those of each kernel, and what kernels need from those
// before them. Our own schedules and those that people write pass the same ones.
#include "schedule/rules.h"
#include "schedule/strips.h"
#include <set>

namespace convoy::schedule {

namespace {

using graph::Graph;
using graph::Value;
using graph::ValueId;

class Checker {
public:
  Checker(const Schedule& schedule, const Graph& graph)
      : schedule_(schedule), graph_(graph), written_(graph.values.size()) {
    for (ValueId id : graph.inputs) written_[id].insert(Layout::Planar);
    std::vector<ValueId> computed;
    for (const Kernel& kernel : schedule.kernels) computed.push_back(kernel.result());
    live_ = liveNodes(graph, computed);
  }

  std::vector<Problem> run() {
    if (schedule_.lanes != 4 && schedule_.lanes != 8 && schedule_.lanes != 16) {
      problem("vectors have 4, 8 or 16 lanes, not " + std::to_string(schedule_.lanes));
      return std::move(problems_);
    }
    for (size_t i = 0; i < schedule_.kernels.size(); ++i) {
      current_ = i;
      check(schedule_.kernels[i]);
    }
    current_.reset();
    for (const graph::Output& o : graph_.outputs)
      if (graph_.value(o.value).kind == Value::Node && !written_[o.value].count(Layout::Planar))
        problem("result '" + o.name + "' is not written in planar layout");
    if (problems_.empty()) groups();
    return std::move(problems_);
  }

private:
  void problem(const std::string& what, Part part = Part::Layers, const std::string& help = {}) {
    problems_.push_back({what, current_, part, help});
  }
  const std::string& name(ValueId id) const { return graph_.value(id).name; }

  void check(const Kernel& kernel) {
    const std::string who = "kernel '" + name(kernel.result()) + "': ";
    auto add = [&](const std::vector<Fault>& faults) {
      for (const Fault& fault : faults) problem(who + fault.text, fault.part, fault.help);
      return !faults.empty();
    };
    const bool converts = kernel.algorithm == Algorithm::Reorder;
    if (!converts)
      for (ValueId id : kernel.nodes)
        if (!computed_.insert(id).second) problem(who + "'" + name(id) + "' is computed twice");
    if (add(formFaults(graph_, kernel, schedule_.lanes))) return;
    if (!converts) add(chainFaults(graph_, kernel.nodes, kernel.algorithm, live_));
    operands(kernel, who);
    add(tileFaults(graph_, kernel, schedule_.lanes));
    const Layout layout = layoutFor(kernel.resultLayout(), graph_.value(kernel.result()).type);
    if (!written_[kernel.result()].insert(layout).second && converts)
      problem(who + "'" + name(kernel.result()) + "' is there in " + nameOf(layout) + " layout already",
              Part::Layout);
  }

  void groups() {
    const Storage storage(graph_, schedule_);
    for (size_t g = 0; g < schedule_.groups.size(); ++g) {
      current_ = schedule_.groups[g].first;
      if (const std::string& fault = storage.strips(g).fault(); !fault.empty())
        problem("group '" + name(schedule_.kernels[schedule_.groups[g].end() - 1].result()) + "': " + fault,
                Part::Group);
    }
    current_.reset();
  }

  void operands(const Kernel& kernel, const std::string& who) {
    std::set<ValueId> own(kernel.nodes.begin(), kernel.nodes.end());
    std::vector<ValueId> reads;
    if (kernel.algorithm == Algorithm::Reorder)
      reads = {kernel.anchor()};
    else
      for (ValueId node : kernel.nodes)
        for (ValueId operand : graph_.value(node).operands)
          if (!own.count(operand)) reads.push_back(operand);
    for (ValueId operand : reads) {
      if (graph_.value(operand).kind == Value::Parameter) continue;
      auto needed = neededLayout(graph_, schedule_, kernel, operand);
      if (written_[operand].empty())
        problem(who + "'" + name(operand) + "' is not computed before it");
      else if (needed && !written_[operand].count(*needed))
        problem(who + "'" + name(operand) + "' is not there in " + nameOf(*needed) + " layout");
      else if (!needed && !written_[operand].count(Layout::Planar) &&
               !written_[operand].count(Layout::Blocked))
        problem(who + "'" + name(operand) + "' is not there in planar or blocked layout");
    }
  }

  const Schedule& schedule_;
  const Graph& graph_;
  std::vector<bool> live_;
  std::vector<std::set<Layout>> written_;
  std::set<ValueId> computed_;
  std::vector<Problem> problems_;
  std::optional<size_t> current_; // the kernel that is looked at
};

} // namespace

std::vector<Problem> problems(const Schedule& schedule, const Graph& graph) {
  return Checker(schedule, graph).run();
}

} // namespace convoy::schedule
