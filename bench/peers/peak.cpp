// measured fp32 FMA peak and STREAM-like bandwidth. build: g++ -O3 -march=native -pthread peak.cpp -o peak
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <immintrin.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <thread>
#include <vector>
using clk = std::chrono::steady_clock;
static double now() { return std::chrono::duration<double>(clk::now().time_since_epoch()).count(); }
static void pin(int c) {
  cpu_set_t s;
  CPU_ZERO(&s);
  CPU_SET(c, &s);
  pthread_setaffinity_np(pthread_self(), sizeof s, &s);
}
// 24 independent accumulators, reg-reg FMA
__attribute__((noinline)) static void fma512(long n) {
  asm volatile("vpxorq %%zmm0,%%zmm0,%%zmm0\n vpxorq %%zmm1,%%zmm1,%%zmm1\n"
               "1:\n"
#define F(i) "vfmadd231ps %%zmm0,%%zmm1,%%zmm" #i "\n"
               F(8) F(9) F(10) F(11) F(12) F(13) F(14) F(15) F(16) F(17) F(18) F(19) F(20) F(21) F(22) F(23)
                   F(24) F(25) F(26) F(27) F(28) F(29) F(30) F(31) "dec %0\n jnz 1b\n"
               : "+r"(n)::"zmm0", "zmm1", "zmm8", "zmm9", "zmm10", "zmm11", "zmm12", "zmm13", "zmm14",
                 "zmm15", "zmm16", "zmm17", "zmm18", "zmm19", "zmm20", "zmm21", "zmm22", "zmm23", "zmm24",
                 "zmm25", "zmm26", "zmm27", "zmm28", "zmm29", "zmm30", "zmm31");
}
// FMA with embedded broadcast memory operand from L1 (GEMM like)
__attribute__((noinline)) static void fma512b(long n, const float* p) {
  asm volatile("vmovups (%1),%%zmm0\n vmovups (%1),%%zmm1\n"
               "1:\n"
#define G(i, o) "vfmadd231ps " #o "(%1)%{1to16%},%%zmm1,%%zmm" #i "\n"
               G(8, 0) G(9, 4) G(10, 8) G(11, 12) G(12, 16) G(13, 20) G(14, 24) G(15, 28) G(16, 32) G(17, 36)
                   G(18, 40) G(19, 44) G(20, 48) G(21, 52) G(22, 56) G(23, 60) G(24, 64) G(25, 68) G(26, 72)
                       G(27, 76) G(28, 80) G(29, 84) G(30, 88) G(31, 92) "dec %0\n jnz 1b\n"
               : "+r"(n)
               : "r"(p)
               : "zmm0", "zmm1", "zmm8", "zmm9", "zmm10", "zmm11", "zmm12", "zmm13", "zmm14", "zmm15",
                 "zmm16", "zmm17", "zmm18", "zmm19", "zmm20", "zmm21", "zmm22", "zmm23", "zmm24", "zmm25",
                 "zmm26", "zmm27", "zmm28", "zmm29", "zmm30", "zmm31");
}
__attribute__((noinline)) static void fma256(long n) {
  asm volatile("vpxor %%ymm0,%%ymm0,%%ymm0\n vpxor %%ymm1,%%ymm1,%%ymm1\n"
               "1:\n"
#define H(i) "vfmadd231ps %%ymm0,%%ymm1,%%ymm" #i "\n"
               H(4) H(5) H(6) H(7) H(8) H(9) H(10) H(11) H(12) H(13) H(14) H(15) "dec %0\n jnz 1b\n"
               : "+r"(n)::"ymm0", "ymm1", "ymm4", "ymm5", "ymm6", "ymm7", "ymm8", "ymm9", "ymm10", "ymm11",
                 "ymm12", "ymm13", "ymm14", "ymm15");
}
__attribute__((noinline)) static void chain(long n) { // dependent adds: 1 cycle each -> core clock
  long x = 0;
  asm volatile("1:\n imul %1,%1\n imul %1,%1\n imul %1,%1\n imul %1,%1\n imul %1,%1\n imul %1,%1\n imul "
               "%1,%1\n imul %1,%1\n dec %0\n jnz 1b\n"
               : "+r"(n), "+r"(x));
}
static void par(int T, std::function<void(int)> f) {
  std::vector<std::thread> v;
  for (int t = 0; t < T; t++)
    v.emplace_back([=] {
      pin(t);
      f(t);
    });
  for (auto& t : v) t.join();
}
// run f repeatedly in T threads with common start; returns times per rep (max across threads)
static void bench(const char* name, int T, double work, const char* unit, int reps,
                  std::function<void(int)> f) {
  std::vector<std::vector<double>> tm(T, std::vector<double>(reps));
  std::atomic<int> bar{0};
  par(T, [&](int t) {
    for (int w = 0; w < 3; w++) f(t);
    for (int r = 0; r < reps; r++) {
      bar++;
      while (bar.load() < T * (2 * r + 1)) _mm_pause();
      double a = now();
      f(t);
      double b = now();
      tm[t][r] = b - a;
      bar++;
      while (bar.load() < T * (2 * r + 2)) _mm_pause();
    }
  });
  std::vector<double> m(reps);
  for (int r = 0; r < reps; r++) {
    m[r] = 0;
    for (int t = 0; t < T; t++) m[r] = std::max(m[r], tm[t][r]);
  }
  std::sort(m.begin(), m.end());
  printf("{\"work\":\"peak\",\"shape\":\"%s\",\"threads\":%d,\"unit\":\"%s\",\"median\":%.2f,\"max\":%.2f,"
         "\"ms_median\":%.4f,\"ms_min\":%.4f}\n",
         name, T, unit, work * T / m[reps / 2] * 1e-9, work * T / m[0] * 1e-9, m[reps / 2] * 1e3, m[0] * 1e3);
  fflush(stdout);
}
int main(int argc, char**) {
  float buf[64] __attribute__((aligned(64))) = {0};
  for (int T = 1; T <= 2; T++) {
    long n = 2000000;
    bench("fma512_reg", T, n * 24. * 32, "GFLOP/s", 41, [=](int) { fma512(n); });
    bench("fma512_bcast_l1", T, n * 24. * 32, "GFLOP/s", 41, [&](int) { fma512b(n, buf); });
    bench("fma256_reg", T, n * 12. * 16, "GFLOP/s", 41, [=](int) { fma256(n); });
    bench("clock_imul_chain", T, n * 24., "GHz(x threads)", 41, [=](int) { chain(n); });
  }
  if (argc > 1) return 0;
  size_t N = (size_t)256 << 20; // 256 MiB per array per thread
  std::vector<float*> a(2), b(2), c(2);
  for (int huge = 0; huge < 2; huge++) {
    for (int t = 0; t < 2; t++) {
      for (auto p : {&a[t], &b[t], &c[t]}) {
        *p = (float*)mmap(0, N, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (huge) madvise(*p, N, MADV_HUGEPAGE);
        memset(*p, 1, N);
      }
    }
    for (size_t sz : {(size_t)16 << 10, (size_t)512 << 10, (size_t)8 << 20, (size_t)32 << 20,
                      (size_t)64 << 20, (size_t)256 << 20})
      for (int T = 1; T <= 2; T++) {
        int inner = std::max<size_t>(1, ((size_t)256 << 20) / sz / 4);
        char nm[96];
        // copy: bytes counted = read + write (2*sz), no RFO counted
        snprintf(nm, 96, "copy_avx512 %zuKiB/array%s", sz >> 10, huge ? " THP" : "");
        bench(nm, T, 2. * sz * inner, "GB/s (r+w)", 21, [&](int t) {
          for (int k = 0; k < inner; k++) {
            float *s = a[t], *d = b[t];
            size_t n = sz / 4;
            for (size_t i = 0; i < n; i += 32) {
              __m512 x = _mm512_load_ps(s + i), y = _mm512_load_ps(s + i + 16);
              _mm512_store_ps(d + i, x);
              _mm512_store_ps(d + i + 16, y);
            }
            asm volatile("" ::: "memory");
          }
        });
        snprintf(nm, 96, "copy_nt %zuKiB/array%s", sz >> 10, huge ? " THP" : "");
        if (sz >= (8u << 20))
          bench(nm, T, 2. * sz * inner, "GB/s (r+w)", 21, [&](int t) {
            for (int k = 0; k < inner; k++) {
              float *s = a[t], *d = b[t];
              size_t n = sz / 4;
              for (size_t i = 0; i < n; i += 32) {
                __m512 x = _mm512_load_ps(s + i), y = _mm512_load_ps(s + i + 16);
                _mm512_stream_ps(d + i, x);
                _mm512_stream_ps(d + i + 16, y);
              }
              _mm_sfence();
            }
          });
        snprintf(nm, 96, "read %zuKiB%s", sz >> 10, huge ? " THP" : "");
        bench(nm, T, 1. * sz * inner, "GB/s (r)", 21, [&](int t) {
          for (int k = 0; k < inner; k++) {
            float* s = a[t];
            size_t n = sz / 4;
            __m512 x = _mm512_setzero_ps(), y = x, z = x, w = x;
            for (size_t i = 0; i < n; i += 64) {
              x = _mm512_add_ps(x, _mm512_load_ps(s + i));
              y = _mm512_add_ps(y, _mm512_load_ps(s + i + 16));
              z = _mm512_add_ps(z, _mm512_load_ps(s + i + 32));
              w = _mm512_add_ps(w, _mm512_load_ps(s + i + 48));
            }
            x = _mm512_add_ps(_mm512_add_ps(x, y), _mm512_add_ps(z, w));
            asm volatile("" ::"v"(x) : "memory");
          }
        });
      }
    for (int t = 0; t < 2; t++) {
      munmap(a[t], N);
      munmap(b[t], N);
      munmap(c[t], N);
    }
  }
}
