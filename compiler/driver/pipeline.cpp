#include "driver/pipeline.h"
#include "driver/break_pass.h"
#include "driver/describe.h"
#include "driver/keep_layers.h"
#include "driver/memory_limit.h"
#include "driver/plan.h"
#include "driver/resume.h"
#include "driver/targets.h"
#include "graph/passes/fold_batch_norm.h"
#include "import/weights.h"
#include "loop/passes/hoist_invariants.h"
#include "loop/passes/remove_dead.h"
#include "loop/passes/share_common.h"
#include "loop/passes/split_long.h"
#include "onnx/import.h"
#include "output/processor_object.h"
#include "parse/imports.h"
#include "parse/parser.h"
#include "schedule/lower.h"
#include "sema/sema.h"
#include "support/internal_error.h"
#include "support/nearest_file.h"
#include <algorithm>
#include <iterator>
#include <utility>

namespace convoy::driver {

namespace {

// Tells who watches how much is done, in 0..1. False after a diagnostic: they want no more.
bool goOn(Compilation& c, const std::string& phase, double done) {
  if (!c.watcher || c.watcher(phase, done)) return true;
  c.diags.report(diag::Cancelled, {});
  return false;
}

// Most of the time goes into code, so the phases before it count as this share of the work.
constexpr double shareBeforeCode = 0.2;

// ---- what the phases do ----

bool parseScript(Compilation& c) {
  c.syntax = convoy::parse(*c.file, c.diags);
  ImportSearch search{"", c.options.importFolders, [&c](const std::string& path) { return c.read(path); }};
  const std::string& script = c.options.file;
  if (script.find('/') != std::string::npos) search.scriptFolder = script.substr(0, script.rfind('/') + 1);
  loadImports(*c.syntax, search, c.diags);
  return !c.diags.hasErrors();
}

bool analyzeScript(Compilation& c) {
  SemaOptions options;
  options.pipeline = c.pipeline;
  options.defines = c.options.defines;
  c.graph = analyze(*c.syntax, options, c.diags);
  return c.graph && !c.diags.hasErrors();
}

// The name of the file without its folders and its ending.
std::string pipelineNameOf(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.rfind('.'));
}

bool readModel(Compilation& c) {
  command::Result<onnx::Model> model = onnx::readModel(c.options.file);
  if (!model) {
    auto report = c.diags.report(diag::CannotReadModel, {}, c.options.file, model.error().text);
    if (const std::string near = nearestFile(c.options.file); !near.empty())
      report.help("did you mean '" + near + "'?");
    return false;
  }
  c.filesRead.push_back(c.options.file);
  c.graph =
      onnx::importModel(*model, c.options.file, {pipelineNameOf(c.options.file), c.options.defines}, c.diags);
  return c.graph && !c.diags.hasErrors();
}

struct WeightsFile {
  std::string path;
  Location location; // where the script names it
};

// --weights, as it is; else the file that the script names, from the script's folder.
std::optional<WeightsFile> weightsFile(const Compilation& c) {
  if (!c.options.weightsFile.empty()) return WeightsFile{c.options.weightsFile, {}};
  if (!c.syntax || !c.syntax->weights) return std::nullopt;
  const ast::Weights& weights = *c.syntax->weights;
  const bool relative = !weights.path.empty() && weights.path.front() != '/';
  const size_t folder = c.options.file.rfind('/') + 1; // 0: the script is in the current folder
  return WeightsFile{(relative ? c.options.file.substr(0, folder) : "") + weights.path, weights.pathLocation};
}

weights::Missing severityOfMissing(const Compilation& c) {
  if (c.options.initSeed) return weights::Missing::Filled;
  return c.needsParameters ? weights::Missing::Error : weights::Missing::Warning;
}

// What no file gives is filled with random numbers when that is asked for.
bool fillParameters(Compilation& c) {
  if (const std::optional<WeightsFile> named = weightsFile(c)) {
    const auto file = weights::openWeights(named->path, named->location, c.diags);
    if (!file) return false;
    const std::vector<std::string>& read = file->store->files();
    c.filesRead.insert(c.filesRead.end(), read.begin(), read.end());
    if (!weights::applyWeights(*c.graph, *file, severityOfMissing(c), c.diags)) return false;
  }
  if (c.options.initSeed) sema::initializeRandom(*c.graph, *c.options.initSeed, c.diags);
  return !c.diags.hasErrors();
}

// What runs needs its parameters; `check` and `emit` do without.
bool checkParameters(Compilation& c) {
  if (!c.needsParameters) return true;
  const std::vector<std::string> missing = parametersWithoutValues(*c.graph);
  if (missing.empty()) return true;
  constexpr size_t shown = 20;
  std::string names;
  for (size_t i = 0; i < std::min(missing.size(), shown); ++i) names += (i ? ", " : "") + missing[i];
  if (missing.size() > shown) names += " and " + std::to_string(missing.size() - shown) + " more";
  c.diags.report(diag::ParametersWithoutValues, {}, c.graph->name, names)
      .help("'--weights FILE' reads them; '--init random:1' fills them with seeded random numbers");
  return false;
}

// The first of them keeps what was written.
template <graph::Graph (*pass)(const graph::Graph&)> bool onGraph(Compilation& c) {
  graph::Graph next = pass(*c.graph);
  if (!c.written) c.written = std::move(c.graph);
  c.graph = std::move(next);
  return true;
}

// The best of several, unless it was chosen before.
bool findTarget(Compilation& c) {
  if (c.target) return true;
  std::vector<Target> targets = targetsOf(c.options, c.diags);
  if (!targets.empty()) c.target = std::move(targets.front());
  return c.target.has_value();
}

bool findSchedule(Compilation& c) {
  if (c.options.scheduleFile.empty() && !c.scheduleText) {
    c.schedule = schedule::makeSchedule(*c.graph, *c.target, c.options.choices);
    return c.options.memoryLimit == 0 || keepMemoryLimit(c, /*mayChange=*/true);
  }
  const SourceFile* text =
      c.scheduleText ? c.sources.add("<schedule>", *c.scheduleText) : c.read(c.options.scheduleFile);
  if (text) c.schedule = schedule::read(*text, *c.graph, *c.target, c.diags, c.options.choices);
  if (!c.schedule || c.diags.hasErrors()) return false;
  return c.options.memoryLimit == 0 || keepMemoryLimit(c, /*mayChange=*/false);
}

bool lowerGraph(Compilation& c) {
  std::string prefix = symbolPrefix(c.graph->name);
  if (!c.version.empty()) prefix += "." + c.version;
  schedule::Program program =
      schedule::lower(*c.graph, *c.schedule, *c.target, prefix, c.options.memoryLimit);
  c.loops = std::move(program.loops);
  c.calls = std::move(program.calls);
  c.workspace = program.workspace;
  if (c.wantsPlan && !c.plan) { // of several versions the best one is first
    c.plan = planOf(c, {});
    c.remarks = inspect::makeRemarks(*c.plan, *c.graph);
  }
  const bool first = c.version.empty() || !c.description;
  if (first) { // what follows has the same interface, and the same weights
    c.description = interfaceOf(*c.graph, std::move(program.weights));
    c.description->versions.clear();
    c.description->memoryLimit = c.options.memoryLimit;
    if (c.description->weights) c.description->weightsFile = c.weightsFile;
  }
  c.description->versions.push_back(
      {prefix, c.target->cpu, c.target->instructionSets(),
       describeSteps(*c.graph, *c.schedule, c.calls, program.moves, prefix, c.loops)});
  return true;
}

bool splitLong(Compilation& c) {
  loop::splitLong(c.loops);
  return true;
}

template <void (*pass)(loop::Function&)> bool onEachFunction(Compilation& c) {
  for (const auto& function : c.loops.functions) pass(*function);
  return true;
}

bool generateCode(Compilation& c) {
  CompileOptions options;
  options.optimize = c.options.optimize;
  options.threads = c.threads();
  options.lines = c.options.lines;
  const bool shown = c.shownPhases.count("codegen") > 0;
  options.keepLlvm = shown || c.stages.count(Stage::Llvm) > 0;
  options.keepOptimized = shown || c.stages.count(Stage::LlvmOptimized) > 0;
  options.keepAssembly = c.stages.count(Stage::Assembly) > 0;
  options.text = c.llvm ? &*c.llvm : nullptr;
  if (c.llvm && !checkTarget(*c.llvm, *c.target, c.diags)) return false;
  bool stopped = false;
  options.proceed = [&](size_t done, size_t total) {
    const double share = static_cast<double>(done) / static_cast<double>(total);
    stopped = stopped || !goOn(c, "codegen", shareBeforeCode + (1 - shareBeforeCode) * share);
    return !stopped;
  };
  if (c.version.empty()) {
    c.units = compileProgram(c.loops, c.description ? &*c.description : nullptr, *c.target, options);
    return !stopped && (!c.llvm || checkCode(c));
  }
  for (const auto& function : c.loops.functions)
    function->exported = false; // called by what chooses a version
  std::vector<CompiledUnit> units = compileProgram(c.loops, nullptr, *c.target, options);
  std::move(units.begin(), units.end(), std::back_inserter(c.units));
  return !stopped;
}

// ---- what they made, checked ----

std::vector<std::string> verifyGraph(const Compilation& c) { return graph::verify(*c.graph); }
std::vector<std::string> verifyLoops(const Compilation& c) { return loop::verify(c.loops); }

// ---- what they made, as text ----

std::string printSyntax(const Compilation& c) { return ast::print(*c.syntax); }
std::string printGraph(const Compilation& c) { return graph::print(*c.graph); }
std::string printFused(const Compilation& c) { return schedule::printFused(*c.schedule, *c.graph); }
std::string printSchedule(const Compilation& c) { return schedule::print(*c.schedule, *c.graph); }
std::string printLoops(const Compilation& c) { return loop::print(c.loops); }

template <std::string CompiledUnit::* text> std::string printUnits(const Compilation& c) {
  std::string all;
  for (const CompiledUnit& unit : c.units) all += (all.empty() ? "" : "\n") + unit.*text;
  return all;
}

} // namespace

