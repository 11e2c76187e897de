#include "attempt.h"
#include "../sweep/execute.h"
#include "../sweep/program.h"
#include "compiled_text.h"
#include "driver/pipeline.h"
#include "graph/work.h"
#include "inspect/forms.h"
#include "schedules.h"
#include <cmath>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace convoy::random_pipelines {

namespace {

using sweep::Trial;

constexpr unsigned mostSeconds = 20;    // of one attempt
constexpr int64_t mostWork = 2'000'000; // multiply-adds of one run: smaller sizes otherwise
constexpr size_t longestProblem = 4000;

// What the process that tries says to the one that waits.
struct Report {
  bool done = false;
  Attempt::Outcome outcome;
  int exact, bounded, refused, grouped;
  char where[64];
  char schedule[longestProblem]; // where it is not the compiler's
  char problem[longestProblem];
};

void writeText(char* to, size_t capacity, const std::string& text) {
  const size_t count = std::min(text.size(), capacity - 1);
  std::memcpy(to, text.data(), count);
  to[count] = 0;
}

// A variance is not negative; whatever else a parameter is, is random.
void makeVariances(graph::Graph& graph) {
  for (const graph::Value& node : graph.values) {
    if (node.kind != graph::Value::Node || node.op != OpKind::BatchNorm) continue;
    graph::Value& variance = graph.values[node.operands[4]];
    auto positive = std::make_shared<graph::ParameterData>(*variance.data);
    for (float& number : positive->data) number = std::fabs(number) + 0.5f;
    variance.data = std::move(positive);
  }
}

// Run-time sizes at which a run does not take long.
sweep::Run affordable(const graph::Graph& graph, sweep::Run run) {
  for (int round = 0; round < 20; ++round) {
    std::map<std::string, int64_t> sizes;
    for (const std::string& symbol : graph.symbols()) {
      auto size = run.sizes.find(symbol.substr(symbol.rfind('.') + 1));
      if (size != run.sizes.end()) sizes[symbol] = size->second;
    }
    const std::optional<int64_t> work = graph::multiplyAdds(graph).evaluate(sizes);
    if (!work || *work * std::max<int64_t>(1, run.batch) <= mostWork) break;
    if (run.batch > 1) run.batch = 1;
    for (auto& [name, size] : run.sizes) size = std::max<int64_t>(1, size * 2 / 3);
  }
  return run;
}

std::vector<Trial> makeTrials(const Pipeline& pipeline, graph::Graph& graph,
                              const reference::GraphForms& forms) {
  for (int level = 0;; ++level) {
    sweep::useParameters(graph, sweep::makeParameters(graph, pipeline.fill, level, pipeline.seed));
    makeVariances(graph);
    std::vector<Trial> trials;
    for (const sweep::Run& run : pipeline.runs) {
      auto trial = sweep::makeTrial(graph, affordable(graph, run), pipeline.fill, level,
                                    pipeline.seed + trials.size(), forms);
      if (!trial) break; // its sums are too large for this level
      trials.push_back(std::move(*trial));
    }
    if (trials.size() == pipeline.runs.size()) return trials;
  }
}

void runAll(const Pipeline& pipeline, const graph::Graph& graph, const schedule::Schedule& schedule,
            const Target& machine, const std::vector<Trial>& trials,
            const std::function<void(const std::string&)>& at) {
  // With the parameters that the trials have.
  const sweep::Program program =
      sweep::compileScheduled(driver::rewritten(graph), schedule, machine, pipeline.optimize);
  const CodeInMemory code(program.units, weightsOf(program.description));
  convoy_pool* pool = convoy_pool_create(2);
  sweep::Execution execution{static_cast<const convoy_pipeline*>(code.find(program.prefix + "_pipeline")),
                             convoy_pool_executor(pool),
                             nullptr,
                             pipeline.seed % 2 == 0,
                             {}};
  execution.before = [&](size_t trial, int threads) {
    at("run " + std::to_string(trial) + ", threads " + std::to_string(threads));
  };
  const std::string problem = sweep::execute(execution, trials);
  convoy_pool_destroy(pool);
  if (!problem.empty()) throw std::runtime_error(problem);
}

void tryOut(const Pipeline& pipeline, Report& report) {
  auto at = [&](const std::string& where) { writeText(report.where, sizeof report.where, where); };
  at("in the front end");
  sweep::Parsed parsed;
  try {
    parsed = sweep::parseScript("random", script(pipeline));
  } catch (const std::runtime_error& error) {
    if (std::strncmp(error.what(), "the script", 10) != 0) throw;
    report.outcome = Attempt::Invalid;
    writeText(report.problem, sizeof report.problem, error.what());
    return;
  }
  at("in the reference");
  const Target& whole = texts::targetFor(pipeline.cpu);
  const Target machine = pipeline.seed % 3 == 1 ? sweep::withSmallCaches(whole) : whole;
  const sweep::Mode& mode = sweep::modes().at(pipeline.mode.value_or(sweep::modes().size() - 1));
  const graph::Graph computed = driver::rewritten(parsed.graph);
  std::string text;
  schedule::Schedule schedule = pipeline.anySchedule ? randomSchedule(computed, machine, pipeline.seed, text)
                                                     : sweep::scheduleOf(computed, machine, mode);
  if (pipeline.groupRows > 0) {
    regroup(schedule, computed, machine, schedule::GroupChoice::Wherever);
    for (schedule::Group& group : schedule.groups) group.rows *= pipeline.groupRows;
    text = print(schedule, computed);
  }
  writeText(report.schedule, sizeof report.schedule, text);
  const std::vector<Trial> trials =
      makeTrials(pipeline, parsed.graph, inspect::formsAsWritten(parsed.graph, computed, schedule));
  for (const Trial& trial : trials) {
    report.refused += trial.failedCheck >= 0;
    for (const sweep::Expected& output : trial.outputs)
      ++(output.bounds.empty() ? report.exact : report.bounded);
  }
  at("compiling");
  sweep::checkGraphText(parsed.graph);
  // The numbers of a group are those of its kernels by themselves.
  report.grouped = !schedule.groups.empty();
  runAll(pipeline, parsed.graph, schedule, machine, trials, at);
  if (report.grouped) {
    schedule.groups.clear();
    runAll(pipeline, parsed.graph, schedule, machine, trials,
           [&](const std::string& where) { at(where + ", without groups"); });
  }
  report.outcome = Attempt::Passed;
}

} // namespace

Attempt attempt(const Pipeline& pipeline) {
  void* memory = mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory for a report");
  Report& report = *static_cast<Report*>(memory);
  const pid_t process = fork();
  if (process < 0) throw std::runtime_error("a process cannot be started");
  if (process == 0) {
    alarm(mostSeconds);
    try {
      tryOut(pipeline, report);
    } catch (const std::exception& error) {
      report.outcome = Attempt::Failed;
      writeText(report.problem, sizeof report.problem, error.what());
    }
    report.done = true;
    _exit(0);
  }
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  Attempt result;
  result.grouped = report.grouped;
  result.exact = report.exact, result.bounded = report.bounded, result.refused = report.refused;
  result.outcome = report.done ? report.outcome : Attempt::Failed;
  result.problem = report.problem;
  if (!report.done) {
    const bool endless = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    result.problem = endless               ? "it does not end"
                     : WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                           : "the process ended";
    result.problem += std::string(", ") + report.where;
  }
  if (result.outcome == Attempt::Failed && report.schedule[0])
    result.problem += std::string("\n") + report.schedule;
  munmap(memory, sizeof(Report));
  return result;
}

} // namespace convoy::random_pipelines
