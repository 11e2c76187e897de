// The symbols of compiled units.
#pragma once
#include "output/compile.h"
#include <set>
#include <string>
#include <vector>

namespace convoy {

struct Symbols {
  std::set<std::string> exported; // defined, for whoever links the code
  std::set<std::string> missing;  // used, and defined by no unit
  std::set<std::string> repeated; // defined by several units
};
Symbols symbolsOf(const std::vector<CompiledUnit>& units);

} // namespace convoy
