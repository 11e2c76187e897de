// Numbers in few bytes: that the page gets back what was put in, or as near as a step of the range.
#include "explore/numbers.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace convoy::explore {
namespace {

// What page/maps_data.js does.
std::vector<float> unpacked(const PackedNumbers& packed, size_t count) {
  const size_t size = packed.bytes.size() / count;
  std::vector<float> numbers;
  uint32_t now = 0;
  for (size_t i = 0; i < count; ++i) {
    uint32_t word = 0;
    for (size_t plane = 0; plane < size; ++plane)
      word = word << 8 | static_cast<unsigned char>(packed.bytes[plane * count + i]);
    float number = 0;
    switch (packed.encoding) {
    case Encoding::Float32: std::memcpy(&number, &word, sizeof number); break;
    case Encoding::Levels:
      now = (now + word) & 0xffff;
      number = static_cast<float>(packed.low + now * (packed.high - packed.low) / 65535);
      break;
    case Encoding::Bytes:
      now = (now + word) & 0xff;
      number = static_cast<float>(now) / 255;
      break;
    }
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<double> waves(size_t count) {
  std::vector<double> numbers;
  for (size_t i = 0; i < count; ++i) numbers.push_back(3 * std::sin(0.7 * static_cast<double>(i)) + 0.5);
  return numbers;
}

TEST(Numbers, ExactOnesAreFloats) {
  const std::vector<double> numbers = waves(2 * 3 * 4);
  const Extents extents{2, 1, 3, 4};
  const PackedNumbers packed = pack(numbers, extents, wholeOf(extents), /*exact=*/true);
  EXPECT_EQ(packed.encoding, Encoding::Float32);
  const std::vector<float> got = unpacked(packed, numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(got[i], static_cast<float>(numbers[i]));
}

TEST(Numbers, LevelsAreOffByHalfAStep) {
  const std::vector<double> numbers = waves(600);
  const Extents extents{1, 1, 20, 30};
  const PackedNumbers packed = pack(numbers, extents, wholeOf(extents), /*exact=*/false);
  EXPECT_EQ(packed.encoding, Encoding::Levels);
  EXPECT_EQ(packed.bytes.size(), 1200u);
  const std::vector<float> got = unpacked(packed, numbers.size());
  const double step = (packed.high - packed.low) / 65535;
  for (size_t i = 0; i < numbers.size(); ++i) EXPECT_NEAR(got[i], numbers[i], 0.51 * step) << i;
}

TEST(Numbers, PicturesAreBytes) {
  std::vector<double> numbers;
  for (int i = 0; i < 256; ++i) numbers.push_back(static_cast<double>(static_cast<float>(i * 77 % 256) / 255));
  const Extents extents{1, 1, 16, 16};
  const PackedNumbers packed = pack(numbers, extents, wholeOf(extents), false);
  EXPECT_EQ(packed.encoding, Encoding::Bytes);
  EXPECT_EQ(packed.bytes.size(), 256u);
  const std::vector<float> got = unpacked(packed, numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(got[i], static_cast<float>(numbers[i]));
}

TEST(Numbers, WhatIsNotFiniteStays) {
  const double infinity = std::numeric_limits<double>::infinity();
  const PackedNumbers packed = pack({1, infinity, NAN, -2}, {4, 1, 1, 1}, wholeOf({4, 1, 1, 1}), false);
  EXPECT_EQ(packed.encoding, Encoding::Float32);
  EXPECT_EQ(packed.low, -2);
  EXPECT_EQ(packed.high, 1);
  const std::vector<float> got = unpacked(packed, 4);
  EXPECT_EQ(got[1], infinity);
  EXPECT_TRUE(std::isnan(got[2]));
}

TEST(Numbers, EqualOnesAndNone) {
  const PackedNumbers same = pack({5, 5, 5}, {3, 1, 1, 1}, wholeOf({3, 1, 1, 1}), false);
  EXPECT_EQ(unpacked(same, 3), (std::vector<float>{5, 5, 5}));
  EXPECT_TRUE(pack({}, {0, 1, 1, 1}, wholeOf({0, 1, 1, 1}), false).bytes.empty());
}

TEST(Numbers, PartsAreTheMiddleOfTheFirstChannels) {
  std::vector<double> numbers;
  for (int i = 0; i < 3 * 4 * 5; ++i) numbers.push_back(i * 10);
  const PackedNumbers packed = pack(numbers, {3, 1, 4, 5}, {{2, 1, 2, 3}, 1, 1}, true);
  EXPECT_EQ(unpacked(packed, 12), (std::vector<float>{60, 70, 80, 110, 120, 130, 260, 270, 280, 310, 320, 330}));
}

TEST(Numbers, ShapesHaveFourAxes) {
  EXPECT_EQ(extentsOf({7}, false), (Extents{7, 1, 1, 1}));
  EXPECT_EQ(extentsOf({3, 20}, false), (Extents{3, 1, 1, 20}));
  EXPECT_EQ(extentsOf({3, 20, 30}, false), (Extents{3, 1, 20, 30}));
  EXPECT_EQ(extentsOf({3, 5, 20, 30}, false), (Extents{3, 5, 20, 30}));
  EXPECT_EQ(extentsOf({8, 4}, true), (Extents{8, 4, 1, 1}));
  EXPECT_EQ(extentsOf({8, 4, 3}, true), (Extents{8, 4, 1, 3}));
  EXPECT_EQ(extentsOf({8, 4, 2, 3, 5}, true), (Extents{8, 4, 6, 5}));
}

} // namespace
} // namespace convoy::explore
