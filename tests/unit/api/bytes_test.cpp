// 8-bit images: every byte on the way in and every rounding on the way out, for each width of vectors.
#include "scripts.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace {

using convoy::View;

float floatOf(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}
uint32_t bitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

// Each processor whose code runs here.
void forEachCpu(const std::function<void(const convoy::Options&)>& body) {
  for (const char* cpu : {"x86-64-v4", "x86-64-v3", "x86-64-v2"}) {
    convoy::Options options;
    options.cpu = cpu;
    SCOPED_TRACE(cpu);
    if (convoy::compileSource("pipeline p(x: tensor[1]) { return x + 1 }", "test.cvy", options))
      body(options);
  }
}

// A copy is converted by itself; relu is the kernel that takes bytes, and changes neither a byte nor what a
// byte is made of.
const char* const readers[] = {"pipeline p(x: image[gray]) -> tensor { return x }",
                               "pipeline p(x: image[gray]) -> image[gray] { return relu(x) }"};
const char* const writers[] = {"pipeline p(x: tensor[1, H, W]) -> image[gray] { return x }",
                               "pipeline p(x: tensor[1, H, W]) -> image[gray] { return relu(x) }"};

TEST(Bytes, EachOfThemIsDividedBy255) {
  forEachCpu([](const convoy::Options& options) {
    for (const char* script : readers) {
      const convoy::Pipeline pipeline = api_test::compiled(script, options);
      std::vector<std::uint8_t> bytes(256);
      for (size_t i = 0; i < 256; ++i) bytes[i] = static_cast<std::uint8_t>(i);
      std::vector<float> y(256);
      EXPECT_OK(pipeline.run({{"x", View<const std::uint8_t, 3>::hwc(bytes.data(), {1, 1, 256})}},
                             {{"result", View<float, 3>(y.data(), {1, 1, 256})}}));
      for (size_t i = 0; i < 256; ++i) EXPECT_EQ(y[i], static_cast<float>(i) / 255.0f) << i;
    }
  });
}

// Around the half between any two bytes, around the bytes themselves, and what is no number between 0 and 1.
std::vector<float> numbersToRound() {
  std::vector<float> numbers;
  for (int twice = -1; twice <= 512; ++twice) {
    const uint32_t middle = bitsOf(std::fabs(static_cast<float>(twice) / 2 / 255.0f));
    for (uint32_t step = 0; step <= 80; ++step) {
      numbers.push_back(floatOf(middle + step));
      if (middle >= step) numbers.push_back(floatOf(middle - step));
    }
  }
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (float x : {0.0f, -0.0f, infinity, -infinity, std::nanf(""), -std::nanf(""), 1e-40f, -1e-40f, -0.3f,
                  1.5f, 3e38f, -3e38f, 8e6f, 3e9f})
    numbers.push_back(x);
  for (uint32_t bits = 0; bits < 0x40000000u; bits += 4099) numbers.push_back(floatOf(bits));
  return numbers;
}

TEST(Bytes, ResultsAreClampedAndRoundedHalfToEven) {
  const std::vector<float> numbers = numbersToRound();
  const auto count = static_cast<int64_t>(numbers.size());
  forEachCpu([&](const convoy::Options& options) {
    for (const char* script : writers) {
      const convoy::Pipeline pipeline = api_test::compiled(script, options);
      std::vector<std::uint8_t> bytes(numbers.size());
      EXPECT_OK(pipeline.run({{"x", View<const float, 3>(numbers.data(), {1, 1, count})}},
                             {{"result", View<std::uint8_t, 3>::hwc(bytes.data(), {1, 1, count})}}));
      size_t wrong = 0;
      for (size_t i = 0; i < numbers.size(); ++i) {
        const float x = numbers[i], shade = x > 0 ? (x < 1 ? x : 1) : 0; // NaN is not above 0
        if (bytes[i] == static_cast<std::uint8_t>(std::nearbyintf(shade * 255.0f))) continue;
        if (++wrong < 5) ADD_FAILURE() << x << " became " << static_cast<int>(bytes[i]);
      }
      EXPECT_EQ(wrong, 0u);
    }
  });
}

// What filters of whole numbers give, halves going to the even byte; mirrored at the edges, which stand once.
struct WholeFilter {
  const char* layer;
  std::vector<int> column, row; // their products are the weights
  int shift, step;
};

