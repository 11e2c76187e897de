#include "api/session.h"
#include "driver/load.h"
#include "driver/pipeline.h"
#include "driver/targets.h"
#include "support/internal_error.h"
#include <algorithm>
#include <mutex>
#include <new>

namespace convoy::api {

namespace {

using driver::Compilation;

// ---- diagnostics ----

Mark markOf(Location where, const std::string& text) {
  Mark mark;
  mark.text = text;
  if (!where.valid()) return mark;
  const SourceFile::Position begin = where.file->position(where.begin), end = where.file->position(where.end);
  mark.file = where.file->path();
  mark.line = begin.line, mark.column = begin.column;
  mark.endLine = end.line, mark.endColumn = end.column;
  return mark;
}

Level levelOf(Severity severity) {
  switch (severity) {
  case Severity::Error: return Level::Error;
  case Severity::Warning: return Level::Warning;
  case Severity::Note:
  case Severity::Remark: return Level::Note;
  }
  internalError("a severity without a level");
}

Problem problemOf(const Diagnostic& diagnostic) {
  Problem problem;
  problem.code = diagnostic.code;
  problem.name = diagnostic.name;
  problem.message = diagnostic.message;
  problem.rendered = renderText(diagnostic, /*color=*/false);
  problem.level = levelOf(diagnostic.severity);
  problem.notes = diagnostic.notes;
  problem.helps = diagnostic.helps;
  for (const Label& label : diagnostic.labels) {
    if (!label.location.valid()) continue;
    problem.marks.push_back(markOf(label.location, label.text));
    problem.marks.back().primary = label.primary;
  }
  for (const Fix& fix : diagnostic.fixes) {
    problem.repairs.push_back({fix.text, {}});
    for (const Edit& edit : fix.edits)
      problem.repairs.back().edits.push_back(markOf(edit.where, edit.replacement));
  }
  return problem;
}

std::vector<Problem> problemsOf(const DiagnosticEngine& diags) {
  std::vector<Problem> problems;
  for (const auto& diagnostic : diags.all()) problems.push_back(problemOf(*diagnostic));
  return problems;
}

template <typename... Arguments>
Problem makeProblem(const DiagnosticKind<Arguments...>& kind,
                    const std::common_type_t<Arguments>&... arguments) {
  DiagnosticEngine diags;
  diags.report(kind, {}, arguments...);
  return problemOf(*diags.all().front());
}

// ---- facts ----

PortFacts portFacts(const std::string& name, const TensorType& type) {
  PortFacts port;
  port.name = name;
  port.type = type.fullText();
  port.scalar = type.scalar;
  if (type.scalar) return port;
  port.image = type.image != ImageKind::None;
  port.channels = static_cast<int>(type.channels());
  for (const Size& dim : type.dims) port.dimensions.push_back({dim.constant(), dim.str()});
  return port;
}

// Numbers of a parameter that training would change.
int64_t learnable(const graph::Value& value) {
  if (value.kind != graph::Value::Parameter || (value.data && value.data->literal)) return 0;
  return value.type.elements().known();
}

LayerFacts layerFacts(const graph::Graph& graph, const graph::Value& node) {
  LayerFacts layer;
  layer.name = node.name;
  layer.op = opInfo(node.op).name;
  layer.output = node.type.fullText();
  for (graph::ValueId operand : node.operands) layer.parameters += learnable(graph.value(operand));
  if (node.location.valid()) layer.line = node.location.file->position(node.location.begin).line;
  return layer;
}

// Of branches that give something, the longer one counts: the other one refuses the call. Else the shorter
// one: a kernel is called on float32 or on bytes, and few calls convert.
int64_t parallelSteps(const loop::Block& block) {
  int64_t steps = 0;
  for (const auto& inst : block.insts) {
    steps += inst->op == loop::Op::Parallel;
    std::vector<int64_t> inner;
    for (const auto& block : inst->blocks) inner.push_back(parallelSteps(*block));
    if (!inner.empty())
      steps += inst->results.empty() ? *std::min_element(inner.begin(), inner.end())
                                     : *std::max_element(inner.begin(), inner.end());
  }
  return steps;
}

Facts factsOf(const Compilation& c) {
  const graph::Graph& graph = *c.graph;
  Facts facts;
  facts.name = graph.name;
  facts.sizes = graph.symbols();
  for (graph::ValueId input : graph.inputs) {
    facts.inputs.push_back(portFacts(graph.value(input).name, graph.value(input).type));
    facts.inputs.back().defaultValue = graph.value(input).defaultValue;
  }
  for (const graph::Output& output : graph.outputs) {
    TensorType type = graph.value(output.value).type;
    type.image = output.image;
    facts.outputs.push_back(portFacts(output.name, type));
  }
  for (const graph::Value& value : graph.values) {
    facts.parameters += learnable(value);
    if (value.kind == graph::Value::Node) facts.layers.push_back(layerFacts(graph, value));
  }
  if (const loop::Function* run = c.loops.find(c.description->prefix + "_run"))
    facts.parallelSteps = parallelSteps(run->body);
  return facts;
}

// ---- the session ----

schedule::Math mathOf(Math math) {
  switch (math) {
  case Math::Fast: return schedule::Math::Fast;
  case Math::Strict: return schedule::Math::Strict;
  case Math::Bf16: return schedule::Math::Bf16;
  }
  return schedule::Math::Strict;
}

driver::Options optionsOf(const Request& request) {
  driver::Options options;
  // "-" is a file here: standard input is the program's own affair.
  options.file = request.name == "-" ? "./-" : request.name;
  options.pipeline = request.pipeline;
  options.cpu = request.cpu;
  options.optimize = std::clamp(request.optimize, 0, 3);
  options.threads = request.threads;
  options.choices.math = mathOf(request.math);
  options.scheduleFile = request.scheduleFile;
  options.weightsFile = request.weights;
  options.initSeed = request.initSeed;
  options.defines = request.constants;
  options.importFolders = request.importFolders;
  return options;
}

bool isMadeByCodegen(driver::Stage stage) {
  switch (stage) {
  case driver::Stage::Ast:
  case driver::Stage::Graph:
  case driver::Stage::Fused:
  case driver::Stage::Schedule:
  case driver::Stage::Loops: return false;
  case driver::Stage::Llvm:
  case driver::Stage::LlvmOptimized:
  case driver::Stage::Assembly: return true;
  }
  internalError("a stage that nothing makes");
}

// The phase that a stage can be printed after, and how.
struct Printer {
  const driver::Phase* phase = nullptr;
  const driver::View* view = nullptr;
};
Printer findPrinter(driver::Stage stage, driver::FileKind kind) {
  for (const driver::Phase& phase : driver::pipeline()) {
    if (std::count(phase.starts.begin(), phase.starts.end(), kind) == 0) continue;
    for (const driver::View& view : phase.views)
      if (view.stage == stage) return {&phase, &view};
  }
  return {};
}

class CompiledSession final : public Session {
public:
  explicit CompiledSession(const Request& request)
      : options_(optionsOf(request)), compilation_(options_, diags_) {
    compilation_.needsParameters = true;
    compilation_.scheduleText = request.scheduleText;
    compilation_.watcher = request.watcher;
    if (request.afterPass) watchPasses(request.afterPass);
  }

