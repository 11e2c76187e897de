#include "target/target.h"
#include "target/machine.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/AArch64TargetParser.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"
#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

namespace convoy {

namespace {

// LLVM lists a processor's features without those that others imply (avx512bw without avx512f).
std::set<std::string> featuresOf(const std::string& cpu) {
  llvm::SmallVector<llvm::StringRef, 64> names;
  llvm::X86::getFeaturesForCPU(cpu, names);
  std::set<std::string> set;
  for (llvm::StringRef name : names) {
    llvm::StringMap<bool> implied;
    llvm::X86::updateImpliedFeatures(name, /*Enabled=*/true, implied);
    set.insert(name.str());
    for (const auto& feature : implied)
      if (feature.second) set.insert(feature.first().str());
  }
  return set;
}

std::set<std::string> hostFeatures() {
  std::set<std::string> set;
  for (const auto& feature : llvm::sys::getHostCPUFeatures())
    if (feature.second) set.insert(feature.first().str());
  return set;
}

void describeX86(Target& target, const std::set<std::string>& features) {
  auto has = [&](const char* name) { return features.count(name) > 0; };
  bool wide = has("avx512f") && has("avx512vl") && has("avx512dq") && has("avx512bw");
  target.fusedMultiplyAdd = has("fma");
  target.vectorBits = wide ? 512 : has("avx2") && has("fma") ? 256 : 128;
  target.vectorRegisters = wide ? 32 : 16;
  target.pairProducts = wide && has("avx512bf16");
  target.quadProducts = (wide && has("avx512vnni")) || (target.vectorBits == 256 && has("avxvnni"));
  target.matrixUnit = wide && has("amx-tile") && has("amx-bf16") && has("amx-int8");
  for (const std::string& feature : features)
    target.features += (target.features.empty() ? "+" : ",+") + feature;
}

// False after a diagnostic.
bool isKnown(const std::string& cpu, bool x86, DiagnosticEngine& diags) {
  llvm::SmallVector<llvm::StringRef, 128> known;
  if (x86)
    llvm::X86::fillValidCPUArchList(known, /*Only64Bit=*/true);
  else
    llvm::AArch64::fillValidCPUArchList(known);
  if (std::find(known.begin(), known.end(), cpu) != known.end()) return true;
  std::vector<std::string> names(known.begin(), known.end());
  auto report = diags.report(diag::UnknownCpu, {}, cpu);
  if (std::string near = nearestName(cpu, names); !near.empty()) report.help("did you mean '" + near + "'?");
  return false;
}

} // namespace

std::vector<std::string> Target::featureNames() const {
  std::vector<std::string> names;
  for (size_t begin = 0; begin < features.size();) {
    const size_t end = std::min(features.find(',', begin), features.size());
    if (features[begin] == '+') names.push_back(features.substr(begin + 1, end - begin - 1));
    begin = end + 1;
  }
  return names;
}

uint64_t Target::instructionSets() const {
  static constexpr std::string_view known[] = {
#define CONVOY_INSTRUCTION_SET(name, leaf, subleaf, where, bit, state) name,
#include "core/instruction_sets.def"
  };
  uint64_t bits = 0;
  if (!x86) return bits;
  for (const std::string& name : featureNames())
    if (const auto at = std::find(std::begin(known), std::end(known), name); at != std::end(known))
      bits |= uint64_t{1} << (at - std::begin(known));
  return bits;
}

Target withoutMatrixUnit(Target target) {
  std::string kept;
  for (const std::string& name : target.featureNames())
    if (name.compare(0, 4, "amx-") != 0) kept += (kept.empty() ? "+" : ",+") + name;
  target.features = kept;
  target.matrixUnit = false;
  return target;
}

Machine machineHere(int vectorBits) {
  const llvm::Triple host(llvm::sys::getDefaultTargetTriple());
  Machine machine =
      host.getArch() == llvm::Triple::x86_64 ? machineOf(hostFeatures(), vectorBits) : machineOfAarch64();
  measureCaches(machine);
  measureClock(machine);
  return machine;
}

std::optional<Target> makeTarget(const std::string& tripleText, const std::string& cpuText,
                                 DiagnosticEngine& diags) {
  llvm::Triple host(llvm::sys::getDefaultTargetTriple());
  llvm::Triple triple(tripleText.empty() ? host.str() : llvm::Triple::normalize(tripleText));
  Target target;
  target.triple = triple.str();
  target.x86 = triple.getArch() == llvm::Triple::x86_64;
  if ((!target.x86 && triple.getArch() != llvm::Triple::aarch64) || !triple.isOSBinFormatELF()) {
    diags.report(diag::UnknownTarget, {}, triple.str())
        .help("x86_64 and aarch64 are supported, on systems with ELF files such as Linux");
    return std::nullopt;
  }
  std::string plainest = target.x86 ? "x86-64" : "generic";
  std::string cpu = !cpuText.empty() ? cpuText : triple.getArch() == host.getArch() ? "native" : plainest;
  bool native = cpu == "native";
  if (native && triple.getArch() != host.getArch()) {
    diags.report(diag::NativeForeign, {}, triple.str())
        .help("name a processor, or leave -mcpu out for one that runs everywhere");
    return std::nullopt;
  }
  if (!native && cpu != plainest && !isKnown(cpu, target.x86, diags)) return std::nullopt;
  if (!target.x86) {
    target.cpu = target.tune = native ? llvm::sys::getHostCPUName().str() : cpu;
    target.features = "+neon";
    target.vectorRegisters = 32;
    target.fusedMultiplyAdd = true;
    target.machine = machineOfAarch64();
    if (native) target.machine = machineHere(target.vectorBits);
    return target;
  }
  target.cpu = native ? llvm::sys::getHostCPUName().str() : cpu;
  std::set<std::string> features = native ? hostFeatures() : featuresOf(cpu);
  target.tune = native ? modelOf(features, target.cpu) : cpu;
  describeX86(target, features);
  target.machine = native ? machineHere(target.vectorBits) : machineOf(features, target.vectorBits);
  return target;
}

} // namespace convoy
