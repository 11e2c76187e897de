// memory lower bounds for the image items: 1:1 copy (temporal / NT stores) and 4:1 (2x2 avg) at exact image
// sizes, rows split over T threads
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
static std::pair<double, double> bench(int T, int reps, std::function<void(int)> f) {
  std::vector<double> m(reps, 0), st(T * reps), en(T * reps);
  std::atomic<int> bar{0};
  std::vector<std::thread> v;
  for (int t = 0; t < T; t++)
    v.emplace_back([&, t] {
      pin(t);
      for (int w = 0; w < 3; w++) f(t);
      for (int r = 0; r < reps; r++) {
        bar++;
        while (bar.load() < T * (2 * r + 1)) _mm_pause();
        double a = now();
        f(t);
        en[r * T + t] = now();
        st[r * T + t] = a;
        bar++;
        while (bar.load() < T * (2 * r + 2)) _mm_pause();
      }
    });
  for (auto& t : v) t.join();
  for (int r = 0; r < reps; r++) {
    double a = 1e30, b = 0;
    for (int t = 0; t < T; t++) {
      a = std::min(a, st[r * T + t]);
      b = std::max(b, en[r * T + t]);
    }
    m[r] = b - a;
  }
  std::sort(m.begin(), m.end());
  return {m[reps / 2] * 1e3, m[0] * 1e3};
}
int main() {
  int S[2][2] = {{4096, 4096}, {1920, 1080}};
  for (auto& wh : S)
    for (int T = 1; T <= 2; T++) {
      size_t W = wh[0], H = wh[1], n = W * H;
      float *a = (float*)aligned_alloc(4096, (n * 4 + 4095) & ~4095ul),
            *b = (float*)aligned_alloc(4096, (n * 4 + 4095) & ~4095ul);
      memset(a, 1, n * 4);
      memset(b, 1, n * 4);
      int reps = n > 4000000 ? 81 : 401;
      auto pr = [&](const char* w, const char* p, double by, std::pair<double, double> r) {
        printf("{\"work\":\"%s\",\"peer\":\"%s\",\"version\":\"membound.cpp\",\"threads\":%d,\"ms_median\":%."
               "5f,\"ms_min\":%.5f,\"reps\":%d,\"shape\":\"%zux%zu\",\"min_bytes\":%.0f,\"GBps\":%.2f}\n",
               w, p, T, r.first, r.second, reps, W, H, by, by / r.first * 1e-6);
        fflush(stdout);
      };
      auto lo = [&](int t) { return H * t / T / 2 * 2; };
      pr("F0_copy", "bound: copy temporal", 2. * n * 4, bench(T, reps, [&](int t) {
           size_t s = lo(t) * W, e = (t + 1 == T ? H : lo(t + 1)) * W;
           for (size_t i = s; i < e; i += 16) _mm512_storeu_ps(b + i, _mm512_loadu_ps(a + i));
           asm volatile("" ::: "memory");
         }));
      pr("F0_copy", "bound: copy NT stores", 2. * n * 4, bench(T, reps, [&](int t) {
           size_t s = lo(t) * W, e = (t + 1 == T ? H : lo(t + 1)) * W;
           for (size_t i = s; i < e; i += 16) _mm512_stream_ps(b + i, _mm512_loadu_ps(a + i));
           _mm_sfence();
         }));
      for (int nt = 0; nt < 2; nt++)
        pr("F0_read4_write1", nt ? "bound: 4:1 NT stores" : "bound: 4:1 temporal", 1.25 * n * 4,
           bench(T, reps, [&](int t) {
             size_t y0 = lo(t), y1 = t + 1 == T ? H : lo(t + 1);
             for (size_t y = y0; y < y1; y += 2) {
               const float *p = a + y * W, *q = p + W;
               float* o = b + (y / 2) * (W / 2);
               for (size_t x = 0; x < W; x += 32) {
                 __m512 u = _mm512_add_ps(_mm512_loadu_ps(p + x), _mm512_loadu_ps(q + x)),
                        v = _mm512_add_ps(_mm512_loadu_ps(p + x + 16), _mm512_loadu_ps(q + x + 16));
                 u = _mm512_max_ps(u, v);
                 if (nt)
                   _mm512_stream_ps(o + x / 2, u);
                 else
                   _mm512_storeu_ps(o + x / 2, u);
               }
             }
             _mm_sfence();
           }));
      free(a);
      free(b);
    }
}