  // False after a diagnostic.
  bool compile(const Request& request) {
    Compilation& c = compilation_;
    if (request.fromStage && !takeText(*request.fromStage)) return false;
    if (!(request.text ? c.open(*request.text) : c.open())) return false;
    if (!driver::hasLayers(c.kind)) {
      diags_.report(diag::NeedsPipeline, {}, "a program", describe(c.kind));
      return false;
    }
    c.target = driver::targetForHere(options_, diags_);
    if (!c.target) return false;
    driver::PhaseTimes times;
    const auto noSink = [](driver::Stage, const std::string&) {};
    if (!driver::runPipeline(c, driver::Goal::Code, times, noSink) || diags_.hasErrors()) return false;
    facts_ = factsOf(c);
    loaded_ = driver::loadInMemory(c);
    if (diags_.hasErrors()) return false;
    c.watcher = nullptr; // the caller's
    c.afterPhase = nullptr;
    c.shownPhases.clear();
    c.units.clear(); // they are in memory now
    return true;
  }

  const DiagnosticEngine& diagnostics() const { return diags_; }
  const convoy_pipeline& pipeline() const override { return *loaded_.pipeline; }
  const Facts& facts() const override { return facts_; }

  void forgetParameters() override {
    // The text of a graph shows the numbers of small parameters only, but tells whether there are any.
    constexpr size_t shown = 64;
    const bool any =
        std::any_of(compilation_.graph->values.begin(), compilation_.graph->values.end(),
                    [&](const graph::Value& v) { return v.data && v.data->data.size() > shown; });
    if (!any) return;
    for (driver::Stage stage : {driver::Stage::Graph, driver::Stage::Fused, driver::Stage::Schedule})
      kept_.emplace_back(stage, findPrinter(stage, compilation_.kind).view->print(compilation_));
    for (graph::Value& value : compilation_.graph->values)
      if (value.data && value.data->data.size() > shown) value.data = nullptr;
  }

