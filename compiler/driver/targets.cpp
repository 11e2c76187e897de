#include "driver/targets.h"
#include "convoy/runtime.h"
#include "driver/host.h"
#include "output/processor_object.h"
#include "support/internal_error.h"
#include <algorithm>
#include <bitset>
#include <tuple>

namespace convoy::driver {

namespace {

// "a,b" to names; one that is empty when there are none.
std::vector<std::string> namesIn(const std::string& list) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find(',', begin), list.size());
    names.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

// What has more instructions than another is before it.
bool isBetter(const Target& a, const Target& b) {
  auto rank = [](const Target& t) {
    return std::make_tuple(t.vectorBits, t.matrixUnit, std::bitset<64>(t.instructionSets()).count());
  };
  return rank(a) > rank(b);
}

} // namespace

std::vector<Target> targetsOf(const Options& options, DiagnosticEngine& diags) {
  std::vector<Target> targets;
  auto add = [&](const Target& target) {
    const bool known = std::any_of(targets.begin(), targets.end(), [&](const Target& t) {
      return t.cpu == target.cpu && t.features == target.features;
    });
    if (!known) targets.insert(std::upper_bound(targets.begin(), targets.end(), target, isBetter), target);
  };
  const std::vector<std::string> names = namesIn(options.cpu);
  for (const std::string& name : names) {
    std::optional<Target> target = makeTarget(options.target, name, diags);
    if (!target) return {};
    if (names.size() > 1 && !canChooseVersions(*target)) {
      diags.report(diag::SeveralProcessors, {}, target->triple).help("name one of them with -mcpu");
      return {};
    }
    add(*target);
    if (target->matrixUnit && canChooseVersions(*target)) add(withoutMatrixUnit(*target));
  }
  return targets;
}

std::optional<Target> targetForHere(const Options& options, DiagnosticEngine& diags) {
  const std::vector<Target> targets = targetsOf(options, diags);
  const std::optional<Target> host = makeTarget("", "native", diags);
  if (targets.empty() || !host) return std::nullopt;
  for (const Target& target : targets) {
    const uint64_t sets = target.instructionSets();
    if (canRunOn(*host, target) && convoy_choose_version(&sets, 1) == 0) return target;
  }
  reportForeign(targets.back(), *host, diags);
  return std::nullopt;
}

std::string versionName(const Target& target) {
  std::string name = target.cpu;
  for (char& c : name)
    if (c == '-' || c == '.') c = '_';
  return target.matrixUnit ? name + "_amx" : name;
}

Target plainest(const Target& target) {
  DiagnosticEngine diags;
  std::optional<Target> plain = makeTarget(target.triple, target.x86 ? "x86-64" : "generic", diags);
  require(plain.has_value(), "a kind of machine has no plainest processor");
  return *plain;
}

} // namespace convoy::driver