const std::vector<Phase>& pipeline() {
  constexpr FileKind script = FileKind::Script, onnx = FileKind::Onnx, graph = FileKind::Graph,
                     loops = FileKind::Loops, llvm = FileKind::Llvm, optimized = FileKind::LlvmOptimized;
  constexpr bool optional = true;
  // clang-format off
  static const std::vector<Phase> table = {
      {"parse", "the first look at the text: what follows sees a tree and never text",
       {script}, Stage::Ast, parseScript, nullptr, {{Stage::Ast, printSyntax}}},
      {"sema", "names and shapes are resolved once, so that no later phase can meet a mistake of the user's",
       {script}, Stage::Graph, analyzeScript, verifyGraph, {}},
      {"read model", "stands for parse and sema when the file is an ONNX model",
       {onnx}, Stage::Graph, readModel, verifyGraph, {}},
      {"read graph", "stands for parse and sema when the file is graph IR",
       {graph}, Stage::Graph, readGraph, verifyGraph, {}},
      {"weights", "once names and shapes of parameters are known, to compare with those of the file",
       {script, onnx, graph}, Stage::Graph, fillParameters, verifyGraph, {{Stage::Graph, printGraph}}},
      {"resume graph", "an edited graph, when there are numbers for the parameters whose numbers its text leaves out",
       {script, onnx, graph}, Stage::Graph, resumeGraph, verifyGraph, {{Stage::Graph, printGraph}},
       nullptr, false, {Stage::Graph}},
      {"parameters", "before anything is decided or compiled for a program that could not run",
       {script, onnx, graph}, Stage::Graph, checkParameters, nullptr, {}},
      {"keep layers", "while each layer is still as the script has it",
       {script, onnx, graph}, Stage::Graph, keepLayers, verifyGraph, {}},
      {"fold batch_norm", "once numbers are known, and before kernels are chosen for layers that it changes",
       {script, onnx, graph}, Stage::Graph, onGraph<graph::foldBatchNorm>, verifyGraph, {}, graph::foldBatchNorm, optional},
      {"expand batch_norm", "after folding: no kernel computes what is left of them",
       {script, onnx, graph}, Stage::Graph, onGraph<graph::expandBatchNorm>, verifyGraph, {}, graph::expandBatchNorm},
      {"target", "the schedule depends on the machine's vectors, the graph does not",
       {script, onnx, graph, loops, llvm, optimized}, std::nullopt, findTarget, nullptr, {}},
      {"schedule", "decides fusion, layout and tiles while layers are still layers",
       {script, onnx, graph}, Stage::Schedule, findSchedule, nullptr,
       {{Stage::Fused, printFused}, {Stage::Schedule, printSchedule}}},
      {"lower", "writes out what the schedule decided, and decides nothing itself",
       {script, onnx, graph}, Stage::Loops, lowerGraph, verifyLoops, {}},
      {"split long", "while what is computed for a call stands beside it, and before that becomes longer to look at",
       {script, onnx, graph}, Stage::Loops, splitLong, verifyLoops, {}, nullptr, optional},
      {"hoist invariants", "lowering computes addresses where it needs them; most do not change inside a loop",
       {script, onnx, graph}, Stage::Loops, onEachFunction<loop::hoistInvariants>, verifyLoops, {}, nullptr, optional},
      {"share common", "after hoisting, when equal address arithmetic has met in one place",
       {script, onnx, graph}, Stage::Loops, onEachFunction<loop::shareCommon>, verifyLoops, {}, nullptr, optional},
      {"remove dead", "last, for what the others left without a use",
       {script, onnx, graph}, Stage::Loops, onEachFunction<loop::removeDead>, verifyLoops, {{Stage::Loops, printLoops}},
       nullptr, optional},
      {"read loops", "stands for everything above when the file is loop IR",
       {loops}, Stage::Loops, readLoops, nullptr, {{Stage::Loops, printLoops}}},
      {"resume loops", "edited loops, when everything is there that they stand for",
       {script, onnx, graph}, Stage::Loops, resumeLoops, nullptr, {{Stage::Loops, printLoops}},
       nullptr, false, {Stage::Loops}},
      {"read llvm", "stands for everything above when the file is LLVM IR",
       {llvm, optimized}, std::nullopt, readLlvm, nullptr, {}},
      {"resume llvm", "edited LLVM IR, when it is known which modules there are",
       {script, onnx, graph, loops}, std::nullopt, resumeLlvm, nullptr, {},
       nullptr, false, {Stage::Llvm, Stage::LlvmOptimized}},
      {"codegen", "a module per kernel, so that kernels compile side by side",
       {script, onnx, graph, loops, llvm, optimized}, Stage::Llvm, generateCode, nullptr,
       {{Stage::Llvm, printUnits<&CompiledUnit::llvm>},
        {Stage::LlvmOptimized, printUnits<&CompiledUnit::optimized>},
        {Stage::Assembly, printUnits<&CompiledUnit::assembly>}}},
  };
  // clang-format on
  return table;
}

