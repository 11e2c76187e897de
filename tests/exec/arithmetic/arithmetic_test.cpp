// Convolutions in bf16 and split bf16 with numbers that are hard for them: sums that cancel, of a huge range,
// denormal numbers, infinities and NaN, the largest floats, and those that come next to the bounds of
// docs/numerics.md.
#include "compiled_text.h"
#include "convolution.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace convoy::arithmetic {

namespace {

using reference::NumberForm;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr double largest = std::numeric_limits<float>::max();
constexpr Shape small{40, 20, 3, 3, 19};
constexpr double smallest = 0x1p-126;

class Arithmetic : public testing::TestWithParam<Way> {
protected:
  void SetUp() override {
    if (!texts::runsHere(GetParam().cpu)) GTEST_SKIP() << texts::whyNotHere(GetParam().cpu);
    if (texts::targetFor(GetParam().cpu).lanes() != 16) GTEST_SKIP() << "vectors of 16 are wanted";
  }
  bool isSplit() const { return GetParam().form == NumberForm::Split; }
  static double share(const Shape& s) {
    return reference::shareOfSum(GetParam().form, static_cast<double>(s.channels * s.kernel * s.kernel));
  }

  // Whatever the numbers are, results are within their bounds; and these within the share that plans name,
  // as long as nothing is too small or too large.
  static Outcome check(const Shape& shape, const Numbers& numbers) {
    Outcome outcome = convolve(GetParam(), shape, numbers);
    const double terms = 3. * static_cast<double>(shape.channels * shape.kernel * shape.kernel) + 2;
    double most = 0;
    for (float w : numbers.w) most = std::max(most, std::fabs(static_cast<double>(w)));
    for (float x : numbers.x) most = std::max(most, std::fabs(static_cast<double>(x)));
    int wrong = 0;
    for (size_t i = 0; i < outcome.actual.size() && wrong < 3; ++i) {
      const double error = std::fabs(static_cast<double>(outcome.actual[i]) - outcome.expected[i]),
                   bound = outcome.bounds[i];
      if (!(bound < infinity)) continue;
      const double named =
          share(shape) * outcome.magnitudes[i] + 2 * terms * terms * smallest * (1 + most); // with underflow
      if (!(error <= bound) || !(bound <= 1.0001 * named)) {
        ADD_FAILURE() << "result " << i << " is " << outcome.actual[i] << " and not " << outcome.expected[i]
                      << ", off by " << error << " of " << bound << ", of " << named;
        ++wrong;
      }
    }
    return outcome;
  }

