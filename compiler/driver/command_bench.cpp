#include "driver/commands.h"
#include "driver/measurable.h"
#include "driver/report.h"
#include "driver/targets.h"
#include "measure/report.h"
#include "output/files.h"
#include "support/internal_error.h"

namespace convoy::driver {

int runBench(Compilation& c, PhaseTimes& times, const std::function<void()>& report) {
  if (!hasLayers(c.kind)) {
    c.diags.report(diag::NeedsPipeline, {}, "a measurement", describe(c.kind));
    return Failure;
  }
  const std::string& json = c.options.jsonFile;
  if (!json.empty() && isSameFile(json, c.options.file)) {
    c.diags.report(diag::OutputIsInput, {}, c.options.file).help("name another file with --json");
    return Failure;
  }
  c.needsParameters = true;
  c.target = targetForHere(c.options, c.diags);
  if (!c.target) return Failure;
  if (!runPipeline(c, Goal::Code, times, [](Stage, const std::string&) {}) || c.diags.hasErrors())
    return Failure;
  const auto measurable =
      times.measure("load", [&] { return Measurable::create(c, c.threads(), c.options.batch); });
  if (!measurable) return Failure;
  report();

  const std::optional<measure::Report> measured = measure::measureProgram(measurable->work());
  if (!measured) internalError("a pipeline refuses the inputs that were made for it");
  if (!json.empty() &&
      !wrote(writeFile(json, measure::reportJson(*measured).str(true) + "\n"), json, c.diags))
    return Failure;
  if (json == "-") return Success; // in place of the table
  return wrote(writeFile("-", measure::reportText(*measured)), "-", c.diags) ? Success : Failure;
}

} // namespace convoy::driver
