// Quantized layers of the reference against loops over integers, and what an inexact operand does to them.
#include "graph/reader.h"
#include "one_layer.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace convoy::reference {
namespace {

using Numbers = std::vector<double>;
using Whole = std::vector<int32_t>;

// From the text of a graph's body; its parameters get their numbers in order.
graph::Graph graphOf(const std::string& text, const std::vector<std::vector<float>>& parameters = {}) {
  const SourceFile file("test.graph", "graph @test" + text);
  DiagnosticEngine diags;
  auto graph = graph::read(file, diags);
  if (!graph) throw std::runtime_error(diags.all().front()->message);
  EXPECT_EQ(graph::print(*graph), "graph @test" + text);
  size_t next = 0;
  for (graph::Value& value : graph->values) {
    if (value.kind != graph::Value::Parameter) continue;
    auto data = std::make_shared<graph::ParameterData>();
    data->data = parameters.at(next++);
    value.data = std::move(data);
  }
  const auto problems = verify(*graph);
  if (!problems.empty()) throw std::runtime_error(problems.front());
  return std::move(*graph);
}

Tensor tensorOf(Ints shape, const Whole& numbers, int64_t batch = 1) {
  return tensor(std::move(shape), {numbers.begin(), numbers.end()}, batch);
}

// Half to even, without the floating-point unit's help.
int64_t rounded(float x) {
  const double below = std::floor(static_cast<double>(x)), rest = static_cast<double>(x) - below;
  const auto n = static_cast<int64_t>(below);
  if (rest == 0.5) return n + (n % 2 != 0);
  return rest < 0.5 ? n : n + 1;
}

double stepsOf(int64_t sum, float multiplier, int64_t zero, int64_t low, int64_t high) {
  const float product = static_cast<float>(sum) * multiplier;
  return static_cast<double>(std::min(std::max(rounded(product) + zero, low), high));
}

TEST(Quantize, RoundsHalfToEvenAndSaturates) {
  const auto graph = graphOf(R"((%x: tensor[10]) {
  %y = quantize(%x) {scale: 0.5, zero_point: 100, type: "u8"} : tensor[10] u8
  return (result: %y)
}
)");
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(run(graph, {tensor({10}, {0, 0.25, 0.75, -0.25, -0.75, 77.5, 78, -1000, infinity, -infinity})}),
            (Numbers{100, 100, 102, 100, 98, 255, 255, 0, 255, 0}));
  EXPECT_EQ(run(graph, {tensor({10}, Numbers(10, std::nan("")))}), Numbers(10, 0));
}

TEST(Quantize, DividesByTheScale) {
  // 0.3f / 0.1f is 3 in float32, and 3.0000000745 as a product with the reciprocal of 0.1f in double: what
  // matters is next to a half. 0.35f / 0.1f is 3.5 exactly after rounding, and goes to 4; a hair below goes
  // to 3.
  const auto graph = graphOf(R"((%x: tensor[2]) {
  %y = quantize(%x) {scale: 0.1, zero_point: 0, type: "i8"} : tensor[2] i8
  return (result: %y)
}
)");
  const float below = std::nextafter(0.35f, 0.0f);
  ASSERT_EQ(0.35f / 0.1f, 3.5f);
  ASSERT_LT(below / 0.1f, 3.5f);
  EXPECT_EQ(run(graph, {tensor({2}, {double(0.35f), double(below)})}), (Numbers{4, 3}));
}

TEST(Quantize, AnInexactOperandIsOffByWholeSteps) {
  auto graph = graphOf(R"((%x: tensor[3], %z: tensor[3]) {
  %s = add(%x, %z) : tensor[3]
  %y = quantize(%s) {scale: 1, zero_point: 0, type: "u8"} : tensor[3] u8
  return (result: %y)
}
)");
  // Far from a half, at a half, and beyond the range.
  const auto values = evaluate(graph, {tensor({3}, {3, 2.5, 300}), tensor({3}, {0.25, 0, 0.75})}, {});
  const auto bounds = errorBounds(graph, values);
  EXPECT_GT(bounds[graph.outputs[0].value - 1].data[0], 0);
  EXPECT_EQ(values.back().data, (Numbers{3, 2, 255}));
  EXPECT_EQ(bounds.back().data, (Numbers{0, 1, 0}));
}

TEST(Dequantize, GivesWhatTheNumbersStandFor) {
  const auto graph = graphOf(R"((%x: tensor[3]) {
  %q = quantize(%x) {scale: 1, zero_point: 0, type: "u8"} : tensor[3] u8
  %y = dequantize(%q) {scale: 0.25, zero_point: 128} : tensor[3]
  return (result: %y)
}
)");
  EXPECT_EQ(run(graph, {tensor({3}, {0, 128, 255})}), (Numbers{-32, 0, 31.75}));
}

