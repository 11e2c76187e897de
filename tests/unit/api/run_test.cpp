#include "scripts.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace api_test;
using convoy::View;

namespace {

TEST(Run, ComputesWhatAPersonWouldByHand) {
  const convoy::Pipeline pipeline = compiled(blur);
  for (const auto& [height, width] : {std::pair<int64_t, int64_t>{1, 1}, {3, 5}, {17, 33}, {40, 100}}) {
    const std::vector<float> x = integers(2 * height * width);
    std::vector<float> y(x.size(), -1);
    EXPECT_OK(pipeline.run({{"x", View<const float, 3>(x.data(), {2, height, width})}},
                           {{"result", View<float, 3>(y.data(), {2, height, width})}}));
    EXPECT_EQ(y, blurred(x, height, width)) << height << " x " << width;
  }
}

TEST(Run, BatchesOfAnyLength) {
  const convoy::Pipeline pipeline = compiled(blur);
  const int64_t height = 6, width = 9, item = 2 * height * width;
  const std::vector<float> x = integers(3 * item);
  for (int64_t batch : {0, 1, 3}) {
    std::vector<float> y(static_cast<size_t>(batch * item) + 1, -1);
    EXPECT_OK(pipeline.run({{"x", View<const float, 4>(x.data(), {batch, 2, height, width})}},
                           {{"result", View<float, 4>(y.data(), {batch, 2, height, width})}}));
    for (int64_t i = 0; i < batch; ++i) {
      const std::vector<float> one(x.begin() + i * item, x.begin() + (i + 1) * item);
      EXPECT_EQ(std::vector<float>(y.begin() + i * item, y.begin() + (i + 1) * item),
                blurred(one, height, width));
    }
    EXPECT_EQ(y.back(), -1);
  }
  EXPECT_OK(pipeline.run({{"x", View<const float, 4>(nullptr, {0, 2, height, width})}},
                         {{"result", View<float, 4>(nullptr, {0, 2, height, width})}}));
}

// Items share the weights of dense layers, in tiles of several sizes: none may see another.
TEST(Run, AnItemHasTheSameBitsInAnyBatch) {
  convoy::Options options;
  options.initSeed = 1;
  const convoy::Pipeline pipeline = compiled(R"(pipeline p(x: tensor[70]) -> tensor[65] {
    return x |> dense(129, name: "a") |> relu |> dense(65, name: "b") |> softmax
}
)",
                                             options);
  constexpr int64_t items = 31, in = 70, out = 65; // 8 + 8 + 8 + 4 + 2 + 1
  std::vector<float> x;
  for (int64_t i = 0; i < items * in; ++i) x.push_back(std::sin(static_cast<float>(i)));
  std::vector<float> alone(items * out);
  for (int64_t i = 0; i < items; ++i)
    EXPECT_OK(pipeline.run({{"x", View<const float, 1>(x.data() + i * in, {in})}},
                           {{"result", View<float, 1>(alone.data() + i * out, {out})}}));
  for (int64_t batch : {2, 3, 7, 8, 13, 31}) {
    std::vector<float> together(static_cast<size_t>(batch * out));
    EXPECT_OK(pipeline.run({{"x", View<const float, 2>(x.data(), {batch, in})}},
                           {{"result", View<float, 2>(together.data(), {batch, out})}}));
    EXPECT_TRUE(std::equal(together.begin(), together.end(), alone.begin())) << "batch " << batch;
  }
}

TEST(Run, NamesComeInAnyOrder) {
  const convoy::Pipeline pipeline = compiled(pair);
  const std::vector<float> a{1, 2, 3, 4}, b{10, 20, 30, 40};
  std::vector<float> sum(4), difference(4);
  const convoy::Extents<3> shape{1, 2, 2};
  const View<const float, 3> left(a.data(), shape), right(b.data(), shape);
  EXPECT_OK(
      pipeline.run({{"b", right}, {"a", left}}, {{"difference", View<float, 3>(difference.data(), shape)},
                                                 {"sum", View<float, 3>(sum.data(), shape)}}));
  EXPECT_EQ(sum, (std::vector<float>{11, 22, 33, 44}));
  EXPECT_EQ(difference, (std::vector<float>{-9, -18, -27, -36}));
  // The same with lists made at run time; one memory may be read twice.
  std::vector<convoy::Input> inputs{{"a", left}, {"b", left}};
  std::vector<convoy::Output> outputs{{"sum", View<float, 3>(sum.data(), shape)},
                                      {"difference", View<float, 3>(difference.data(), shape)}};
  EXPECT_OK(pipeline.run(inputs, outputs));
  EXPECT_EQ(sum, (std::vector<float>{2, 4, 6, 8}));
}

