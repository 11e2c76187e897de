#include "command/tensor_file.h"

#include "test_files.h"

namespace convoy::command {
namespace {

using test::makeNpy;
using test::makeRawNpy;
using test::rampSamples;

constexpr int64_t unknown[] = {0, 0, 0}, three[] = {3, 4, 5}, vectorShape[] = {7};
constexpr int32_t free[] = {0, 1, 2}, fixed[] = {-1, -1, -1};
constexpr int64_t grayConstants[] = {1, 0, 0}, rgbConstants[] = {3, 0, 0}, rgbaConstants[] = {4, 0, 0};
constexpr int32_t spatial[] = {-1, 0, 1};
constexpr convoy_port gray = {"g", 1, 3, grayConstants, spatial, 0, 0},
                      rgb = {"c", 3, 3, rgbConstants, spatial, 0, 0},
                      rgba = {"a", 4, 3, rgbaConstants, spatial, 0, 0},
                      tensor = {"t", 0, 3, three, fixed, 0, 0}, anything = {"u", 0, 3, unknown, free, 0, 0},
                      vector = {"v", 0, 1, vectorShape, fixed, 0, 0};

class TensorFile : public test::TestWithFolder {
protected:
  Result<Tensor> load(const convoy_port& port, const Bytes& content) {
    return loadTensor(port, nullptr, write("file", content), defaultPixelLimit);
  }
  std::string problem(const convoy_port& port, const Bytes& content) {
    Result<Tensor> loaded = load(port, content);
    if (loaded) return "accepted";
    const std::string start = "cannot read '" + path("file") + "': ";
    EXPECT_EQ(loaded.error().text.substr(0, start.size()), start);
    return loaded.error().text.substr(start.size());
  }
  static Bytes uint8Npy(const std::string& shape, size_t count) {
    return makeRawNpy("{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + "}\n",
                      rampSamples(static_cast<int64_t>(count)));
  }
  void expectShape(const convoy_port& port, const Bytes& content, std::vector<int64_t> extents, int64_t batch,
                   bool batched) {
    Result<Tensor> loaded = load(port, content);
    ASSERT_TRUE(loaded) << loaded.error().text;
    EXPECT_EQ(loaded->extents, extents);
    EXPECT_EQ(loaded->batch, batch);
    EXPECT_EQ(loaded->batched, batched);
  }
};

TEST_F(TensorFile, FloatsForImages) {
  expectShape(rgb, makeNpy({3, 2, 4}, std::vector<float>(24)), {3, 2, 4}, 1, false);
  expectShape(rgb, makeNpy({5, 3, 2, 4}, std::vector<float>(120)), {3, 2, 4}, 5, true);
  expectShape(rgb, makeNpy({0, 3, 2, 4}, {}), {3, 2, 4}, 0, true);
  expectShape(gray, makeNpy({2, 4}, std::vector<float>(8)), {1, 2, 4}, 1, false);
  expectShape(gray, makeNpy({1, 2, 4}, std::vector<float>(8)), {1, 2, 4}, 1, false);
  expectShape(gray, makeNpy({5, 2, 4}, std::vector<float>(40)), {1, 2, 4}, 5, true);
  expectShape(gray, makeNpy({3, 1, 2, 4}, std::vector<float>(24)), {1, 2, 4}, 3, true);
}

TEST_F(TensorFile, FloatsAreNeitherClampedNorRounded) {
  const std::vector<float> values = {-3.25f, 0.1f, 1e30f, 0.123456789f};
  Result<Tensor> loaded = load(gray, makeNpy({2, 2}, values));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(std::vector<float>(loaded->data.data(), loaded->data.data() + 4), values);
}

TEST_F(TensorFile, BytesForImagesAreHeightWidthChannels) {
  expectShape(rgb, uint8Npy("(2, 4, 3)", 24), {3, 2, 4}, 1, false);
  expectShape(rgb, uint8Npy("(2, 2, 4, 3)", 48), {3, 2, 4}, 2, true);
  expectShape(gray, uint8Npy("(2, 4)", 8), {1, 2, 4}, 1, false);
  expectShape(gray, uint8Npy("(2, 4, 1)", 8), {1, 2, 4}, 1, false);
  expectShape(gray, uint8Npy("(2, 4, 5)", 40), {1, 4, 5}, 2, true);
  Result<Tensor> loaded = load(rgb, uint8Npy("(1, 2, 3)", 6));
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(loaded->isBytes);
  EXPECT_EQ(Bytes(loaded->bytes.data(), loaded->bytes.data() + 6), rampSamples(6));
  loaded = inFloats(std::move(loaded));
  ASSERT_TRUE(loaded);
  ASSERT_FALSE(loaded->isBytes);
  for (int64_t pixel = 0; pixel < 2; ++pixel)
    for (int64_t channel = 0; channel < 3; ++channel)
      EXPECT_EQ(loaded->data.data()[channel * 2 + pixel],
                static_cast<float>((pixel * 3 + channel) * 37) / 255.0f);
}

TEST_F(TensorFile, ChannelsOfNpyImagesAreConverted) {
  expectShape(rgb, uint8Npy("(2, 4, 4)", 32), {3, 2, 4}, 1, false);
  expectShape(rgba, uint8Npy("(2, 4, 3)", 24), {4, 2, 4}, 1, false);
  expectShape(gray, uint8Npy("(2, 2, 4, 3)", 48), {1, 2, 4}, 2, true);
  Result<Tensor> loaded = load(rgba, makeNpy({2, 1, 1, 2}, {0.1f, 0.2f, 0.3f, 0.4f}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(std::vector<float>(loaded->data.data(), loaded->data.data() + 16),
            (std::vector<float>{0.1f, 0.2f, 0.1f, 0.2f, 0.1f, 0.2f, 1, 1, 0.3f, 0.4f, 0.3f, 0.4f, 0.3f, 0.4f,
                                1, 1}));
}

TEST_F(TensorFile, ShapesThatMeanNothing) {
  EXPECT_EQ(problem(gray, makeNpy({3, 2, 4}, std::vector<float>(24))),
            "3x2x4 may be one picture of 3 channels or as many gray ones; reshape it to 1x3x2x4 or 3x1x2x4");
  EXPECT_EQ(problem(rgb, makeNpy({2, 4}, std::vector<float>(8))),
            "its shape 2x4 is not channels, height, width with 1, 3 or 4 channels");
  EXPECT_EQ(problem(rgb, uint8Npy("(3, 2, 4, 7)", 168)),
            "its shape 3x2x4x7 is not height, width, channels with 1, 3 or 4 channels");
  EXPECT_EQ(problem(tensor, makeNpy({4, 5}, std::vector<float>(20))),
            "its shape 4x5 does not fit input 't', which is tensor[3, 4, 5]");
  EXPECT_EQ(problem(tensor, uint8Npy("(4, 5, 3)", 60)),
            "it holds uint8, but input 't' is tensor[3, 4, 5] and needs float32");
}

TEST_F(TensorFile, Tensors) {
  expectShape(tensor, makeNpy({3, 4, 5}, std::vector<float>(60)), {3, 4, 5}, 1, false);
  expectShape(tensor, makeNpy({2, 3, 4, 5}, std::vector<float>(120)), {3, 4, 5}, 2, true);
  expectShape(vector, makeNpy({7}, std::vector<float>(7)), {7}, 1, false);
  expectShape(vector, makeNpy({1, 7}, std::vector<float>(7)), {7}, 1, true);
}

TEST_F(TensorFile, PicturesForPorts) {
  const Bytes colour = encodePnm(rampSamples(24), 3, 2, 4), plain = encodePnm(rampSamples(8), 1, 2, 4);
  expectShape(rgb, colour, {3, 2, 4}, 1, false);
  expectShape(gray, colour, {1, 2, 4}, 1, false);
  expectShape(rgba, plain, {4, 2, 4}, 1, false);
  expectShape(tensor, plain, {3, 2, 4}, 1, false);
  // Only an image that needs no other channels stays in 8 bits.
  EXPECT_TRUE(load(rgb, colour)->isBytes);
  EXPECT_FALSE(load(gray, colour)->isBytes);
  EXPECT_FALSE(load(tensor, plain)->isBytes);
  EXPECT_EQ(problem(anything, plain), "it is a picture, but input 'u' is tensor[_, _, _]; give an .npy file");
  EXPECT_EQ(problem(vector, plain), "it is a picture, but input 'v' is tensor[7]; give an .npy file");
}

TEST_F(TensorFile, OtherFiles) {
  EXPECT_EQ(problem(rgb, {}), "it is empty");
  EXPECT_EQ(problem(rgb, {'h', 'e', 'l', 'l', 'o'}), "it is not a PNG, JPEG, PPM, PGM or .npy file");
  Result<Tensor> folderRead = loadTensor(rgb, nullptr, folder, defaultPixelLimit);
  ASSERT_FALSE(folderRead);
  EXPECT_EQ(folderRead.error().text, "cannot read '" + folder + "': Is a directory");
}

} // namespace
} // namespace convoy::command
