#include "driver/break_pass.h"
#include "driver/pipeline.h"
#include <set>
#include <utility>

namespace convoy::driver {

namespace {

// The first parameter that is not as it was written.
void spoil(graph::Graph& graph, const graph::Graph& written) {
  std::set<const graph::ParameterData*> known;
  for (const graph::Value& value : written.values) known.insert(value.data.get());
  for (graph::Value& value : graph.values) {
    if (known.count(value.data.get()) || value.data->data.empty()) continue;
    auto data = std::make_shared<graph::ParameterData>(*value.data);
    for (float& number : data->data) number += 1;
    value.data = std::move(data);
    return;
  }
}

bool isFloat(const loop::Inst& inst) {
  return inst.results.size() == 1 && inst.results.front()->type.scalar == loop::Scalar::F32;
}

// Sums become differences, the largest the smallest, and so on.
void spoil(loop::Block& block) {
  for (const auto& inst : block.insts) {
    for (const auto& inner : inst->blocks) spoil(*inner);
    if (!isFloat(*inst)) continue;
    if (inst->op == loop::Op::Add)
      inst->op = loop::Op::Sub;
    else if (inst->op == loop::Op::Mul)
      inst->op = loop::Op::Add;
    else if (inst->op == loop::Op::Max)
      inst->op = loop::Op::Min;
    else if (inst->op == loop::Op::Maximum)
      inst->op = loop::Op::Minimum;
    else if (inst->op == loop::Op::Fma)
      std::swap(inst->operands[1], inst->operands[2]);
  }
}

bool isPhase(const std::string& name) {
  for (const Phase& phase : pipeline())
    if (name == phase.name) return true;
  return false;
}

bool isTrueOf(const std::string& word, const schedule::Schedule& schedule, size_t kernel) {
  const schedule::Kernel& of = schedule.kernels[kernel];
  return word == nameOf(of.algorithm) || word == nameOf(of.layout) ||
         (word == "fused" && of.nodes.size() > 1) || (word == "grouped" && schedule.groupOf(kernel));
}

} // namespace

void breakPass(Compilation& c, const std::string& phase) {
  const std::string& broken = c.options.breakPass;
  if (phase == "lower" && !isPhase(broken)) {
    for (size_t i = 0; i < c.calls.size(); ++i)
      if (isTrueOf(broken, *c.schedule, i))
        for (const schedule::KernelCall& call : c.calls[i]) spoil(c.loops.find(call.function)->body);
  } else if (phase == broken && !c.loops.functions.empty()) {
    for (const auto& function : c.loops.functions) spoil(function->body);
  } else if (phase == broken && c.graph && c.written) {
    spoil(*c.graph, *c.written);
  }
}

} // namespace convoy::driver
