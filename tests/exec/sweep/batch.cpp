#include "batch.h"
#include "convoy/runtime.h"
#include "data.h"
#include "driver/pipeline.h"
#include "execute.h"
#include "output/link.h"
#include "output/memory.h"
#include "output/weights_object.h"
#include "program.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <set>
#include <stdexcept>
#include <unistd.h>

namespace convoy::sweep {

namespace {

constexpr int realsEvery = 8; // every so many cases are run with real numbers too

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Trials {
  std::vector<Trial> whole, reals; // `reals` use other weights
  std::vector<float> realWeights;
};

// The graph has the weights of `whole` afterwards.
Trials makeTrials(const Case& c, graph::Graph& graph, bool withReals, const reference::GraphForms& forms) {
  Trials all;
  const uint64_t seed = static_cast<uint64_t>(c.number) * 7919;
  if (withReals && !c.specials) {
    useParameters(graph, makeParameters(graph, Fill::Reals, 0, seed));
    for (size_t r = 0; r < c.runs.size() && r < 3; ++r)
      all.reals.push_back(makeTrial(graph, c.runs[r], Fill::Reals, 0, seed + r, forms).value());
    for (const graph::Value& value : driver::rewritten(graph).values)
      if (value.kind == graph::Value::Parameter)
        all.realWeights.insert(all.realWeights.end(), value.data->data.begin(), value.data->data.end());
  }
  const Fill fill = c.specials ? Fill::Specials : Fill::Integers;
  // All runs share the weights, so they share the level. Those that are rounded begin with small numbers.
  for (int level = forms.empty() ? 0 : 1; all.whole.empty(); ++level) {
    useParameters(graph, makeParameters(graph, fill, level, seed));
    for (size_t r = 0; r < c.runs.size(); ++r) {
      auto trial = makeTrial(graph, c.runs[r], fill, level, seed + r, forms);
      if (!trial) {
        all.whole.clear();
        break;
      }
      all.whole.push_back(std::move(*trial));
    }
  }
  return all;
}

// A case with all that its targets share.
struct Prepared {
  const Case* source;
  Parsed parsed;
  Trials trials;
};

void prepare(Prepared& p, Progress& progress) {
  p.parsed = parseScript("case_" + std::to_string(p.source->number), p.source->script);
  graph::Graph& graph = p.parsed.graph;
  p.trials = makeTrials(*p.source, graph, p.source->number % realsEvery == 0, {});
  bool runs = false;
  for (const Trial& trial : p.trials.whole) {
    runs |= trial.failedCheck < 0;
    progress.refused += trial.failedCheck >= 0;
    for (const Expected& output : trial.outputs)
      ++(output.bounds.empty() ? progress.exact : progress.bounded);
  }
  if (!runs) throw std::runtime_error("none of the case's runs passes the entry checks");
  checkGraphText(graph);
}

class Batch {
public:
  Batch(const std::vector<SweepTarget>& targets, const Thoroughness& thoroughness, Progress& progress,
        const std::function<void(const std::string&)>& report)
      : targets_(targets), thoroughness_(thoroughness), progress_(progress), report_(report),
        pool_(convoy_pool_create(2)) {}
  ~Batch() { convoy_pool_destroy(pool_); }

  void run(const std::vector<const Case*>& cases) {
    for (const Case* c : cases) {
      prepared_.push_back({c, {}, {}});
      Prepared& p = prepared_.back();
      at(*c, "in the front end and the reference");
      const double start = now();
      if (!attempt(*c, "any target", [&] { prepare(p, progress_); })) {
        prepared_.pop_back();
        progress_.failed += static_cast<int>(targets_.size()) - 1;
        continue;
      }
      progress_.reference += now() - start;
    }
    for (size_t t = 0; t < targets_.size(); ++t) runTarget(t);
    for (Prepared& p : prepared_)
      for (size_t mode = 0; mode < modes().size(); ++mode)
        if (takesMode(*p.source, mode)) runMode(p, mode);
    for (const Prepared& p : prepared_)
      if (p.source->group.rfind("quantized", 0) == 0) runWhole(p);
  }

private:
  void at(const Case& c, const std::string& where) {
    progress_.caseNumber = c.number;
    std::snprintf(progress_.where, sizeof progress_.where, "%s", where.c_str());
    alarm(120); // endless code ends the process
  }

