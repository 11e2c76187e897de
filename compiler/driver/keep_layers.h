// Layers whose values are wanted beside the results.
#pragma once
#include "driver/compilation.h"

namespace convoy::driver {

// "NAME=FILE", where names of imported models may hold '=' themselves.
struct NamedFile {
  std::string name, file; // name: empty where the text has none
};
// At the longest of `names` that the text begins with; else at the first '='.
NamedFile splitNamedFile(const std::string& text, const std::vector<std::string>& names);

// What --keep-layers, --dump-layer and --against name becomes further outputs of the graph, in the graph's
// order, behind the results. Before passes over graphs: each layer is there as the script has it, and is not
// made part of another. False after a diagnostic about a name that no layer has.
bool keepLayers(Compilation& compilation);

} // namespace convoy::driver
