#include "measure/machine.h"
#include "measure/samples.h"
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace convoy::measure {

namespace {

constexpr size_t line = 64; // bytes of a cache line, on every processor that is compiled for

// 64 bytes; the compiler writes it with the vectors that the build allows.
using Line = float __attribute__((vector_size(line), may_alias));

struct Aligned {
  explicit Aligned(size_t bytes) : size(bytes / (4 * line) * (4 * line)) {
    data.reset(static_cast<char*>(std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096)));
    if (data) std::memset(data.get(), 0, size); // so that every page is there
  }
  Line* lines() const { return reinterpret_cast<Line*>(data.get()); }
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  std::unique_ptr<char, Free> data;
  size_t size; // whole groups of four lines
};

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f")))
WIDE void read512(const Line* from, size_t lines) {
  __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a;
  for (const Line* end = from + lines; from != end; from += 4) {
    const auto* p = reinterpret_cast<const float*>(from);
    a = _mm512_max_ps(a, _mm512_load_ps(p));
    b = _mm512_max_ps(b, _mm512_load_ps(p + 16));
    c = _mm512_max_ps(c, _mm512_load_ps(p + 32));
    d = _mm512_max_ps(d, _mm512_load_ps(p + 48));
  }
  asm volatile("" ::"v"(_mm512_max_ps(_mm512_max_ps(a, b), _mm512_max_ps(c, d))));
}
// The kind of stores is a constant: in a branch, the optimizer would make one ordinary store of both.
template <Stores stores> WIDE void copy512(Line* to, const Line* from, size_t lines) {
  for (size_t i = 0; i < lines; ++i) {
    const __m512 v = _mm512_load_ps(reinterpret_cast<const float*>(from + i));
    auto* p = reinterpret_cast<float*>(to + i);
    if constexpr (stores == Stores::Streaming)
      _mm512_stream_ps(p, v);
    else
      _mm512_store_ps(p, v);
  }
  _mm_sfence();
}
bool wide() { return __builtin_cpu_supports("avx512f"); }
#else
void read512(const Line*, size_t) {}
template <Stores> void copy512(Line*, const Line*, size_t) {}
bool wide() { return false; }
#endif

void readLines(const Line* from, size_t lines) {
  if (wide()) return read512(from, lines);
  Line sum[4] = {};
  for (size_t i = 0; i < lines; i += 4)
    for (size_t k = 0; k < 4; ++k) sum[k] += from[i + k];
  for (const Line& s : sum) asm volatile("" ::"m"(s));
}

template <Stores stores> void copyLines(Line* to, const Line* from, size_t lines) {
  if (wide()) return copy512<stores>(to, from, lines);
  for (size_t i = 0; i < lines; ++i) {
    if constexpr (stores == Stores::Streaming)
      __builtin_nontemporal_store(from[i], to + i);
    else
      to[i] = from[i];
  }
  asm volatile("" ::: "memory");
}

// GB/s of the best pass over so many bytes; small ranges are passed over often enough for the clock.
double best(size_t bytes, const std::function<void()>& pass) {
  const size_t repeat = std::max<size_t>(1, (size_t{4} << 20) / bytes);
  const auto passes = [&] {
    for (size_t i = 0; i < repeat; ++i) pass();
  };
  passes();
  return static_cast<double>(bytes * repeat) / sample(passes, {0.1, 5, 1000}).least / 1e9;
}

size_t cacheSize(int name) {
  const long bytes = sysconf(name);
  return bytes > 0 ? static_cast<size_t>(bytes) : 0;
}

} // namespace

double readBandwidth(size_t bytes) {
  const Aligned from(bytes);
  if (!from.data || !from.size) return 0;
  return best(from.size, [&] { readLines(from.lines(), from.size / line); });
}

double copyBandwidth(size_t bytes, Stores stores) {
  const Aligned from(bytes / 2), to(bytes / 2);
  if (!from.data || !to.data || !from.size) return 0;
  return best(2 * from.size, [&] {
    if (stores == Stores::Streaming)
      copyLines<Stores::Streaming>(to.lines(), from.lines(), from.size / line);
    else
      copyLines<Stores::Ordinary>(to.lines(), from.lines(), from.size / line);
  });
}

Caches caches() {
  return {cacheSize(_SC_LEVEL1_DCACHE_SIZE), cacheSize(_SC_LEVEL2_CACHE_SIZE),
          cacheSize(_SC_LEVEL3_CACHE_SIZE)};
}

void evict(const void* data, size_t bytes) {
  const auto begin = reinterpret_cast<uintptr_t>(data) / line * line,
             end = reinterpret_cast<uintptr_t>(data) + bytes;
  for (uintptr_t at = begin; at < end; at += line) {
#if defined(__x86_64__)
    _mm_clflush(reinterpret_cast<const void*>(at));
#elif defined(__aarch64__)
    asm volatile("dc civac, %0" ::"r"(at) : "memory");
#endif
  }
#if defined(__x86_64__)
  _mm_mfence();
#elif defined(__aarch64__)
  asm volatile("dsb sy" ::: "memory");
#endif
}

} // namespace convoy::measure
