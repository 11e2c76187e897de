// Aligned memory for workspaces, prepared weights and images.
#include "convoy/runtime.h"

#include <stdlib.h>
#include <sys/mman.h>

namespace {

constexpr size_t hugePage = size_t{2} << 20;

size_t roundedUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

} // namespace

void* convoy_allocate(int64_t bytes) {
  constexpr int64_t most = int64_t{1} << 47; // more than any machine addresses
  if (bytes < 0 || bytes > most) return nullptr;
  const auto size = static_cast<size_t>(bytes);
  // Large memory asks for large pages: it is there sooner, and fewer translations are missed while it is
  // read.
  const bool large = size >= 2 * hugePage;
  // Whole cache lines, so that two buffers never share one.
  const size_t alignment = large ? hugePage : CONVOY_ALIGNMENT;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, roundedUp(size ? size : 1, CONVOY_ALIGNMENT)) != 0) return nullptr;
#ifdef MADV_HUGEPAGE
  if (large) madvise(memory, size / hugePage * hugePage, MADV_HUGEPAGE); // a wish: all is well without
#endif
  return memory;
}

void convoy_release(void* memory) { free(memory); }