  template <typename Make> static Numbers numbers(const Shape& s, uint32_t seed, Make make) {
    std::mt19937 engine(seed);
    Numbers all;
    all.x.resize(static_cast<size_t>(s.channels * s.height * s.width));
    all.w.resize(static_cast<size_t>(s.filters * s.channels * s.kernel * s.kernel));
    for (float& number : all.x) number = make(engine);
    for (float& number : all.w) number = make(engine);
    return all;
  }
};

float uniform(std::mt19937& engine) { return std::uniform_real_distribution<float>(-1, 1)(engine); }

float scaled(std::mt19937& engine, int low, int high) {
  return std::ldexp(uniform(engine), std::uniform_int_distribution<int>(low, high)(engine));
}

TEST_P(Arithmetic, RandomNumbers) {
  const Outcome outcome = check(small, numbers(small, 1, uniform));
  double worst = 0;
  for (size_t i = 0; i < outcome.actual.size(); ++i)
    worst = std::max(worst, std::fabs(outcome.actual[i] - outcome.expected[i]) / outcome.magnitudes[i]);
  // Not more exact than that either: it is the arithmetic that it says.
  EXPECT_GT(worst, isSplit() ? 1e-7 : 1e-4);
  EXPECT_LT(worst, isSplit() ? 3e-6 : 3e-3);
}

// Pairs of channels whose products cancel but for the last bits.
TEST_P(Arithmetic, SumsThatCancel) {
  Numbers n = numbers(small, 2, [](std::mt19937& engine) { return std::ldexp(1 + uniform(engine) / 4, 20); });
  const int64_t plane = small.height * small.width, taps = small.kernel * small.kernel;
  for (int64_t c = 1; c < small.channels; c += 2) {
    for (int64_t i = 0; i < plane; ++i)
      n.x[static_cast<size_t>(c * plane + i)] =
          -n.x[static_cast<size_t>((c - 1) * plane + i)] * (1 + 0x1p-20f);
    for (int64_t f = 0; f < small.filters; ++f)
      for (int64_t t = 0; t < taps; ++t)
        n.w[static_cast<size_t>((f * small.channels + c) * taps + t)] =
            n.w[static_cast<size_t>((f * small.channels + c - 1) * taps + t)];
  }
  const Outcome outcome = check(small, n);
  double cancelled = 0;
  for (size_t i = 0; i < outcome.actual.size(); ++i)
    cancelled = std::max(cancelled, std::fabs(outcome.expected[i]) / outcome.magnitudes[i]);
  EXPECT_LT(cancelled, 1e-5); // what is left is of the size of errors
}

TEST_P(Arithmetic, HugeRangeWithinASum) {
  check(small, numbers(small, 3, [](std::mt19937& engine) { return scaled(engine, -60, 60); }));
  check(small, numbers(small, 4, [](std::mt19937& engine) { return scaled(engine, -126, 3); }));
}

TEST_P(Arithmetic, SmallestNumbers) {
  const Outcome denormal =
      check(small, numbers(small, 5, [](std::mt19937& engine) { return scaled(engine, -149, -120); }));
  for (float result : denormal.actual) EXPECT_EQ(result, 0); // products are far below the smallest float
  Numbers n = numbers(small, 6, uniform);                    // low halves that are lost
  for (float& x : n.x) x = std::ldexp(x, -110);
  check(small, n);
  for (float& x : n.x) x = std::ldexp(x, -16); // denormal numbers among others
  check(small, n);
}

// One product in each sum, 1.00.. * 1.00..: the errors of all four halves have one sign.
TEST_P(Arithmetic, BoundsAreSharp) {
  const Shape shape{32, 16, 1, 1, 16};
  const float number = isSplit() ? 0x1.00ff7ep0f : 0x1.00fffep0f;
  Numbers n = numbers(shape, 7, [](std::mt19937&) { return 0.f; });
  for (float& x : n.x) x = number;
  for (int64_t f = 0; f < shape.filters; ++f) n.w[static_cast<size_t>(f * shape.channels + f)] = number;
  const Outcome outcome = check(shape, n);
  for (size_t i = 0; i < outcome.actual.size(); ++i) {
    const double error = std::fabs(outcome.actual[i] - outcome.expected[i]);
    // The rest is for roundings of sums, of 98 terms in split.
    EXPECT_GT(error, (isSplit() ? 0.8 : 0.95) * outcome.bounds[i]);
    EXPECT_GT(error, (isSplit() ? 0.8 : 0.95) * share(shape) * outcome.magnitudes[i]);
  }
}

TEST_P(Arithmetic, LargestNumbers) {
  const Shape shape{32, 16, 1, 1, 16};
  Numbers n = numbers(shape, 8, [](std::mt19937&) { return 0.f; });
  for (int64_t f = 0; f < shape.filters; ++f) n.w[static_cast<size_t>(f * shape.channels)] = 0.5f;
  for (float x : {0x1.fffffep127f, 0x1.ff8p127f, 0x1.fefffep127f, 0x1.fep127f, -0x1.fffffep127f}) {
    std::fill_n(n.x.begin(), shape.width, x); // of the first channel; an infinity times 0 would be NaN
    const Outcome outcome = check(shape, n);
    const bool rounds = !isSplit() && std::fabs(x) >= 0x1.ffp127f;
    for (float result : outcome.actual) {
      if (rounds)
        EXPECT_EQ(result, std::copysign(infinity, x));
      else
        EXPECT_NEAR(result, 0.5 * x, 0x1p-8 * largest);
    }
    for (double bound : outcome.bounds) EXPECT_EQ(bound < infinity, !rounds) << x;
  }
}

// Infinities and NaN go where float32 takes them, and no further.
TEST_P(Arithmetic, InfinitiesAndNaN) {
  for (bool inWeights : {false, true}) {
    // Whether an infinite weight meets the zeros of a border is up to the kernel.
    const Shape shape = inWeights ? Shape{40, 20, 1, 3, 19} : small;
    Numbers n = numbers(shape, 9, uniform);
    std::mt19937 engine(10);
    std::vector<float>& some = inWeights ? n.w : n.x;
    for (int i = 0; i < 3; ++i) {
      some[engine() % some.size()] = infinity;
      some[engine() % some.size()] = -infinity;
    }
    some[engine() % some.size()] = std::nanf("");
    if (!inWeights) // an infinity times zero, and times numbers that have no low half
      for (size_t i = 0; i < n.w.size(); i += 3) n.w[i] = i % 2 ? 0.f : 0.5f;
    const Outcome outcome = check(shape, n);
    const Way plain{"float32", NumberForm::Float32, false, "x86-64-v4"};
    const Outcome float32 = convolve(plain, shape, n);
    int infinite = 0, none = 0, finite = 0;
    for (size_t i = 0; i < outcome.actual.size(); ++i) {
      const float actual = outcome.actual[i], expected = float32.actual[i];
      ASSERT_EQ(std::isnan(actual), std::isnan(expected)) << i << ": " << actual << ", " << expected;
      none += std::isnan(actual), infinite += std::isinf(actual), finite += std::isfinite(actual);
      if (std::isinf(expected) || std::isinf(actual)) ASSERT_EQ(actual, expected) << i;
      if (std::isfinite(actual))
        ASSERT_NEAR(actual, outcome.expected[i], share(shape) * outcome.magnitudes[i] + 1e-30) << i;
    }
    EXPECT_GT(infinite, 0);
    EXPECT_GT(none, 0);
    EXPECT_GT(finite, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, Arithmetic,
                         testing::Values(Way{"Bf16InVectors", NumberForm::Bf16, false, "x86-64-v4"},
                                         Way{"Bf16InPairs", NumberForm::Bf16, false, "native"},
                                         Way{"Bf16OnTiles", NumberForm::Bf16, true, "x86-64-v4"},
                                         Way{"Bf16OnTheMatrixUnit", NumberForm::Bf16, true, texts::withTiles},
                                         Way{"SplitOnTiles", NumberForm::Split, true, "x86-64-v4"},
                                         Way{"SplitOnTheMatrixUnit", NumberForm::Split, true,
                                             texts::withTiles}),
                         [](const auto& way) { return way.param.name; });

} // namespace

} // namespace convoy::arithmetic
