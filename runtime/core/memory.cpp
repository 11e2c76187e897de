// Aligned memory for workspaces, prepared weights and images.
#include "convoy/runtime.h"

#include <stdlib.h>

void* convoy_allocate(int64_t bytes) {
  constexpr int64_t most = int64_t{1} << 47; // more than any machine addresses
  if (bytes < 0 || bytes > most) return nullptr;
  // Whole cache lines, so that two buffers never share one.
  const size_t lines = (static_cast<size_t>(bytes) + CONVOY_ALIGNMENT - 1) / CONVOY_ALIGNMENT;
  void* memory = nullptr;
  if (posix_memalign(&memory, CONVOY_ALIGNMENT, (lines ? lines : 1) * CONVOY_ALIGNMENT) != 0) return nullptr;
  return memory;
}

void convoy_release(void* memory) { free(memory); }
