// Which version of a pipeline a processor may run. Apart from the processor itself so that it can be tested
// on made-up ones.
#ifndef CONVOY_CORE_PROCESSOR_H
#define CONVOY_CORE_PROCESSOR_H
#include <stdint.h>

namespace convoy {

struct Processor {
  // The four registers that CPUID gives, zeros for what it does not know.
  void (*cpuid)(uint32_t leaf, uint32_t subleaf, uint32_t registers[4]);
  // The registers that the system saves: XCR0. Only called when CPUID says that it can be asked.
  uint64_t (*savedState)();
  // Asks the system for the registers of matrix tiles. Only called when everything else is there.
  bool (*allowTiles)();
};

// The number of the first of `count` sets of instruction sets that all are there and may be used, or -1.
int32_t chooseVersion(const uint64_t* versions, int32_t count, const Processor& processor);

} // namespace convoy
#endif
