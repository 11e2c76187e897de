// The words that the grammar reserves.
#pragma once
#include <string>
#include <vector>

namespace convoy {

// In the order of the grammar: "pipeline", "return", "true", ...
const std::vector<std::string>& reservedWords();

} // namespace convoy
