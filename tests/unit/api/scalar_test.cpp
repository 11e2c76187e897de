// Run-time scalars: one number for all items of a run.
#include "scripts.h"

using namespace api_test;
using convoy::Port;
using convoy::StatusCode;
using convoy::View;

namespace {

const char* const level = R"(pipeline level(x: tensor[1, W], low: float = 2, gain: float) -> tensor[1, W] {
    return select(x > low, x * gain, -1)
}
)";

using Row = View<const float, 2>;
using Rows = View<const float, 3>;
const std::vector<float> x{1, 2, 3, 4};

TEST(Scalar, IsAPort) {
  const convoy::Pipeline pipeline = compiled(level);
  ASSERT_EQ(pipeline.inputs().size(), 3u);
  const Port &low = pipeline.inputs()[1], &gain = pipeline.inputs()[2];
  EXPECT_EQ(low.kind, Port::Kind::Scalar);
  EXPECT_EQ(low.type, "float");
  EXPECT_EQ(low.layout, "");
  EXPECT_EQ(low.rank(), 0);
  EXPECT_EQ(low.defaultValue, 2.0f);
  EXPECT_EQ(gain.defaultValue, std::nullopt);
  EXPECT_EQ(pipeline.inputs()[0].defaultValue, std::nullopt);
  EXPECT_EQ(*pipeline.outputShapes({{"W", 4}}), (std::vector<convoy::Shape>{{1, 4}}));
  EXPECT_EQ(*pipeline.outputShapes({{"x", Row(x.data(), {1, 4})}, {"gain", 1.0}}),
            (std::vector<convoy::Shape>{{1, 4}}));
}

TEST(Scalar, IsGivenAsNumberOrViewOrLeftOut) {
  const convoy::Pipeline pipeline = compiled(level);
  std::vector<float> y(4);
  const Row in(x.data(), {1, 4});
  const View<float, 2> out(y.data(), {1, 4});
  EXPECT_OK(pipeline.run({{"x", in}, {"gain", 10.0}}, {{"result", out}}));
  EXPECT_EQ(y, (std::vector<float>{-1, -1, 30, 40}));
  EXPECT_OK(pipeline.run({{"gain", 0.5f}, {"low", 3.5f}, {"x", in}}, {{"result", out}}));
  EXPECT_EQ(y, (std::vector<float>{-1, -1, -1, 2}));
  const float numbers[] = {100, 1};
  EXPECT_OK(pipeline.run({{"x", in}, {"gain", View<const float, 1>(numbers, {1})}}, {{"result", out}}));
  EXPECT_EQ(y, (std::vector<float>{-1, -1, 300, 400}));
  // A list that is made at run time holds its numbers.
  std::vector<convoy::Input> inputs{{"x", in}};
  for (const char* name : {"low", "gain"}) inputs.emplace_back(name, 1.0f);
  EXPECT_OK(pipeline.run(inputs, {{"result", out}}));
  EXPECT_EQ(y, (std::vector<float>{-1, 2, 3, 4}));
}

TEST(Scalar, IsOneForAllItems) {
  const convoy::Pipeline pipeline = compiled(level);
  std::vector<float> y(4);
  for (int64_t batch : {2, 4, 0}) {
    std::vector<float> expected{-1, -1, 6, 8};
    if (batch == 0) expected = y;
    const int64_t width = batch ? 4 / batch : 4;
    EXPECT_OK(pipeline.run({{"x", Rows(x.data(), {batch, 1, width})}, {"gain", 2.0f}},
                           {{"result", View<float, 3>(y.data(), {batch, 1, width})}}));
    EXPECT_EQ(y, expected);
  }
}

TEST(Scalar, IsAFloatOfABoundFunction) {
  const convoy::Pipeline pipeline = compiled(level);
  auto fast = pipeline.bind<void(Row, float, float, View<float, 2>)>();
  ASSERT_TRUE(fast) << fast.error().message();
  std::vector<float> y(4);
  for (float gain : {1.0f, 5.0f, -2.0f}) {
    EXPECT_OK(fast(Row(x.data(), {1, 4}), 3, gain, View<float, 2>(y.data(), {1, 4})));
    EXPECT_EQ(y, (std::vector<float>{-1, -1, -1, 4 * gain}));
  }
  auto views = pipeline.bind<void(Row, float, View<const float, 1>, View<float, 2>)>();
  ASSERT_TRUE(views) << views.error().message();
  const float two = 2;
  EXPECT_OK(
      views(Row(x.data(), {1, 4}), 3, View<const float, 1>(&two, {1}), View<float, 2>(y.data(), {1, 4})));
  EXPECT_EQ(y[3], 8);
}

TEST(Scalar, MistakesAreRefused) {
  const convoy::Pipeline pipeline = compiled(level);
  std::vector<float> y(4, 9);
  const Row in(x.data(), {1, 4});
  const View<float, 2> out(y.data(), {1, 4});
  EXPECT_STREQ(pipeline.run({{"x", in}}, {{"result", out}}).message(), "input 'gain' is missing");
  EXPECT_STREQ(pipeline.run({{"x", 1.0f}, {"gain", 1.0f}}, {{"result", out}}).message(),
               "input 'x' is a tensor, but gets a number");
  EXPECT_STREQ(pipeline.run({{"x", in}, {"gain", in}}, {{"result", out}}).message(),
               "input 'gain' is one number, but the view has 2 dimensions");
  EXPECT_STREQ(
      pipeline.run({{"x", in}, {"gain", View<const float, 1>(x.data(), {4})}}, {{"result", out}}).message(),
      "input 'gain' is one number, but the view has 4");
  EXPECT_STREQ(
      pipeline.run({{"x", in}, {"gain", View<const float, 1>(nullptr, {1})}}, {{"result", out}}).message(),
      "input 'gain' is null");
  EXPECT_EQ(pipeline.bind<void(float, float, float, View<float, 2>)>().error().code(), StatusCode::Shape);
  EXPECT_EQ(y, std::vector<float>(4, 9));
}

} // namespace
