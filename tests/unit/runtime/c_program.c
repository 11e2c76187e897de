/* A C program that uses the runtime core: it links with libc and threads alone. */
#include "convoy/runtime.h"

#include <stdio.h>

static void addRange(void* context, int64_t begin, int64_t end) {
  int64_t* squares = context;
  for (; begin < end; ++begin) squares[begin] = begin * begin;
}

int main(void) {
  enum { count = 1000 };
  int64_t* squares = convoy_allocate(count * sizeof *squares);
  convoy_pool* pool = convoy_pool_create(2);
  if (!squares || !pool) return 1;
  const convoy_executor* executor = convoy_pool_executor(pool);
  executor->parallel(executor->self, addRange, squares, count, 1);
  int wrong = 0;
  for (int64_t i = 0; i < count; ++i) wrong += squares[i] != i * i;
  convoy_pool_destroy(pool);
  convoy_release(squares);
  printf("%d passed, %d failed\n", wrong == 0, wrong != 0);
  return wrong != 0;
}
