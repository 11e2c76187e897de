#include "schedule/lower.h"
#include "schedule/blocks.h"
#include "schedule/entry.h"
#include "schedule/group.h"
#include "schedule/steps.h"
#include "support/internal_error.h"
#include <cctype>
#include <map>

namespace convoy::schedule {

namespace {

class Lowering {
public:
  Lowering(const Graph& graph, const Schedule& schedule, const Target& target, const std::string& prefix)
      : graph_(graph), schedule_(schedule), target_(target), prefix_(prefix), storage_(graph, schedule),
        images_(graph, schedule, storage_) {}

  Program run(int64_t memoryLimit) {
    MemoryPlan plan = lowerKernels();
    plan.memoryLimit = memoryLimit;
    addGroups(plan);
    addEntryFunctions(program_.loops, graph_, schedule_, target_, images_, plan, calls_, groups_, prefix_);
    program_.moves = movesOf(graph_, images_, plan);
    collectWeights();
    program_.calls = std::move(calls_);
    return std::move(program_);
  }

  Workspace workspace() {
    lowerKernels();
    return std::move(program_.workspace);
  }

private:
  MemoryPlan lowerKernels() {
    for (const Kernel& kernel : schedule_.kernels) lowerKernel(kernel);
    MemoryPlan plan = planMemory(graph_, schedule_, target_.machine, storage_, images_, calls_);
    program_.workspace = workspaceOf(plan, storage_);
    program_.workspace.held = heldBuffers(graph_, schedule_, storage_);
    return plan;
  }

  using Generator = std::function<void(KernelBuilder&)>;

  void lowerKernel(const Kernel& kernel) {
    calls_.emplace_back();
    if (storage_.frame(resultBuffer(graph_, kernel)).any()) add(kernel, ".frame", clearFrame);
    switch (kernel.algorithm) {
    case Algorithm::Window: return add(kernel, "", windowGenerator(kernel));
    case Algorithm::Tiles: return tiles(kernel);
    case Algorithm::Winograd:
      if (kernel.order == Order::Filters) add(kernel, ".input", winogradInput);
      return add(kernel, "", winogradWindow);
    case Algorithm::Transposed: return transposed(kernel);
    case Algorithm::Separable: return add(kernel, "", separableWindow);
    case Algorithm::Pointwise:
      return add(kernel, "",
                 choosesChannels(graph_, kernel) && kernel.layout == Layout::Blocked ? blockedChannels
                                                                                     : pointwise);
    case Algorithm::Resample: {
      const OpKind op = graph_.value(kernel.anchor()).op;
      return add(kernel, "", op == OpKind::Pad || op == OpKind::Crop ? movedRows : resize);
    }
    case Algorithm::Interleave: {
      const bool permutes = opInfo(graph_.value(kernel.anchor()).op).form == OpForm::Permute;
      return add(kernel, "", permutes ? permute : interleave);
    }
    case Algorithm::Standardize: return add(kernel, "", standardize);
    case Algorithm::Softmax: return add(kernel, "", softmax);
    case Algorithm::Reduction: return add(kernel, "", reduction);
    case Algorithm::Adaptive: return add(kernel, "", adaptivePool);
    case Algorithm::Dense: return add(kernel, "", dense);
    case Algorithm::Integer: {
      const bool isDense = opInfo(graph_.value(kernel.anchor()).op).form == OpForm::Dense;
      return add(kernel, "", isDense ? integerDense : integerWindow);
    }
    case Algorithm::Reorder: return add(kernel, std::string(".to_") + nameOf(kernel.layout), reorder);
    case Algorithm::Alias: return;
    case Algorithm::Concat: {
      const graph::Value& concat = graph_.value(kernel.anchor());
      const std::vector<ValueId>& operands = concat.operands;
      if (kernel.layout == Layout::Blocked && !concatsBlocks(graph_, concat, schedule_.lanes))
        return add(kernel, "", blockedChannels);
      for (size_t i = 0; i < operands.size(); ++i)
        if (!storage_.isPart(kernel, operands[i]))
          add(kernel, "." + std::to_string(i), [i](KernelBuilder& k) { concatOperand(k, i); });
    }
    }
  }

  // A function for each phase.
  void eachPhase(const Kernel& kernel, void (*generate)(KernelBuilder&, const Phase&)) {
    for (const Phase& phase : phasesOf(graph_.value(kernel.anchor()))) {
      std::string suffix;
      for (const PhaseAxis& axis : phase) suffix += "." + std::to_string(axis.first);
      add(kernel, suffix, [&phase, generate](KernelBuilder& k) { generate(k, phase); });
    }
  }
  void transposed(const Kernel& kernel) {
    if (kernel.layout == Layout::Planar) return add(kernel, "", planarTransposed);
    eachPhase(kernel, transposedPhase);
  }
  void tiles(const Kernel& kernel) {
    if (graph_.value(kernel.anchor()).op != OpKind::TransposedConv) return add(kernel, "", tiledWindow);
    eachPhase(kernel, tiledPhase);
  }

  Generator windowGenerator(const Kernel& kernel) const {
    const graph::Value& anchor = graph_.value(kernel.anchor());
    bool small = isSmallWindow(anchor);
    if (kernel.layout == Layout::Planar)
      return small && anchor.op != OpKind::Conv ? planarPool : planarWindow;
    return small && isChannelwise(graph_, anchor, schedule_.lanes) ? channelwiseWindow : blockedWindow;
  }

