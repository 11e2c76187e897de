// pow over pairs of floats: all pairs of special ones, and pairs of random bit patterns.
#include "measure.h"
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace convoy::math_test {

namespace {

// Bases and exponents around which C's pow has a rule, or changes from one result to the next.
std::vector<float> special() {
  std::vector<float> all;
  constexpr float inf = std::numeric_limits<float>::infinity(), tiny = std::numeric_limits<float>::min();
  for (float v : {0.0f,       tiny,        0.25f,       0.5f,  0.99999994f,   1.0f,   1.0000001f, 1.5f,
                  2.0f,       2.5f,        3.0f,        4.0f,  127.0f,        128.0f, 149.0f,     8388607.0f,
                  8388608.5f, 16777215.0f, 16777216.0f, 1e30f, 3.4028235e38f, inf})
    all.push_back(v), all.push_back(-v);
  all.push_back(std::numeric_limits<float>::quiet_NaN());
  while (all.size() % 16) all.push_back(1);
  return all;
}

void check(const std::vector<Compiled>& compiled, const std::vector<float>& x, const std::vector<float>& y,
           std::vector<Worst>& worst) {
  std::vector<float> result(x.size()), first;
  std::vector<double> exact(x.size());
  for (size_t i = 0; i < x.size(); ++i)
    exact[i] = std::pow(static_cast<double>(flushed(x[i])), static_cast<double>(flushed(y[i])));
  for (size_t k = 0; k < compiled.size(); ++k) {
    compiled[k].run(x.data(), y.data(), result.data(), static_cast<int64_t>(x.size()));
    for (size_t i = 0; i < x.size(); ++i)
      worst[k].take(compiled[k].fused() ? powFused : powUnfused, x[i], y[i], result[i], exact[i]);
  }
}

TEST(Pow, IsWithinItsBound) {
  const std::vector<Compiled> compiled =
      compileAll([](schedule::Vec x, schedule::Vec y) { return schedule::pow(x, y); });
  std::vector<Worst> worst(compiled.size());
  std::vector<float> values = special();
  for (float y : values) check(compiled, values, std::vector<float>(values.size(), y), worst);

  std::mt19937_64 random(1);
  const bool isLong = std::getenv("CONVOY_TEST_LONG") != nullptr;
  const size_t rounds = isLong ? 40000 : 400, n = 4096;
  std::vector<float> x(n), y(n);
  std::uniform_real_distribution<double> exponent(-1.05, 1.05);
  for (size_t round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < n; ++i) {
      uint64_t bits = random();
      uint32_t a = static_cast<uint32_t>(bits), b = static_cast<uint32_t>(bits >> 32);
      if (round % 4) a &= 0x7fffffff; // more positive bases than negative ones
      std::memcpy(&x[i], &a, 4), std::memcpy(&y[i], &b, 4);
      // Mostly exponents whose results are neither infinite nor zero.
      if (round % 8 && x[i] != 1)
        y[i] = static_cast<float>(exponent(random) * 128 / std::log2(std::fabs(x[i])));
      if (round % 8 == 3) y[i] = std::round(y[i]);
    }
    check(compiled, x, y, worst);
  }
  double most[2] = {0, 0};
  for (size_t k = 0; k < compiled.size(); ++k) {
    bool isFused = compiled[k].fused();
    EXPECT_LE(worst[k].ulps, (isFused ? powFused : powUnfused).ulps)
        << compiled[k].name() << ": pow(" << worst[k].at << ", " << worst[k].at2 << ") is " << worst[k].result
        << ", not " << worst[k].exact;
    EXPECT_EQ(worst[k].wrong, "") << compiled[k].name();
    most[isFused] = std::max(most[isFused], worst[k].ulps);
  }
  std::printf("%-16s %.3f ulp with fused multiply-adds, %.3f without\n", "pow", most[1], most[0]);
}

} // namespace

} // namespace convoy::math_test