TEST(QuantizedAdd, RoundsAsItsFormulaSays) {
  const auto graph = graphOf(R"((%x: tensor[4], %z: tensor[4]) {
  %a = quantize(%x) {scale: 1, zero_point: 0, type: "u8"} : tensor[4] u8
  %b = quantize(%z) {scale: 1, zero_point: 0, type: "i8"} : tensor[4] i8
  %y = quantized_add(%a, %b) {a_multiplier: 0.3, b_multiplier: 0.7, a_zero_point: 10, b_zero_point: -3, zero_point: 5, type: "i8"} : tensor[4] i8
  return (result: %y)
}
)");
  const Whole a{0, 10, 255, 77}, b{-128, -3, 127, 11};
  Numbers expected;
  for (size_t i = 0; i < a.size(); ++i) {
    volatile float p = static_cast<float>(a[i] - 10) * 0.3f, q = static_cast<float>(b[i] + 3) * 0.7f;
    expected.push_back(stepsOf(1, p + q, 5, -128, 127));
  }
  EXPECT_EQ(run(graph, {tensorOf({4}, a), tensorOf({4}, b)}), expected);
}

std::vector<float> floats(const Whole& numbers) { return {numbers.begin(), numbers.end()}; }

TEST(QuantizedConv, SumsIntegers) {
  // Two groups, stride 2 x 1, dilation 1 x 2, padding of what stands for 0; i8 from u8.
  const auto text = R"((%x: tensor[4, 5, 7]) {
  %q = quantize(%x) {scale: 1, zero_point: 0, type: "u8"} : tensor[4, 5, 7] u8
  param %c.weight : i8[6, 2, 3, 2]
  param %c.multiplier : f32[6]
  param %c.bias : i32[6]
  %y = quantized_conv(%q, %c.weight, %c.multiplier, %c.bias) {input_zero_point: 117, zero_point: -5, type: "i8", kernel: [3, 2], stride: [2, 1], dilation: [1, 2], pad_begin: [1, 2], pad_end: [1, 0], groups: 2} : tensor[6, 3, 7] i8
  return (result: %y)
}
)";
  std::mt19937 random(1);
  auto draw = [&](size_t count, int low, int high) {
    Whole numbers(count);
    for (int32_t& n : numbers) n = std::uniform_int_distribution<int>(low, high)(random);
    return numbers;
  };
  const Whole weight = draw(6 * 2 * 3 * 2, -128, 127), bias = draw(6, -20000, 20000),
              x = draw(2 * 4 * 5 * 7, 0, 255);
  const std::vector<float> multiplier{0.001f, 0.0021f, 0.0007f, 0.003f, 0.01f, 0.0001f};
  const auto graph = graphOf(text, {floats(weight), multiplier, floats(bias)});
  Numbers expected;
  for (int n = 0; n < 2; ++n)
    for (int f = 0; f < 6; ++f)
      for (int oh = 0; oh < 3; ++oh)
        for (int ow = 0; ow < 7; ++ow) {
          int32_t sum = bias[static_cast<size_t>(f)];
          for (int c = 0; c < 2; ++c)
            for (int kh = 0; kh < 3; ++kh)
              for (int kw = 0; kw < 2; ++kw) {
                const int h = oh * 2 + kh - 1, w = ow + kw * 2 - 2;
                if (h < 0 || h >= 5 || w < 0 || w >= 7) continue;
                sum += weight[static_cast<size_t>(((f * 2 + c) * 3 + kh) * 2 + kw)] *
                       (x[static_cast<size_t>(((n * 4 + f / 3 * 2 + c) * 5 + h) * 7 + w)] - 117);
              }
          expected.push_back(stepsOf(sum, multiplier[static_cast<size_t>(f)], -5, -128, 127));
        }
  const auto values = evaluate(graph, {tensorOf({4, 5, 7}, x, 2)}, {});
  EXPECT_EQ(values[graph.outputs[0].value].data, expected);
  EXPECT_EQ(errorBounds(graph, values)[graph.outputs[0].value].data, Numbers(expected.size(), 0));
}

TEST(QuantizedConv, LargeSumsAreRoundedToFloat32First) {
  // 16777217 is no float32: it becomes 16777216, and with the multiplier 2^-18 64, not more.
  const auto text = R"((%x: tensor[1, 1]) {
  %q = quantize(%x) {scale: 1, zero_point: 0, type: "u8"} : tensor[1, 1] u8
  param %c.weight : i8[1, 1, 1]
  param %c.multiplier : f32[1]
  param %c.bias : i32[1]
  %y = quantized_conv(%q, %c.weight, %c.multiplier, %c.bias) {input_zero_point: 0, zero_point: 0, type: "u8", kernel: [1], stride: [1], dilation: [1], pad_begin: [0], pad_end: [0], groups: 1} : tensor[1, 1] u8
  return (result: %y)
}
)";
  // 2^24 + 1 times 2^-24 * 1.5 is above 1.5 and would be 2; so is 1.5 itself, half to even; 0.5 goes to 0.
  const auto one = graphOf(text, {{1}, {0x1p-25f}, {0x1p24f}});
  EXPECT_EQ(run(one, {tensor({1, 1}, {1})}), (Numbers{0}));
  EXPECT_EQ(run(one, {tensor({1, 1}, {2})}), (Numbers{1}));
}

