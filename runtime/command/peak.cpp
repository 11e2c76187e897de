#include "peak.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <new>

namespace convoy::command {

namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

// `repeat` times twelve (24) independent multiply-adds; the compiler cannot touch any of them. The latency of
// 4 cycles on two ports needs 8 at once.
#if defined(__x86_64__)
#define FMA(form, target) "vfmadd231ps %%" form "0, %%" form "1, %%" form target "\n\t"
#define FMAS(form)                                                                                           \
  FMA(form, "2")                                                                                             \
  FMA(form, "3")                                                                                             \
  FMA(form, "4")                                                                                             \
  FMA(form, "5")                                                                                             \
  FMA(form, "6")                                                                                             \
  FMA(form, "7")                                                                                             \
  FMA(form, "8") FMA(form, "9") FMA(form, "10") FMA(form, "11") FMA(form, "12") FMA(form, "1"                \
                                                                                          "3")
#define ZERO(n) "vxorps %%xmm" #n ", %%xmm" #n ", %%xmm" #n "\n\t"
#define ZEROS                                                                                                \
  ZERO(0)                                                                                                    \
  ZERO(1) ZERO(2) ZERO(3) ZERO(4) ZERO(5) ZERO(6) ZERO(7) ZERO(8) ZERO(9) ZERO(10) ZERO(11) ZERO(12) ZERO(13)
#define CLOBBERS                                                                                             \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
      "xmm13", "cc"

double sample512(long repeat) {
  auto start = Clock::now();
  asm volatile(ZEROS "1:\n\t" FMAS("zmm") FMAS("zmm") "dec %0\n\tjnz 1b\n\tvzeroupper"
               : "+r"(repeat)
               :
               : CLOBBERS);
  return seconds(start);
}
double sample256(long repeat) {
  auto start = Clock::now();
  asm volatile(ZEROS "1:\n\t" FMAS("ymm") FMAS("ymm") "dec %0\n\tjnz 1b\n\tvzeroupper"
               : "+r"(repeat)
               :
               : CLOBBERS);
  return seconds(start);
}
#endif

} // namespace

double fmaPeakSample() {
#if defined(__x86_64__)
  constexpr long repeat = 200000;
  switch (fmaPeakBits()) {
  case 512: return repeat * 24 * 32.0 / sample512(repeat) / 1e9;
  case 256: return repeat * 24 * 16.0 / sample256(repeat) / 1e9;
  }
#endif
  return 0;
}

int fmaPeakBits() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return 512;
  if (__builtin_cpu_supports("fma")) return 256;
#endif
  return 0;
}

double fmaPeak() {
  double best = 0;
  for (int i = 0; i < 5; ++i) best = std::max(best, fmaPeakSample());
  return best;
}

double copyRate() {
  constexpr size_t bytes = size_t{48} << 20; // each way: more than the caches hold, or nearly
  const std::unique_ptr<char[]> from(new (std::nothrow) char[bytes]), to(new (std::nothrow) char[bytes]);
  if (!from || !to) return 0;
  memset(from.get(), 1, bytes);
  memset(to.get(), 2, bytes);
  double best = 0;
  for (int i = 0; i < 3; ++i) {
    const Clock::time_point start = Clock::now();
    memcpy(to.get(), from.get(), bytes);
    asm volatile("" ::"r"(to.get()) : "memory");
    best = std::max(best, 2.0 * bytes / seconds(start) / 1e9);
  }
  return best;
}

} // namespace convoy::command
