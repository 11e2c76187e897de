// What make must know: which files were read.
#pragma once
#include <string>
#include <vector>

namespace convoy::driver {

// A Makefile's rule, as clang's -MD writes it: the targets, then what they are made from, each once. Blanks,
// '#', '$' and backslashes before them are escaped; standard input is left out.
std::string dependencyRule(const std::vector<std::string>& targets, const std::vector<std::string>& sources);

} // namespace convoy::driver
