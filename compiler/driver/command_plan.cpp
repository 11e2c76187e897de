#include "driver/commands.h"
#include "driver/remarks.h"
#include "driver/report.h"
#include "driver/run_sizes.h"
#include "inspect/plan.h"
#include "output/files.h"
#include <algorithm>

namespace convoy::driver {

int runPlan(Compilation& c, PhaseTimes& times) {
  if (!hasLayers(c.kind)) {
    c.diags.report(diag::NeedsPipeline, {}, "a plan", describe(c.kind));
    return Failure;
  }
  const std::string& json = c.options.jsonFile;
  if (!json.empty() && isSameFile(json, c.options.file)) {
    c.diags.report(diag::OutputIsInput, {}, c.options.file).help("name another file with --json");
    return Failure;
  }
  if (!checkRemarks(c)) return Failure;
  c.wantsFusion = true;
  if (!runPipeline(c, Goal::Loops, times, [](Stage, const std::string&) {})) return Failure;
  const std::optional<RunSizes> sizes = findSizes(*c.graph, c.options.sizes, c.diags);
  if (!sizes || !checkSizes(*c.graph, *sizes, c.diags) || c.diags.hasErrors()) return Failure;

  inspect::Plan plan = inspect::makePlan(*c.written, *c.graph, *c.schedule, c.calls, c.loops, c.workspace);
  inspect::addPredictions(
      plan, schedule::predict(*c.graph, *c.target, c.options.choices, *c.schedule, c.calls, *sizes),
      c.target->machine);
  inspect::addFusion(plan, std::move(*c.fusion), std::max(c.options.threads, 1));
  inspect::bindSizes(plan, *sizes);
  const bool ownSchedule = c.options.scheduleFile.empty() && !c.scheduleText;
  if (ownSchedule && c.options.choices.math == schedule::Math::Bf16 &&
      !schedule::unitsToUse(*c.target, c.options.choices))
    plan.remark =
        "--math=bf16 changes nothing: " + c.target->cpu + " has no instructions for products of bf16 numbers";
  if (!writeRemarks(c, plan.fusion)) return Failure;
  if (!json.empty() && !wrote(writeFile(json, inspect::planJson(plan).str(true) + "\n"), json, c.diags))
    return Failure;
  if (json == "-") return Success; // in place of the table
  return wrote(writeFile("-", inspect::planText(plan)), "-", c.diags) ? Success : Failure;
}

} // namespace convoy::driver
