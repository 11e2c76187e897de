#include "driver/bisect.h"
#include "driver/commands.h"
#include "driver/load.h"
#include "driver/report.h"
#include "driver/targets.h"
#include "driver/verify.h"
#include "output/files.h"

namespace convoy::driver {

int runVerify(Compilation& c, PhaseTimes& times) {
  if (!hasLayers(c.kind)) {
    c.diags.report(diag::NeedsPipeline, {}, "a comparison with the reference", describe(c.kind));
    return Failure;
  }
  c.needsParameters = true;
  c.target = targetForHere(c.options, c.diags);
  if (!c.target) return Failure;
  if (!runPipeline(c, Goal::Code, times, [](Stage, const std::string&) {})) return Failure;
  const LoadedPipeline loaded = loadInMemory(c);
  std::optional<RunInputs> inputs = makeInputs(*c.graph, *loaded.pipeline, c.options, c.diags);
  if (!inputs) return Failure;
  std::optional<std::vector<OtherNumbers>> others = readAgainst(c, inputs->sizes, inputs->batch());
  if (!others) return Failure;
  inputs->others = std::move(*others);
  const std::optional<Verdict> verdict = verify(c, *loaded.pipeline, *inputs, times);
  if (!verdict || c.diags.hasErrors()) return Failure;
  if (!wrote(writeFile("-", verdictText(*verdict)), "-", c.diags)) return Failure;
  if (!c.options.bisect) return verdict->good() ? Success : Failure;
  const std::string text = verdict->agreesWithReference()
                               ? "nothing differs from the reference, so nothing is guilty\n"
                               : bisectionText(bisect(c, *inputs, *verdict, times));
  if (!wrote(writeFile("-", text), "-", c.diags)) return Failure;
  return verdict->good() ? Success : Failure;
}

} // namespace convoy::driver
