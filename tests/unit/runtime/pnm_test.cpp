#include "test_files.h"

namespace convoy::command {
namespace {

Bytes bytes(const std::string& text) { return Bytes(text.begin(), text.end()); }
Result<Picture> decode(const Bytes& file) {
  return isPnm(file) ? decodePnm(file, defaultPixelLimit) : Error{"not PNM"};
}

std::vector<float> values(Picture& picture) { return test::planesOf(picture); }

std::string problem(const std::string& text) {
  Result<Picture> picture = decode(bytes(text));
  return picture ? "accepted" : picture.error().text;
}

TEST(Pnm, RoundTrip) {
  for (int32_t channels : {1, 3}) {
    const Bytes samples = test::rampSamples(4 * 6 * channels);
    Result<Picture> picture = decode(encodePnm(samples, channels, 4, 6));
    ASSERT_TRUE(picture) << picture.error().text;
    EXPECT_EQ(picture->channels, channels);
    EXPECT_EQ(picture->height, 4);
    EXPECT_EQ(picture->width, 6);
    EXPECT_EQ(test::samplesOf(*picture), samples);
  }
}

TEST(Pnm, OtherMaxima) {
  Result<Picture> ten = decode(bytes(std::string("P5 2 1 10\n") + '\x05' + '\x0a'));
  ASSERT_TRUE(ten);
  EXPECT_EQ(values(*ten), (std::vector<float>{0.5f, 1.0f}));
  Result<Picture> wide = decode(bytes(std::string("P5 1 1 65535\n") + '\x12' + '\x34'));
  ASSERT_TRUE(wide);
  EXPECT_EQ(values(*wide), (std::vector<float>{static_cast<float>(0x1234) / 65535.0f}));
}

TEST(Pnm, TextAndComments) {
  Result<Picture> picture = decode(bytes("P2 # a comment\n# another\n2 2\n4\n0 1\n2 4\n"));
  ASSERT_TRUE(picture) << picture.error().text;
  EXPECT_EQ(values(*picture), (std::vector<float>{0, 0.25f, 0.5f, 1}));
  Result<Picture> colour = decode(bytes("P3 1 1 2 0 1 2"));
  ASSERT_TRUE(colour);
  EXPECT_EQ(values(*colour), (std::vector<float>{0, 0.5f, 1}));
}

TEST(PnmHostile, Refused) {
  EXPECT_EQ(problem("P4 8 1\nx"), "P4 files are not read; PGM (P2, P5) and PPM (P3, P6) are");
  EXPECT_EQ(problem("P5 0 5 255\n"), "the picture has no pixels");
  EXPECT_EQ(problem("P5 2 2 0\nabcd"),
            "the PPM/PGM header needs a width, a height and a maximum of 1 to 65535");
  EXPECT_EQ(problem("P5 2 2 65536\nabcd"),
            "the PPM/PGM header needs a width, a height and a maximum of 1 to 65535");
  EXPECT_EQ(problem("P5 x 2 255\nabcd"),
            "the PPM/PGM header needs a width, a height and a maximum of 1 to 65535");
  EXPECT_EQ(problem("P5 -2 2 255\nabcd"),
            "the PPM/PGM header needs a width, a height and a maximum of 1 to 65535");
  EXPECT_EQ(problem("P5 2147483647 2147483647 255\nabcd"), "the PPM/PGM data ends too early");
  EXPECT_EQ(problem("P3 2147483647 2147483647 255\n1 2 3"), "the PPM/PGM data ends too early");
  EXPECT_EQ(problem("P5 99999999999999999999 2 255\nabcd"),
            "the PPM/PGM header needs a width, a height and a maximum of 1 to 65535");
  EXPECT_EQ(problem(std::string("P5 1 1 10\n") + '\x0b'), "a sample is larger than the maximum");
  EXPECT_EQ(problem("P2 1 1 10\n11"), "a sample is not a number within the maximum");
  EXPECT_EQ(problem("P2 1 1 10\n x"), "a sample is not a number within the maximum");
  EXPECT_EQ(problem("P5 1 1 255;a"), "the PPM/PGM header is damaged");
}

TEST(PnmHostile, TruncationAtEveryByte) {
  test::expectTruncationsFail(encodePnm(test::rampSamples(18), 3, 2, 3), decode);
  test::expectTruncationsFail(bytes("P2 2 2 9 1 2 3 4"), decode);
}

TEST(PnmHostile, BitFlipsDoNotCrash) {
  const auto limited = [](const Bytes& file) { return isPnm(file) && decodePnm(file, 10000); };
  const Bytes file = encodePnm(test::rampSamples(18), 3, 2, 3);
  EXPECT_LT(test::acceptedBitFlips(file, limited), file.size() * 8);
  test::acceptedBitFlips(bytes("P3 1 2 9 # x\n1 2 3 4 5 6"), limited);
}

} // namespace
} // namespace convoy::command