graph::Graph rewritten(const graph::Graph& written) {
  graph::Graph graph = written;
  for (const Phase& phase : pipeline())
    if (phase.rewrite) graph = phase.rewrite(graph);
  return graph;
}

std::string textOf(Stage stage, const Compilation& c) {
  for (const Phase& phase : pipeline())
    for (const View& view : phase.views)
      if (view.stage == stage) return view.print(c);
  internalError("a stage that no phase makes");
}

bool takesPart(const Phase& phase, FileKind kind, std::optional<Stage> textStage) {
  if (std::count(phase.starts.begin(), phase.starts.end(), kind) == 0) return false;
  const std::vector<Stage>& resumes = phase.resumes;
  return resumes.empty() || (textStage && std::count(resumes.begin(), resumes.end(), *textStage) > 0);
}

namespace {

bool takesPart(const Phase& phase, const Compilation& c) { return takesPart(phase, c.kind, c.textStage); }

// How many phases of the table the goal needs.
size_t phasesUntil(Goal goal, const Compilation& c) {
  const std::vector<Phase>& table = pipeline();
  const Stage checked = c.textStage ? *c.textStage : stageOf(c.kind).value_or(Stage::Graph);
  auto isWanted = [&](const View& view) {
    switch (goal) {
    case Goal::Check: return view.stage == checked;
    case Goal::Stages: return c.stages.count(view.stage) > 0;
    case Goal::Loops: return view.stage == Stage::Loops;
    case Goal::Code: return true;
    }
    return false;
  };
  size_t count = 0;
  for (size_t i = 0; i < table.size(); ++i) {
    const Phase& phase = table[i];
    // A text of LLVM IR has no view of its own: whether it is well formed is known before code is made of it.
    const bool checksText = goal == Goal::Check && (phase.run == readLlvm || phase.run == resumeLlvm);
    const bool shown = goal == Goal::Stages && c.shownPhases.count(phase.name) > 0;
    if (takesPart(phase, c) &&
        (checksText || shown || std::any_of(phase.views.begin(), phase.views.end(), isWanted)))
      count = checksText ? i + 1 : std::max(count, i + 1);
  }
  return count;
}

} // namespace