  bool emit(int number, std::string& text) override {
    if (number < 0 || static_cast<size_t>(number) >= driver::allStages().size()) {
      text = "there is no stage with the number " + std::to_string(number);
      return false;
    }
    const driver::Stage stage = driver::allStages()[static_cast<size_t>(number)];
    const Printer printer = findPrinter(stage, compilation_.kind);
    if (!printer.view) {
      text = std::string("there is no stage '") + nameOf(stage) + "' when starting from " +
             describe(compilation_.kind);
      return false;
    }
    std::lock_guard<std::mutex> guard(lock_);
    for (const auto& [keptStage, keptText] : kept_)
      if (keptStage == stage) {
        text = keptText;
        return true;
      }
    if (isMadeByCodegen(stage)) {
      compilation_.stages = {stage};
      options_.lines = Lines::None; // as the command prints it
      require(printer.phase->run(compilation_), "code that was generated once is generated again");
    }
    text = printer.view->print(compilation_);
    compilation_.units.clear();
    return true;
  }

private:
  bool takeText(const TextOfStage& text) {
    const auto number = static_cast<size_t>(text.stage);
    const bool known = text.stage >= 0 && number < driver::allStages().size();
    if (!known || !readsBack(driver::allStages()[number])) {
      const std::string name = known ? nameOf(driver::allStages()[number]) : std::to_string(text.stage);
      diags_.report(diag::OptionValue, {}, "fromStage",
                    "a text of " + listed(driver::namesThatReadBack(), "or"), name);
      return false;
    }
    const driver::Stage stage = driver::allStages()[number];
    if (stage == driver::Stage::Schedule) {
      compilation_.scheduleText = text.text;
      return true;
    }
    options_.fromStage = stage;
    options_.fromStageFile = text.name.empty() ? "<" + std::string(nameOf(stage)) + ">" : text.name;
    compilation_.textContent = text.text;
    return true;
  }

  void watchPasses(const std::function<void(const std::string&, int, std::string)>& see) {
    for (const driver::Phase& phase : driver::pipeline())
      if (phase.text) compilation_.shownPhases.insert(phase.name);
    compilation_.afterPhase = [this, see](const driver::Phase& phase) {
      if (!phase.text) return;
      const auto give = [&](driver::Stage stage) {
        see(phase.name, static_cast<int>(stage), driver::textOf(stage, compilation_));
      };
      give(*phase.text);
      if (*phase.text == driver::Stage::Llvm) give(driver::Stage::LlvmOptimized);
    };
  }

  driver::Options options_;
  DiagnosticEngine diags_;
  Compilation compilation_;
  driver::LoadedPipeline loaded_;
  Facts facts_;
  std::mutex lock_;                                         // of the compilation, once it has succeeded
  std::vector<std::pair<driver::Stage, std::string>> kept_; // texts whose numbers are gone
};

} // namespace

Outcome compile(const Request& request) {
  Outcome outcome;
  std::unique_ptr<CompiledSession> session;
  std::optional<Problem> failure;
  try {
    session = std::make_unique<CompiledSession>(request);
    if (session->compile(request)) outcome.session = std::move(session);
  } catch (const std::bad_alloc&) {
    failure = memoryProblem();
  } catch (const std::exception& error) {
    failure = internalProblem(error.what());
  } catch (...) {
    failure = internalProblem("an exception without a message");
  }
  const auto* done = session ? session.get() : static_cast<const CompiledSession*>(outcome.session.get());
  if (done) outcome.problems = problemsOf(done->diagnostics());
  if (failure) outcome.problems.push_back(std::move(*failure));
  return outcome;
}

std::vector<std::pair<std::string, std::string>> passTable() {
  std::vector<std::pair<std::string, std::string>> table;
  for (const driver::Phase& phase : driver::pipeline()) table.emplace_back(phase.name, phase.why);
  return table;
}

Problem internalProblem(const std::string& what) { return makeProblem(diag::InternalFailure, what); }
Problem memoryProblem() { return makeProblem(diag::NoMemory); }

} // namespace convoy::api
