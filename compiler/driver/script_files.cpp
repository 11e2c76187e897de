#include "driver/script_files.h"
#include "driver/report.h"
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

std::string nameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

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

} // namespace

std::optional<ScriptFiles> ScriptFiles::named(const std::string& output, DiagnosticEngine& diags) {
  ScriptFiles files(output, stemOf(output) + ".safetensors");
  if (output != "-" && output != files.weights_ && isPlain(nameOf(files.weights_))) return files;
  diags
      .report(diag::OptionValue, {}, "-o",
              "a script's file, whose name has no quotes, braces and backslashes", output)
      .help("the script names a file of weights that is written beside it");
  return std::nullopt;
}

bool ScriptFiles::hasFolder(DiagnosticEngine& diags) const {
  const std::filesystem::path folder = std::filesystem::path(weights_).parent_path();
  std::error_code error;
  if (folder.empty() || std::filesystem::is_directory(folder, error)) return true;
  return wrote(errorWords(ENOENT), weights_, diags);
}

bool ScriptFiles::overwriteInput(Compilation& c) const {
  for (const std::string& read : c.filesRead)
    if (isSameFile(read, script_) || isSameFile(read, weights_)) {
      c.diags.report(diag::OutputIsInput, {}, read);
      return true;
    }
  return false;
}

bool ScriptFiles::write(const graph::Graph& graph, DiagnosticEngine& diags) const {
  const std::optional<script::Script> script = script::write(graph, nameOf(weights_), diags);
  if (!script) return false;
  if (!script->parameters.empty()) {
    const std::string numbers = weights::safetensors(tensorsOf(graph, *script));
    if (!wrote(writeFile(weights_, numbers), weights_, diags)) return false;
  }
  return wrote(writeFile(script_, script->text), script_, diags);
}

} // namespace convoy::driver
