// What is observed of a value, and how large numbers 8 bits are to hold.
#include "quantize/histogram.h"
#include <cmath>
#include <gtest/gtest.h>

namespace convoy::quantize {
namespace {

Histogram of(const std::vector<float>& numbers) {
  Histogram histogram;
  for (float number : numbers) histogram.add(&number, 1); // the range grows as they come
  return histogram;
}

// `count` numbers from 0 to `most`.
std::vector<float> ramp(size_t count, float most) {
  std::vector<float> numbers;
  for (size_t i = 1; i <= count; ++i)
    numbers.push_back(most * static_cast<float>(i) / static_cast<float>(count));
  return numbers;
}

TEST(Histogram, Ranges) {
  const Histogram histogram = of({0, 0.5f, -3, 2});
  EXPECT_EQ(histogram.low(), -3);
  EXPECT_EQ(histogram.high(), 2);
  EXPECT_EQ(histogram.largest(), 3);
  EXPECT_TRUE(histogram.allFinite());
  EXPECT_EQ(of({4}).low(), 0);
  EXPECT_FALSE(of({1, NAN}).allFinite());
  EXPECT_FALSE(of({-INFINITY}).allFinite());
}

TEST(Histogram, NothingIsCutOffWhereAllSizesAreAlike) {
  EXPECT_NEAR(of(ramp(10000, 5)).limit(255), 5, 0.1);
  EXPECT_EQ(of({0, 0, 0}).limit(255), 0);
  EXPECT_EQ(of({1e-30f}).limit(255), 1e-30f);
}

// One number in ten thousand is four times as large as the others: it costs less to cut it off than to have
// coarser steps for all. Ten times as many of them are worth the coarser steps.
TEST(Histogram, RareLargeNumbersAreCutOff) {
  std::vector<float> numbers = ramp(100000, 1);
  numbers.push_back(1.5f);
  EXPECT_LT(of(numbers).limit(15), 1.3);
  for (int i = 0; i < 2000; ++i) numbers.push_back(1.5f);
  EXPECT_GT(of(numbers).limit(15), 1.4);
}

// Numbers that are 0 are exact, however many there are.
TEST(Histogram, ZerosDoNotCount) {
  std::vector<float> numbers = ramp(1000, 1), withZeros = numbers;
  numbers.push_back(1.5f), withZeros.push_back(1.5f);
  withZeros.resize(500000, 0);
  EXPECT_EQ(of(numbers).limit(127), of(withZeros).limit(127));
}

// The order in which numbers come changes no bin's width at the end.
TEST(Histogram, GrowsAsNumbersCome) {
  std::vector<float> numbers = ramp(5000, 100), reversed(numbers.rbegin(), numbers.rend());
  EXPECT_NEAR(of(numbers).limit(127), of(reversed).limit(127), 1);
}

} // namespace
} // namespace convoy::quantize
