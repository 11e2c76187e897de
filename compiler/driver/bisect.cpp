#include "driver/bisect.h"
#include "driver/load.h"
#include "inspect/exposed.h"
#include "inspect/table.h"
#include "schedule/decisions.h"
#include "support/text.h"
#include <algorithm>
#include <map>

namespace convoy::driver {

namespace {

using schedule::Decisions;
using schedule::Schedule;

// What is compiled again and again.
struct Subject {
  graph::Graph written, computed; // before and after the passes over graphs
  Schedule schedule;
  bool isExposed = false; // its layers by themselves: made from a graph that the passes have been over
};

Subject subjectOf(const Compilation& c, const Verdict& verdict) {
  bool good = true; // the pipeline
  for (const LayerVerdict& layer : verdict.layers) good = good && (!layer.kernel || layer.kernel->good());
  for (const ResultVerdict& result : verdict.results) good = good && result.good();
  if (!good) return {*c.written, *c.graph, *c.schedule};
  inspect::Exposed layers = inspect::exposeLayers(*c.graph, *c.target, c.options.choices);
  return {layers.graph, layers.graph, std::move(layers.schedule), true};
}

class Bisector {
public:
  Bisector(const Compilation& c, const RunInputs& inputs, Subject subject, PhaseTimes& times)
      : from_(c), inputs_(inputs), times_(times), subject_(std::move(subject)),
        decisions_(subject_.computed, *c.target, subject_.schedule, c.options.choices) {
    if (!subject_.isExposed) addPasses("graph pass", /*overGraphs=*/true);
    firstDecision_ = result_.steps.size();
    for (const schedule::Decision& decision : decisions_.all())
      result_.steps.push_back(
          {(decision.kernel.empty() ? "" : "kernel " + decision.kernel + ": ") + decision.what,
           decision.instead});
    endDecisions_ = result_.steps.size();
    addPasses("loop pass", /*overGraphs=*/false);
    if (c.options.memoryLimit > 0) addOption("--memory-limit", "none", &Options::memoryLimit, int64_t{0});
    if (c.options.optimize > 0)
      addOption("machine code with -O" + std::to_string(c.options.optimize), "-O0", &Options::optimize, 0);
    if (c.threads() > 1)
      addOption(std::to_string(c.threads()) + " threads", "1 thread", &Options::threads, 1);
  }

  Bisection run() {
    size_t right = 0, wrong = result_.steps.size();
    result_.again = outcome(wrong) != BisectTrial::Right;
    if (!result_.again) return std::move(result_);
    if (outcome(0) != BisectTrial::Right) wrong = 0;
    while (wrong > right + 1) {
      const std::optional<size_t> middle = between(right, wrong);
      if (!middle) break;
      (outcome(*middle) == BisectTrial::Right ? right : wrong) = *middle;
    }
    result_.first = right, result_.last = wrong;
    result_.difference = made_.at(wrong).details;
    if (right == wrong) return std::move(result_);
    std::vector<bool> others(result_.steps.size(), true);
    std::string names;
    for (size_t i = right; i < wrong; ++i) {
      others[i] = false;
      names += (names.empty() ? "all but " : ", ") + result_.steps[i].what;
    }
    result_.allBut = attempt(others, names);
    return std::move(result_);
  }

private:
  void addPasses(const std::string& kind, bool overGraphs) {
    for (const Phase& phase : pipeline()) {
      if (!phase.optional || (phase.rewrite != nullptr) != overGraphs) continue;
      passes_[result_.steps.size()] = phase.name;
      result_.steps.push_back({kind + " '" + phase.name + "'", ""});
    }
  }
  template <typename Value>
  void addOption(std::string what, std::string instead, Value Options::* option, Value plain) {
    options_[result_.steps.size()] = [option, plain](Options& options) { options.*option = plain; };
    result_.steps.push_back({std::move(what), std::move(instead)});
  }

  // With the first `count` steps.
  BisectTrial::Outcome outcome(size_t count) {
    if (const auto known = made_.find(count); known != made_.end()) return known->second.outcome;
    std::vector<bool> on(result_.steps.size());
    std::fill_n(on.begin(), count, true);
    const std::string what = count == 0           ? "none"
                             : count == on.size() ? "all"
                                                  : "up to " + result_.steps[count - 1].what;
    return made_.emplace(count, attempt(on, what)).first->second.outcome;
  }

  // The number nearest to the middle that can be compiled.
  std::optional<size_t> between(size_t right, size_t wrong) {
    std::vector<size_t> inside;
    for (size_t i = right + 1; i < wrong; ++i) inside.push_back(i);
    auto distance = [middle = (right + wrong) / 2](size_t i) { return i < middle ? middle - i : i - middle; };
    std::sort(inside.begin(), inside.end(), [&](size_t a, size_t b) {
      return std::make_pair(distance(a), a) < std::make_pair(distance(b), b);
    });
    for (size_t i : inside)
      if (outcome(i) != BisectTrial::Impossible) return i;
    return std::nullopt;
  }

