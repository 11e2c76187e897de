#include "schedule/steps.h"
#include "schedule/lower.h"
#include "schedule/workspace.h"

namespace convoy::schedule {

std::vector<Move> movesOf(const graph::Graph& graph, const Images& images, const MemoryPlan& plan) {
  constexpr int64_t bytesAndFloat = 5, twoFloats = 8;
  std::vector<Move> moves;
  for (const Image& image : images.all) {
    const graph::Value& value = graph.value(image.value);
    const std::string name = image.input ? value.name + " to planes" : value.name + " to bytes";
    moves.push_back({name, value.type.elements() * bytesAndFloat});
  }
  for (const MemoryPlan::Copy& copy : plan.copies) {
    const graph::Output& output = graph.outputs[copy.output];
    moves.push_back({"copy of " + output.name, graph.value(output.value).type.elements() * twoFloats});
  }
  return moves;
}

void addWorkFunction(loop::Module& module, const graph::Graph& graph, const std::string& prefix,
                     const std::vector<StepWork>& steps) {
  auto function = std::make_unique<loop::Function>();
  function->name = prefix + "_work";
  function->results = {loop::Type::of(Scalar::I32)};
  if (!graph.inputs.empty()) function->location = graph.value(graph.inputs[0]).location;
  Builder b(*function);
  Reg sizes = b.parameter(loop::Type::pointer(), "sizes"), batch = b.parameter(loop::Type::index(), "batch"),
      numbers = b.parameter(loop::Type::pointer(), "numbers");
  int64_t at = 0;
  for (const StepWork& step : steps) {
    b.store(b.mul(batch, sizeFrom(b, graph, sizes, step.multiplyAdds)), numbers, at++);
    b.store(b.add(b.mul(batch, sizeFrom(b, graph, sizes, step.bytes)), step.bytesOnce), numbers, at++);
  }
  b.ret({b.number(0, loop::Type::of(Scalar::I32))});
  module.functions.push_back(std::move(function));
}

} // namespace convoy::schedule
