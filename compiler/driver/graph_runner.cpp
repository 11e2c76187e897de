#include "driver/graph_runner.h"
#include "driver/pipeline.h"

namespace convoy::driver {

std::unique_ptr<GraphRunner> GraphRunner::make(const Compilation& from, graph::Graph graph,
                                               PhaseTimes& times) {
  std::unique_ptr<GraphRunner> made(new GraphRunner(from));
  Compilation& c = made->compilation_;
  c.kind = FileKind::Graph;
  c.target = from.target;
  graph = rewritten(graph);
  schedule::Choices choices;
  choices.math = schedule::Math::Strict;
  c.schedule = schedule::makeSchedule(graph, *c.target, choices);
  c.graph = std::move(graph);
  if (!runScheduled(c, times)) return nullptr;
  made->loaded_ = loadInMemory(c);
  command::Result<command::Runner> runner =
      command::Runner::create(made->pipeline(), from.options.threads, "");
  if (!runner) {
    from.diags.report(diag::CannotRun, {}, c.graph->name, runner.error().text);
    return nullptr;
  }
  made->runner_ = std::move(*runner);
  return made;
}

command::Result<std::vector<command::Tensor>> GraphRunner::run(const std::vector<command::Tensor>& inputs) {
  command::Result<command::BoundRun> bound = runner_->bind(inputs);
  if (!bound) return bound.error();
  if (const command::Outcome error = bound->execute()) return *error;
  return std::move(bound->outputs);
}

} // namespace convoy::driver