  template <typename Action> bool attempt(const Case& c, const std::string& where, Action action) {
    try {
      action();
      return true;
    } catch (const std::exception& problem) {
      failed(c, where, problem.what());
      return false;
    }
  }
  void failed(const Case& c, const std::string& where, const std::string& problem) {
    ++progress_.failed;
    report_("case " + std::to_string(c.number) + " (" + c.group + "), " + where + ": " + problem + "\n" +
            c.script + "again: build/bin/sweep --case " + std::to_string(c.number) + "\n");
  }

  int optimizationOf(const Case& c, size_t target) const {
    const size_t number = static_cast<size_t>(c.number);
    return thoroughness_.optimized || number % 4 == 0 || number / 4 % targets_.size() == target ? 3 : 0;
  }
  std::string placeOf(const Case& c, size_t target) const {
    return targets_[target].cpu + " -O" + std::to_string(optimizationOf(c, target));
  }

  void runTarget(size_t target) {
    std::vector<CompiledUnit> units;
    std::vector<std::string> exports;
    std::vector<const Prepared*> good;
    for (const Prepared& p : prepared_) {
      const Case& c = *p.source;
      std::string where = placeOf(c, target) + ", compiling";
      bool passed = attempt(c, where, [&] {
        double start = now();
        at(c, where);
        const Target& machine = targets_[target].target;
        Program program = compileGraph(p.parsed.graph, c.number % 3 == 1 ? withSmallCaches(machine) : machine,
                                       optimizationOf(c, target));
        progress_.compile += now() - start;
        start = now();
        where = placeOf(c, target) + ", in memory";
        at(c, where);
        CodeInMemory code(program.units, weightsOf(program.description));
        execute(c, p.trials, static_cast<const convoy_pipeline*>(code.find(program.prefix + "_pipeline")),
                where, true);
        progress_.memory += now() - start;
        for (CompiledUnit& unit : program.units) units.push_back(std::move(unit));
        if (program.description.weights)
          units.push_back(makeWeightsObject(program.description, targets_[target].target));
        exports.insert(exports.end(), program.exports.begin(), program.exports.end());
      });
      if (passed) good.push_back(&p);
    }
    if (!good.empty()) runShared(target, units, exports, good);
  }

  // ---- other arithmetics ----

  bool takesMode(const Case& c, size_t mode) const {
    bool group = false;
    for (const char* name :
         {"conv", "transposed", "dense", "flatten", "network", "storage", "example", "parameter"})
      group |= c.group.rfind(name, 0) == 0;
    Random random(static_cast<uint64_t>(c.number) * modes().size() + mode);
    // Few layers are 3x3 in steps of 1.
    const long share = thoroughness_.modes * (modes()[mode].winogradTile > 0 ? 2 : 1);
    return group && !c.specials && static_cast<long>(random.next() % 100) < share;
  }

  // For one of the targets that can, in turn.
  void runMode(Prepared& p, size_t number) {
    const Case& c = *p.source;
    const Mode& mode = modes()[number];
    std::vector<const SweepTarget*> able;
    for (const SweepTarget& target : thoroughness_.modeTargets)
      if (canRun(mode, target.target)) able.push_back(&target);
    if (able.empty()) return;
    const SweepTarget& chosen = *able[static_cast<size_t>(c.number / 4) % able.size()];
    const Target& target = chosen.target;
    const std::string where = chosen.cpu + ", " + mode.name;
    attempt(c, where, [&] {
      double start = now();
      at(c, where + ", in the reference");
      graph::Graph& graph = p.parsed.graph;
      const reference::GraphForms forms = formsOf(graph, target, mode);
      if (forms.empty()) return; // the same as without
      const Trials trials = makeTrials(c, graph, true, forms);
      for (const std::vector<Trial>* some : {&trials.whole, &trials.reals})
        for (const Trial& trial : *some)
          for (const Expected& output : trial.outputs)
            ++(output.bounds.empty() ? progress_.otherExact : progress_.otherBounded);
      progress_.reference += now() - start;
      start = now();
      at(c, where + ", compiling");
      const Program program = compileGraph(graph, target, c.number % 16 == 0 ? 1 : 0, &mode);
      progress_.compile += now() - start;
      start = now();
      const CodeInMemory code(program.units, weightsOf(program.description));
      execute(c, trials, static_cast<const convoy_pipeline*>(code.find(program.prefix + "_pipeline")), where,
              true);
      progress_.memory += now() - start;
      ++progress_.passed;
    });
  }

