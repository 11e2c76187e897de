#include "driver/dependencies.h"
#include <set>

namespace convoy::driver {

namespace {

// As GNU make reads names: a backslash before a blank or '#', and one more for each backslash right before
// it; '$' twice.
std::string makeName(const std::string& path) {
  std::string name;
  for (size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == ' ' || c == '\t' || c == '#') {
      for (size_t k = i; k > 0 && path[k - 1] == '\\'; --k) name += '\\';
      name += '\\';
    } else if (c == '$') {
      name += '$';
    }
    name += c;
  }
  return name;
}

} // namespace

std::string dependencyRule(const std::vector<std::string>& targets, const std::vector<std::string>& sources) {
  std::string rule;
  for (const std::string& target : targets) rule += (rule.empty() ? "" : " ") + makeName(target);
  rule += ":";
  std::set<std::string> seen;
  for (const std::string& source : sources)
    if (source != "-" && seen.insert(source).second) rule += " \\\n  " + makeName(source);
  return rule + "\n";
}

} // namespace convoy::driver