  // Builds the kernel's function. One that is equal but for names exists already: then that one is called.
  void add(const Kernel& kernel, const std::string& suffix, const Generator& generate) {
    const size_t number = calls_.size() - 1;
    KernelCall call = build(kernel, suffix, generate, std::nullopt);
    if (const auto& onBytes = images_.kernels[number]) {
      if (onBytes->form == BytesForm::Within)
        call.onBytes.emplace_back();
      else
        call.onBytes.push_back(
            build(kernel, suffix + ".bytes", onBytes->whole ? bytesWindow : generate, onBytes));
    }
    calls_.back().push_back(std::move(call));
  }

  KernelCall build(const Kernel& kernel, const std::string& suffix, const Generator& generate,
                   const std::optional<BytesKernel>& onBytes) {
    auto function = std::make_unique<loop::Function>();
    function->name = functionName(graph_.value(kernel.result()).name + suffix);
    function->location = graph_.value(kernel.anchor()).location;
    KernelBuilder builder(graph_, schedule_, target_, storage_, kernel, *function);
    builder.onBytes = onBytes;
    generate(builder);
    KernelCall call = builder.call;
    call.threads = kernel.threads;
    call.cycles = workOf(graph_, target_, kernel, call.ofWholeBatch);
    auto [known, isNew] = byKey_.emplace(loop::structuralKey(*function), function->name);
    call.function = known->second;
    if (isNew) program_.loops.functions.push_back(std::move(function));
    return call;
  }

  void addGroups(const MemoryPlan& plan) {
    if (schedule_.groups.empty()) return;
    GroupParts parts{program_.loops, graph_, schedule_, storage_, images_, plan, calls_, prefix_ + ".rows"};
    auto mover = std::make_unique<loop::Function>();
    mover->name = parts.mover;
    if (!graph_.inputs.empty()) mover->location = graph_.value(graph_.inputs[0]).location;
    moveRows(*mover, schedule_.lanes);
    program_.loops.functions.push_back(std::move(mover));
    for (size_t g = 0; g < schedule_.groups.size(); ++g) {
      const Group& group = schedule_.groups[g];
      const std::string& last = graph_.value(schedule_.kernels[group.end() - 1].result()).name;
      groups_.push_back(driveGroup(parts, g, functionName(last + ".group"), /*onBytes=*/false));
      // Kernels that compute in whole numbers hand nothing on.
      std::vector<KernelCall>& onBytes = groups_.back().onBytes;
      for (size_t i = group.first; i < group.end(); ++i)
        if (images_.kernels[i] && images_.kernels[i]->whole)
          for (const KernelCall& call : calls_[i]) onBytes.push_back(call.onBytes[0]);
      if (!onBytes.empty()) continue;
      bool mayBeBytes = false;
      for (size_t i = group.first; i < group.end(); ++i) mayBeBytes |= images_.kernels[i].has_value();
      if (mayBeBytes)
        groups_.back().onBytes.push_back(
            driveGroup(parts, g, functionName(last + ".group.bytes"), /*onBytes=*/true));
    }
  }

  std::string functionName(const std::string& layer) {
    std::string name = prefix_ + ".";
    for (char c : layer) name += std::isalnum(static_cast<unsigned char>(c)) || c == '.' ? c : '_';
    std::string unique = name;
    for (int n = 1; !taken_.insert(unique).second; ++n) unique = name + "_" + std::to_string(n);
    return unique;
  }

  // Empty unless every parameter has its numbers.
  void collectWeights() {
    size_t count = 0;
    for (const graph::Value& v : graph_.values)
      if (v.kind == graph::Value::Parameter) count += v.data ? v.data->data.size() : 0;
    program_.weights.reserve(count); // once: there may be hundreds of megabytes
    for (const graph::Value& v : graph_.values) {
      if (v.kind != graph::Value::Parameter) continue;
      if (!v.data || v.data->data.size() != static_cast<size_t>(v.type.elements().known())) {
        program_.weights.clear();
        return;
      }
      program_.weights.insert(program_.weights.end(), v.data->data.begin(), v.data->data.end());
    }
  }

  const Graph& graph_;
  const Schedule& schedule_;
  const Target& target_;
  std::string prefix_;
  Storage storage_;
  Images images_;
  Program program_;
  ProgramCalls calls_;
  std::vector<KernelCall> groups_; // of the schedule
  std::map<std::string, std::string> byKey_;
  std::set<std::string> taken_;
};

} // namespace

namespace {

void requireValid(const Schedule& schedule, const Graph& graph) {
  for (const Problem& problem : problems(schedule, graph))
    internalError("the schedule cannot be lowered: " + problem.text);
}

} // namespace

Workspace workspaceFor(const Graph& graph, const Schedule& schedule, const Target& target) {
  requireValid(schedule, graph);
  return Lowering(graph, schedule, target, "p").workspace();
}

Program lower(const Graph& graph, const Schedule& schedule, const Target& target, const std::string& prefix,
              int64_t memoryLimit) {
  requireValid(schedule, graph);
  return Lowering(graph, schedule, target, prefix).run(memoryLimit);
}

} // namespace convoy::schedule
