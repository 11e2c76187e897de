// Convolutions by Winograd's algorithm: maps of all small sizes, numbers that are hard for it, what follows
// in its kernels, and what its results have in common whatever the numbers are.
#include "compiled_text.h"
#include "scene.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace convoy::arithmetic {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

struct Processor {
  const char* cpu;
  int64_t tile; // results along an axis
  friend std::ostream& operator<<(std::ostream& s, const Processor& p) {
    return s << p.cpu << " F(" << p.tile << ")";
  }
};

std::string number(int64_t n) { return std::to_string(n); }

// Input channels, filters and what else the convolution has.
struct Layer {
  int64_t channels, filters;
  std::string attributes = "padding: 1";
};

class Winograd : public testing::TestWithParam<Processor> {
protected:
  void SetUp() override {
    if (!texts::runsHere(GetParam().cpu)) GTEST_SKIP() << texts::whyNotHere(GetParam().cpu);
  }
  static int64_t tile() { return GetParam().tile; }

  // "winograd blocked tile 4x2x1x3 order positions"
  static std::string algorithm(const std::string& order, const std::string& rest = "3x1x2") {
    return "winograd blocked tile " + number(tile()) + "x" + rest + (order.empty() ? "" : " order " + order);
  }
  // One convolution, of maps whose size is known when it runs.
  static Scene scene(const Layer& layer, const std::string& how) {
    return Scene("pipeline p(x: tensor[" + number(layer.channels) + ", H, W]) {\n  return x |> conv(" +
                     number(layer.filters) + ", kernel: 3x3, " + layer.attributes + ", name: \"c\")\n}\n",
                 "  kernel [x]: reorder blocked\n  kernel [c]: " + how + " writes planar\n", GetParam().cpu);
  }

  template <typename Make> static Rows draw(const std::vector<size_t>& sizes, Make make) {
    Rows all;
    for (size_t size : sizes) {
      all.emplace_back(size);
      for (float& x : all.back()) x = make();
    }
    return all;
  }
  float uniform() { return std::uniform_real_distribution<float>(-1, 1)(engine_); }
  float scaled(int low, int high) {
    return std::ldexp(uniform(), std::uniform_int_distribution<int>(low, high)(engine_));
  }

  // Every result is within its bound; the largest share of one.
  static double check(const Result& result) {
    double most = 0;
    int wrong = 0;
    for (size_t i = 0; i < result.actual.size() && wrong < 3; ++i) {
      const double bound = result.bounds[i], expected = result.expected[i];
      if (!(bound < static_cast<double>(infinity))) continue;
      const double error = std::fabs(static_cast<double>(result.actual[i]) - expected);
      if (!(error <= bound)) {
        ADD_FAILURE() << "result " << i << " is " << result.actual[i] << " and not " << expected
                      << ", off by " << error << " of " << bound;
        ++wrong;
      }
      if (bound > 0) most = std::max(most, error / bound);
    }
    return most;
  }
  static int64_t unbounded(const Result& result) {
    return std::count(result.bounds.begin(), result.bounds.end(), std::numeric_limits<double>::infinity());
  }

  template <typename Make> Result random(Scene& scene, const Sizes& sizes, int64_t batch, Make make) {
    return scene.run(draw(scene.parameterSizes(), make), draw(scene.inputSizes(batch, sizes), make), batch,
                     sizes);
  }

  std::mt19937 engine_{11};
};

TEST_P(Winograd, MapsOfAllSizes) {
  int orders = 0;
  for (const std::string padding : {"0", "1", "2", "[0, 2, 1, 0]"}) {
    Scene some = scene({5, 19, "padding: " + padding}, algorithm(++orders % 2 ? "positions" : "filters"));
    const int64_t least = padding == "0" ? 3 : padding[0] == '[' ? 2 : 1;
    for (int64_t h = least; h <= 20; ++h)
      for (int64_t w : {least, 1 + h * 7 % 20, 23 - h}) {
        if (w < least) continue;
        SCOPED_TRACE("padding " + padding + ", " + number(h) + "x" + number(w));
        check(random(some, {{"H", h}, {"W", w}}, 1 + (h + w) % 3, [&] { return uniform(); }));
      }
  }
}

