#include "command/picture.h"

#include "test_files.h"

#include <cmath>
#include <limits>

namespace convoy::command {
namespace {

TEST(Bytes8, ClampRoundHalfToEvenAndNan) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {nan,  -nan, -inf, inf,        -0.5f,     1.5f,
                                     0.0f, 1.0f, 0.5f, 2.5f / 255, 3.5f / 255};
  // 0.5 * 255 = 127.5 goes to 128, the even one.
  const Bytes expected = {0, 0, 0, 255, 0, 255, 0, 255, 128, 2, 4};
  EXPECT_EQ(toBytes(values.data(), 1, static_cast<int64_t>(values.size())), expected);
}

TEST(Bytes8, EveryByteSurvives) {
  Result<Picture> picture = makePicture(1, 1, 256, 255, defaultPixelLimit);
  ASSERT_TRUE(picture);
  Bytes all(256);
  for (int i = 0; i < 256; ++i) all[static_cast<size_t>(i)] = static_cast<uint8_t>(i);
  storeRow(*picture, 0, all.data(), 1, 255);
  EXPECT_EQ(test::samplesOf(*picture), all);
  EXPECT_TRUE(picture->isBytes());
  const std::vector<float> planes = test::planesOf(*picture);
  EXPECT_EQ(toBytes(planes.data(), 1, 256), all);
}

TEST(Bytes8, Interleaves) {
  const std::vector<float> planes = {0, 1, 1, 0, 0, 0}; // red 0 1, green 1 0, blue 0 0
  EXPECT_EQ(toBytes(planes.data(), 3, 2), (Bytes{0, 255, 0, 255, 0, 0}));
}

std::vector<float> converted(const std::vector<float>& from, int32_t fromChannels, int32_t toChannels) {
  const auto pixels = static_cast<int64_t>(from.size()) / fromChannels;
  std::vector<float> to(static_cast<size_t>(pixels * toChannels), -1.0f);
  convertChannels(from.data(), fromChannels, to.data(), toChannels, pixels);
  return to;
}

TEST(Channels, Gray) {
  EXPECT_EQ(converted({0.1f, 0.2f}, 1, 1), (std::vector<float>{0.1f, 0.2f}));
  EXPECT_EQ(converted({0.1f, 0.2f}, 1, 3), (std::vector<float>{0.1f, 0.2f, 0.1f, 0.2f, 0.1f, 0.2f}));
  EXPECT_EQ(converted({0.1f}, 1, 4), (std::vector<float>{0.1f, 0.1f, 0.1f, 1.0f}));
}

TEST(Channels, GrayAndAlpha) {
  EXPECT_EQ(converted({0.1f, 0.7f}, 2, 1), (std::vector<float>{0.1f}));
  EXPECT_EQ(converted({0.1f, 0.7f}, 2, 3), (std::vector<float>{0.1f, 0.1f, 0.1f}));
  EXPECT_EQ(converted({0.1f, 0.7f}, 2, 4), (std::vector<float>{0.1f, 0.1f, 0.1f, 0.7f}));
}

TEST(Channels, Colour) {
  const float luminance = 0.299f * 0.1f + 0.587f * 0.2f + 0.114f * 0.3f;
  EXPECT_NEAR(converted({0.1f, 0.2f, 0.3f}, 3, 1)[0], luminance, 1e-7);
  EXPECT_NEAR(converted({0.1f, 0.2f, 0.3f, 0.5f}, 4, 1)[0], luminance, 1e-7);
  EXPECT_EQ(converted({0.1f, 0.2f, 0.3f}, 3, 4), (std::vector<float>{0.1f, 0.2f, 0.3f, 1.0f}));
  EXPECT_EQ(converted({0.1f, 0.2f, 0.3f, 0.5f}, 4, 3), (std::vector<float>{0.1f, 0.2f, 0.3f}));
}

// The picture  0 1 2  as it is stored, and how each orientation shows it.
//              3 4 5
TEST(Orientation, AllEight) {
  struct Case {
    int orientation;
    int64_t height, width;
    std::vector<float> shown;
  };
  const std::vector<Case> cases = {{1, 2, 3, {0, 1, 2, 3, 4, 5}}, {2, 2, 3, {2, 1, 0, 5, 4, 3}},
                                   {3, 2, 3, {5, 4, 3, 2, 1, 0}}, {4, 2, 3, {3, 4, 5, 0, 1, 2}},
                                   {5, 3, 2, {0, 3, 1, 4, 2, 5}}, {6, 3, 2, {3, 0, 4, 1, 5, 2}},
                                   {7, 3, 2, {5, 2, 4, 1, 3, 0}}, {8, 3, 2, {2, 5, 1, 4, 0, 3}},
                                   {0, 2, 3, {0, 1, 2, 3, 4, 5}}, {9, 2, 3, {0, 1, 2, 3, 4, 5}}};
  for (const Case& test : cases) {
    for (bool bytes : {false, true}) {
      // Two channels; the second one is 10 more.
      Result<Picture> stored = makePicture(2, 2, 3, bytes ? 255 : 65535, defaultPixelLimit);
      ASSERT_TRUE(stored);
      for (int i = 0; i < 12; ++i)
        if (bytes)
          stored->bytes.data()[i] = static_cast<uint8_t>(i / 2 + i % 2 * 10);
        else
          stored->planes.data()[i] = static_cast<float>(i % 6 + i / 6 * 10);
      Result<Picture> upright = orient(std::move(*stored), test.orientation);
      ASSERT_TRUE(upright);
      EXPECT_EQ(upright->height, test.height) << test.orientation;
      EXPECT_EQ(upright->width, test.width) << test.orientation;
      for (size_t i = 0; i < 12; ++i) {
        const float shown = bytes ? upright->bytes.data()[i] : upright->planes.data()[i];
        const size_t pixel = bytes ? i / 2 : i % 6;
        const float other = (bytes ? i % 2 : i / 6) ? 10.0f : 0.0f;
        EXPECT_EQ(shown, test.shown[pixel] + other)
            << "orientation " << test.orientation << ", bytes " << bytes;
      }
    }
  }
}

TEST(Exif, Orientation) {
  for (int value = 0; value < 12; ++value)
    for (bool little : {true, false}) {
      const Bytes exif = test::makeExif(value, little);
      EXPECT_EQ(exifOrientation(exif.data(), exif.size()), value >= 1 && value <= 8 ? value : 1);
    }
}

TEST(Exif, BrokenStructuresAreUpright) {
  const Bytes exif = test::makeExif(6);
  for (size_t length = 0; length < 22; ++length) { // the entry ends at 22
    const Bytes part(exif.begin(), exif.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(exifOrientation(part.data(), part.size()), 1) << length;
  }
  Bytes far = exif;
  for (size_t i = 4; i < 8; ++i) far[i] = 0xFF; // the directory is far away
  EXPECT_EQ(exifOrientation(far.data(), far.size()), 1);
  Bytes other = exif;
  other[10] = 0x13; // another tag; more entries are announced than there are
  other[8] = 0xFF;
  EXPECT_EQ(exifOrientation(other.data(), other.size()), 1);
}

TEST(PixelLimit, IsCheckedBeforeAllocating) {
  EXPECT_TRUE(makePicture(1, 10, 10, 255, 100));
  EXPECT_FALSE(makePicture(1, 10, 11, 255, 100));
  EXPECT_FALSE(makePicture(3, int64_t{1} << 62, int64_t{1} << 62, 65535, defaultPixelLimit));
  EXPECT_FALSE(makePicture(3, 0, 5, 255, defaultPixelLimit));
}

} // namespace
} // namespace convoy::command
