#include "driver/compilation.h"
#include "convoy/runtime.h"
#include "output/files.h"
#include "output/symbols.h"
#include "support/internal_error.h"
#include "support/nearest_file.h"

namespace convoy::driver {

const SourceFile* Compilation::read(const std::string& path) {
  // No text that people write or that a stage prints is near this; what is larger is another kind of file.
  constexpr size_t largestText = size_t{256} << 20;
  ReadResult result = readFile(path, largestText);
  if (result.error) {
    auto report = diags.report(diag::CannotRead, {}, path, *result.error);
    if (const std::string near = nearestFile(path); !near.empty())
      report.help("did you mean '" + near + "'?");
    return nullptr;
  }
  if (path != "-") filesRead.push_back(path);
  return sources.add(path == "-" ? "<stdin>" : path, std::move(result.bytes));
}

bool Compilation::open() {
  kind = fileKindOf(options.file);
  const bool isText = options.fromStage && options.fromStageFile.empty();
  if (isText) kind = kindOf(*options.fromStage);
  file = kind == FileKind::Onnx ? sources.add(options.file, "") : read(options.file);
  return file && openText();
}

bool Compilation::open(std::string content) {
  kind = fileKindOf(options.file);
  file = sources.add(options.file, std::move(content));
  return openText();
}

bool Compilation::openText() {
  if (kind == FileKind::Schedule) {
    diags.report(diag::ScheduleAlone, {}, options.file)
        .help("name the script, and the schedule with '--from-stage=schedule=" + options.file + "'");
    return false;
  }
  warnOfIdleOptions();
  if (!options.fromStage || options.fromStageFile.empty()) return true;
  textStage = options.fromStage;
  text = textContent ? sources.add(options.fromStageFile, *textContent) : read(options.fromStageFile);
  return text != nullptr;
}

void Compilation::warnOfIdleOptions() {
  const auto warn = [&](const char* option) {
    diags.report(diag::OptionWithoutEffect, {}, option, describe(kind));
  };
  if (kind != FileKind::Script && !options.pipeline.empty()) warn("--pipeline");
  if (kind != FileKind::Script && kind != FileKind::Onnx && !options.defines.empty()) warn("-D");
  if (hasLayers(kind)) return;
  if (!options.scheduleFile.empty()) warn("--schedule");
  if (options.memoryLimit > 0) warn("--memory-limit");
  if (!options.weightsFile.empty()) warn("--weights");
  if (options.initSeed) warn("--init");
  if (!options.fromStageFile.empty() && *options.fromStage <= *stageOf(kind)) warn("--from-stage");
}

std::vector<std::string> Compilation::exportedSymbols() const {
  std::vector<std::string> symbols;
  if (description)
    for (const char* name : {"check", "prepared_size", "prepare", "workspace_size", "run", "pipeline"})
      symbols.push_back(description->prefix + "_" + name);
  else if (llvm)
    for (const std::string& symbol : symbolsOf(units).exported) symbols.push_back(symbol);
  else
    for (const auto& function : loops.functions)
      if (function->exported) symbols.push_back(function->name);
  return symbols;
}

int Compilation::threads() const {
  return options.threads > 0 ? options.threads : convoy_available_threads();
}

} // namespace convoy::driver