TEST(QuantizedDense, SumsIntegersOfEveryItem) {
  const auto text = R"((%x: tensor[3]) {
  %q = quantize(%x) {scale: 1, zero_point: 0, type: "i8"} : tensor[3] i8
  param %d.weight : i8[2, 3]
  param %d.multiplier : f32[2]
  %y = quantized_dense(%q, %d.weight, %d.multiplier) {input_zero_point: -1, zero_point: 100, type: "u8"} : tensor[2] u8
  return (result: %y)
}
)";
  const auto graph = graphOf(text, {{1, 2, 3, -4, 5, -128}, {0.5f, 0.25f}});
  // (2, 3, 4) and (-9, 0, 128) behind the zero point: 20 and -505; 375 and -16348.
  EXPECT_EQ(run(graph, {tensor({3}, {1, 2, 3, -10, -1, 127}, 2)}), (Numbers{110, 0, 255, 0}));
}

TEST(QuantizedDense, AnInexactInputMovesItByWholeSteps) {
  const auto text = R"((%x: tensor[1], %z: tensor[1]) {
  %s = add(%x, %z) : tensor[1]
  %q = quantize(%s) {scale: 1, zero_point: 0, type: "i8"} : tensor[1] i8
  param %d.weight : i8[1, 1]
  param %d.multiplier : f32[1]
  %y = quantized_dense(%q, %d.weight, %d.multiplier) {input_zero_point: 0, zero_point: 0, type: "i8"} : tensor[1] i8
  return (result: %y)
}
)";
  const auto graph = graphOf(text, {{-100}, {0.1f}});
  const auto values = evaluate(graph, {tensor({1}, {2.5}), tensor({1}, {0})}, {});
  EXPECT_EQ(values.back().data, (Numbers{-20}));
  EXPECT_EQ(errorBounds(graph, values).back().data, (Numbers{10})); // 3 gives -30
}

TEST(MaxPool, OfWholeNumbersPadsWithTheLowest) {
  const auto graph = graphOf(R"((%x: tensor[1, 2]) {
  %q = quantize(%x) {scale: 1, zero_point: 0, type: "i8"} : tensor[1, 2] i8
  %y = max_pool(%q) {kernel: [1], stride: [1], dilation: [1], pad_begin: [1], pad_end: [0], ceil_mode: false} : tensor[1, 3] i8
  return (result: %y)
}
)");
  EXPECT_EQ(run(graph, {tensor({1, 2}, {-5, 7})}), (Numbers{-128, -5, 7}));
}

TEST(QuantizedValues, TheVerifierKnowsTheirElements) {
  auto problemsOf = [](const std::string& text) {
    const SourceFile file("test.graph", "graph @test" + text);
    DiagnosticEngine diags;
    return graph::read(file, diags) ? std::string() : diags.all().front()->message;
  };
  EXPECT_NE(problemsOf("(%x: tensor[3] u8) { %y = dequantize(%x) {scale: 1, zero_point: 0} : tensor[3] "
                       "return (y: %y) }")
                .find("not float32"),
            std::string::npos);
  EXPECT_NE(
      problemsOf("(%x: tensor[3]) { %y = quantize(%x) {scale: 1, zero_point: 0, type: \"u8\"} : tensor[3] i8 "
                 "return (y: %y) }")
          .find("should be tensor[3] u8"),
      std::string::npos);
  EXPECT_NE(
      problemsOf("(%x: tensor[3]) { %q = quantize(%x) {scale: 1, zero_point: 0, type: \"u8\"} : tensor[3] u8 "
                 "%y = relu(%q) : tensor[3] return (y: %y) }")
          .find("computes with float32"),
      std::string::npos);
  EXPECT_NE(
      problemsOf("(%x: tensor[1]) { %q = quantize(%x) {scale: 1, zero_point: 0, type: \"u8\"} : tensor[1] u8 "
                 "param %w : i8[1, 1] = [128] param %m : f32[1] = [1] "
                 "%y = quantized_dense(%q, %w, %m) {input_zero_point: 0, zero_point: 0, type: \"u8\"} : "
                 "tensor[1] u8 "
                 "return (y: %y) }")
          .find("no i8"),
      std::string::npos);
}

} // namespace
} // namespace convoy::reference
