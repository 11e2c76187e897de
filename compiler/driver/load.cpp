#include "driver/load.h"

#include <cstdlib>

namespace convoy::driver {

// As CONVOY_PERF says.
static PerfFile perfFile(DiagnosticEngine& diags) {
  const char* value = std::getenv("CONVOY_PERF");
  const std::string wanted = value ? value : "";
  if (wanted == "map") return PerfFile::Map;
  if (wanted == "jitdump") return PerfFile::Dump;
  if (!wanted.empty()) diags.report(diag::OptionValue, {}, "CONVOY_PERF", "map or jitdump", wanted);
  return PerfFile::None;
}

LoadedPipeline loadInMemory(const Compilation& c) {
  LoadedPipeline loaded;
  loaded.code = std::make_unique<CodeInMemory>(c.units, weightsOf(*c.description), perfFile(c.diags));
  loaded.weights = c.description->weights;
  loaded.pipeline =
      static_cast<const convoy_pipeline*>(loaded.code->find(c.description->prefix + "_pipeline"));
  return loaded;
}

} // namespace convoy::driver