// Every way to lay a picture out gives the bits of the dense one.
class Layouts : public testing::Test {
protected:
  static constexpr int64_t height = 13, width = 37, pixels = height * width;
  const convoy::Pipeline pipeline = compiled(twist);
  std::vector<float> photo, wanted = std::vector<float>(3 * pixels);

  void SetUp() override {
    for (int64_t i = 0; i < 3 * pixels; ++i) photo.push_back(static_cast<float>(i * 37 % 256) / 255.0f);
    EXPECT_OK(pipeline.run({{"photo", dense(photo)}},
                           {{"result", View<float, 3>(wanted.data(), {3, height, width})}}));
  }
  static View<const float, 3> dense(const std::vector<float>& data) {
    return {data.data(), {3, height, width}};
  }

  template <typename T> void expectInput(const View<T, 3>& view) {
    std::vector<float> result(3 * pixels);
    EXPECT_OK(
        pipeline.run({{"photo", view}}, {{"result", View<float, 3>(result.data(), {3, height, width})}}));
    EXPECT_EQ(result, wanted);
  }
  void expectOutput(const View<float, 3>& view) {
    EXPECT_OK(pipeline.run({{"photo", dense(photo)}}, {{"result", view}}));
    for (int64_t c = 0; c < 3; ++c)
      for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x) ASSERT_EQ(view(c, y, x), wanted[(c * height + y) * width + x]);
  }
};

TEST_F(Layouts, PaddedRows) {
  const int64_t stride = width + 11;
  std::vector<float> padded(3 * height * stride, 9);
  const auto view = View<float, 3>::rows(padded.data(), {3, height, width}, stride);
  for (int64_t i = 0; i < 3 * pixels; ++i) view(i / pixels, i % pixels / width, i % width) = photo[i];
  expectInput(view);
  std::fill(padded.begin(), padded.end(), 9);
  expectOutput(view);
  for (int64_t row = 0; row < 3 * height; ++row)
    for (int64_t x = width; x < stride; ++x)
      ASSERT_EQ(padded[row * stride + x], 9) << "the padding is the caller's";
}

TEST_F(Layouts, ChannelsLastOfFloats) {
  std::vector<float> memory(3 * pixels + height * 5);
  for (int64_t rowStride : {int64_t{0}, 3 * width + 5}) {
    const auto view = View<float, 3>::hwc(memory.data(), {3, height, width}, rowStride);
    for (int64_t i = 0; i < 3 * pixels; ++i) view(i / pixels, i % pixels / width, i % width) = photo[i];
    EXPECT_EQ(memory[1], photo[pixels]) << "green is behind red";
    expectInput(view);
    expectOutput(view);
  }
}

TEST_F(Layouts, ChannelsLastOfBytes) {
  std::vector<std::uint8_t> memory(3 * pixels);
  const auto view = View<std::uint8_t, 3>::hwc(memory.data(), {3, height, width});
  for (int64_t i = 0; i < 3 * pixels; ++i)
    view(i / pixels, i % pixels / width, i % width) = static_cast<std::uint8_t>(i * 37 % 256);
  expectInput(View<const std::uint8_t, 3>(view));
  EXPECT_OK(pipeline.run({{"photo", dense(photo)}}, {{"result", view}}));
  for (int64_t i = 0; i < 3 * pixels; ++i) {
    const float shade = std::fmin(std::fmax(wanted[i], 0.0f), 1.0f) * 255.0f;
    ASSERT_EQ(view(i / pixels, i % pixels / width, i % width), static_cast<int>(std::nearbyint(shade)));
  }
}

TEST_F(Layouts, BackwardsAndRepeatedInputs) {
  std::vector<float> reversed(photo.rbegin(), photo.rend());
  expectInput(
      View<const float, 3>(reversed.data() + 3 * pixels - 1, {3, height, width}, {-pixels, -width, -1}));
  // One row for all.
  std::vector<float> flat(3 * pixels), one(3 * pixels), two(3 * pixels);
  for (int64_t i = 0; i < 3 * pixels; ++i) flat[i] = photo[i % width];
  EXPECT_OK(
      pipeline.run({{"photo", dense(flat)}}, {{"result", View<float, 3>(one.data(), {3, height, width})}}));
  EXPECT_OK(pipeline.run({{"photo", View<const float, 3>(photo.data(), {3, height, width}, {0, 0, 1})}},
                         {{"result", View<float, 3>(two.data(), {3, height, width})}}));
  EXPECT_EQ(one, two);
}

