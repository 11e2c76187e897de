// What the rules of a kernel look at. Private to schedule/.
#pragma once
#include "schedule/rules.h"

namespace convoy::schedule {

class KernelRules {
protected:
  KernelRules(const graph::Graph& graph, const Kernel& kernel, int lanes)
      : graph_(graph), kernel_(kernel), anchor_(graph.value(kernel.anchor())), lanes_(lanes) {}

  void fault(Part part, std::string text, std::string help = {}) {
    faults_.push_back({part, std::move(text), std::move(help)});
  }
  std::string op() const { return opInfo(anchor_.op).name; }
  const TensorType& result() const { return graph_.value(kernel_.result()).type; }
  const TensorType& input() const { return graph_.value(anchor_.operands[0]).type; }

  const graph::Graph& graph_;
  const Kernel& kernel_;
  const graph::Value& anchor_;
  int lanes_;
  std::vector<Fault> faults_;
};

} // namespace convoy::schedule
