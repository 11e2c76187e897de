// Elementary functions of one operand over the whole range of floats: every 257th bit pattern and all around powers of
// two, with CONVOY_TEST_LONG every one. Processors with a fused multiply-add must give the same bits in every width.
#include "measure.h"
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <thread>

namespace convoy::math_test {

namespace {

class Math : public testing::TestWithParam<Function> {};
INSTANTIATE_TEST_SUITE_P(Functions, Math, testing::ValuesIn(functions()),
                         [](const auto& info) { return std::string(info.param.name); });

float fromBits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}

bool isWanted(const Function& f, float x) { return std::isnan(x) || (x >= f.from && x <= f.to); }

// Bit patterns in 0..2^32, in chunks.
class Patterns {
public:
  static constexpr uint64_t chunk = 4096;
  explicit Patterns(bool all) : step_(all ? 1 : 257) {}
  uint64_t chunks() const { return (count() + nearPowers + chunk - 1) / chunk; }
  // The number i, or 0.5 behind the last.
  float at(uint64_t i) const {
    if (i < count()) return fromBits(static_cast<uint32_t>(i * step_));
    i -= count();
    if (i >= nearPowers) return 0.5f;
    // 33 neighbours of every power of two, both signs.
    return fromBits(static_cast<uint32_t>((i / 33) << 23) + static_cast<uint32_t>(i % 33) - 16);
  }

private:
  static constexpr uint64_t nearPowers = 512 * 33;
  uint64_t count() const { return ((uint64_t{1} << 32) + step_ - 1) / step_; }
  uint64_t step_;
};

TEST_P(Math, IsWithinItsBound) {
  const Function& f = GetParam();
  const std::vector<Compiled> compiled =
      compileAll([&](schedule::Vec x, schedule::Vec) { return f.make(x); });
  ASSERT_FALSE(compiled.empty());
  const Patterns patterns(std::getenv("CONVOY_TEST_LONG") != nullptr);
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::vector<Worst>> worst(threads, std::vector<Worst>(compiled.size()));
  std::vector<std::string> differs(threads);

  auto work = [&](unsigned number) {
    constexpr size_t n = Patterns::chunk;
    std::vector<float> x(n), y(n), first(n);
    std::vector<double> exact(n);
    for (uint64_t c = number; c < patterns.chunks(); c += threads) {
      for (size_t i = 0; i < n; ++i) {
        x[i] = patterns.at(c * n + i);
        exact[i] = f.exact(flushed(x[i]));
      }
      bool haveFirst = false;
      for (size_t k = 0; k < compiled.size(); ++k) {
        compiled[k].run(x.data(), x.data(), y.data(), n);
        if (compiled[k].fused() && haveFirst) {
          // Judged already, if it is the same.
          for (size_t i = 0; i < n && differs[number].empty(); ++i)
            if (isWanted(f, x[i]) && std::memcmp(&y[i], &first[i], 4) != 0 && !std::isnan(y[i]))
              differs[number] = compiled[k].name() + " differs at " + std::to_string(x[i]);
          continue;
        }
        for (size_t i = 0; i < n; ++i)
          if (isWanted(f, x[i]))
            worst[number][k].take(compiled[k].fused() ? f.fused : f.unfused, x[i], x[i], y[i], exact[i]);
        if (compiled[k].fused()) first = y, haveFirst = true;
      }
    }
  };
  std::vector<std::thread> pool;
  for (unsigned t = 0; t < threads; ++t) pool.emplace_back(work, t);
  for (std::thread& t : pool) t.join();

  for (unsigned t = 0; t < threads; ++t) EXPECT_EQ(differs[t], "");
  double fused = 0, unfused = 0;
  for (size_t k = 0; k < compiled.size(); ++k) {
    Worst all;
    for (unsigned t = 0; t < threads; ++t) all.merge(worst[t][k]);
    const Bound& bound = compiled[k].fused() ? f.fused : f.unfused;
    EXPECT_LE(all.ulps, bound.ulps) << compiled[k].name() << ": f(" << all.at << ") is " << all.result << ", not "
                                    << all.exact;
    EXPECT_EQ(all.wrong, "") << compiled[k].name();
    double& most = compiled[k].fused() ? fused : unfused;
    most = std::max(most, all.ulps);
  }
  std::printf("%-16s %.3f ulp with fused multiply-adds, %.3f without\n", f.name, fused, unfused);
}

} // namespace

} // namespace convoy::math_test
