#include "target/machine.h"
#include <algorithm>
#include <fstream>
#include <string>
#include <unistd.h>

namespace convoy {

namespace {

// Each row is a family, told by a feature that it has and those above it have not. Ports and bandwidths are
// those of vectors of the width that is used there: docs/cost.md says where the figures come from.
struct Family {
  const char* feature;
  const char* model; // as LLVM names it; null: the machine's own name will do
  int vectorBits;    // that it computes with at full rate; wider vectors take a turn for each part
  Machine machine;
};

constexpr int64_t KiB = 1 << 10, MiB = 1 << 20;

const Family families[] = {
    {"amx-tile", "sapphirerapids", 512, {2, 2, 4, 48 * KiB, 2 * MiB, 32 * MiB, 48, 8, 4, 1, 0, 3.5}},
    {"avx512fp16", "sapphirerapids", 512, {2, 2, 4, 48 * KiB, 2 * MiB, 32 * MiB, 48, 8, 4, 1, 0, 3.5}},
};

// Processors with SSE4a are AMD's.
const Family amdFamilies[] = {
    {"avx512vp2intersect", "znver5", 512, {2, 2, 4, 48 * KiB, 1 * MiB, 32 * MiB, 48, 24, 7.5, 1, 2, 4.0}},
    {"avx512bf16", "znver4", 256, {2, 2, 4, 32 * KiB, 1 * MiB, 32 * MiB, 30, 24, 7.5, 1, 2, 3.7}},
    {"vaes", "znver3", 256, {2, 2, 4, 32 * KiB, 512 * KiB, 32 * MiB, 28, 20, 6, 1, 2, 3.4}},
    {"avx2", "znver2", 256, {2, 2, 5, 32 * KiB, 512 * KiB, 16 * MiB, 28, 16, 6, 1, 2, 3.3}},
};

const Family otherFamilies[] = {
    {"avx512bitalg", nullptr, 512, {2, 2, 4, 48 * KiB, 1280 * KiB, 24 * MiB, 48, 8, 4, 1, 0, 3.2}},
    {"avx512f", nullptr, 512, {2, 2, 4, 32 * KiB, 1 * MiB, 16 * MiB, 40, 7, 6, 1, 0, 3.0}},
    {"avx2", nullptr, 256, {2, 2, 4, 32 * KiB, 256 * KiB, 8 * MiB, 28, 9, 5, 1, 0, 3.5}},
};

const Family* familyOf(const std::set<std::string>& features) {
  auto find = [&](const auto& rows) -> const Family* {
    for (const Family& family : rows)
      if (features.count(family.feature)) return &family;
    return nullptr;
  };
  if (const Family* family = find(families)) return family;
  return features.count("sse4a") ? find(amdFamilies) : find(otherFamilies);
}

} // namespace

std::string modelOf(const std::set<std::string>& features, const std::string& name) {
  const Family* family = familyOf(features);
  return family && family->model ? family->model : name;
}

Machine machineOf(const std::set<std::string>& features, int vectorBits) {
  const Family* family = familyOf(features);
  if (!family) return {}; // SSE alone: a product and a sum for a multiply-add
  Machine machine = family->machine;
  if (vectorBits > family->vectorBits) {
    int turns = vectorBits / family->vectorBits;
    machine.fmaPerCycle = std::max(1, machine.fmaPerCycle / turns);
    machine.loadsPerCycle = std::max(1, machine.loadsPerCycle / turns);
    machine.storesPerCycle /= turns;
    machine.addsPerCycle /= turns;
  }
  return machine;
}

// Arm's larger server cores: four units of 128 bits, three loads.
Machine machineOfAarch64() { return {4, 3, 4, 64 * KiB, 1 * MiB, 32 * MiB, 32, 10, 5, 2, 0, 2.6}; }

namespace {

// "32768K", as Linux writes a size; 0 where there is none.
int64_t cacheSize(const std::string& file) {
  std::ifstream text(file);
  int64_t size = 0;
  char unit = ' ';
  if (!(text >> size)) return 0;
  text >> unit;
  return size * (unit == 'K' ? KiB : unit == 'M' ? MiB : 1);
}

} // namespace

// What the system lists is the cache that this core reaches. The C library may add up those of several groups
// of cores, so that it is asked only where nothing is listed.
void measureCaches(Machine& machine) {
  auto measure = [](int index, int what, int64_t& size) {
    int64_t bytes = cacheSize("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/size");
    if (bytes == 0) bytes = sysconf(what);
    if (bytes > 0) size = bytes;
  };
  measure(0, _SC_LEVEL1_DCACHE_SIZE, machine.level1); // 1 is that of instructions
  measure(2, _SC_LEVEL2_CACHE_SIZE, machine.level2);
  measure(3, _SC_LEVEL3_CACHE_SIZE, machine.level3);
}

void measureClock(Machine& machine) {
  std::ifstream text("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq");
  double kilohertz = 0;
  if (!(text >> kilohertz) || kilohertz <= 0) return;
  machine.clock = kilohertz / 1e6;
  machine.clockIsKnown = true;
}

} // namespace convoy
