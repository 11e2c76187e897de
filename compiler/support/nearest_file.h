// "did you mean ...?" for files.
#pragma once
#include <string>

namespace convoy {

// For a file that does not exist: the one of the same folder whose name is nearest, or "".
std::string nearestFile(const std::string& path);

} // namespace convoy
