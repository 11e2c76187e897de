#include "inspect/plan.h"
#include "graph/work.h"
#include "reference/forms.h"
#include "reference/winograd.h"

namespace convoy::inspect {

namespace {

using graph::Graph;
using graph::Value;
using graph::ValueId;

std::vector<Size> padsOf(const Graph& graph, const Value& node) {
  std::vector<Size> pads;
  if (!node.attributes.has("pad_begin")) return pads;
  if (opInfo(node.op).form != OpForm::Window) { // padding alone
    const auto &begin = node.attributes.get<std::vector<Size>>("pad_begin"),
               &end = node.attributes.get<std::vector<Size>>("pad_end");
    for (size_t axis = 0; axis < begin.size(); ++axis) pads.insert(pads.end(), {begin[axis], end[axis]});
    return pads;
  }
  const Window window = windowOf(node.attributes);
  const Attribute* ceil = node.attributes.find("ceil_mode");
  const bool hangs = ceil && std::get<bool>(*ceil);
  const TensorType& input = graph.value(node.operands[0]).type;
  for (size_t axis = 0; axis < window.kernel.size(); ++axis) {
    Size end = window.padEnd[axis];
    if (hangs) {
      const Size last = (node.type.dims[1 + axis] - 1) * window.stride[axis];
      const Size reached = last + window.dilation[axis] * (window.kernel[axis] - 1) + 1;
      end = Size::max(end, reached - input.dims[1 + axis] - window.padBegin[axis]);
    }
    pads.push_back(window.padBegin[axis]);
    pads.push_back(std::move(end));
  }
  return pads;
}

// Products with weights in a sum of the layer; none: it does something else.
std::optional<double> productsOf(const Graph& graph, const Value& node) {
  const OpForm form = opInfo(node.op).form;
  const bool windowed = form == OpForm::Window || form == OpForm::Transposed || form == OpForm::Dense;
  if (!windowed || node.operands.size() < 2) return std::nullopt;
  const TensorType& weight = graph.value(node.operands[1]).type;
  const int64_t groups = form == OpForm::Transposed ? node.attributes.get<int64_t>("groups") : 1;
  // [channels][filters / groups][..kernel], else [filters][channels / groups][..kernel]
  const Size& others = weight.dims[form == OpForm::Transposed ? 1 : 0];
  return static_cast<double>(weight.elements().known() / others.known() / groups);
}

// Of this arithmetic, with so many products; of a kernel on Winograd tiles they are nine of a channel.
double boundOf(schedule::Arithmetic arithmetic, double products, const schedule::Kernel& kernel) {
  using reference::NumberForm;
  switch (arithmetic) {
  case schedule::Arithmetic::Float32: return reference::shareOfSum(NumberForm::Float32, products);
  case schedule::Arithmetic::Winograd: return reference::winogradShare(kernel.tile.at(0), products / 9);
  case schedule::Arithmetic::Bf16: return reference::shareOfSum(NumberForm::Bf16, products);
  case schedule::Arithmetic::Split: return reference::shareOfSum(NumberForm::Split, products);
  case schedule::Arithmetic::Int8: return 0;
  }
  return 0;
}

class Planner {
public:
  Planner(const Graph& written, const Graph& computed, std::vector<KernelFacts> kernels,
          const std::map<std::string, int64_t>& sizes)
      : graph_(written), fields_(receptiveFields(written, sizes)) {
    plan_.kernels = std::move(kernels);
    for (size_t k = 0; k < plan_.kernels.size(); ++k)
      for (const std::string& layer : plan_.kernels[k].layers) kernelOf_[layer] = k;
    for (const Value& value : computed.values)
      if (value.kind == Value::Node) computed_.insert(value.name);
  }

  Plan run() {
    plan_.pipeline = graph_.name;
    plan_.parameters = graph::learnedNumbers(graph_);
    plan_.multiplyAdds = graph::multiplyAdds(graph_);
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      if (graph_.value(id).kind != Value::Node) continue;
      plan_.layers.push_back(layer(graph_.value(id)));
      plan_.layers.back().fields = fields_[id];
    }
    return std::move(plan_);
  }

private:
  LayerPlan layer(const Value& node) {
    const OpInfo& row = opInfo(node.op);
    LayerPlan layer;
    layer.name = node.name;
    layer.op = row.name;
    layer.location = node.location;
    const int activations = activationCount(row, static_cast<int>(node.operands.size()));
    for (int i = 0; i < activations; ++i)
      layer.inputs.push_back(graph_.value(node.operands[static_cast<size_t>(i)]).type);
    layer.result = node.type;
    layer.pads = padsOf(graph_, node);
    layer.multiplyAdds = graph::multiplyAdds(graph_, node);
    layer.traffic = trafficOf(graph_, node);
    layer.parameters = graph::learnedNumbers(graph_, node);
    // A layer that is there no more is part of the one that it read.
    if (!computed_.count(node.name)) layer.foldedInto = graph_.value(node.operands[0]).name;
    auto kernel = kernelOf_.find(layer.foldedInto.empty() ? node.name : layer.foldedInto);
    if (kernel == kernelOf_.end()) return layer;
    layer.kernel = kernel->second;
    if (const std::optional<double> products = productsOf(graph_, node)) {
      const bool whole = row.group == LayerGroup::Quantization;
      const schedule::Kernel& computedBy = plan_.kernels[*layer.kernel].kernel;
      layer.arithmetic = whole ? schedule::Arithmetic::Int8 : schedule::arithmeticOf(computedBy);
      layer.bound = boundOf(*layer.arithmetic, *products, computedBy);
    }
    return layer;
  }

