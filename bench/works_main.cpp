// Measures the machine and every work on it, with Google Benchmark; docs/benchmarks.md says what the rows
// mean.
//
//   works_bench [--cpu NAME] [--threads N] [--batch N[,N...]] [--no-kernels] [--json FILE]
//   [--compare OLD.json] [FILTER...]
//
// FILTER: works whose names contain one of them; "machine" is the machine. Options of Google Benchmark
// (--benchmark_...) are understood too.
#include "measure/machine.h"
#include "measure/report.h"
#include "output/files.h"
#include "results.h"
#include "works.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <charconv>
#include <cstdio>
#include <cstdlib>

using namespace convoy;
using namespace convoy::bench;

namespace {

struct Settings {
  int threads = 1;
  std::vector<int64_t> batches = {1};
  bool kernels = true;
  std::string cpu, json, old;
  std::vector<std::string> filters;

  bool wants(const std::string& name) const {
    return filters.empty() || std::any_of(filters.begin(), filters.end(), [&](const std::string& filter) {
             return name.find(filter) != std::string::npos;
           });
  }
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "works_bench: error: %s\n", why.c_str());
  std::exit(2);
}

Settings readSettings(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const auto value = [&]() -> std::string {
      if (++i == argc) fail(option + " needs a value");
      return argv[i];
    };
    const auto number = [&](const std::string& text) {
      int parsed = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
      if (error != std::errc() || end != text.data() + text.size() || parsed < 1)
        fail(option + " takes whole numbers from 1, not '" + text + "'");
      return parsed;
    };
    if (option == "--threads") {
      settings.threads = number(value());
    } else if (option == "--batch") {
      settings.batches.clear();
      const std::string list = value();
      for (size_t begin = 0; begin <= list.size();) {
        const size_t end = std::min(list.find(',', begin), list.size());
        settings.batches.push_back(number(list.substr(begin, end - begin)));
        begin = end + 1;
      }
    } else if (option == "--cpu") {
      settings.cpu = value();
    } else if (option == "--no-kernels") {
      settings.kernels = false;
    } else if (option == "--json") {
      settings.json = value();
    } else if (option == "--compare") {
      settings.old = value();
    } else if (option[0] == '-') {
      fail("there is no option " + option);
    } else {
      settings.filters.push_back(option);
    }
  }
  return settings;
}

// Keeps what Google Benchmark reports, to print it once the peak is known.
class Collector : public benchmark::BenchmarkReporter {
public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override { all.insert(all.end(), runs.begin(), runs.end()); }
  std::vector<Run> all;
};

// As many iterations as a quarter of a second holds.
int64_t iterationsFor(double seconds) {
  return std::clamp<int64_t>(static_cast<int64_t>(0.25 / std::max(seconds, 1e-9)), 5, 3000);
}

// One row: `times` are those of its iterations.
void addSamples(benchmark::State& state, std::vector<double> times) {
  const measure::Samples samples = measure::summarize(std::move(times));
  state.counters["median_ms"] = samples.median * 1e3;
  state.counters["min_ms"] = samples.least * 1e3;
}

void timeProgram(benchmark::State& state, const measure::Work& work) {
  std::vector<double> times;
  for (auto _ : state) {
    times.push_back(measure::timeOnce([&] { work.pipeline.run(&work.call); }));
    state.SetIterationTime(times.back());
  }
  addSamples(state, std::move(times));
}

// One kernel of a run, again and again.
void timeStep(benchmark::State& state, const measure::Work& work, size_t wanted, bool cold) {
  std::vector<double> times;
  measure::runInSteps(work.pipeline, work.call, [&](size_t step, const std::function<void()>& kernel) {
    kernel();
    if (step != wanted) return;
    for (auto _ : state) {
      if (cold) measure::evictWeights(work.pipeline, work.call);
      times.push_back(measure::timeOnce(kernel));
      state.SetIterationTime(times.back());
    }
  });
  addSamples(state, std::move(times));
}

// The rows of one work: its whole program, then its kernels.
class WorkBench {
public:
  WorkBench(const WorkItem& item, const Settings& settings, int64_t batch)
      : item_(item), settings_(settings), batch_(batch),
        measurable_(compileWork(item, settings.cpu, settings.threads, batch, schedule::LayoutChoice::ByCost)),
        inBlocks_(item.singleLayer && settings.kernels ? compileWork(item, settings.cpu, settings.threads,
                                                                     batch, schedule::LayoutChoice::InBlocks)
                                                       : nullptr),
        work_(measurable_->work()), kernelWork_((inBlocks_ ? inBlocks_ : measurable_)->work()) {}

  std::vector<Result> run() {
    const auto program = [this] { work_.pipeline.run(&work_.call); };
    program();
    add(measure::programRow(work_), "whole program", measure::timeOnce(program),
        [this](benchmark::State& state) { timeProgram(state, work_); });
    if (settings_.kernels && batch_ == 1) addKernels(); // a larger batch may run in groups of items
    double peak = measure::fmaPeak();
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector);
    benchmark::ClearRegisteredBenchmarks();
    peak = std::max(peak, measure::fmaPeak());
    std::vector<Result> results;
    for (const Collector::Run& run : collector.all) results.push_back(resultOf(run, peak));
    return results;
  }

