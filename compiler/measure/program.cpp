#include "measure/program.h"
#include "measure/machine.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy::measure {

namespace {

int64_t valueOf(const Size& size, const Work& work) {
  const std::optional<int64_t> value = size.evaluate(work.sizes);
  require(value.has_value(), "a kernel's work has a size that the call does not know");
  return *value;
}

// The sum of what several steps take, one after another.
Samples sum(const Samples& a, const Samples& b) {
  return {a.count == 0 ? b.count : std::min(a.count, b.count), a.median + b.median, a.least + b.least};
}

StepTimes sumOf(const std::vector<StepTimes>& steps, const Row& row) {
  StepTimes total;
  for (size_t i : row.steps)
    total = {sum(total.inRun, steps[i].inRun), sum(total.warm, steps[i].warm),
             sum(total.cold, steps[i].cold)};
  return total;
}

} // namespace

// What a kernel calls in a run: a group has one call, that of its first kernel.
static size_t callsOf(const Work& work, size_t kernel) {
  const std::optional<schedule::Group>& group = work.facts[kernel].group;
  if (!group) return work.calls[kernel].size();
  return group->first == kernel ? 1 : 0;
}

// Of a kernel, without its times.
static Row rowOf(const Work& work, const inspect::KernelFacts& facts) {
  Row row;
  row.name = facts.name;
  row.algorithm = inspect::algorithmText(facts.kernel);
  row.macs = work.call.batch * valueOf(facts.multiplyAdds, work);
  const Size moved = facts.traffic.input + facts.traffic.output - facts.inRings;
  row.bytes = work.call.batch * std::max<int64_t>(0, valueOf(moved, work)) + facts.traffic.weights;
  if (facts.prediction)
    row.cycles = static_cast<double>(work.call.batch) * facts.prediction->estimate.cycles();
  row.hasWeights = facts.traffic.weights > 0 && work.pipeline.prepared_size() > 0;
  return row;
}

// Of a kernel, or of all kernels of the group that it begins.
static Row rowAt(const Work& work, size_t kernel) {
  Row row = rowOf(work, work.facts[kernel]);
  row.kernel = kernel;
  const std::optional<schedule::Group>& group = work.facts[kernel].group;
  if (!group) return row;
  for (size_t i = kernel + 1; i < group->end(); ++i) {
    const Row other = rowOf(work, work.facts[i]);
    row.macs += other.macs, row.bytes += other.bytes, row.cycles += other.cycles;
    row.hasWeights |= other.hasWeights;
  }
  row.name += " to " + work.facts[group->end() - 1].name;
  row.algorithm = "group of " + std::to_string(group->count) + ", rows " + std::to_string(group->rows);
  return row;
}

std::vector<Row> kernelRows(const Work& work, size_t steps) {
  require(work.facts.size() == work.calls.size(), "the facts are of another program");
  std::vector<Row> rows;
  // The kernels before one that takes all items at once run for each group of items.
  auto together = [](const std::vector<schedule::KernelCall>& kernel) {
    return std::any_of(kernel.begin(), kernel.end(), [](const auto& call) { return call.ofWholeBatch; });
  };
  size_t once = 0, inGroups = 0;
  bool grouped = true;
  for (size_t i = 0; i < work.calls.size(); ++i) {
    grouped &= !together(work.calls[i]);
    (grouped ? inGroups : once) += callsOf(work, i);
  }
  const size_t groups = inGroups == 0 || steps < once ? 1 : std::max<size_t>(1, (steps - once) / inGroups);
  size_t step = 0;
  grouped = true;
  for (size_t i = 0; i < work.facts.size(); ++i) {
    Row row = rowAt(work, i);
    const size_t calls = callsOf(work, i);
    if (grouped && together(work.calls[i])) {
      grouped = false;
      step += (groups - 1) * inGroups;
    }
    for (size_t group = 0; group < (grouped ? groups : 1); ++group)
      for (size_t call = 0; call < calls; ++call) row.steps.push_back(step + group * inGroups + call);
    step += calls;
    if (calls > 0) rows.push_back(std::move(row));
  }
  if (grouped) step += (groups - 1) * inGroups;
  require(step <= steps, "a run has fewer kernels than the schedule");
  if (step < steps) {
    Row copies;
    copies.name = "results";
    copies.algorithm = "copy";
    for (; step < steps; ++step) copies.steps.push_back(step);
    rows.push_back(std::move(copies));
  }
  return rows;
}

Row programRow(const Work& work) {
  Row row;
  row.name = "whole program";
  for (const inspect::KernelFacts& facts : work.facts) {
    row.macs += work.call.batch * valueOf(facts.multiplyAdds, work);
    row.bytes += facts.traffic.weights;
  }
  return row;
}

size_t countSteps(const convoy_pipeline& pipeline, const convoy_call& call) {
  size_t steps = 0;
  const int32_t status = runInSteps(pipeline, call, [&](size_t, const std::function<void()>& kernel) {
    ++steps;
    kernel();
  });
  return status == CONVOY_OK ? steps : 0;
}

// The clock at which a core does so many GFLOP/s.
static double clockOf(double peak) {
  const int bits = fmaPeakBits();
  if (bits == 0) return 0;
  const double perCycle = 2.0 * bits / 32 * machineHere(bits).fmaPerCycle;
  return peak / perCycle;
}

// What is there before anything but the peak is measured.
static std::optional<Report> begin(const Work& work) {
  Report report;
  report.pipeline = work.pipeline.name;
  report.threads = work.call.executor ? work.call.executor->threads : 1;
  report.batch = work.call.batch;
  report.peak = fmaPeak();
  const size_t count = countSteps(work.pipeline, work.call);
  if (count == 0) return std::nullopt;
  report.kernels = kernelRows(work, count);
  report.program = programRow(work);
  return report;
}

// With the times of their steps.
static void end(Report& report, const std::vector<StepTimes>& steps) {
  for (Row& row : report.kernels) row.times = sumOf(steps, row);
  report.peak = std::max(report.peak, fmaPeak());
  report.clock = clockOf(report.peak);
}

std::optional<Report> measureInRun(const Work& work, size_t runs) {
  std::optional<Report> report = begin(work);
  if (!report) return std::nullopt;
  Budget whole;
  whole.seconds = 0.3;
  report->program.times.warm = sample([&] { work.pipeline.run(&work.call); }, whole);
  end(*report, measureInRun(work.pipeline, work.call, runs));
  return report;
}

std::optional<Report> measureProgram(const Work& work, const Budget& budget) {
  std::optional<Report> report = begin(work);
  if (!report) return std::nullopt;
  Budget whole = budget;
  whole.seconds *= 5;
  report->program.times.warm = sample([&] { work.pipeline.run(&work.call); }, whole);

  size_t count = 0;
  for (const Row& row : report->kernels)
    for (size_t step : row.steps) count = std::max(count, step + 1);
  std::vector<bool> hasWeights(count);
  for (const Row& row : report->kernels)
    for (size_t step : row.steps) hasWeights[step] = row.hasWeights;
  StepOptions options;
  options.budget = budget;
  options.wantsCold = [&](size_t step) { return hasWeights[step]; };
  end(*report, measureSteps(work.pipeline, work.call, options));
  return report;
}

} // namespace convoy::measure
