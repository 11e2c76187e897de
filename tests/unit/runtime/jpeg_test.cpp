#include "test_files.h"

#include <cmath>

namespace convoy::command {
namespace {

using test::makeJpeg;

Result<Picture> decode(const Bytes& file) {
  return isJpeg(file) ? decodeJpeg(file, defaultPixelLimit) : Error{"not JPEG"};
}

// A smooth picture, which JPEG keeps nearly exactly.
Bytes gradient(int64_t height, int64_t width, int32_t channels) {
  Bytes samples;
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x)
      for (int32_t c = 0; c < channels; ++c)
        samples.push_back(static_cast<uint8_t>(c == 0 ? 200 * x / width : c == 1 ? 200 * y / height : 60));
  return samples;
}

void expectClose(Picture& picture, const Bytes& expected) {
  const Bytes samples = test::samplesOf(picture);
  ASSERT_EQ(samples.size(), expected.size());
  for (size_t i = 0; i < samples.size(); ++i) ASSERT_LE(std::abs(samples[i] - expected[i]), 4) << i;
}

TEST(Jpeg, GrayAndColourBaselineAndProgressive) {
  for (int32_t channels : {1, 3})
    for (bool progressive : {false, true}) {
      const Bytes samples = gradient(19, 23, channels);
      Result<Picture> picture = decode(makeJpeg(samples, channels, 19, 23, {}, progressive));
      ASSERT_TRUE(picture) << picture.error().text;
      EXPECT_EQ(picture->channels, channels);
      EXPECT_EQ(picture->height, 19);
      EXPECT_EQ(picture->width, 23);
      expectClose(*picture, samples);
    }
}

TEST(Jpeg, ExifOrientation) {
  // Dark above, bright below: each orientation shows another bright side.
  Bytes samples(16 * 24, 0);
  for (size_t i = samples.size() / 2; i < samples.size(); ++i) samples[i] = 250;
  const char sides[] = {0, 'b', 'b', 't', 't', 'r', 'l', 'l', 'r'};
  for (int orientation = 1; orientation <= 8; ++orientation)
    for (bool little : {true, false}) {
      Result<Picture> picture = decode(makeJpeg(samples, 1, 16, 24, test::makeExif(orientation, little)));
      ASSERT_TRUE(picture) << picture.error().text;
      EXPECT_EQ(picture->height, orientation >= 5 ? 24 : 16);
      EXPECT_EQ(picture->width, orientation >= 5 ? 16 : 24);
      const std::vector<float> planes = test::planesOf(*picture);
      const auto at = [&](int64_t y, int64_t x) {
        return planes[static_cast<size_t>(y * picture->width + x)];
      };
      const int64_t middleY = picture->height / 2, middleX = picture->width / 2;
      const float side = sides[orientation] == 'b'   ? at(picture->height - 1, middleX)
                         : sides[orientation] == 't' ? at(0, middleX)
                         : sides[orientation] == 'r' ? at(middleY, picture->width - 1)
                                                     : at(middleY, 0);
      EXPECT_GT(side, 0.9f) << "orientation " << orientation;
    }
}

TEST(JpegHostile, TruncationAtEveryByte) {
  test::expectTruncationsFail(makeJpeg(gradient(9, 9, 3), 3, 9, 9), decode);
  test::expectTruncationsFail(makeJpeg(gradient(9, 9, 1), 1, 9, 9, {}, true), decode);
}

TEST(JpegHostile, BitFlipsDoNotCrash) {
  const Bytes file = makeJpeg(gradient(9, 9, 3), 3, 9, 9, test::makeExif(6));
  const auto limited = [](const Bytes& bytes) { return isJpeg(bytes) && decodeJpeg(bytes, 100000); };
  // JPEG has no checksum: some pass with other pixels. Those that break the structure do not.
  EXPECT_LT(test::acceptedBitFlips(file, limited), file.size() * 8);
}

TEST(JpegHostile, PixelLimit) {
  Result<Picture> picture = decodeJpeg(makeJpeg(gradient(9, 9, 1), 1, 9, 9), 80);
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().text, "9x9 pixels are more than the limit of 80 (see --max-pixels)");
}

TEST(JpegHostile, WarningsAreErrors) {
  Bytes file = makeJpeg(gradient(32, 32, 1), 1, 32, 32);
  // Garbage before the end marker: libjpeg only warns of it.
  file.insert(file.end() - 2, 64, 1);
  Result<Picture> picture = decode(file);
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().text, "the JPEG data is damaged");
}

TEST(Jpeg, CmykIsRefused) {
  Result<Picture> picture = decode(makeJpeg(Bytes(16 * 16 * 4, 100), 4, 16, 16));
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().text, "it is a CMYK JPEG; save it as RGB");
}

} // namespace
} // namespace convoy::command