TEST_P(Winograd, RandomNumbers) {
  Scene some = scene({64, 64}, algorithm("positions"));
  const Sizes sizes{{"H", 28}, {"W", 28}};
  const Rows parameters = draw(some.parameterSizes(), [&] { return uniform(); }),
             inputs = draw(some.inputSizes(1, sizes), [&] { return uniform(); });
  const Result result = some.run(parameters, inputs, 1, sizes);
  const double share = check(result);
  const std::vector<double> sums = magnitudes(some.graph(), inputs, 1, sizes);
  double worst = 0;
  for (size_t i = 0; i < sums.size(); ++i)
    worst = std::max(worst, std::fabs(static_cast<double>(result.actual[i]) - result.expected[i]) / sums[i]);
  // What docs/numerics.md says of practice.
  EXPECT_GT(share, 0.002);
  EXPECT_LT(share, 0.02);
  EXPECT_LT(worst, tile() == 2 ? 2e-7 : 4e-6);
}

// Pairs of channels whose products cancel but for the last bits.
TEST_P(Winograd, SumsThatCancel) {
  Scene some = scene({40, 20, "padding: 1, bias: false"}, algorithm("filters"));
  const Sizes sizes{{"H", 9}, {"W", 14}};
  const auto large = [&] { return std::ldexp(1 + uniform() / 4, 20); };
  Rows w = draw(some.parameterSizes(), large), x = draw(some.inputSizes(1, sizes), large);
  const size_t plane = 9 * 14;
  for (size_t c = 1; c < 40; c += 2) {
    for (size_t i = 0; i < plane; ++i) x[0][c * plane + i] = -x[0][(c - 1) * plane + i] * (1 + 0x1p-20f);
    for (size_t f = 0; f < 20; ++f)
      std::copy_n(w[0].begin() + static_cast<long>((f * 40 + c - 1) * 9), 9,
                  w[0].begin() + static_cast<long>((f * 40 + c) * 9));
  }
  const Result result = some.run(w, x, 1, sizes);
  check(result);
  const std::vector<double> sums = magnitudes(some.graph(), x, 1, sizes);
  for (size_t i = 0; i < sums.size(); ++i) EXPECT_LT(std::fabs(result.expected[i]), 1e-5 * sums[i]);
}

TEST_P(Winograd, HugeRangeAndSmallestNumbers) {
  Scene some = scene({21, 20}, algorithm("positions"));
  const Sizes sizes{{"H", 7}, {"W", 12}};
  for (auto [low, high] : {std::pair{-60, 60}, {-126, 3}, {-20, 20}, {-140, -60}}) {
    SCOPED_TRACE(number(low) + ".." + number(high));
    const Result result = random(some, sizes, 2, [&, from = low, to = high] { return scaled(from, to); });
    check(result);
    EXPECT_EQ(unbounded(result), 0);
  }
  // Denormal numbers count as zeros: nothing is left of products that are far below the smallest float.
  const Result denormal = random(some, sizes, 1, [&] { return scaled(-149, -127); });
  check(denormal);
  for (float result : denormal.actual) EXPECT_EQ(result, 0);
  for (int power : {-110, -126}) { // denormal numbers among the inputs alone, and among transformed ones
    const Rows w = draw(some.parameterSizes(), [&] { return uniform(); }),
               x = draw(some.inputSizes(1, sizes), [&] { return std::ldexp(uniform(), power); });
    const Result result = some.run(w, x, 1, sizes);
    check(result);
    for (double bound : result.bounds) EXPECT_LT(bound, 1e-3);
  }
}

// Transforms enlarge numbers: what direct sums hold may be too large for them. Nothing that has a bound is.
TEST_P(Winograd, LargestNumbers) {
  Scene some = scene({16, 17, "padding: 1, bias: false"}, algorithm("filters"));
  const Sizes sizes{{"H", 8}, {"W", 9}};
  int64_t bounded = 0, without = 0;
  for (int power : {127, 124, 121, 118}) {
    Rows w = draw(some.parameterSizes(), [&] { return std::ldexp(uniform(), -12); }),
         x = draw(some.inputSizes(1, sizes), [&] { return std::ldexp(uniform(), power); });
    for (size_t i = 0; i < x[0].size(); i += 2) x[0][i] = 0; // tiles of various sizes
    for (size_t i = 0; i < x[0].size() / 2; ++i) x[0][i] *= 0x1p-20f;
    const Result result = some.run(w, x, 1, sizes);
    check(result);
    without += unbounded(result), bounded += static_cast<int64_t>(result.actual.size()) - unbounded(result);
  }
  EXPECT_GT(bounded, 0);
  EXPECT_GT(without, 0);
}

