#include "support/nearest_file.h"
#include "support/text.h"
#include <filesystem>

namespace convoy {

std::string nearestFile(const std::string& path) {
  namespace fs = std::filesystem;
  constexpr size_t mostNames = 1000; // of a folder; a larger one is no folder of scripts
  const fs::path wanted(path);
  std::error_code error;
  if (fs::exists(wanted, error)) return "";
  std::vector<std::string> names;
  for (fs::directory_iterator file(wanted.has_parent_path() ? wanted.parent_path() : ".", error), end;
       !error && file != end && names.size() < mostNames; file.increment(error))
    names.push_back(file->path().filename().string());
  const std::string near = nearestName(wanted.filename().string(), names);
  return near.empty() ? "" : (wanted.parent_path() / near).string();
}

} // namespace convoy