TEST(Bytes, SumsOfBytesAreExact) {
  const WholeFilter filters[] = {
      {"conv(kernel: [[a * b / 16 for b in [1, 2, 1]] for a in [1, 2, 1]], padding: same, border: "
       "reflect101)",
       {1, 2, 1},
       {1, 2, 1},
       4,
       1},
      {"conv(kernel: [[a * b / 256 for b in [1, 4, 6, 4, 1]] for a in [1, 4, 6, 4, 1]], padding: same, "
       "border: reflect101)",
       {1, 4, 6, 4, 1},
       {1, 4, 6, 4, 1},
       8,
       1},
      {"conv(kernel: [[a * b / 2 for b in [-1, 1, 3]] for a in [1, -1, 2]], padding: same, border: "
       "reflect101)",
       {1, -1, 2},
       {-1, 1, 3},
       1,
       1},
      {"avg_pool(2x2)", {1, 1}, {1, 1}, 2, 2}};
  forEachCpu([&](const convoy::Options& options) {
    for (const WholeFilter& filter : filters)
      for (int64_t channels : {1, 3}) {
        const char* const kind = channels == 1 ? "gray" : "rgb";
        const std::string script = std::string("pipeline p(x: image[") + kind + "]) -> image[" + kind +
                                   "] { return x |> " + filter.layer + " }";
        const convoy::Pipeline pipeline = api_test::compiled(script.c_str(), options);
        // Also rows that lie about 4096 bytes apart, of which there is more than one chunk.
        for (int64_t width : {int64_t{7}, int64_t{70}, int64_t{301}, 4096 / channels, 8192 / channels + 5}) {
          const int64_t height = 11, step = filter.step, rows = height / step, columns = width / step;
          std::vector<std::uint8_t> x(static_cast<size_t>(height * width * channels));
          for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::uint8_t>((i * 2654435761u) >> 13);
          std::vector<std::uint8_t> y(static_cast<size_t>(rows * columns * channels));
          EXPECT_OK(
              pipeline.run({{"x", View<const std::uint8_t, 3>::hwc(x.data(), {channels, height, width})}},
                           {{"result", View<std::uint8_t, 3>::hwc(y.data(), {channels, rows, columns})}}));
          const auto up = step == 1 ? static_cast<int64_t>(filter.column.size() / 2) : 0,
                     left = step == 1 ? static_cast<int64_t>(filter.row.size() / 2) : 0;
          auto mirrored = [](int64_t at, int64_t n) { return at < 0 ? -at : at >= n ? 2 * n - 2 - at : at; };
          size_t wrong = 0;
          for (int64_t at = 0; at < rows * columns * channels; ++at) {
            const int64_t r = at / (columns * channels), c = at / channels % columns;
            int sum = 0;
            for (size_t i = 0; i < filter.column.size(); ++i)
              for (size_t j = 0; j < filter.row.size(); ++j) {
                const int64_t row = mirrored(r * step - up + static_cast<int64_t>(i), height),
                              column = mirrored(c * step - left + static_cast<int64_t>(j), width);
                sum += filter.column[i] * filter.row[j] *
                       x[static_cast<size_t>((row * width + column) * channels + at % channels)];
              }
            const double shade = std::clamp(std::ldexp(sum, -filter.shift), 0.0, 255.0);
            wrong += y[static_cast<size_t>(at)] != static_cast<int>(std::nearbyint(shade));
          }
          EXPECT_EQ(wrong, 0u) << filter.layer << " of " << kind << ", " << width << " pixels wide";
        }
      }
  });
}

// The same picture in every form: as bytes of pixels, and as strided bytes that are copied to float32 first.
TEST(Bytes, DensePicturesAndOthersGiveTheSame) {
  const char* const scripts[] = {
      api_test::twist,
      "pipeline p(photo: image[rgb]) -> image[rgb] { return photo |> max_pool(3x3, stride: 1, padding: 1) }",
      "pipeline p(photo: image[rgb]) -> image[rgb] { return photo * photo }"};
  constexpr int64_t height = 13, width = 37, padded = 3 * width + 5;
  std::vector<std::uint8_t> dense(3 * height * width), rows(padded * height);
  for (int64_t y = 0; y < height; ++y)
    for (int64_t i = 0; i < 3 * width; ++i)
      rows[static_cast<size_t>(y * padded + i)] = dense[static_cast<size_t>(y * 3 * width + i)] =
          static_cast<std::uint8_t>(y * 91 + i * i * 7);
  for (const char* script : scripts) {
    const convoy::Pipeline pipeline = api_test::compiled(script);
    std::vector<std::uint8_t> one(dense.size()), other(rows.size(), 7);
    EXPECT_OK(pipeline.run({{"photo", View<const std::uint8_t, 3>::hwc(dense.data(), {3, height, width})}},
                           {{"result", View<std::uint8_t, 3>::hwc(one.data(), {3, height, width})}}));
    EXPECT_OK(
        pipeline.run({{"photo", View<const std::uint8_t, 3>::hwc(rows.data(), {3, height, width}, padded)}},
                     {{"result", View<std::uint8_t, 3>::hwc(other.data(), {3, height, width}, padded)}}));
    for (int64_t y = 0; y < height; ++y)
      EXPECT_EQ(std::memcmp(&one[static_cast<size_t>(y * 3 * width)], &other[static_cast<size_t>(y * padded)],
                            3 * width),
                0);
  }
}

} // namespace
