#include "driver/host.h"
#include "output/link.h"
#include <set>
#include <string_view>

namespace convoy::driver {

namespace {

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
  const std::vector<std::string> has = host.featureNames(), wants = wanted.featureNames();
  const std::set<std::string> present(has.begin(), has.end());
  std::vector<std::string> missing;
  for (const std::string& feature : std::set<std::string>(wants.begin(), wants.end()))
    if (isInstructionSet(feature) && present.count(feature) == 0) missing.push_back(feature);
  return missing;
}

bool canRunOn(const Target& host, const Target& wanted) {
  return canLinkFor(wanted.triple) && missingInstructionSets(wanted, host).empty();
}

void reportForeign(const Target& wanted, const Target& host, DiagnosticEngine& diags) {
  if (!canLinkFor(wanted.triple)) {
    diags.report(diag::ForeignRun, {}, wanted.triple).help("this machine is '" + host.triple + "'");
    return;
  }
  std::string names;
  for (const std::string& name : missingInstructionSets(wanted, host))
    names += (names.empty() ? "" : ", ") + name;
  diags.report(diag::ForeignRun, {}, wanted.cpu)
      .note(names.empty() ? "the system does not save its registers" : "it lacks " + names);
}

} // namespace convoy::driver
