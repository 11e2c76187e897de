// What this processor can run, and what the system lets this process use of it. Also an object of its own,
// which the compiler puts into artifacts with several versions; so it needs no library.
#include "processor.h"
#include "convoy/runtime.h"
#include <stddef.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#endif

// In artifacts, what is not hidden by a namespace: each has it, and none shows it.
#if defined(CONVOY_ARTIFACT)
#define CONVOY_IN_ARTIFACT __attribute__((weak, visibility("hidden")))
#else
#define CONVOY_IN_ARTIFACT
#endif

namespace convoy {

namespace {

enum Register : uint8_t { A, B, C, D };
// Bits of XCR0: what is saved of a thread when another one runs.
enum State : uint64_t { General = 0, Ymm = 0x6, Zmm = 0xe6, Tiles = 0x60000 };

struct InstructionSet {
  uint32_t leaf, subleaf;
  Register where;
  uint8_t bit;
  State state;
};

constexpr InstructionSet instructionSets[] = {
#define CONVOY_INSTRUCTION_SET(name, leaf, subleaf, where, bit, state) {leaf, subleaf, where, bit, state},
#include "instruction_sets.def"
};
constexpr size_t count = sizeof instructionSets / sizeof *instructionSets;
static_assert(count <= 64, "a bit for each");

uint64_t savedStateOf(const Processor& processor) {
  uint32_t registers[4];
  processor.cpuid(1, 0, registers);
  constexpr uint32_t canBeAsked = 1U << 27; // OSXSAVE
  return registers[C] & canBeAsked ? processor.savedState() : 0;
}

// The instruction sets of the processor whose registers the system saves.
uint64_t presentIn(const Processor& processor) {
  const uint64_t saved = savedStateOf(processor);
  uint64_t present = 0;
  uint32_t registers[4];
  for (size_t i = 0; i < count; ++i) {
    const InstructionSet& set = instructionSets[i];
    // Virtual machines take long to answer.
    if (i == 0 || set.leaf != instructionSets[i - 1].leaf || set.subleaf != instructionSets[i - 1].subleaf)
      processor.cpuid(set.leaf, set.subleaf, registers);
    if (registers[set.where] >> set.bit & 1 && (saved & set.state) == set.state) present |= uint64_t{1} << i;
  }
  return present;
}

bool wantsTiles(uint64_t version) {
  for (size_t i = 0; i < count; ++i)
    if (version >> i & 1 && instructionSets[i].state == Tiles) return true;
  return false;
}

} // namespace

CONVOY_IN_ARTIFACT int32_t chooseVersion(const uint64_t* versions, int32_t versionCount,
                                         const Processor& processor) {
  const uint64_t present = presentIn(processor);
  for (int32_t i = 0; i < versionCount; ++i)
    if ((versions[i] & ~present) == 0 && (!wantsTiles(versions[i]) || processor.allowTiles())) return i;
  return -1;
}

namespace {

#if defined(__x86_64__)
void cpuidHere(uint32_t leaf, uint32_t subleaf, uint32_t registers[4]) {
  if (!__get_cpuid_count(leaf, subleaf, &registers[A], &registers[B], &registers[C], &registers[D]))
    registers[A] = registers[B] = registers[C] = registers[D] = 0;
}

uint64_t savedStateHere() {
  uint32_t low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

// The registers of tiles are large, so Linux saves them for processes that ask: once, for all threads and for
// children that fork makes. It refuses where a signal handler's own stack is too small for them.
bool allowTilesHere() {
#if defined(__linux__)
  constexpr long requestPermission = 0x1023, tileData = 18; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  long result = SYS_arch_prctl;
  __asm__ volatile("syscall" : "+a"(result) : "D"(requestPermission), "S"(tileData) : "rcx", "r11", "memory");
  return result == 0;
#else
  return true;
#endif
}
#else
void cpuidHere(uint32_t, uint32_t, uint32_t registers[4]) {
  for (int i = 0; i < 4; ++i) registers[i] = 0;
}
uint64_t savedStateHere() { return 0; }
bool allowTilesHere() { return false; }
#endif

} // namespace

} // namespace convoy

extern "C" CONVOY_IN_ARTIFACT int32_t convoy_choose_version(const uint64_t* versions, int32_t count) {
  return convoy::chooseVersion(versions, count,
                               {convoy::cpuidHere, convoy::savedStateHere, convoy::allowTilesHere});
}

#if !defined(CONVOY_ARTIFACT)
extern "C" int32_t convoy_check_processor(const convoy_pipeline* pipeline) {
  const int32_t version = convoy_choose_version(pipeline->versions, pipeline->version_count);
  return version >= 0 ? CONVOY_OK : CONVOY_ERROR_CPU;
}
#endif
