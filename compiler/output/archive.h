// Static libraries.
#pragma once
#include "output/compile.h"
#include <optional>
#include <string>
#include <vector>

namespace convoy {

// Writes an archive of object files with a symbol table. `others`: an archive whose members come behind them;
// empty: none. The same files give the same bytes. Returns what went wrong, in a few words.
std::optional<std::string> writeArchive(const std::vector<std::string>& objects, const std::string& others,
                                        const std::string& path);

// A file name for a unit: "edges.conv_1.o". Different for different units of one program.
std::vector<std::string> objectNames(const std::vector<CompiledUnit>& units);

} // namespace convoy
