#include "driver/commands.h"
#include "driver/script_files.h"
#include "graph/passes/fold_batch_norm.h"

namespace convoy::driver {

int runImport(Compilation& c, PhaseTimes& times) {
  if (c.kind != FileKind::Onnx) {
    c.diags.report(diag::NotAModel, {}, c.options.file, describe(c.kind));
    return Failure;
  }
  const std::optional<ScriptFiles> files = ScriptFiles::named(*c.options.output, c.diags);
  if (!files) return WrongUsage;
  if (!files->hasFolder(c.diags)) return Failure;
  if (!runPipeline(c, Goal::Check, times, [](Stage, const std::string&) {})) return Failure;
  if (files->overwriteInput(c)) return Failure;
  const graph::Graph graph =
      c.options.foldsBatchNorm
          ? times.measure("fold batch_norm", [&] { return graph::foldBatchNorm(*c.graph); })
          : std::move(*c.graph);
  return files->write(graph, c.diags) ? Success : Failure;
}

} // namespace convoy::driver
