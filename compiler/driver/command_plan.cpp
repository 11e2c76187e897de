#include "driver/commands.h"
#include "driver/plan.h"
#include "driver/remarks.h"
#include "driver/report.h"
#include "output/files.h"

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
  c.wantsPlan = false; // it is made here, with sizes and times
  const std::optional<inspect::Plan> plan = makePlan(c, times);
  if (!plan) return Failure;
  if (!writeRemarks(c, *plan, inspect::makeRemarks(*plan, *c.graph))) return Failure;
  if (!json.empty() && !wrote(writeFile(json, inspect::planJson(*plan).str(true) + "\n"), json, c.diags))
    return Failure;
  if (json == "-") return Success; // in place of the table
  return wrote(writeFile("-", inspect::planText(*plan)), "-", c.diags) ? Success : Failure;
}

} // namespace convoy::driver