  // Sums of whole numbers are the same in every arithmetic: also by the dot products and tiles of this
  // processor, which the targets before do not have.
  void runWhole(const Prepared& p) {
    const Case& c = *p.source;
    for (const SweepTarget& other : thoroughness_.modeTargets) {
      if (std::any_of(targets_.begin(), targets_.end(), [&](const auto& t) { return t.cpu == other.cpu; }))
        continue;
      const std::string where = other.cpu + ", whole numbers";
      attempt(c, where, [&] {
        at(c, where);
        const double start = now();
        const Program program = compileGraph(p.parsed.graph, other.target, c.number % 16 == 0 ? 1 : 0);
        const CodeInMemory code(program.units, weightsOf(program.description));
        execute(c, p.trials, static_cast<const convoy_pipeline*>(code.find(program.prefix + "_pipeline")),
                where, true);
        progress_.memory += now() - start;
        ++progress_.passed;
      });
    }
  }

  void runShared(size_t target, const std::vector<CompiledUnit>& units,
                 const std::vector<std::string>& exports, const std::vector<const Prepared*>& cases) {
    double start = now();
    progress_.caseNumber = -1;
    alarm(120);
    void* library = link(units, exports);
    progress_.link += now() - start;
    start = now();
    for (const Prepared* p : cases) {
      const std::string where = placeOf(*p->source, target) + ", ahead of time";
      bool passed = attempt(*p->source, where, [&] {
        at(*p->source, where);
        const std::string symbol = p->parsed.graph.name + "_pipeline";
        void* pipeline = dlsym(library, symbol.c_str());
        if (!pipeline) throw std::runtime_error("the shared object has no " + symbol);
        execute(*p->source, p->trials, static_cast<const convoy_pipeline*>(pipeline), where, false);
      });
      progress_.passed += passed;
    }
    dlclose(library);
    progress_.ahead += now() - start;
  }

  static void* link(const std::vector<CompiledUnit>& units, const std::vector<std::string>& exports) {
    DiagnosticEngine diags;
    const std::optional<Artifact> shared = linkShared(units, exports, "sweep.so", {diags, "sweep.so", {}});
    if (!shared)
      throw std::runtime_error("the cases do not link: " +
                               (diags.all().empty() ? "" : renderText(*diags.all()[0], false)));
    void* library = dlopen(shared->folder->file(shared->file).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::runtime_error(std::string("the shared object does not load: ") + dlerror());
    return library;
  }

  void execute(const Case& c, const Trials& all, const convoy_pipeline* pipeline, const std::string& where,
               bool inMemory) {
    Execution execution{pipeline, convoy_pool_executor(pool_), nullptr, (c.number % 2 == 0) == inMemory, {}};
    for (const std::vector<Trial>* trials : {&all.whole, &all.reals}) {
      if (trials->empty()) continue;
      execution.weights = trials == &all.reals ? &all.realWeights : nullptr;
      execution.before = [&](size_t trial, int threads) {
        ++progress_.runs;
        std::snprintf(progress_.where, sizeof progress_.where, "%s, %s, %d threads", where.c_str(),
                      describe((*trials)[trial]).c_str(), threads);
      };
      std::string problem = sweep::execute(execution, *trials);
      if (!problem.empty()) throw std::runtime_error(problem);
    }
  }

  const std::vector<SweepTarget>& targets_;
  const Thoroughness& thoroughness_;
  Progress& progress_;
  const std::function<void(const std::string&)>& report_;
  convoy_pool* pool_;
  std::vector<Prepared> prepared_;
};

} // namespace

void runBatch(const std::vector<const Case*>& cases, const std::vector<SweepTarget>& targets,
              const Thoroughness& thoroughness, Progress& progress,
              const std::function<void(const std::string&)>& report) {
  Batch(targets, thoroughness, progress, report).run(cases);
  progress.caseNumber = -1;
  alarm(0);
}

} // namespace convoy::sweep
