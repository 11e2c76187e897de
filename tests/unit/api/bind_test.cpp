#include "scripts.h"

using namespace api_test;
using convoy::StatusCode;
using convoy::View;

namespace {

using Planes = View<const float, 3>;
using Result = View<float, 3>;

TEST(Bind, CallsAreRuns) {
  const convoy::Pipeline pipeline = compiled(blur);
  auto fast = pipeline.bind<void(Planes, Result)>();
  ASSERT_TRUE(fast) << fast.error().message();
  // Extents change between calls, and change back.
  for (const auto& [height, width] : {std::pair<int64_t, int64_t>{5, 9}, {5, 9}, {9, 5}, {30, 40}, {5, 9}}) {
    const std::vector<float> x = integers(2 * height * width, width);
    std::vector<float> y(x.size());
    EXPECT_OK(fast(Planes(x.data(), {2, height, width}), Result(y.data(), {2, height, width})));
    EXPECT_EQ(y, blurred(x, height, width));
  }
}

TEST(Bind, TakesEveryView) {
  const convoy::Pipeline pipeline = compiled(twist);
  const int64_t height = 6, width = 8, item = 3 * height * width;
  std::vector<std::uint8_t> photo(2 * item), bound(2 * item), plain(2 * item);
  for (int64_t i = 0; i < 2 * item; ++i) photo[i] = static_cast<std::uint8_t>(i * 31);
  auto fast = pipeline.bind<void(View<const std::uint8_t, 4>, View<std::uint8_t, 4>)>();
  ASSERT_TRUE(fast) << fast.error().message();
  for (int64_t batch : {2, 0, 1}) {
    const auto x = View<const std::uint8_t, 4>::hwc(photo.data(), {batch, 3, height, width});
    EXPECT_OK(fast(x, View<std::uint8_t, 4>::hwc(bound.data(), {batch, 3, height, width})));
    EXPECT_OK(pipeline.run(
        {{"photo", x}}, {{"result", View<std::uint8_t, 4>::hwc(plain.data(), {batch, 3, height, width})}}));
    EXPECT_EQ(bound, plain);
  }
}

TEST(Bind, OrderIsTheScripts) {
  const std::vector<float> a{1, 2}, b{3, 5};
  std::vector<float> sum(2), difference(2);
  auto fast =
      compiled(pair).bind<void(Planes, Planes, Result, Result)>(); // the handle is gone, the code is not
  EXPECT_OK(fast({a.data(), {1, 1, 2}}, {b.data(), {1, 1, 2}}, {sum.data(), {1, 1, 2}},
                 {difference.data(), {1, 1, 2}}));
  EXPECT_EQ(sum, (std::vector<float>{4, 7}));
  EXPECT_EQ(difference, (std::vector<float>{-2, -3}));
}

TEST(Bind, SignaturesAreCheckedOnce) {
  const convoy::Pipeline pipeline = compiled(blur);
  const auto messageOf = [](const auto& function) {
    EXPECT_FALSE(function);
    return std::string(function.error().message());
  };
  EXPECT_EQ(messageOf(pipeline.bind<void(Planes)>()),
            "the signature has 1 view, but the pipeline has 1 input and 1 output");
  EXPECT_EQ(messageOf(pipeline.bind<void(Planes, Planes)>()), "output 'result': the view is const");
  EXPECT_EQ(messageOf(pipeline.bind<void(View<const float, 2>, Result)>()),
            "input 'x': the view has 2 dimensions, but must have 3, or 4 with a batch in front");
  auto bytes = pipeline.bind<void(View<const std::uint8_t, 3>, Result)>();
  EXPECT_NE(messageOf(bytes).find("8-bit elements"), std::string::npos);
  // And such a function says so again instead of running.
  const convoy::Status status = bytes({}, {});
  EXPECT_STREQ(status.message(), bytes.error().message());
}

TEST(Bind, CallsAreChecked) {
  const convoy::Pipeline pipeline = compiled(blur);
  const auto fast = pipeline.bind<void(Planes, Result)>();
  std::vector<float> x = integers(2 * 12), y(x.size(), -3);
  const convoy::Extents<3> shape{2, 3, 4};
  for (int round = 0; round < 2; ++round) { // the second one with a context that fits
    EXPECT_STREQ(fast({nullptr, shape}, {y.data(), shape}).message(), "input 'x' is null");
    EXPECT_STREQ(fast({x.data(), shape}, {nullptr, shape}).message(), "output 'result' is null");
    EXPECT_STREQ(fast({x.data(), shape}, {x.data() + 23, shape}).message(),
                 "output 'result' overlaps input 'x'");
    EXPECT_EQ(fast({x.data(), {1, 3, 4}}, {y.data(), shape}).code(), StatusCode::Shape);
    EXPECT_EQ(fast({x.data(), shape}, {y.data(), {2, 4, 3}}).code(), StatusCode::Shape);
    EXPECT_EQ(fast({x.data(), shape}, {y.data(), shape, {0, 4, 1}}).code(), StatusCode::Argument);
    EXPECT_EQ(y, std::vector<float>(x.size(), -3));
    std::vector<float> result(x.size());
    EXPECT_OK(fast({x.data(), shape}, {result.data(), shape}));
    EXPECT_EQ(result, blurred(x, 3, 4));
  }
}

} // namespace