private:
  struct Registered {
    measure::Row row;
    std::string title;
  };

  void add(const measure::Row& row, const std::string& title, double seconds,
           const std::function<void(benchmark::State&)>& body) {
    const std::string name = item_.name + "/" + title;
    rows_.push_back({row, title});
    benchmark::RegisterBenchmark(name.c_str(),
                                 [body, number = rows_.size() - 1](benchmark::State& state) {
                                   body(state);
                                   state.counters["row"] = static_cast<double>(number);
                                 })
        ->UseManualTime()
        ->Iterations(iterationsFor(seconds));
  }

  void addKernels() {
    std::vector<double> once;
    measure::runInSteps(
        kernelWork_.pipeline, kernelWork_.call,
        [&](size_t, const std::function<void()>& kernel) { once.push_back(measure::timeOnce(kernel)); });
    for (const measure::Row& row : measure::kernelRows(kernelWork_, once.size()))
      for (size_t i = 0; i < row.steps.size(); ++i) {
        const size_t step = row.steps[i];
        const std::string title = row.name + (row.steps.size() > 1 ? "." + std::to_string(i) : "");
        for (bool cold : {false, true}) {
          if (cold && !row.hasWeights) continue;
          add(row, title + (cold ? ", cold weights" : ""), once[step],
              [this, step, cold](benchmark::State& state) { timeStep(state, kernelWork_, step, cold); });
        }
      }
  }

  Result resultOf(const Collector::Run& run, double peak) const {
    const Registered& registered = rows_[static_cast<size_t>(run.counters.at("row").value)];
    Result r{item_.name,        registered.title, registered.row.algorithm,
             settings_.threads, batch_,           run.iterations};
    r.medianMs = run.counters.at("median_ms").value;
    r.leastMs = run.counters.at("min_ms").value;
    r.gflops = measure::gflops(registered.row.macs, r.medianMs / 1e3);
    r.percentOfPeak = measure::percentOfPeak(r.gflops, peak, settings_.threads);
    if (registered.row.steps.size() == 1)
      r.gigabytes = static_cast<double>(registered.row.bytes) / r.medianMs / 1e6;
    return r;
  }

  const WorkItem& item_;
  const Settings& settings_;
  int64_t batch_;
  std::unique_ptr<driver::Measurable> measurable_, inBlocks_; // the latter of a single layer
  measure::Work work_, kernelWork_;
  std::vector<Registered> rows_;
};

std::vector<Result> machineRows() {
  std::vector<Result> rows;
  const auto add = [&](const std::string& name, double gflops, double gigabytes) {
    Result r;
    r.work = "machine";
    r.row = name;
    r.gflops = gflops;
    r.gigabytes = gigabytes;
    rows.push_back(r);
  };
  add("FMA from registers", measure::fmaPeak(), 0);
  const measure::Caches caches = measure::caches();
  constexpr size_t mebibyte = size_t{1} << 20, memory = 256 * mebibyte;
  if (caches.l1) add("read L1", 0, measure::readBandwidth(caches.l1 / 2));
  if (caches.l2) add("read L2", 0, measure::readBandwidth(caches.l2 / 2));
  if (caches.l3) add("read L3", 0, measure::readBandwidth(caches.l3 / 2));
  add("read memory", 0, measure::readBandwidth(memory));
  for (size_t mebibytes : {8, 64, 256}) {
    const std::string size = std::to_string(mebibytes) + " MiB";
    add("copy " + size, 0, measure::copyBandwidth(mebibytes * mebibyte, measure::Stores::Ordinary));
    add("copy " + size + ", streaming stores", 0,
        measure::copyBandwidth(mebibytes * mebibyte, measure::Stores::Streaming));
  }
  return rows;
}

std::vector<Result> readResults(const std::string& path) {
  ReadResult file = readFile(path, size_t{64} << 20);
  if (file.error) fail(path + ": " + *file.error);
  std::string error = "not what --json wrote";
  const std::optional<Json> json = parseJson(file.bytes, &error);
  std::optional<std::vector<Result>> results;
  if (json) results = fromJson(*json);
  if (!results) fail(path + ": " + error);
  return *results;
}

} // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv); // takes its own options out
  const Settings settings = readSettings(argc, argv);
  const std::vector<Result> old = settings.old.empty() ? std::vector<Result>{} : readResults(settings.old);
  std::vector<Result> all;
  const auto show = [&](const std::vector<Result>& rows) {
    std::printf("%s\n", tableOf(rows).c_str());
    std::fflush(stdout);
    all.insert(all.end(), rows.begin(), rows.end());
  };
  if (settings.wants("machine")) show(machineRows());
  for (const WorkItem& item : allWorks())
    if (settings.wants(item.name))
      for (int64_t batch : settings.batches) show(WorkBench(item, settings, batch).run());
  if (all.empty()) fail("no work has such a name");
  if (!settings.json.empty()) {
    const auto error = writeFile(settings.json, toJson(all).str(true) + "\n");
    if (error) fail(settings.json + ": " + *error);
  }
  if (!settings.old.empty()) std::fputs(compare(old, all).c_str(), stdout);
}