// Infinities and NaN are never lost. They reach the results of their tiles; no others.
TEST_P(Winograd, InfinitiesAndNaN) {
  for (const std::string order : {"positions", "filters"}) {
    Scene some = scene({5, 17}, algorithm(order));
    const int64_t n = 3 * tile();
    const Sizes sizes{{"H", n}, {"W", n}};
    const Rows w = draw(some.parameterSizes(), [&] { return uniform(); });
    Rows x = draw(some.inputSizes(2, sizes), [&] { return uniform(); });
    const Result before = some.run(w, x, 2, sizes);
    check(before);
    for (float special : {infinity, -infinity, std::nanf("")})
      for (auto [row, column] : {std::pair<int64_t, int64_t>{0, 0}, {tile(), tile()}, {n - 1, tile() - 1}}) {
        Rows with = x;
        with[0][static_cast<size_t>(((1 * 5 + 2) * n + row) * n + column)] = special; // of the second item
        const Result result = some.run(w, with, 2, sizes);
        check(result);
        int64_t spread = 0;
        for (size_t i = 0; i < result.actual.size(); ++i) {
          if (!std::isfinite(result.expected[i])) EXPECT_FALSE(std::isfinite(result.actual[i])) << i;
          if (std::isfinite(result.bounds[i]))
            ASSERT_EQ(result.actual[i], before.actual[i]) << i; // the same bits
          else
            ++spread;
        }
        // Number `row` of the input is number row + 1 - M t of tile t.
        const auto reached = [&](int64_t at) {
          int64_t results = 0;
          for (int64_t t = 0; t < 3; ++t) {
            const int64_t p = at + 1 - t * tile();
            results += p == 0 || p == tile() + 1 ? 1 : p > 0 && p <= tile() ? tile() : 0;
          }
          return results;
        };
        EXPECT_EQ(spread, 17 * reached(row) * reached(column));
      }
  }
}

// An infinite weight reaches its filter, everywhere.
TEST_P(Winograd, InfiniteWeights) {
  Scene some = scene({5, 17, "padding: 0"}, algorithm("positions"));
  const Sizes sizes{{"H", 7}, {"W", 7}};
  Rows w = draw(some.parameterSizes(), [&] { return uniform(); });
  const Rows x = draw(some.inputSizes(1, sizes), [&] { return uniform(); });
  w[0][3 * 45 + 4] = infinity;
  const Result result = some.run(w, x, 1, sizes);
  check(result);
  for (size_t i = 0; i < result.actual.size(); ++i)
    EXPECT_EQ(std::isfinite(result.actual[i]), i / 25 != 3) << i;
}

// What follows in the kernel: a residual, an activation, a pool and a scale; several images; both orders.
TEST_P(Winograd, WhatFollows) {
  for (const std::string pool : {"", "max_pool", "avg_pool"})
    for (const std::string order : {"positions", "filters"}) {
      SCOPED_TRACE(pool + order);
      const std::string window = pool.empty() ? "" : " |> " + pool + "(2x2, name: \"pool\")";
      Scene some("pipeline p(x: tensor[13, H, W], r: tensor[21, H, W]) {\n"
                 "  return (relu((x |> conv(21, kernel: 3x3, padding: 1, name: \"c\")) + r)" +
                     window + ") * 0.7\n}\n",
                 "  kernel [x]: reorder blocked\n  kernel [r]: reorder blocked\n  kernel [c, add_1, relu_1" +
                     std::string(pool.empty() ? "" : ", pool") + ", mul_1]: " + algorithm(order, "2x2x3") +
                     " writes planar\n",
                 GetParam().cpu);
      for (int64_t h = 2; h <= 15; ++h)
        check(random(some, {{"H", h}, {"W", 17 - h}}, 1 + h % 3, [&] { return uniform(); }));
    }
}

// ---- without a reference ----

// Where tiles lie, how many are computed together, in which order, and in which item: every tile's results
// are the same to the bit.
TEST_P(Winograd, TilesAreAllAlike) {
  const Sizes sizes{{"H", 2 * tile() + 3}, {"W", 3 * tile() + 1}};
  const Layer layer{19, 37};
  Scene first = scene(layer, algorithm("positions"));
  const Rows w = draw(first.parameterSizes(), [&] { return uniform(); }),
             x = draw(first.inputSizes(3, sizes), [&] { return uniform(); });
  const std::vector<float> expected = first.run(w, x, 3, sizes).actual;
  const auto same = [&](const std::vector<float>& a, const float* b) {
    return std::memcmp(a.data(), b, a.size() * sizeof(float)) == 0;
  };
  for (const std::string how : {"1x1x1", "5x2x1", "2x3x4"})
    for (const std::string order : {"positions", "filters"})
      EXPECT_TRUE(same(scene(layer, algorithm(order, how)).run(w, x, 3, sizes).actual, expected.data()))
          << how << " " << order;
  for (size_t item = 0; item < 3; ++item) {
    const size_t in = x[0].size() / 3, out = expected.size() / 3;
    const Rows one{
        {x[0].begin() + static_cast<long>(item * in), x[0].begin() + static_cast<long>((item + 1) * in)}};
    EXPECT_TRUE(same(first.run(w, one, 1, sizes).actual, expected.data() + item * out)) << item;
  }
}

