#include "driver/verify.h"
#include "command/runner.h"
#include "driver/load.h"
#include "inspect/exposed.h"
#include "inspect/forms.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cstring>

namespace convoy::driver {

namespace {

using inspect::Comparison;
using inspect::Computed;

// The whole of an execution; false after a diagnostic.
class Execution {
public:
  bool run(const convoy_pipeline& pipeline, const RunInputs& inputs, const Options& options,
           DiagnosticEngine& diags) {
    auto fail = [&](const command::Error& error) {
      diags.report(diag::CannotRun, {}, pipeline.name, error.text);
      return false;
    };
    command::Result<command::Runner> runner = command::Runner::create(pipeline, options.threads, "");
    if (!runner) return fail(runner.error());
    command::Result<command::BoundRun> bound = runner->bind(inputs.tensors);
    if (!bound) return fail(bound.error());
    if (const command::Outcome error = bound->execute()) return fail(*error);
    outputs = std::move(bound->outputs);
    return true;
  }
  std::vector<command::Tensor> outputs;
};

// A graph whose results are values inside of a pipeline: compiled, and run.
class ExposedRun {
public:
  ExposedRun(const Compilation& from, inspect::Exposed exposed, const Fault& fault)
      : from_(from), compilation_(from.options, from.diags) {
    compilation_.kind = FileKind::Graph;
    compilation_.graph = std::move(exposed.graph);
    compilation_.schedule = std::move(exposed.schedule);
    compilation_.target = from.target;
    compilation_.leftOut = from.leftOut;
    if (fault) fault(*compilation_.graph);
  }

  bool run(const RunInputs& inputs, PhaseTimes& times) {
    if (!runScheduled(compilation_, times)) return false;
    const LoadedPipeline loaded = loadInMemory(compilation_);
    if (!execution_.run(*loaded.pipeline, inputs, from_.options, from_.diags)) return false;
    const graph::Graph& graph = *compilation_.graph;
    values_.resize(graph.values.size());
    for (size_t i = 0; i < graph.inputs.size(); ++i)
      values_[graph.inputs[i]] = {inputs.tensors[i].data.data(), inputs.tensors[i].batch};
    for (size_t o = 0; o < graph.outputs.size(); ++o)
      values_[graph.outputs[o].value] = {execution_.outputs[o].data.data(), execution_.outputs[o].batch};
    return true;
  }

