#include "driver/measurable.h"
#include "driver/run_sizes.h"

namespace convoy::driver {

std::unique_ptr<Measurable> Measurable::create(Compilation& c, int threads, int64_t batch,
                                               const std::optional<RunSizes>& sizes) {
  const std::optional<RunSizes> given = sizes ? sizes : findSizes(*c.graph, c.options.sizes, c.diags);
  if (!given || !checkSizes(*c.graph, *given, c.diags)) return nullptr;
  std::unique_ptr<Measurable> made(new Measurable);
  made->loaded_ = loadInMemory(c);
  made->facts_ = inspect::kernelFacts(*c.graph, *c.schedule, c.calls, c.loops);
  made->calls_ = c.calls;

  const convoy_pipeline& pipeline = *made->loaded_.pipeline;
  const auto refuse = [&](const command::Error& error) {
    c.diags.report(diag::CannotRun, {}, c.graph->name, error.text);
    return nullptr;
  };
  auto runner = command::Runner::create(pipeline, threads, "");
  if (!runner) return refuse(runner.error());
  made->runner_ = std::move(*runner);
  auto inputs = command::seededInputs(pipeline, *given, batch);
  if (!inputs) return refuse(inputs.error());
  made->inputs_ = std::move(*inputs);
  auto run = made->runner_->bind(made->inputs_);
  if (!run) return refuse(run.error());
  made->run_ = std::move(*run);

  const std::vector<std::string> symbols = c.graph->symbols();
  for (size_t i = 0; i < symbols.size(); ++i) made->sizes_[symbols[i]] = made->run_->arguments().sizes[i];
  // It runs here, whatever processor it was scheduled for.
  Target here = *c.target;
  here.machine = machineHere(here.vectorBits);
  const auto predictions =
      schedule::predict(*c.graph, here, c.options.choices, *c.schedule, c.calls, made->sizes_);
  for (size_t i = 0; i < predictions.size(); ++i) made->facts_[i].prediction = predictions[i];
  return made;
}

} // namespace convoy::driver
