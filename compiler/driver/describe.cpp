#include "driver/describe.h"
#include "core/digest.h"
#include "inspect/kernel_facts.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cctype>

namespace convoy::driver {

namespace {

// The number of the size that `dim` is; an input's dimension is a constant or one symbol.
int32_t sizeNumber(const Size& dim, const std::vector<std::string>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i)
    if (dim == Size::symbol(sizes[i])) return static_cast<int32_t>(i);
  internalError("an input's dimension is neither a constant nor a size of the pipeline: " + dim.str());
}

PortDescription describeInput(const graph::Value& value, const std::vector<std::string>& sizes) {
  PortDescription port;
  port.name = value.name;
  port.imageChannels = static_cast<int32_t>(channelsOf(value.type.image));
  port.defaultValue = value.defaultValue;
  if (value.type.scalar) return port;
  for (const Size& dim : value.type.dims) {
    port.constants.push_back(dim.constant().value_or(0));
    port.symbols.push_back(dim.isConstant() ? -1 : sizeNumber(dim, sizes));
  }
  return port;
}

// Extents of outputs come from P_check, so there are no symbols.
PortDescription describeOutput(const graph::Output& output, const TensorType& type) {
  PortDescription port;
  port.name = output.name;
  port.imageChannels = static_cast<int32_t>(channelsOf(output.image));
  for (const Size& dim : type.dims) port.constants.push_back(dim.constant().value_or(0));
  return port;
}

} // namespace

std::string symbolPrefix(const std::string& pipelineName) {
  std::string prefix = pipelineName;
  for (char& c : prefix)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  if (prefix.empty() || std::isdigit(static_cast<unsigned char>(prefix[0]))) prefix.insert(0, "_");
  if (prefix == "convoy") prefix += '_'; // convoy_pipeline and convoy_check are types of the C interface
  return prefix;
}

PipelineDescription interfaceOf(const graph::Graph& graph, std::vector<float> weights) {
  PipelineDescription description;
  description.name = graph.name;
  description.prefix = symbolPrefix(graph.name);
  description.versions = {{description.prefix, "", 0}};
  description.sizes = graph.symbols();
  for (graph::ValueId input : graph.inputs)
    description.inputs.push_back(describeInput(graph.value(input), description.sizes));
  for (const graph::Output& output : graph.outputs)
    description.outputs.push_back(describeOutput(output, graph.value(output.value).type));
  description.keptLayers = static_cast<size_t>(
      std::count_if(graph.outputs.begin(), graph.outputs.end(), [](const auto& o) { return o.kept; }));
  for (const graph::EntryCheck& check : graph.checks)
    description.checks.push_back({check.check.message, check.location.str()});
  if (!weights.empty()) {
    digestOf(weights.data(), weights.size() * sizeof(float), description.weightsDigest.data());
    description.weights = std::make_shared<const std::vector<float>>(std::move(weights));
  }
  return description;
}

std::vector<PipelineDescription::Version::Step>
describeSteps(const graph::Graph& graph, const schedule::Schedule& schedule,
              const schedule::ProgramCalls& calls, const std::vector<schedule::Move>& moves,
              const std::string& prefix, loop::Module& loops) {
  std::vector<PipelineDescription::Version::Step> steps;
  std::vector<schedule::StepWork> work;
  for (const inspect::KernelFacts& facts : inspect::kernelFacts(graph, schedule, calls, loops)) {
    const std::string location = graph.value(facts.kernel.anchor()).location.str();
    const size_t number = steps.size();
    const Size moved = facts.traffic.input + facts.traffic.output - facts.inRings;
    steps.push_back({facts.name, inspect::algorithmText(facts.kernel), location});
    work.push_back({facts.multiplyAdds, moved, facts.traffic.weights});
    if (!facts.group || facts.group->first == number) continue;
    // Kernels of a group are one step, its first.
    const size_t first = facts.group->first;
    schedule::StepWork& all = work[first];
    all = {all.multiplyAdds + facts.multiplyAdds, all.bytes + moved, all.bytesOnce + facts.traffic.weights};
    if (number + 1 != facts.group->end()) continue;
    steps[first].name += " to " + facts.name;
    steps[first].algorithm =
        "group of " + std::to_string(facts.group->count) + ", rows " + std::to_string(facts.group->rows);
  }
  for (const schedule::Move& move : moves) {
    steps.push_back({move.name, "copy", ""});
    work.push_back({0, move.bytes, 0});
  }
  schedule::addWorkFunction(loops, graph, prefix, work);
  return steps;
}

std::vector<NamedShape> parametersOf(const graph::Graph& graph) {
  std::vector<NamedShape> parameters;
  for (const graph::Value& value : graph.values) {
    if (value.kind != graph::Value::Parameter) continue;
    parameters.push_back({value.name, {}});
    for (const Size& dim : value.type.dims) parameters.back().dims.push_back(dim.known());
  }
  return parameters;
}

std::vector<std::string> parametersWithoutValues(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Value& value : graph.values) {
    const bool given = value.data && !value.data->data.empty();
    if (value.kind == graph::Value::Parameter && !given) names.push_back(value.name);
  }
  return names;
}

} // namespace convoy::driver
