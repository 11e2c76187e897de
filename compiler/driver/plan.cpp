#include "driver/plan.h"
#include "driver/measurable.h"
#include "driver/pipeline.h"
#include "driver/run_sizes.h"
#include "driver/targets.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy::driver {

namespace {

constexpr size_t runs = 9; // of the whole program, whose kernels are measured

// On what it runs: as it is predicted there, with the clock that it had.
void setMeasured(inspect::Plan& plan, const measure::Report& report, const measure::Work& work,
                 int vectorBits) {
  inspect::MeasuredPlan measured;
  measured.seconds = report.program.times.warm.median;
  measured.peak = report.peak, measured.threads = report.threads;
  plan.measured = measured;
  plan.machine = machineHere(vectorBits);
  if (report.clock > 0) plan.machine.clock = report.clock;
  for (size_t i = 0; i < plan.kernels.size(); ++i) plan.kernels[i].prediction = work.facts[i].prediction;
  for (const measure::Row& row : report.kernels)
    if (row.kernel) plan.kernels[*row.kernel].measured = row.times.inRun.median;
}

} // namespace

inspect::Plan planOf(const Compilation& c, const RunSizes& sizes) {
  inspect::Plan plan =
      inspect::makePlan(*c.written, *c.graph, *c.schedule, c.calls, c.loops, c.workspace, sizes);
  inspect::addPredictions(
      plan, schedule::predict(*c.graph, *c.target, c.options.choices, *c.schedule, c.calls, sizes),
      c.target->machine);
  inspect::addFusion(
      plan,
      inspect::fusionReport(*c.graph, *c.schedule, schedule::whyApart(*c.graph, *c.target, *c.schedule)),
      std::max(c.options.threads, 1));
  inspect::bindSizes(plan, sizes);
  const bool ownSchedule = c.options.scheduleFile.empty() && !c.scheduleText;
  if (ownSchedule && c.options.choices.math == schedule::Math::Bf16 &&
      !schedule::unitsToUse(*c.target, c.options.choices))
    plan.remark =
        "--math=bf16 changes nothing: " + c.target->cpu + " has no instructions for products of bf16 numbers";
  return plan;
}

std::optional<inspect::Plan> makePlan(Compilation& c, PhaseTimes& times, const PlanWishes& wishes) {
  const bool measures = c.options.measure;
  const int threads = std::max(c.options.threads, 1);
  if (measures) {
    c.needsParameters = true;
    c.target = targetForHere(c.options, c.diags);
    if (!c.target) return std::nullopt;
  }
  const Goal goal = measures || wishes.code ? Goal::Code : Goal::Loops;
  if (!runPipeline(c, goal, times, [](Stage, const std::string&) {})) return std::nullopt;
  std::optional<RunSizes> sizes =
      wishes.sizes ? wishes.sizes() : findSizes(*c.graph, c.options.sizes, c.diags);
  if (!sizes || !checkSizes(*c.graph, *sizes, c.diags) || c.diags.hasErrors()) return std::nullopt;
  if (wishes.usualSizes) sizes = withUsualSizes(*c.graph, *sizes);

  std::unique_ptr<Measurable> measurable;
  std::optional<measure::Report> report;
  if (measures) {
    measurable = times.measure("load", [&] {
      return Measurable::create(c, threads, /*batch=*/1, wishes.sizes ? sizes : std::nullopt);
    });
    if (!measurable) return std::nullopt;
    report = times.measure("measure", [&] { return measure::measureInRun(measurable->work(), runs); });
    if (!report) internalError("a pipeline refuses the inputs that were made for it");
    sizes = measurable->work().sizes;
  }

  inspect::Plan plan = planOf(c, *sizes);
  if (report) setMeasured(plan, *report, measurable->work(), c.target->vectorBits);
  return plan;
}

} // namespace convoy::driver
