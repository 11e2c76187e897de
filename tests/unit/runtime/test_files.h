// Files of every kind made for tests, and a folder to put them in.
#ifndef CONVOY_TESTS_TEST_FILES_H
#define CONVOY_TESTS_TEST_FILES_H
#include "command/codecs.h"
#include "command/picture.h"

#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace convoy::test {

using command::Bytes;

// Samples that differ everywhere: 0, 37, 74, ... in interleaved order.
Bytes rampSamples(int64_t count);

// What a picture holds, in 8 bits and in float32, whatever it holds it in.
Bytes samplesOf(const command::Picture& picture);
std::vector<float> planesOf(const command::Picture& picture);

struct PngRecipe {
  int colourType = 2; // 0 gray, 2 rgb, 3 palette, 4 gray and alpha, 6 rgba
  int bitDepth = 8;
  bool interlaced = false;
  int64_t height = 3, width = 5;
  Bytes rows;         // packed rows, one after another
  Bytes palette;      // r, g, b of each colour
  Bytes transparency; // tRNS of a palette
  Bytes exif;         // of an eXIf chunk
  std::string text;   // of a tEXt chunk
};
Bytes makePng(const PngRecipe& recipe);

// exif: the TIFF structure, or empty. channels: 1 or 3. Progressive files have several scans.
Bytes makeJpeg(const Bytes& samples, int32_t channels, int64_t height, int64_t width, const Bytes& exif = {},
               bool progressive = false);

// A TIFF structure with one entry: the orientation.
Bytes makeExif(int orientation, bool littleEndian = true);

// An .npy file of float32.
Bytes makeNpy(const std::vector<int64_t>& shape, const std::vector<float>& values);
// An .npy file with any header text and any content.
Bytes makeRawNpy(const std::string& header, const Bytes& content, int version = 1);

// Decodes every proper beginning of the file; all must fail.
template <typename Decode> void expectTruncationsFail(const Bytes& file, Decode decode) {
  for (size_t length = 0; length < file.size(); ++length) {
    Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    part.shrink_to_fit(); // so that a sanitizer sees a read beyond its end
    EXPECT_FALSE(decode(part)) << "cut to " << length << " of " << file.size() << " bytes";
  }
}

// Flips each bit of the file and decodes. Returns how many of those files were accepted.
template <typename Decode> size_t acceptedBitFlips(Bytes file, Decode decode) {
  size_t accepted = 0;
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    file[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    accepted += static_cast<bool>(decode(file));
    file[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  }
  return accepted;
}

// A new folder, removed with all it holds at the end of the test.
class TestWithFolder : public testing::Test {
protected:
  void SetUp() override;
  void TearDown() override;
  std::string path(const std::string& name) const { return folder + "/" + name; }
  std::string write(const std::string& name, const Bytes& content) const; // returns the path
  Bytes read(const std::string& name) const;
  bool exists(const std::string& name) const;
  std::vector<std::string> listing(const std::string& below = "") const; // hidden files too, sorted
  std::string folder;
};

} // namespace convoy::test
#endif