  const Graph& graph_;
  std::vector<std::vector<Field>> fields_; // of its values
  std::map<std::string, size_t> kernelOf_;
  std::set<std::string> computed_;
  Plan plan_;
};

using Bindings = std::map<std::string, Size>;

void bind(TensorType& type, const Bindings& sizes) {
  for (Size& dim : type.dims) dim = dim.substitute(sizes);
}

void bind(Traffic& traffic, const Bindings& sizes) {
  traffic.input = traffic.input.substitute(sizes);
  traffic.output = traffic.output.substitute(sizes);
}

} // namespace

Plan makePlan(const Graph& written, const Graph& computed, const schedule::Schedule& schedule,
              const schedule::ProgramCalls& calls, const loop::Module& loops,
              const schedule::Workspace& workspace, const std::map<std::string, int64_t>& sizes) {
  Plan plan = Planner(written, computed, kernelFacts(computed, schedule, calls, loops), sizes).run();
  plan.lanes = schedule.lanes;
  plan.workspace = workspace;
  return plan;
}

void addPredictions(Plan& plan, std::vector<schedule::Prediction> predictions, const Machine& machine) {
  plan.machine = machine;
  for (size_t i = 0; i < plan.kernels.size(); ++i) plan.kernels[i].prediction = std::move(predictions.at(i));
}

void addFusion(Plan& plan, FusionReport fusion, int64_t threads) {
  plan.threads = fusion.threads = threads;
  plan.fusion = std::move(fusion);
}

void bindSizes(Plan& plan, const std::map<std::string, int64_t>& numbers) {
  const Bindings sizes(numbers.begin(), numbers.end());
  for (LayerPlan& layer : plan.layers) {
    for (TensorType& input : layer.inputs) bind(input, sizes);
    bind(layer.result, sizes);
    bind(layer.traffic, sizes);
    for (Size& pad : layer.pads) pad = pad.substitute(sizes);
    layer.multiplyAdds = layer.multiplyAdds.substitute(sizes);
  }
  for (KernelFacts& kernel : plan.kernels) {
    bind(kernel.traffic, sizes);
    kernel.inRings = kernel.inRings.substitute(sizes);
    kernel.multiplyAdds = kernel.multiplyAdds.substitute(sizes);
  }
  plan.multiplyAdds = plan.multiplyAdds.substitute(sizes);
  plan.workspace.bufferBytes = plan.workspace.bufferBytes.substitute(sizes);
  plan.workspace.borderBytes = plan.workspace.borderBytes.substitute(sizes);
  plan.workspace.ringBytes = plan.workspace.ringBytes.substitute(sizes);
  bindSizes(plan.fusion, sizes);
}

std::vector<const LayerPlan*> inOrder(const Plan& plan) {
  std::vector<const LayerPlan*> all;
  for (size_t k = 0; k < plan.kernels.size(); ++k)
    for (const LayerPlan& layer : plan.layers)
      if (layer.kernel == k) all.push_back(&layer);
  for (const LayerPlan& layer : plan.layers)
    if (!layer.kernel) all.push_back(&layer);
  return all;
}

Size bytesOf(const Plan& plan) {
  Size bytes = 0;
  for (const KernelFacts& facts : plan.kernels) bytes = bytes + facts.bytes();
  return bytes;
}

std::optional<double> intensity(const Size& multiplyAdds, const Size& bytes) {
  const std::optional<int64_t> work = multiplyAdds.constant(), moved = bytes.constant();
  if (!work || !moved || *work == 0 || *moved == 0) return std::nullopt;
  return 2 * static_cast<double>(*work) / static_cast<double>(*moved);
}

double predictedSeconds(const Plan& plan) {
  double cycles = 0;
  for (const KernelFacts& facts : plan.kernels) cycles += facts.cycles();
  return secondsOf(cycles, plan.machine);
}

double peakOf(const Plan& plan) { return 2.0 * plan.lanes * plan.machine.fmaPerCycle * plan.machine.clock; }

static Efficiency efficiency(const MeasuredPlan& measured, double seconds, double predicted,
                             const Size& multiplyAdds, const Size& bytes) {
  auto number = [](const Size& size) { return static_cast<double>(size.constant().value_or(0)); };
  Efficiency all;
  all.seconds = seconds;
  if (seconds <= 0) return all;
  all.threads = measured.threads;
  if (all.threads == 1) all.predictedShare = predicted / seconds;
  all.gflops = 2 * number(multiplyAdds) / seconds / 1e9;
  if (measured.peak > 0) all.ofPeak = all.gflops / measured.peak / all.threads;
  all.gigabytes = number(bytes) / seconds / 1e9;
  return all;
}

std::optional<Efficiency> efficiencyOf(const Plan& plan, size_t kernel) {
  const KernelFacts& first = plan.kernels[kernel];
  if (!plan.measured || !first.measured) return std::nullopt;
  const size_t end = first.group ? first.group->end() : kernel + 1;
  double cycles = 0;
  Size multiplyAdds = 0, bytes = 0;
  for (size_t i = kernel; i < end; ++i) {
    const KernelFacts& facts = plan.kernels[i];
    cycles += facts.cycles();
    multiplyAdds = multiplyAdds + facts.multiplyAdds, bytes = bytes + facts.bytes();
  }
  return efficiency(*plan.measured, *first.measured, secondsOf(cycles, plan.machine), multiplyAdds, bytes);
}

std::optional<Efficiency> efficiencyOf(const Plan& plan) {
  if (!plan.measured) return std::nullopt;
  return efficiency(*plan.measured, plan.measured->seconds, predictedSeconds(plan), plan.multiplyAdds, 0);
}

} // namespace convoy::inspect
