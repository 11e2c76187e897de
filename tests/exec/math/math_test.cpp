// Elementary functions of one operand over the whole range of floats: every 257th bit pattern and all around
// powers of two, with CONVOY_TEST_LONG every one. Processors with a fused multiply-add must give the same
// bits in every width, and so must those without.
#include "measure.h"
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>
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
  std::vector<std::vector<Worst>> worst(threads, std::vector<Worst>(2)); // not fused, fused
  std::vector<std::string> differs(threads);

  auto work = [&](unsigned number) {
    constexpr size_t n = Patterns::chunk;
    std::vector<float> x(n), y(n), judged[2];
    std::vector<double> exact(n);
    for (uint64_t c = number; c < patterns.chunks(); c += threads) {
      for (size_t i = 0; i < n; ++i) {
        x[i] = patterns.at(c * n + i);
        exact[i] = f.exact(flushed(x[i]));
      }
      judged[0].clear(), judged[1].clear();
      for (size_t k = 0; k < compiled.size(); ++k) {
        const bool fused = compiled[k].fused();
        compiled[k].run(x.data(), x.data(), y.data(), n);
        if (std::vector<float>& first = judged[fused]; !first.empty()) {
          for (size_t i = 0; i < n && differs[number].empty(); ++i)
            if (std::memcmp(&y[i], &first[i], 4) != 0 && isWanted(f, x[i]) && !std::isnan(y[i]))
              differs[number] = compiled[k].name() + " differs at " + std::to_string(x[i]);
          continue;
        }
        for (size_t i = 0; i < n; ++i)
          if (isWanted(f, x[i]))
            worst[number][fused].take(fused ? f.fused : f.unfused, x[i], x[i], y[i], exact[i]);
        judged[fused] = y;
      }
    }
  };
  std::vector<std::thread> pool;
  for (unsigned t = 0; t < threads; ++t) pool.emplace_back(work, t);
  for (std::thread& t : pool) t.join();

  for (unsigned t = 0; t < threads; ++t) EXPECT_EQ(differs[t], "");
  double most[2] = {0, 0};
  for (bool fused : {false, true}) {
    Worst all;
    for (unsigned t = 0; t < threads; ++t) all.merge(worst[t][fused]);
    EXPECT_LE(all.ulps, (fused ? f.fused : f.unfused).ulps)
        << (fused ? "fused" : "not fused") << ": f(" << all.at << ") is " << all.result << ", not "
        << all.exact;
    EXPECT_EQ(all.wrong, "") << (fused ? "fused" : "not fused");
    most[fused] = all.ulps;
  }
  std::printf("%-16s %.3f ulp with fused multiply-adds, %.3f without\n", f.name, most[1], most[0]);
}

std::string textOf(const Bound& bound) {
  std::ostringstream text;
  text << bound.ulps;
  if (bound.absolute > 0) text << " + 2^" << std::ilogb(bound.absolute);
  return text.str();
}

TEST(Numerics, ThePageHasTheBounds) {
  std::ifstream file(CONVOY_NUMERICS_PAGE);
  std::set<std::string> rows;
  bool inTable = false;
  for (std::string line; std::getline(file, line);) {
    inTable = line.rfind("| function | with fused multiply-add |", 0) == 0 || (inTable && !line.empty());
    if (inTable && line.rfind("| `", 0) == 0) rows.insert(line);
  }
  std::set<std::string> wanted;
  auto add = [&](const std::string& name, const Bound& fused, const Bound& unfused) {
    wanted.insert("| `" + name + "` | " + textOf(fused) + " | " + textOf(unfused) + " |");
  };
  for (const Function& f : functions()) add(f.name, f.fused, f.unfused);
  add("pow", powFused, powUnfused);
  EXPECT_EQ(rows, wanted);
}

} // namespace

} // namespace convoy::math_test
