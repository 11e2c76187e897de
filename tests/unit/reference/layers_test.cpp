// The reference interpreter against numbers worked out by hand, and against relations that need no oracle.
#include "one_layer.h"
#include "reference/layers.h"
#include "support/internal_error.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace convoy::reference {
namespace {

using Numbers = std::vector<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

TEST(Border, MapsAsDocumented) {
  auto mapped = [](BorderMode mode, int64_t size) {
    std::string text;
    for (int64_t i = -5; i < size + 5; ++i) {
      int64_t p = borderPosition(mode, i, size);
      text += p < 0 ? '-' : static_cast<char>('a' + p);
    }
    return text;
  };
  EXPECT_EQ(mapped(BorderMode::Constant, 4), "-----abcd-----");
  EXPECT_EQ(mapped(BorderMode::Replicate, 4), "aaaaaabcdddddd");
  EXPECT_EQ(mapped(BorderMode::Reflect, 4), "ddcbaabcddcbaa");
  EXPECT_EQ(mapped(BorderMode::Reflect101, 4), "bcdcbabcdcbabc");
  EXPECT_EQ(mapped(BorderMode::Wrap, 4), "dabcdabcdabcda");
  for (BorderMode mode :
       {BorderMode::Replicate, BorderMode::Reflect, BorderMode::Reflect101, BorderMode::Wrap})
    EXPECT_EQ(mapped(mode, 1), "aaaaaaaaaaa");
  EXPECT_EQ(mapped(BorderMode::Reflect, 2), "aabbaabbaabb");
  EXPECT_EQ(mapped(BorderMode::Reflect101, 2), "babababababa");
}

TEST(Conv, CrossCorrelatesWithoutFlipping) {
  auto graph = oneLayer(OpKind::Conv, {{{1, 3, 3}}}, convAttributes(1, {2, 2}), {{1, 2, 3, 4}});
  EXPECT_EQ(run(graph, {tensor({1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9})}), (Numbers{37, 47, 67, 77}));
}

TEST(Conv, StrideDilationPaddingBiasGroupsAndBatch) {
  // Two groups of one channel; filters 0 and 1 read channel 0, filters 2 and 3 channel 1.
  auto graph = oneLayer(OpKind::Conv, {{{2, 5}}}, convAttributes(4, {2}, {2}, {2}, Ints{1}, {}, 2, true),
                        {{1, 0, 0, 1, 1, 1, -1, 1}, {0, 10, 20, 30}});
  Tensor x = tensor({2, 5}, {1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2}, 2);
  // Positions read by output o: 2o - 1 and 2o + 1.
  EXPECT_EQ(run(graph, {x}), (Numbers{0, 2, 4, /**/ 12, 14, 10, /**/ 40, 80, 60, /**/ 50, 50, -10,
                                      0, 1, 1, /**/ 11, 11, 10, /**/ 22, 24, 22, /**/ 32, 30, 28}));
}

TEST(Conv, BordersFillThePadding) {
  auto filtered = [](Border border) {
    auto graph =
        oneLayer(OpKind::Conv, {{{1, 3}}}, convAttributes(1, {3}, {1}, {1}, Ints{1}, border), {{1, 10, 100}});
    return run(graph, {tensor({1, 3}, {1, 2, 3})});
  };
  EXPECT_EQ(filtered({}), (Numbers{210, 321, 32}));
  EXPECT_EQ(filtered({BorderMode::Constant, 5}), (Numbers{215, 321, 532}));
  EXPECT_EQ(filtered({BorderMode::Replicate}), (Numbers{211, 321, 332}));
  EXPECT_EQ(filtered({BorderMode::Reflect}), (Numbers{211, 321, 332}));
  EXPECT_EQ(filtered({BorderMode::Reflect101}), (Numbers{212, 321, 232}));
  EXPECT_EQ(filtered({BorderMode::Wrap}), (Numbers{213, 321, 132}));
}

TEST(Conv, ThreeDimensionsSumTheWholeCube) {
  auto graph =
      oneLayer(OpKind::Conv, {{{1, 2, 2, 2}}}, convAttributes(1, {2, 2, 2}), {{1, 2, 3, 4, 5, 6, 7, 8}});
  EXPECT_EQ(run(graph, {tensor({1, 2, 2, 2}, {1, 1, 1, 1, 1, 1, 1, 2})}), (Numbers{44}));
}

TEST(Conv, StridedSamePaddingFollowsTheRunTimeSize) {
  auto graph = oneLayer(OpKind::Conv, {{{1, Size::symbol("W")}}},
                        convAttributes(1, {3}, {2}, {1}, std::string("same")), {{1, 10, 100}});
  EXPECT_EQ(run(graph, {tensor({1, 4}, {1, 2, 3, 4})}, {{"W", 4}}), (Numbers{321, 43}));         // pads 0, 1
  EXPECT_EQ(run(graph, {tensor({1, 5}, {1, 2, 3, 4, 5})}, {{"W", 5}}), (Numbers{210, 432, 54})); // pads 1, 1
}

TEST(TransposedConv, AddsKernelsAStrideApart) {
  auto spread = [](Attributes attributes) {
    auto graph = oneLayer(OpKind::TransposedConv, {{{1, 2}}}, std::move(attributes), {{1, 10, 100}});
    return run(graph, {tensor({1, 2}, {1, 2})});
  };
  EXPECT_EQ(spread(transposedAttributes(1, {3}, {1})), (Numbers{1, 12, 120, 200}));
  EXPECT_EQ(spread(transposedAttributes(1, {3}, {2})), (Numbers{1, 10, 102, 20, 200}));
  EXPECT_EQ(spread(transposedAttributes(1, {3}, {4})), (Numbers{1, 10, 100, 0, 2, 20, 200}));
  EXPECT_EQ(spread(transposedAttributes(1, {3}, {2}, {2})), (Numbers{1, 0, 12, 0, 120, 0, 200}));
  EXPECT_EQ(spread(transposedAttributes(1, {3}, {2}, {1}, Ints{1})), (Numbers{10, 102, 20}));
  EXPECT_EQ(spread(transposedAttributes(1, {3}, {2}, {1}, Ints{1}, {1})), (Numbers{10, 102, 20, 200}));
  EXPECT_EQ(spread(transposedAttributes(1, {3}, {2}, {1}, std::vector<Size>{0, 2})), (Numbers{1, 10, 102}));
}

// The weight is [channels][filters / groups][..kernel], as PyTorch has it.
TEST(TransposedConv, WeightsHaveTheirChannelFirst) {
  auto two = oneLayer(OpKind::TransposedConv, {{{2, 1}}}, transposedAttributes(3, {1}, {1}),
                      {{1, 2, 3, 10, 20, 30}});
  EXPECT_EQ(run(two, {tensor({2, 1}, {1, 2})}), (Numbers{21, 42, 63}));
  auto grouped = oneLayer(OpKind::TransposedConv, {{{2, 1}}},
                          transposedAttributes(4, {1}, {1}, {1}, Ints{0}, {0}, 2, true),
                          {{1, 2, 3, 4}, {100, 200, 300, 400}});
  EXPECT_EQ(run(grouped, {tensor({2, 1}, {1, 2})}), (Numbers{101, 202, 306, 408}));
}

TEST(MaxPool, PadsWithMinusInfinityAndPassesNan) {
  auto graph = oneLayer(OpKind::MaxPool, {{{1, 4}}}, [] {
    Attributes a = poolAttributes({2}, {2}, {1}, Ints{1});
    a.erase("count_include_pad");
    return a;
  }());
  EXPECT_EQ(run(graph, {tensor({1, 4}, {-3, -2, -1, -5})}), (Numbers{-3, -1, -5}));
  Numbers y = run(graph, {tensor({1, 4}, {1, kNan, 3, 4})});
  EXPECT_EQ(y[0], 1);
  EXPECT_TRUE(std::isnan(y[1]));
  EXPECT_EQ(y[2], 4);
}

TEST(AvgPool, CountsAsPyTorch) {
  auto averaged = [](bool ceilMode, bool countPadding) {
    auto graph =
        oneLayer(OpKind::AvgPool, {{{1, 6}}}, poolAttributes({3}, {2}, {1}, Ints{1}, ceilMode, countPadding));
    return run(graph, {tensor({1, 6}, {6, 6, 6, 6, 6, 6})});
  };
  EXPECT_EQ(averaged(false, true), (Numbers{4, 6, 6}));
  EXPECT_EQ(averaged(false, false), (Numbers{6, 6, 6}));
  // The fourth window covers 5, 6 and 7; 6 is padding and counts, 7 hangs over and never does.
  EXPECT_EQ(averaged(true, true), (Numbers{4, 6, 6, 3}));
  EXPECT_EQ(averaged(true, false), (Numbers{6, 6, 6, 6}));
}

TEST(AvgPool, WindowWithoutAnElementIsZero) {
  auto graph = oneLayer(OpKind::AvgPool, {{{1, 1}}}, poolAttributes({2}, {1}, {2}, Ints{1}, false, false));
  EXPECT_EQ(run(graph, {tensor({1, 1}, {7})}), (Numbers{0}));
}

TEST(AvgPool, ADivisorStandsForTheCount) {
  Attributes attributes = poolAttributes({2}, {2});
  attributes.set("divisor", int64_t(4));
  EXPECT_EQ(run(oneLayer(OpKind::AvgPool, {{{1, 4}}}, attributes), {tensor({1, 4}, {1, 2, 3, 6})}),
            (Numbers{0.75, 2.25}));
}

// Windows 0..1, 1..3, 3..4 of five rows, and 0..1, 1..2 of three columns.
TEST(AdaptiveAvgPool, WindowsOverlapWhereTheSizeDoesNotDivide) {
  Attributes attributes;
  attributes.set("size", Ints{3, 2});
  Tensor x = tensor({1, 5, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
  EXPECT_EQ(run(oneLayer(OpKind::AdaptiveAvgPool, {{{1, 5, 3}}}, attributes), {x}),
            (Numbers{3, 4, 7.5, 8.5, 12, 13}));
}

TEST(GlobalPools, OnePositionPerChannel) {
  Tensor x = tensor({2, 2, 2}, {1, 2, 3, 6, -1, -2, kNan, -4});
  EXPECT_EQ(run(oneLayer(OpKind::GlobalAvgPool, {{{2, 2, 2}}}), {x})[0], 3);
  Numbers y = run(oneLayer(OpKind::GlobalMaxPool, {{{2, 2, 2}}}), {x});
  EXPECT_EQ(y[0], 6);
  EXPECT_TRUE(std::isnan(y[1]));
}

TEST(Elementwise, FunctionsOfOneTensor) {
  Tensor x = tensor({5}, {-2, 0, 3, kNan, kInfinity});
  auto check = [&](OpKind op, Attributes attributes, Numbers expected) {
    Numbers y = run(oneLayer(op, {{{5}}}, attributes), {x});
    for (size_t i = 0; i < y.size(); ++i)
      EXPECT_TRUE(y[i] == expected[i] || (std::isnan(y[i]) && std::isnan(expected[i])))
          << opInfo(op).name << " " << i;
  };
  Attributes limits;
  limits.set("low", -1.0);
  limits.set("high", 2.0);
  check(OpKind::Relu, {}, {0, 0, 3, kNan, kInfinity});
  check(OpKind::Clamp, limits, {-1, 0, 2, kNan, 2});
  check(OpKind::Abs, {}, {2, 0, 3, kNan, kInfinity});
  check(OpKind::Sqrt, {}, {kNan, 0, std::sqrt(3.0), kNan, kInfinity});
  auto with = [](const char* name, Attribute value) {
    Attributes attributes;
    attributes.set(name, std::move(value));
    return attributes;
  };
  check(OpKind::Relu6, {}, {0, 0, 3, kNan, 6});
  check(OpKind::LeakyRelu, with("slope", 0.25), {-0.5, 0, 3, kNan, kInfinity});
  check(OpKind::Elu, with("alpha", 0.5), {0.5 * std::expm1(-2.0), 0, 3, kNan, kInfinity});
  check(OpKind::HardSigmoid, {}, {1. / 6, 0.5, 1, kNan, 1});
  check(OpKind::HardSwish, {}, {-1. / 3, 0, 3, kNan, kInfinity});
  check(OpKind::Softplus, with("beta", 2.0),
        {std::log1p(std::exp(-4.0)) / 2, std::log1p(1.0) / 2, (6 + std::log1p(std::exp(-6.0))) / 2, kNan,
         kInfinity});
  check(OpKind::Gelu, with("approximate", std::string("none")),
        {-2 * std::erfc(std::sqrt(2.0)) / 2, 0, 3 * std::erfc(-3 * std::sqrt(0.5)) / 2, kNan, kInfinity});
  check(OpKind::Exp, {}, {std::exp(-2.0), 1, std::exp(3.0), kNan, kInfinity});
  check(OpKind::Log, {}, {kNan, -kInfinity, std::log(3.0), kNan, kInfinity});
}

TEST(Elementwise, Broadcasts) {
  // tensor[C] aligns with the channels, [C, 1, W] repeats its row, both for every item of the batch.
  Tensor x = tensor({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40, 50, 60, 70, 80}, 2);
  Tensor c = tensor({2}, {100, 200, 300, 400}, 2);
  EXPECT_EQ(run(oneLayer(OpKind::Add, {{{2, 2, 2}}, {{2}}}), {x, c}),
            (Numbers{101, 102, 103, 104, 205, 206, 207, 208, 310, 320, 330, 340, 450, 460, 470, 480}));
  Tensor row = tensor({1, 1, 2}, {1, 2, 3, 4}, 2);
  EXPECT_EQ(run(oneLayer(OpKind::Mul, {{{1, 1, 2}}, {{2, 2, 2}}}), {row, x}),
            (Numbers{1, 4, 3, 8, 5, 12, 7, 16, 30, 80, 90, 160, 150, 240, 210, 320}));
  Tensor a = tensor({2}, {6, 8}), b = tensor({2}, {3, 2});
  EXPECT_EQ(run(oneLayer(OpKind::Sub, {{{2}}, {{2}}}), {a, b}), (Numbers{3, 6}));
  EXPECT_EQ(run(oneLayer(OpKind::Div, {{{2}}, {{2}}}), {a, b}), (Numbers{2, 4}));
}

TEST(Other, LuminanceConcatFlattenDenseSoftmax) {
  Numbers y = run(oneLayer(OpKind::Luminance, {{{3, 1, 2}}}), {tensor({3, 1, 2}, {1, 0, 0, 1, 0, 0})});
  EXPECT_NEAR(y[0], 0.299, 1e-7);
  EXPECT_NEAR(y[1], 0.587, 1e-7);
  EXPECT_EQ(run(oneLayer(OpKind::Concat, {{{1, 2}}, {{2, 2}}}),
                {tensor({1, 2}, {1, 2, 7, 8}, 2), tensor({2, 2}, {3, 4, 5, 6, 9, 10, 11, 12}, 2)}),
            (Numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(run(oneLayer(OpKind::Flatten, {{{2, 1, 2}}}), {tensor({2, 1, 2}, {1, 2, 3, 4})}),
            (Numbers{1, 2, 3, 4}));
  Attributes dense;
  dense.set("units", int64_t(2));
  dense.set("bias", true);
  EXPECT_EQ(
      run(oneLayer(OpKind::Dense, {{{3}}}, dense, {{1, 2, 3, 4, 5, 6}, {10, 20}}), {tensor({3}, {1, 1, 2})}),
      (Numbers{19, 41}));
  y = run(oneLayer(OpKind::Softmax, {{{2, 2}}}), {tensor({2, 2}, {0, 1000, 0, 1000 + std::log(3)})});
  EXPECT_EQ(y[0], 0.5);
  EXPECT_NEAR(y[1], 0.25, 1e-4); // the input was rounded to float32
  EXPECT_NEAR(y[1] + y[3], 1, 1e-15);
}

Attributes over(const char* axes) {
  Attributes a;
  a.set("axes", std::string(axes));
  return a;
}

TEST(Reductions, GoOverTheirAxes) {
  // [2][2][3], two items.
  Tensor x =
      tensor({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 1, 0, 0, 0, 0, -2, 0, 0, 0, 0}, 2);
  auto reduced = [&](OpKind op, const char* axes) {
    return run(oneLayer(op, {{{2, 2, 3}}}, over(axes)), {x});
  };
  EXPECT_EQ(reduced(OpKind::ReduceSum, "width"), (Numbers{6, 15, 24, 33, 1, 0, -2, 0}));
  EXPECT_EQ(reduced(OpKind::ReduceSum, "height"), (Numbers{5, 7, 9, 17, 19, 21, 0, 0, 1, 0, -2, 0}));
  EXPECT_EQ(reduced(OpKind::ReduceMean, "channels"), (Numbers{4, 5, 6, 7, 8, 9, 0, -1, 0.5, 0, 0, 0}));
  EXPECT_EQ(reduced(OpKind::ReduceMean, "spatial"), (Numbers{3.5, 9.5, 1. / 6, -1. / 3}));
  EXPECT_EQ(reduced(OpKind::ReduceMax, "all"), (Numbers{12, 1}));
  EXPECT_EQ(reduced(OpKind::ReduceMin, "all"), (Numbers{1, -2}));
  x.data[4] = kNan;
  EXPECT_TRUE(std::isnan(reduced(OpKind::ReduceMin, "all")[0]));
  EXPECT_TRUE(std::isnan(reduced(OpKind::ReduceMax, "width")[1]));
}

TEST(Reductions, ArgMaxIsTheFirstOfTheLargest) {
  auto found = [](Numbers x) {
    auto channels = static_cast<int64_t>(x.size());
    return run(oneLayer(OpKind::ArgMax, {{{channels}}}), {tensor({channels}, std::move(x))})[0];
  };
  EXPECT_EQ(found({1, 3, 2, 3}), 1);
  EXPECT_EQ(found({-kInfinity, -kInfinity}), 0);
  EXPECT_EQ(found({0.0, -0.0, 0.0}), 0);
  EXPECT_EQ(found({1, kNan, kInfinity, kNan}), 1);
  EXPECT_EQ(run(oneLayer(OpKind::ArgMax, {{{3, 1, 2}}}), {tensor({3, 1, 2}, {1, 5, 2, 4, 3, 3})}),
            (Numbers{2, 0}));
}

TEST(Normalization, OfTheScriptsNumbersAndOfMoments) {
  Attributes numbers;
  numbers.set("mean", std::vector<double>{1, 2});
  numbers.set("std", std::vector<double>{0.5, 4});
  EXPECT_EQ(run(oneLayer(OpKind::Normalize, {{{2, 2}}}, numbers), {tensor({2, 2}, {1, 2, 2, 10})}),
            (Numbers{0, 2, 0, 2}));
  Attributes instance;
  instance.set("epsilon", 1.0);
  instance.set("affine", true);
  // Means 2 and 0, variances 3 and 8.
  Numbers y = run(oneLayer(OpKind::InstanceNorm, {{{2, 4}}}, instance, {{1, 3}, {0, 10}}),
                  {tensor({2, 4}, {5, 1, 1, 1, 4, 0, 0, -4})});
  EXPECT_EQ(y, (Numbers{1.5, -0.5, -0.5, -0.5, 14, 10, 10, 6}));
}

TEST(Normalization, LocalResponsesCountTheChannelsAround) {
  Attributes a;
  a.set("alpha", 4.0);
  a.set("k", 2.0);
  a.set("beta", 1.0);
  auto normalized = [&](int64_t size) {
    a.set("size", size);
    return run(oneLayer(OpKind::LocalResponseNorm, {{{4}}}, a), {tensor({4}, {1, 2, 0, 4})});
  };
  EXPECT_EQ(normalized(1), (Numbers{1. / 6, 2. / 18, 0, 4. / 66}));
  EXPECT_EQ(normalized(2), (Numbers{1. / 4, 2. / 12, 0, 4. / 34})); // one before
  EXPECT_EQ(normalized(4), (Numbers{1. / 7, 2. / 7, 0, 4. / 22}));  // two before, one behind
  a.set("beta", 0.5);
  EXPECT_EQ(normalized(4)[3], 4 / std::sqrt(22));
}

TEST(Colours, KnownOnes) {
  auto converted = [](OpKind op, Numbers x) {
    auto channels = static_cast<int64_t>(x.size());
    return run(oneLayer(op, {{{channels, 1}}}), {tensor({channels, 1}, std::move(x))});
  };
  auto near = [](const Numbers& y, const Numbers& expected) {
    ASSERT_EQ(y.size(), expected.size());
    for (size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i], 1e-6) << i;
  };
  near(converted(OpKind::Gray, {1, 0, 0, 7}), {0.299});
  EXPECT_EQ(converted(OpKind::Gray, {0.25}), (Numbers{0.25}));
  EXPECT_EQ(converted(OpKind::Rgb, {0.25}), (Numbers{0.25, 0.25, 0.25}));
  EXPECT_EQ(converted(OpKind::Rgb, {1, 2, 3, 4}), (Numbers{1, 2, 3}));
  EXPECT_EQ(converted(OpKind::Rgba, {1, 2, 3}), (Numbers{1, 2, 3, 1}));
  EXPECT_EQ(converted(OpKind::Rgba, {2}), (Numbers{2, 2, 2, 1}));
  near(converted(OpKind::RgbToYcbcr, {1, 1, 1}), {1, 0.5, 0.5});
  near(converted(OpKind::RgbToYcbcr, {0, 0, 1}), {0.114, 1, 0.5 - 0.114 / 1.402});
  near(converted(OpKind::YcbcrToRgb, {0.114, 1, 0.5 - 0.114 / 1.402}), {0, 0, 1});
  // Red, yellow, green, cyan, blue and magenta are a sixth of a turn apart.
  const Numbers turns[] = {{1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {0, 1, 1}, {0, 0, 1}, {1, 0, 1}};
  for (size_t i = 0; i < 6; ++i) {
    const Numbers hsv{static_cast<double>(i) / 6, 1, 1};
    near(converted(OpKind::RgbToHsv, turns[i]), hsv);
    near(converted(OpKind::HsvToRgb, hsv), turns[i]);
    near(converted(OpKind::HsvToRgb, {hsv[0] - 1, 1, 1}), turns[i]);
  }
  near(converted(OpKind::RgbToHsv, {0.5, 0.25, 0.25}), {0, 0.5, 0.5});
  EXPECT_EQ(converted(OpKind::RgbToHsv, {0.5, 0.5, 0.5}), (Numbers{0, 0, 0.5}));
  EXPECT_EQ(converted(OpKind::RgbToHsv, {0, 0, 0}), (Numbers{0, 0, 0}));
}

TEST(Inputs, AreRoundedToFloat32) {
  EXPECT_EQ(run(oneLayer(OpKind::Abs, {{{1}}}), {tensor({1}, {0.1})}), (Numbers{0.1f}));
}

TEST(Inputs, AnEmptyBatchGivesNothing) {
  EXPECT_TRUE(run(oneLayer(OpKind::Relu, {{{3}}}), {tensor({3}, {}, 0)}).empty());
}

TEST(Parameters, MustHaveNumbers) {
  auto graph = oneLayer(OpKind::Conv, {{{1, 3}}}, convAttributes(1, {2}), {{}});
  EXPECT_THROW(run(graph, {tensor({1, 3}, {1, 2, 3})}), InternalError);
}

// Grouped convolution is a dense one whose weight is block-diagonal; dilation is a kernel stuffed with zeros.
TEST(Relations, GroupsAndDilation) {
  std::mt19937 engine(3);
  auto random = [&](size_t n) {
    std::vector<float> numbers(n);
    for (float& number : numbers) number = static_cast<float>(static_cast<int>(engine() % 9) - 4);
    return numbers;
  };
  std::vector<float> grouped = random(4 * 2 * 3 * 3), input = random(4 * 7 * 8);
  std::vector<float> blocks(4 * 4 * 5 * 5, 0.0f);
  for (int f = 0; f < 4; ++f)
    for (int c = 0; c < 2; ++c)
      for (int h = 0; h < 3; ++h)
        for (int w = 0; w < 3; ++w)
          blocks[((f * 4 + f / 2 * 2 + c) * 5 + 2 * h) * 5 + 2 * w] = grouped[((f * 2 + c) * 3 + h) * 3 + w];
  Tensor x = tensor({4, 7, 8}, Numbers(input.begin(), input.end()));
  auto small = oneLayer(OpKind::Conv, {{{4, 7, 8}}},
                        convAttributes(4, {3, 3}, {2}, {2}, Ints{2}, {BorderMode::Wrap}, 2), {grouped});
  auto large = oneLayer(OpKind::Conv, {{{4, 7, 8}}},
                        convAttributes(4, {5, 5}, {2}, {1}, Ints{2}, {BorderMode::Wrap}), {blocks});
  EXPECT_EQ(run(small, {x}), run(large, {x}));
}

} // namespace
} // namespace convoy::reference
