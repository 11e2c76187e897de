// Which line of loop IR each line of LLVM IR and assembly comes from, told by their debug information.
// Private to explore/.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace convoy::explore {

// The lines of a text without what only debuggers read, and for each the line of its source; 0: not told.
struct OriginLines {
  std::vector<std::string> lines;
  std::vector<uint32_t> origins;
};

// Of one module's text.
OriginLines originsOfLlvm(const std::string& text);
OriginLines originsOfAssembly(const std::string& text);

} // namespace convoy::explore
