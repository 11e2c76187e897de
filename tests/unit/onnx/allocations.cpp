#include "allocations.h"
#include <algorithm>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

thread_local size_t total = 0, largest = 0;

} // namespace

void* operator new(size_t size) {
  void* memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  total += malloc_usable_size(memory);
  largest = std::max(largest, total);
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory) total -= malloc_usable_size(memory);
  std::free(memory);
}

void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace convoy::onnx::test {

Allocations::Allocations() { total = largest = 0; }

size_t Allocations::largestTotal() const { return largest; }

} // namespace convoy::onnx::test
