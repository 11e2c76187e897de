#include "test_files.h"

#include <cstring>

namespace convoy::command {
namespace {

using test::makePng;
using test::PngRecipe;
using test::rampSamples;

Result<Picture> decode(const Bytes& file) {
  return isPng(file) ? decodePng(file, defaultPixelLimit) : Error{"not PNG"};
}

// What a decoded picture says in 8 bit, interleaved.
Bytes samplesOf(Picture& picture) { return test::samplesOf(picture); }

TEST(Png, RoundTrip) {
  for (int32_t channels : {1, 3, 4}) {
    const Bytes samples = rampSamples(7 * 5 * channels);
    Result<Bytes> file = encodePng(samples, channels, 7, 5);
    ASSERT_TRUE(file);
    Result<Picture> picture = decode(*file);
    ASSERT_TRUE(picture) << picture.error().text;
    EXPECT_EQ(picture->channels, channels);
    EXPECT_EQ(picture->height, 7);
    EXPECT_EQ(picture->width, 5);
    EXPECT_EQ(samplesOf(*picture), samples);
  }
}

TEST(Png, SixteenBitsAreScaled) {
  PngRecipe recipe;
  recipe.colourType = 0;
  recipe.bitDepth = 16;
  recipe.height = 1;
  recipe.width = 3;
  recipe.rows = {0x00, 0x00, 0x12, 0x34, 0xFF, 0xFF};
  Result<Picture> picture = decode(makePng(recipe));
  ASSERT_TRUE(picture) << picture.error().text;
  const float* data = picture->planes.data();
  EXPECT_EQ(data[0], 0.0f);
  EXPECT_EQ(data[1], static_cast<float>(0x1234) / 65535.0f);
  EXPECT_EQ(data[2], 1.0f);
}

TEST(Png, SmallGrayDepths) {
  PngRecipe recipe;
  recipe.colourType = 0;
  recipe.height = 1;
  recipe.width = 4;
  recipe.bitDepth = 1;
  recipe.rows = {0b10110000};
  Result<Picture> bits = decode(makePng(recipe));
  ASSERT_TRUE(bits);
  EXPECT_EQ(samplesOf(*bits), (Bytes{255, 0, 255, 255}));
  recipe.bitDepth = 2;
  recipe.rows = {0b00011011};
  Result<Picture> pairs = decode(makePng(recipe));
  ASSERT_TRUE(pairs);
  EXPECT_EQ(samplesOf(*pairs), (Bytes{0, 85, 170, 255}));
}

TEST(Png, Palette) {
  PngRecipe recipe;
  recipe.colourType = 3;
  recipe.bitDepth = 2;
  recipe.height = 1;
  recipe.width = 3;
  recipe.rows = {0b00011000};
  recipe.palette = {10, 20, 30, 40, 50, 60, 70, 80, 90};
  Result<Picture> opaque = decode(makePng(recipe));
  ASSERT_TRUE(opaque);
  EXPECT_EQ(opaque->channels, 3);
  EXPECT_EQ(samplesOf(*opaque), (Bytes{10, 20, 30, 40, 50, 60, 70, 80, 90}));
  recipe.transparency = {0, 128};
  Result<Picture> transparent = decode(makePng(recipe));
  ASSERT_TRUE(transparent);
  EXPECT_EQ(transparent->channels, 4);
  EXPECT_EQ(samplesOf(*transparent), (Bytes{10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255}));
}

TEST(Png, GrayAndAlpha) {
  PngRecipe recipe;
  recipe.colourType = 4;
  recipe.rows = rampSamples(3 * 5 * 2);
  Result<Picture> picture = decode(makePng(recipe));
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->channels, 2);
  EXPECT_EQ(samplesOf(*picture), recipe.rows);
}

TEST(Png, Interlaced) {
  for (int colourType : {0, 2, 6}) {
    PngRecipe recipe;
    recipe.colourType = colourType;
    recipe.interlaced = true;
    recipe.height = 11;
    recipe.width = 13;
    recipe.rows = rampSamples(11 * 13 * (colourType == 0 ? 1 : colourType == 2 ? 3 : 4));
    Result<Picture> picture = decode(makePng(recipe));
    ASSERT_TRUE(picture) << picture.error().text;
    EXPECT_EQ(samplesOf(*picture), recipe.rows);
  }
}

TEST(Png, OrientationOfItsExif) {
  PngRecipe recipe;
  recipe.colourType = 0;
  recipe.height = 2;
  recipe.width = 3;
  recipe.rows = {0, 1, 2, 3, 4, 5};
  recipe.exif = test::makeExif(6);
  Result<Picture> picture = decode(makePng(recipe));
  ASSERT_TRUE(picture) << picture.error().text;
  EXPECT_EQ(picture->height, 3);
  EXPECT_EQ(samplesOf(*picture), (Bytes{3, 0, 4, 1, 5, 2}));
}

PngRecipe smallRecipe() {
  PngRecipe recipe;
  recipe.rows = rampSamples(3 * 5 * 3);
  return recipe;
}

TEST(PngHostile, TruncationAtEveryByte) {
  test::expectTruncationsFail(makePng(smallRecipe()), decode);
  PngRecipe interlaced = smallRecipe();
  interlaced.interlaced = true;
  interlaced.text = "a comment that is skipped";
  test::expectTruncationsFail(makePng(interlaced), decode);
}

TEST(PngHostile, EveryBitFlipIsNoticed) {
  EXPECT_EQ(test::acceptedBitFlips(makePng(smallRecipe()), decode), 0u);
}

TEST(PngHostile, EndsTooEarlyIsSaidSo) {
  Bytes file = makePng(smallRecipe());
  file.resize(file.size() - 3);
  Result<Picture> picture = decode(file);
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().text, "the PNG data ends too early");
}

uint32_t crc(const uint8_t* data, size_t size) {
  uint32_t value = ~0u;
  for (size_t i = 0; i < size; ++i) {
    value ^= data[i];
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0);
  }
  return ~value;
}

// Changes the declared size and repairs the checksum.
Bytes withSize(Bytes file, uint32_t width, uint32_t height) {
  const auto put = [&](size_t at, uint32_t value) {
    for (size_t i = 0; i < 4; ++i) file[at + i] = static_cast<uint8_t>(value >> (24 - 8 * i));
  };
  put(16, width);
  put(20, height);
  put(29, crc(file.data() + 12, 17));
  return file;
}

TEST(PngHostile, DeclaredSizeIsCheckedBeforeDecoding) {
  const Bytes file = makePng(smallRecipe());
  ASSERT_TRUE(decode(withSize(file, 5, 3))) << "the repaired checksum is right";
  Result<Picture> huge = decode(withSize(file, 0x7FFFFFFF, 0x7FFFFFFF));
  ASSERT_FALSE(huge);
  Result<Picture> large =
      decode(withSize(file, 20000, 20000)); // more than the limit, and than the file can hold
  ASSERT_FALSE(large);
  EXPECT_FALSE(decode(withSize(file, 0, 3)));
  EXPECT_FALSE(decode(withSize(file, 6, 3)));
  EXPECT_FALSE(decode(withSize(file, 5, 4)));
  Result<Picture> limited = decodePng(file, 14);
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().text, "3x5 pixels are more than the limit of 14 (see --max-pixels)");
}

} // namespace
} // namespace convoy::command
