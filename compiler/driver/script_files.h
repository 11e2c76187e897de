// A script and the weights beside it, as files that a command writes: OUT.cvy and OUT.safetensors.
#pragma once
#include "driver/compilation.h"

namespace convoy::driver {

class ScriptFiles {
public:
  // `output`: the script's path. nullopt after a diagnostic: a script cannot name the file of weights beside
  // it.
  static std::optional<ScriptFiles> named(const std::string& output, DiagnosticEngine& diags);

  // That there is no folder to write to is said before the work is done. False after a diagnostic.
  bool hasFolder(DiagnosticEngine& diags) const;
  // What is written must not be what was read. True after a diagnostic.
  bool overwriteInput(Compilation& c) const;
  // Weights first, so that a script is never without them. The file of weights is written if the graph has
  // numbers that are not in the script. False after a diagnostic.
  bool write(const graph::Graph& graph, DiagnosticEngine& diags) const;

private:
  ScriptFiles(std::string script, std::string weights)
      : script_(std::move(script)), weights_(std::move(weights)) {}
  std::string script_, weights_;
};

} // namespace convoy::driver
