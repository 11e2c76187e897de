// Static libraries.
#pragma once
#include "output/compile.h"
#include <string>
#include <vector>

namespace convoy {

// The bytes of an archive with a member per unit and a symbol table. The same units give the same bytes.
std::string makeArchive(const std::vector<CompiledUnit>& units);

// A file name for a unit: "edges.conv_1.o". Different for different units of one program.
std::vector<std::string> objectNames(const std::vector<CompiledUnit>& units);

} // namespace convoy