  std::vector<Comparison> compare(const RunInputs& inputs) const {
    return inspect::compareKernels(*from_.graph, *compilation_.schedule, values_, inputs.sizes);
  }
  const Computed& value(graph::ValueId id) const { return values_[id]; }

private:
  const Compilation& from_;
  Compilation compilation_;
  Execution execution_;
  std::vector<Computed> values_;
};

std::vector<LayerVerdict> layerVerdicts(const Compilation& c, std::vector<Comparison> layers,
                                        const std::vector<Comparison>& kernels) {
  std::vector<LayerVerdict> verdicts;
  std::map<std::string, size_t> byName;
  for (Comparison& layer : layers) {
    byName[layer.name] = verdicts.size();
    verdicts.push_back({std::move(layer), std::nullopt, {}});
  }
  size_t next = 0;
  for (const schedule::Kernel& kernel : c.schedule->kernels) {
    if (kernel.algorithm == schedule::Algorithm::Reorder) continue;
    const Comparison& comparison = kernels.at(next++);
    LayerVerdict& verdict = verdicts.at(byName.at(comparison.name));
    verdict.kernel = comparison;
    for (graph::ValueId node : kernel.nodes)
      if (node != kernel.result()) verdict.fused.push_back(c.graph->value(node).name);
  }
  return verdicts;
}

std::vector<reference::Tensor> asDoubles(const std::vector<command::Tensor>& tensors) {
  std::vector<reference::Tensor> all;
  for (const command::Tensor& tensor : tensors)
    all.push_back(
        {tensor.extents, tensor.batch, {tensor.data.data(), tensor.data.data() + tensor.data.size()}});
  return all;
}

// The results of the pipeline beside what the script says, before layers were folded; and beside the numbers
// of others, each of which may be off by a bound.
KernelsVerdict resultVerdicts(const Compilation& c, const RunInputs& inputs,
                              const std::vector<command::Tensor>& outputs, const ExposedRun& kernels) {
  const graph::Graph& written = *c.written;
  const std::vector<reference::Tensor> values =
      reference::evaluate(written, asDoubles(inputs.tensors), inputs.sizes);
  const reference::GraphForms forms = inspect::formsAsWritten(written, *c.graph, *c.schedule);
  const std::vector<reference::Tensor> bounds = reference::errorBounds(written, values, inputs.sizes, forms);
  KernelsVerdict verdicts;
  for (size_t o = 0; o < outputs.size(); ++o) {
    const graph::ValueId expected = written.outputs[o].value;
    const command::Tensor& actual = outputs[o];
    ResultVerdict verdict;
    verdict.kept = written.outputs[o].kept;
    verdict.whole =
        inspect::compare(written.outputs[o].name, values[expected], bounds[expected], actual.data.data());
    const Computed& kept = kernels.value(c.graph->outputs[o].value);
    const size_t bytes = static_cast<size_t>(actual.data.size()) * sizeof(float);
    verdict.sameBits = bytes == 0 || std::memcmp(kept.numbers, actual.data.data(), bytes) == 0;
    verdicts.results.push_back(std::move(verdict));
  }
  if (inputs.others.empty()) return verdicts;
  const std::vector<reference::Tensor> direct = reference::errorBounds(written, values, inputs.sizes);
  for (const OtherNumbers& other : inputs.others) {
    const graph::Output& output = written.outputs[other.output];
    reference::Tensor allowed = bounds[output.value];
    for (size_t i = 0; i < allowed.data.size(); ++i) allowed.data[i] += direct[output.value].data[i];
    verdicts.others.push_back({other.file, inspect::compare(output.name, other.tensor, allowed,
                                                            outputs[other.output].data.data())});
  }
  return verdicts;
}

} // namespace

bool Verdict::agreesWithReference() const {
  auto isGood = [](const auto& verdict) { return verdict.good(); };
  return std::all_of(layers.begin(), layers.end(), isGood) &&
         std::all_of(results.begin(), results.end(), isGood);
}

bool Verdict::good() const {
  return agreesWithReference() &&
         std::all_of(others.begin(), others.end(), [](const OtherVerdict& other) { return other.good(); });
}

std::optional<KernelsVerdict> verifyKernels(const Compilation& c, const convoy_pipeline& pipeline,
                                            const RunInputs& inputs, PhaseTimes& times, const Fault& fault) {
  Execution whole;
  ExposedRun kernels(c, inspect::exposeKernels(*c.graph, *c.schedule), fault);
  if (!whole.run(pipeline, inputs, c.options, c.diags) || !kernels.run(inputs, times)) return std::nullopt;
  return times.measure("reference", [&] {
    KernelsVerdict verdict = resultVerdicts(c, inputs, whole.outputs, kernels);
    verdict.kernels = kernels.compare(inputs);
    return verdict;
  });
}

std::optional<Verdict> verify(const Compilation& c, const convoy_pipeline& pipeline, const RunInputs& inputs,
                              PhaseTimes& times, const Fault& fault) {
  ExposedRun layers(c, inspect::exposeLayers(*c.graph, *c.target, c.options.choices), fault);
  if (!layers.run(inputs, times)) return std::nullopt;
  std::optional<KernelsVerdict> kernels = verifyKernels(c, pipeline, inputs, times, fault);
  if (!kernels) return std::nullopt;
  return times.measure("reference", [&] {
    return Verdict{layerVerdicts(c, layers.compare(inputs), kernels->kernels), std::move(kernels->results),
                   std::move(kernels->others)};
  });
}

} // namespace convoy::driver
