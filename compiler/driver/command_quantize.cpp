#include "driver/commands.h"
#include "driver/quantize.h"
#include "driver/report.h"
#include "driver/targets.h"
#include "import/write_safetensors.h"
#include "output/files.h"
#include "script/script.h"
#include "support/error_words.h"
#include <cerrno>
#include <filesystem>

namespace convoy::driver {

namespace {

// OUT without its ending.
std::string stemOf(const std::string& path) {
  const size_t dot = path.rfind('.'), slash = path.rfind('/');
  const bool hasEnding =
      dot != std::string::npos && (slash == std::string::npos || dot > slash + 1) && dot > 0;
  return hasEnding ? path.substr(0, dot) : path;
}

// A path as a script can write it between quotes.
bool isPlain(const std::string& name) { return name.find_first_of("\"\\{}\n\r") == std::string::npos; }

std::vector<weights::TensorToWrite> tensorsOf(const graph::Graph& graph, const script::Script& script) {
  std::vector<weights::TensorToWrite> tensors;
  for (const script::StoredParameter& parameter : script.parameters) {
    const graph::Value& value = graph.value(parameter.value);
    tensors.push_back({parameter.name, value.type, &value.data->data});
  }
  return tensors;
}

// That there is no folder to write to is said before the work is done.
bool hasFolder(const std::string& path, DiagnosticEngine& diags) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (folder.empty() || std::filesystem::is_directory(folder, error)) return true;
  return wrote(errorWords(ENOENT), path, diags);
}

// What is written must not be what was read.
bool overwritesInput(const Compilation& c, const std::string& output) {
  for (const std::string& read : c.filesRead)
    if (isSameFile(read, output)) {
      c.diags.report(diag::OutputIsInput, {}, read);
      return true;
    }
  return false;
}

} // namespace

int runQuantize(Compilation& c, PhaseTimes& times) {
  if (c.kind == FileKind::Loops) {
    c.diags.report(diag::NeedsPipeline, {}, "a quantized network", describe(c.kind));
    return Failure;
  }
  const std::string &output = *c.options.output, stem = stemOf(output), weightsFile = stem + ".safetensors",
                    name = weightsFile.substr(weightsFile.rfind('/') + 1);
  if (output == "-" || output == weightsFile || !isPlain(name)) {
    c.diags
        .report(diag::OptionValue, {}, "-o",
                "a script's file, whose name has no quotes, braces and backslashes", output)
        .help("the script names a file of weights that is written beside it");
    return WrongUsage;
  }
  if (!hasFolder(weightsFile, c.diags)) return Failure;
  const std::optional<Samples> samples = Samples::find(c.options.samples, c.options.limit, c.diags);
  if (!samples) return Failure;
  c.needsParameters = true;
  c.stages = {Stage::Fused}; // with numbers, and a target
  c.target = targetForHere(c.options, c.diags);
  if (!c.target) return Failure;
  if (!runPipeline(c, Goal::Stages, times, [](Stage, const std::string&) {})) return Failure;
  if (overwritesInput(c, output) || overwritesInput(c, weightsFile)) return Failure;
  const std::optional<Quantization> quantization = quantizeGraph(c, *samples, times);
  if (!quantization) return Failure;
  const std::optional<script::Script> script = script::write(quantization->graph, name, c.diags);
  if (!script) return Failure;
  const std::string numbers = weights::safetensors(tensorsOf(quantization->graph, *script));
  if (!wrote(writeFile(weightsFile, numbers), weightsFile, c.diags)) return Failure;
  if (!wrote(writeFile(output, script->text), output, c.diags)) return Failure;
  return wrote(writeFile("-", quantizationText(*quantization)), "-", c.diags) ? Success : Failure;
}

} // namespace convoy::driver
