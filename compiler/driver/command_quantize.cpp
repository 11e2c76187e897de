#include "driver/commands.h"
#include "driver/quantize.h"
#include "driver/report.h"
#include "driver/script_files.h"
#include "driver/targets.h"
#include "output/files.h"

namespace convoy::driver {

int runQuantize(Compilation& c, PhaseTimes& times) {
  if (!hasLayers(c.kind)) {
    c.diags.report(diag::NeedsPipeline, {}, "a quantized network", describe(c.kind));
    return Failure;
  }
  const std::optional<ScriptFiles> files = ScriptFiles::named(*c.options.output, c.diags);
  if (!files) return WrongUsage;
  if (!files->hasFolder(c.diags)) return Failure;
  const std::optional<Samples> samples = Samples::find(c.options.samples, c.options.limit, c.diags);
  if (!samples) return Failure;
  c.needsParameters = true;
  c.stages = {Stage::Fused}; // with numbers, and a target
  c.target = targetForHere(c.options, c.diags);
  if (!c.target) return Failure;
  if (!runPipeline(c, Goal::Stages, times, [](Stage, const std::string&) {})) return Failure;
  if (files->overwriteInput(c)) return Failure;
  const std::optional<Quantization> quantization = quantizeGraph(c, *samples, times);
  if (!quantization) return Failure;
  if (!files->write(quantization->graph, c.diags)) return Failure;
  return wrote(writeFile("-", quantizationText(*quantization)), "-", c.diags) ? Success : Failure;
}

} // namespace convoy::driver
