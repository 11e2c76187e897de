// Sizes: normal form, folding, bounds, text.
#include "ops/size.h"
#include <gtest/gtest.h>
#include <random>

namespace convoy {
namespace {

const Size H = Size::symbol("H"), W = Size::symbol("W");

TEST(Size, EqualByRingArithmetic) {
  EXPECT_EQ((H + 1) * (H - 1), H * H - 1);
  EXPECT_EQ(H + W, W + H);
  EXPECT_EQ(H - H, Size(0));
  EXPECT_NE(H, W);
  EXPECT_EQ((H + W) * 2 - W, 2 * H + W);
}

TEST(Size, DivisionSplitsWhatDividesExactly) {
  EXPECT_EQ(Size::floorDiv(4 * H + 5, 2), 2 * H + 2);
  EXPECT_EQ(Size::floorDiv(2 * H + W, 2), H + Size::floorDiv(W, 2));
  EXPECT_EQ(Size::mod(4 * H + 5, 2), Size(1));
  EXPECT_EQ(Size::mod(H + 7, 3), Size::mod(H + 1, 3));
  EXPECT_EQ(Size::floorDiv(H - 1, 2) + 1, Size::ceilDiv(H, 2));
}

TEST(Size, ChainsOfDivisionsBecomeOne) {
  EXPECT_EQ(Size::floorDiv(Size::floorDiv(H, 2), 3), Size::floorDiv(H, 6));
  EXPECT_EQ(Size::ceilDiv(Size::ceilDiv(H, 2), 2), Size::ceilDiv(H, 4));
}

TEST(Size, BoundsFold) {
  EXPECT_EQ(Size::max(0, H - 1), H - 1);
  EXPECT_EQ(Size::min(H, 1), Size(1));
  EXPECT_EQ(Size::max(0, Size(2) - Size::mod(H, 3)), Size(2) - Size::mod(H, 3));
  EXPECT_EQ(Size::floorDiv(Size::mod(H, 4), 4), Size(0));
  EXPECT_EQ(Size::mod(Size::mod(H, 3), 5), Size::mod(H, 3));
  EXPECT_EQ(Size::max(H, H + 2), H + 2);
}

TEST(Size, BoundsSeeThroughDivision) {
  EXPECT_EQ((H - Size::floorDiv(H, 2)).lowerBound(), 1);
  EXPECT_EQ((Size::floorDiv(H + 1, 2)).lowerBound(), 1);
  EXPECT_EQ((Size::floorDiv(H, 2) - Size::floorDiv(H + 1, 2)).upperBound(), 0);
  EXPECT_EQ((Size::min(H, 5) - Size::min(H, 7)).upperBound(), 0);
  EXPECT_EQ(H.upperBound(), std::nullopt);
  EXPECT_EQ((H - W).lowerBound(), std::nullopt);
}

TEST(Size, PrintsAsWritten) {
  EXPECT_EQ((2 * H + 1).str(), "2 * H + 1");
  EXPECT_EQ(Size::floorDiv(H + 1, 2).str(), "div(H + 1, 2)");
  EXPECT_EQ(Size::mod(H, 2).str(), "mod(H, 2)");
  EXPECT_EQ(Size::min(3, H).str(), "min(H, 3)");
  EXPECT_EQ(Size::max(Size(2) - Size::mod(H, 4), 0).str(), "max(0, 2 - mod(H, 4))");
  EXPECT_EQ((Size(0) - H).str(), "-H");
  EXPECT_EQ((H * W - 2 * H).str(), "H * W - 2 * H");
  EXPECT_EQ(Size(0).str(), "0");
  EXPECT_EQ(Size(INT64_MIN).str(), "-9223372036854775808");
}

TEST(Size, ParsesOnlyWholeSizes) {
  EXPECT_EQ(Size::parse("photo.H + 1"), Size::symbol("photo.H") + 1);
  EXPECT_EQ(Size::parse("-(H - 2) * 3"), 6 - 3 * H);
  for (const char* bad : {"", "H +", "H W", "div(H, 0)", "div(H, W)", "max(H)", "foo(H, 2)", "1.5", "(H",
                          "99999999999999999999"})
    EXPECT_FALSE(Size::parse(bad)) << bad;
  EXPECT_FALSE(Size::parse(std::string(100000, '(')));
}

TEST(Size, EvaluateReportsWhatIsMissingOrOverflows) {
  EXPECT_EQ((H * W).evaluate({{"H", 3}, {"W", 4}}), 12);
  EXPECT_EQ((H * W).evaluate({{"H", 3}}), std::nullopt);
  EXPECT_EQ((H * H).evaluate({{"H", int64_t(1) << 40}}), std::nullopt);
  EXPECT_EQ(Size::floorDiv(H - 5, 2).evaluate({{"H", 2}}), -2);
}

TEST(Size, SymbolsAndSubstitution) {
  Size size = Size::max(H, Size::floorDiv(W, 2));
  EXPECT_EQ(size.symbols(), (std::set<std::string>{"H", "W"}));
  EXPECT_EQ(size.substitute({{"W", 2 * H + 1}}), H);
}

// A random expression beside a function that computes it without any normal form.
struct Random {
  std::mt19937 engine{7};
  int64_t number(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  using Direct = std::function<int64_t(int64_t, int64_t)>;
  std::pair<Size, Direct> expression(int depth) {
    if (depth == 0) {
      switch (number(0, 2)) {
      case 0: return {H, [](int64_t h, int64_t) { return h; }};
      case 1: return {W, [](int64_t, int64_t w) { return w; }};
      }
      int64_t c = number(-6, 6);
      return {Size(c), [c](int64_t, int64_t) { return c; }};
    }
    auto [a, f] = expression(depth - 1);
    auto [b, g] = expression(static_cast<int>(number(0, depth - 1)));
    int64_t k = number(1, 5);
    auto floorOf = [](int64_t x, int64_t k) { return (x >= 0 ? x : x - k + 1) / k; };
    switch (number(0, 6)) {
    case 0: return {a + b, [f = f, g = g](int64_t h, int64_t w) { return f(h, w) + g(h, w); }};
    case 1: return {a - b, [f = f, g = g](int64_t h, int64_t w) { return f(h, w) - g(h, w); }};
    case 2: return {a * Size(k), [f = f, k](int64_t h, int64_t w) { return f(h, w) * k; }};
    case 3: return {Size::floorDiv(a, k), [=, f = f](int64_t h, int64_t w) { return floorOf(f(h, w), k); }};
    case 4:
      return {Size::mod(a, k),
              [=, f = f](int64_t h, int64_t w) { return f(h, w) - floorOf(f(h, w), k) * k; }};
    case 5:
      return {Size::min(a, b), [f = f, g = g](int64_t h, int64_t w) { return std::min(f(h, w), g(h, w)); }};
    }
    return {Size::max(a, b), [f = f, g = g](int64_t h, int64_t w) { return std::max(f(h, w), g(h, w)); }};
  }
};

TEST(Size, RandomExpressionsKeepTheirValueBoundsAndText) {
  Random random;
  for (int round = 0; round < 1500; ++round) {
    auto [size, direct] = random.expression(static_cast<int>(random.number(1, 5)));
    auto low = size.lowerBound(), high = size.upperBound();
    for (int64_t h = 1; h <= 9; ++h)
      for (int64_t w : {1, 2, 3, 5, 8, 100}) {
        int64_t value = direct(h, w);
        ASSERT_EQ(size.evaluate({{"H", h}, {"W", w}}), value) << size.str() << " at " << h << ", " << w;
        if (low) ASSERT_LE(*low, value) << size.str();
        if (high) ASSERT_GE(*high, value) << size.str();
      }
    auto again = Size::parse(size.str());
    ASSERT_TRUE(again) << size.str();
    ASSERT_EQ(*again, size) << size.str() << " reads as " << again->str();
    ASSERT_EQ(again->str(), size.str());
  }
}

} // namespace
} // namespace convoy
