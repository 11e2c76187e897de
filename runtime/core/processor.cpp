// Whether this processor can run what a pipeline was compiled for.
#include "convoy/runtime.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace {

// The highest instruction_level that the processor has and the operating system saves the registers of.
int32_t processorLevel() {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned fma = 1U << 12, osSaves = 1U << 27;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & osSaves)) return 0;
  const bool hasFma = c & fma;
  unsigned saved = 0, high = 0;
  __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  constexpr unsigned ymm = 0x6, zmm = 0xe6;
  constexpr unsigned avx2 = 1U << 5, avx512 = 1U << 16 | 1U << 17 | 1U << 30 | 1U << 31; // F, DQ, BW, VL
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !hasFma || !(b & avx2) || (saved & ymm) != ymm) return 0;
  return (b & avx512) == avx512 && (saved & zmm) == zmm ? 4 : 3;
#else
  return 0;
#endif
}

} // namespace

extern "C" int32_t convoy_check_processor(const convoy_pipeline* pipeline) {
  return pipeline->instruction_level <= processorLevel() ? CONVOY_OK : CONVOY_ERROR_CPU;
}