// With fused multiply-adds, for vectors of any width.
TEST(WinogradBits, AreThoseOfOtherProcessors) {
  if (!texts::runsHere("x86-64-v4")) GTEST_SKIP() << texts::whyNotHere("x86-64-v4");
  const std::string script =
      "pipeline p(x: tensor[21, 13, 10]) { return x |> conv(35, kernel: 3x3, name: \"c\") }\n";
  for (int64_t tile : {2, 4, 6}) {
    const std::string kernels = "  kernel [x]: reorder blocked\n  kernel [c]: winograd blocked tile " +
                                number(tile) + "x2x2x1 writes planar\n";
    Scene wide(script, kernels, "x86-64-v4"), narrow(script, kernels, "x86-64-v3");
    std::mt19937 engine(3);
    std::uniform_real_distribution<float> uniform(-1, 1);
    Rows w, x;
    for (size_t size : wide.parameterSizes()) {
      w.emplace_back(size);
      for (float& number : w.back()) number = uniform(engine);
    }
    x.emplace_back(wide.inputSizes(1, {})[0]);
    for (float& number : x[0]) number = uniform(engine);
    EXPECT_EQ(wide.run(w, x).actual, narrow.run(w, x).actual) << tile;
  }
}

TEST_P(Winograd, MovesWithItsInput) {
  Scene some = scene({7, 18, "padding: 0"}, algorithm("filters"));
  const int64_t n = 4 * tile() + 2, cut = n - tile();
  const Sizes sizes{{"H", n}, {"W", n}}, less{{"H", cut}, {"W", cut}};
  const Rows w = draw(some.parameterSizes(), [&] { return uniform(); }),
             x = draw(some.inputSizes(1, sizes), [&] { return uniform(); });
  Rows moved = draw(some.inputSizes(1, less), [] { return 0.f; });
  for (int64_t c = 0; c < 7; ++c)
    for (int64_t i = 0; i < cut; ++i)
      std::copy_n(x[0].begin() + (c * n + i + tile()) * n + tile(), cut,
                  moved[0].begin() + (c * cut + i) * cut);
  const std::vector<float> whole = some.run(w, x, 1, sizes).actual, part = some.run(w, moved, 1, less).actual;
  const int64_t out = n - 2, partOut = cut - 2;
  for (int64_t f = 0; f < 18; ++f)
    for (int64_t i = 0; i < partOut; ++i)
      for (int64_t j = 0; j < partOut; ++j)
        ASSERT_EQ(part[static_cast<size_t>((f * partOut + i) * partOut + j)],
                  whole[static_cast<size_t>((f * out + i + tile()) * out + j + tile())]);
}

// A power of two times the input is one times the results; filters in another order are results in that
// order.
TEST_P(Winograd, ScalesAndPermutes) {
  Scene some = scene({9, 20, "padding: 1, bias: false"}, algorithm("positions"));
  const Sizes sizes{{"H", 9}, {"W", 11}};
  const Rows w = draw(some.parameterSizes(), [&] { return uniform(); }),
             x = draw(some.inputSizes(1, sizes), [&] { return uniform(); });
  const std::vector<float> expected = some.run(w, x, 1, sizes).actual;
  Rows scaled = x, turned = w;
  for (float& number : scaled[0]) number *= 0x1p20f;
  for (size_t f = 0; f < 20; ++f)
    std::copy_n(w[0].begin() + static_cast<long>(f * 81), 81,
                turned[0].begin() + static_cast<long>((19 - f) * 81));
  const std::vector<float> larger = some.run(w, scaled, 1, sizes).actual,
                           other = some.run(turned, x, 1, sizes).actual;
  const size_t plane = 99;
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(larger[i], expected[i] * 0x1p20f) << i;
    ASSERT_EQ(other[(19 - i / plane) * plane + i % plane], expected[i]) << i;
  }
}

std::vector<Processor> all() {
  std::vector<Processor> processors;
  for (const char* cpu : {"x86-64-v4", "x86-64-v3", "x86-64-v2"})
    for (int64_t tile : {2, 4, 6}) processors.push_back({cpu, tile});
  return processors;
}

INSTANTIATE_TEST_SUITE_P(Tiles, Winograd, testing::ValuesIn(all()), [](const auto& p) {
  return "F" + number(p.param.tile) + "_v" + std::string(p.param.cpu).back();
});

} // namespace

} // namespace convoy::arithmetic