TEST_F(Layouts, TransposedOutput) {
  std::vector<float> memory(3 * pixels);
  expectOutput(View<float, 3>(memory.data(), {3, height, width}, {pixels, 1, height}));
}

TEST_F(Layouts, OutputsMayOverlapInputs) {
  std::vector<float> memory = photo;
  memory.resize(3 * pixels + 50);
  for (int64_t shift : {0, 1, 50}) {
    std::copy(photo.begin(), photo.end(), memory.begin());
    const View<float, 3> result(memory.data() + shift, {3, height, width});
    EXPECT_OK(
        pipeline.run({{"photo", View<float, 3>(memory.data(), {3, height, width})}}, {{"result", result}}));
    EXPECT_EQ(std::vector<float>(memory.begin() + shift, memory.begin() + shift + 3 * pixels), wanted);
  }
  // Also where both are bytes of one picture.
  std::vector<std::uint8_t> bytes(3 * pixels), other(3 * pixels);
  for (int64_t i = 0; i < 3 * pixels; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 % 256);
  const auto view = View<std::uint8_t, 3>::hwc(bytes.data(), {3, height, width});
  EXPECT_OK(pipeline.run({{"photo", view}},
                         {{"result", View<std::uint8_t, 3>::hwc(other.data(), {3, height, width})}}));
  EXPECT_OK(pipeline.run({{"photo", view}}, {{"result", view}}));
  EXPECT_EQ(bytes, other);
}

TEST(Run, BytesAreRoundedAsPicturesAre) {
  const convoy::Pipeline same = compiled("pipeline same(x: image[gray]) -> image[gray] { return x * 1 }");
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              infinite = std::numeric_limits<float>::infinity();
  const std::vector<float> x{nan,        -infinite, -1, 0, 0.5f / 255, 1.5f / 255,
                             2.5f / 255, 0.999f,    1,  2, infinite};
  const auto width = static_cast<int64_t>(x.size());
  std::vector<std::uint8_t> y(x.size(), 77);
  EXPECT_OK(same.run({{"x", View<const float, 3>(x.data(), {1, 1, width})}},
                     {{"result", View<std::uint8_t, 3>(y.data(), {1, 1, width})}}));
  EXPECT_EQ(y, (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 2, 2, 255, 255, 255, 255}));
  // Every byte comes back.
  std::vector<std::uint8_t> all(256), back(256);
  for (int i = 0; i < 256; ++i) all[i] = static_cast<std::uint8_t>(i);
  EXPECT_OK(same.run({{"x", View<const std::uint8_t, 3>(all.data(), {1, 16, 16})}},
                     {{"result", View<std::uint8_t, 3>(back.data(), {1, 16, 16})}}));
  EXPECT_EQ(all, back);
}

TEST(Run, BatchesOfPicturesChannelsLast) {
  const convoy::Pipeline pipeline = compiled(twist);
  const int64_t height = 5, width = 7, item = 3 * height * width;
  std::vector<std::uint8_t> photos(2 * item), together(2 * item), alone(2 * item);
  for (int64_t i = 0; i < 2 * item; ++i) photos[i] = static_cast<std::uint8_t>(i * 29);
  EXPECT_OK(pipeline.run({{"photo", View<const std::uint8_t, 4>::hwc(photos.data(), {2, 3, height, width})}},
                         {{"result", View<std::uint8_t, 4>::hwc(together.data(), {2, 3, height, width})}}));
  for (int64_t i = 0; i < 2; ++i)
    EXPECT_OK(pipeline.run(
        {{"photo", View<const std::uint8_t, 3>::hwc(photos.data() + i * item, {3, height, width})}},
        {{"result", View<std::uint8_t, 3>::hwc(alone.data() + i * item, {3, height, width})}}));
  EXPECT_EQ(together, alone);
}

TEST(Run, ParametersFromASeedAreTheSameEveryTime) {
  convoy::Options options;
  options.initSeed = 7;
  const std::vector<float> x = integers(3 * 64);
  std::vector<float> first(10), second(10);
  for (std::vector<float>* y : {&first, &second})
    EXPECT_OK(compiled(net, options)
                  .run({{"x", View<const float, 3>(x.data(), {3, 8, 8})}},
                       {{"result", View<float, 1>(y->data(), {10})}}));
  EXPECT_EQ(first, second);
  EXPECT_NE(first, std::vector<float>(10));
}

} // namespace
