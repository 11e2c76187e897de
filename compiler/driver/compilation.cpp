#include "driver/compilation.h"
#include "convoy/runtime.h"
#include "output/files.h"
#include "support/internal_error.h"
#include "support/nearest_file.h"

namespace convoy::driver {

namespace {
bool endsWith(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}
} // namespace

FileKind fileKindOf(const std::string& path) {
  if (endsWith(path, ".onnx")) return FileKind::Onnx;
  if (endsWith(path, ".graph")) return FileKind::Graph;
  if (endsWith(path, ".loop")) return FileKind::Loops;
  return FileKind::Script;
}

const char* describe(FileKind kind) {
  switch (kind) {
  case FileKind::Script: return "a script";
  case FileKind::Onnx: return "an ONNX model";
  case FileKind::Graph: return "graph IR";
  case FileKind::Loops: return "loop IR";
  }
  internalError("a kind of file without a name");
}

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
  file = kind == FileKind::Onnx ? sources.add(options.file, "") : read(options.file);
  warnOfIdleOptions();
  return file != nullptr;
}

bool Compilation::open(std::string text) {
  kind = fileKindOf(options.file);
  file = sources.add(options.file, std::move(text));
  warnOfIdleOptions();
  return true;
}

void Compilation::warnOfIdleOptions() {
  if (kind != FileKind::Script && !options.pipeline.empty())
    diags.report(diag::OptionWithoutEffect, {}, "--pipeline", describe(kind));
  if (kind != FileKind::Script && kind != FileKind::Onnx && !options.defines.empty())
    diags.report(diag::OptionWithoutEffect, {}, "-D", describe(kind));
  if (kind == FileKind::Loops && !options.scheduleFile.empty())
    diags.report(diag::OptionWithoutEffect, {}, "--schedule", describe(kind));
  if (kind == FileKind::Loops && options.memoryLimit > 0)
    diags.report(diag::OptionWithoutEffect, {}, "--memory-limit", describe(kind));
  if (kind == FileKind::Loops && !options.weightsFile.empty())
    diags.report(diag::OptionWithoutEffect, {}, "--weights", describe(kind));
  if (kind == FileKind::Loops && options.initSeed)
    diags.report(diag::OptionWithoutEffect, {}, "--init", describe(kind));
}

std::vector<std::string> Compilation::exportedSymbols() const {
  std::vector<std::string> symbols;
  if (description)
    for (const char* name : {"check", "prepared_size", "prepare", "workspace_size", "run", "pipeline"})
      symbols.push_back(description->prefix + "_" + name);
  else
    for (const auto& function : loops.functions)
      if (function->exported) symbols.push_back(function->name);
  return symbols;
}

int Compilation::threads() const {
  return options.threads > 0 ? options.threads : convoy_available_threads();
}

} // namespace convoy::driver