std::vector<Stage> stagesFrom(FileKind kind) {
  std::vector<Stage> stages;
  for (const Phase& phase : pipeline())
    if (takesPart(phase, kind, std::nullopt))
      for (const View& view : phase.views)
        if (!stageOf(kind) || view.stage >= *stageOf(kind)) stages.push_back(view.stage);
  return stages;
}

namespace {

// The phases first..last-1 of the table.
bool runPhases(Compilation& c, size_t first, size_t last, PhaseTimes& times, const StageSink& sink) {
  for (size_t i = first; i < last; ++i) {
    const Phase& phase = pipeline()[i];
    if (!takesPart(phase, c)) continue;
    const double done = shareBeforeCode * static_cast<double>(i) / static_cast<double>(pipeline().size());
    if (!goOn(c, phase.name, done)) return false;
    const bool runs = !phase.optional || c.leftOut.count(phase.name) == 0;
    if (runs && !times.measure(phase.name, [&] { return phase.run(c); })) return false;
    if (runs && !c.options.breakPass.empty()) breakPass(c, phase.name);
    if (phase.verify) {
      const std::vector<std::string> problems =
          times.measure(std::string(phase.name) + ": verify", [&] { return phase.verify(c); });
      if (!problems.empty()) internalError(std::string("after '") + phase.name + "': " + problems.front());
    }
    for (const View& view : phase.views)
      if (c.stages.count(view.stage)) sink(view.stage, view.print(c));
    if (c.afterPhase) c.afterPhase(phase);
  }
  return true;
}

} // namespace

