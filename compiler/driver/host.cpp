#include "driver/host.h"
#include "output/link.h"
#include <set>
#include <string_view>

namespace convoy::driver {

namespace {

// "+avx2,+fma" to names.
std::set<std::string> namesIn(const std::string& features) {
  std::set<std::string> names;
  for (size_t begin = 0; begin < features.size();) {
    const size_t end = std::min(features.find(',', begin), features.size());
    if (features[begin] == '+') names.insert(features.substr(begin + 1, end - begin - 1));
    begin = end + 1;
  }
  return names;
}

// What compiled code may contain. Other features say how a processor behaves, or concern operating systems,
// and are not reported by every machine that has them.
bool isInstructionSet(const std::string& feature) {
  for (std::string_view start :
       {"sse", "ssse", "avx", "amx", "fma", "bmi", "f16c", "gfni", "lzcnt", "popcnt", "movbe"})
    if (feature.compare(0, start.size(), start) == 0) return true;
  return false;
}

} // namespace

std::vector<std::string> missingInstructionSets(const Target& wanted, const Target& host) {
  const std::set<std::string> present = namesIn(host.features);
  std::vector<std::string> missing;
  for (const std::string& feature : namesIn(wanted.features))
    if (isInstructionSet(feature) && present.count(feature) == 0) missing.push_back(feature);
  return missing;
}

bool canRunHere(const Target& wanted, DiagnosticEngine& diags) {
  const std::optional<Target> host = makeTarget("", "native", diags);
  if (!host) return false;
  if (!canLinkFor(wanted.triple)) {
    diags.report(diag::ForeignRun, {}, wanted.triple).help("this machine is '" + host->triple + "'");
    return false;
  }
  const std::vector<std::string> missing = missingInstructionSets(wanted, *host);
  if (missing.empty()) return true;
  std::string names;
  for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
  diags.report(diag::ForeignRun, {}, wanted.cpu).note("it lacks " + names);
  return false;
}

} // namespace convoy::driver