  BisectTrial attempt(const std::vector<bool>& on, const std::string& what) {
    BisectTrial trial;
    try {
      trial = compileAndCompare(on);
    } catch (const std::exception& error) {
      trial = {BisectTrial::Impossible, "", error.what()};
    }
    trial.what = what;
    result_.trials.push_back(trial);
    return trial;
  }

  BisectTrial compileAndCompare(const std::vector<bool>& on) {
    Options options = from_.options;
    for (const auto& [step, makePlain] : options_)
      if (!on[step]) makePlain(options);
    DiagnosticEngine diags(WarningMode::Ignore);
    Compilation c(options, diags);
    c.kind = FileKind::Graph;
    c.target = from_.target;
    c.graph = subject_.written;
    for (const auto& [step, pass] : passes_)
      if (!on[step]) c.leftOut.insert(pass);
    runGraphPasses(c, times_);
    c.schedule = scheduleFor(*c.graph, on);
    if (!c.schedule) return {BisectTrial::Impossible, "", "the rules of schedules do not allow it"};
    if (runScheduled(c, times_)) {
      const LoadedPipeline loaded = loadInMemory(c);
      if (const auto verdict = verifyKernels(c, *loaded.pipeline, inputs_, times_)) {
        const std::string difference = firstDifference(*verdict);
        return {difference.empty() ? BisectTrial::Right : BisectTrial::Wrong, "", difference};
      }
    }
    return {BisectTrial::Impossible, "", diags.all().empty() ? "" : diags.all().front()->message};
  }

  // Without all passes over graphs there are other layers: those have a schedule of their own.
  std::optional<Schedule> scheduleFor(const graph::Graph& graph, const std::vector<bool>& on) {
    const auto begin = on.begin() + static_cast<std::ptrdiff_t>(firstDecision_),
               end = on.begin() + static_cast<std::ptrdiff_t>(endDecisions_);
    if (std::all_of(on.begin(), begin, [](bool is) { return is; })) return decisions_.with({begin, end});
    Schedule chosen = makeSchedule(graph, *from_.target, from_.options.choices);
    if (std::count(begin, end, true) > 0) return chosen;
    const Decisions decisions(graph, *from_.target, std::move(chosen), from_.options.choices);
    return decisions.with(std::vector<bool>(decisions.all().size()));
  }

  const Compilation& from_;
  const RunInputs& inputs_;
  PhaseTimes& times_;
  const Subject subject_;
  const Decisions decisions_;
  size_t firstDecision_ = 0, endDecisions_ = 0;             // of the steps
  std::map<size_t, std::string> passes_;                    // by step
  std::map<size_t, std::function<void(Options&)>> options_; // by step: leaves it out
  std::map<size_t, BisectTrial> made_;                      // by the number of first steps
  Bisection result_;
};

std::string sentence(const BisectStep& step) {
  return step.what + (step.instead.empty() ? "" : " (in place of: " + step.instead + ")");
}

} // namespace

Bisection bisect(const Compilation& c, const RunInputs& inputs, const Verdict& verdict, PhaseTimes& times) {
  return Bisector(c, inputs, subjectOf(c, verdict), times).run();
}

std::string bisectionText(const Bisection& bisection) {
  auto wordFor = [](BisectTrial::Outcome outcome) {
    return outcome == BisectTrial::Right ? "right" : outcome == BisectTrial::Wrong ? "differs" : "impossible";
  };
  inspect::Table tried({{"on"}, {"result"}, {"why"}});
  for (const BisectTrial& trial : bisection.trials)
    tried.add(
        {trial.what, wordFor(trial.outcome), trial.outcome == BisectTrial::Impossible ? trial.details : ""});
  std::string text = "\n" + counted(static_cast<int64_t>(bisection.steps.size()), "step") +
                     " can be left out: passes, choices of the schedule, options\n" + tried.str() + "\n";
  if (!bisection.again) return text + "compiled again, nothing differs: results change from run to run\n";
  if (bisection.first == bisection.last)
    return text + "none of them is guilty: without any of them " + bisection.difference + "\n";
  const size_t count = bisection.last - bisection.first;
  text += count == 1 ? "guilty: " : "guilty, one of these, between which nothing can be compiled:\n";
  for (size_t i = bisection.first; i < bisection.last; ++i)
    text += (count == 1 ? "" : "  ") + sentence(bisection.steps[i]) + "\n";
  text += "with it, " + bisection.difference + "\n";
  switch (bisection.allBut->outcome) {
  case BisectTrial::Right: return text + "with everything but it, all is right\n";
  case BisectTrial::Wrong:
    return text + "it is not the only one: with everything but it, " + bisection.allBut->details + "\n";
  case BisectTrial::Impossible: return text;
  }
  return text;
}

} // namespace convoy::driver