bool runPipeline(Compilation& c, Goal goal, PhaseTimes& times, const StageSink& sink) {
  return runPhases(c, 0, phasesUntil(goal, c), times, sink);
}

namespace {

size_t placeOf(bool (*run)(Compilation&)) {
  size_t place = 0;
  while (pipeline()[place].run != run) ++place;
  return place;
}

void noSink(Stage, const std::string&) {}

} // namespace

void runGraphPasses(Compilation& c, PhaseTimes& times) {
  for (size_t i = 0; i < pipeline().size(); ++i)
    if (pipeline()[i].rewrite) runPhases(c, i, i + 1, times, noSink);
}

bool runScheduled(Compilation& c, PhaseTimes& times) {
  return runPhases(c, placeOf(lowerGraph), phasesUntil(Goal::Code, c), times, noSink);
}

bool runVersions(Compilation& c, std::vector<Target> targets, PhaseTimes& times, const StageSink& sink) {
  const size_t schedule = placeOf(findSchedule), code = placeOf(generateCode);
  c.target = targets.front();
  if (!runPhases(c, 0, schedule, times, sink)) return false;
  // A version with a matrix unit that nothing uses is the one without, which is there too.
  const std::set<Stage> stages = std::exchange(c.stages, {});
  const auto afterPhase = std::exchange(c.afterPhase, nullptr);
  for (size_t i = 0; i < targets.size();) {
    c.target = targets[i];
    if (c.target->matrixUnit && !runPhases(c, schedule, code, times, noSink)) return false;
    if (c.target->matrixUnit && !hasTiles(c.loops))
      targets.erase(targets.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
  }
  c.stages = stages;
  c.afterPhase = afterPhase;
  c.description.reset();
  c.plan.reset();
  const size_t end = phasesUntil(Goal::Code, c);
  if (targets.size() == 1) {
    c.target = targets.front();
    return runPhases(c, schedule, end, times, sink);
  }
  std::set<std::string> names;
  for (const Target& target : targets) {
    c.target = target;
    c.version = versionName(target);
    while (!names.insert(c.version).second) c.version += "_"; // "native" and the processor's own name
    if (!runPhases(c, schedule, end, times, sink)) return false;
    c.stages.clear(); // they are shown of the best version
  }
  CompileOptions options;
  options.optimize = c.options.optimize;
  c.target = plainest(*c.target);
  c.units.push_back(
      times.measure("codegen", [&] { return compileDescriptor(*c.description, *c.target, options); }));
  c.units.push_back(makeProcessorObject());
  return true;
}

} // namespace convoy::driver
