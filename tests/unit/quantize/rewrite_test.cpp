// The network in 8 bits: well formed, and as near to the network as its steps are.
#include "../sema/analyze.h"
#include "quantize/rewrite.h"
#include "quantize/sums.h"
#include "reference/interpreter.h"
#include <cmath>

namespace convoy::quantize {
namespace {

TEST(Sums, EachFilterHasItsScale) {
  const std::vector<float> weight = {1, -0.5f, 100, 25}, bias = {2, -3};
  const WholeParameters made = wholeParameters(weight, &bias, 2, 0.5, 0.25);
  EXPECT_EQ(made.weight, (std::vector<float>{127, -64, 127, 32})); // 63.5 and 31.75 to even
  EXPECT_EQ(made.multiplier, (std::vector<float>{static_cast<float>(0.5 / 127 / 0.25),
                                                 static_cast<float>(0.5 * 100 / 127 / 0.25)}));
  EXPECT_EQ(made.bias, (std::vector<float>{508, -8})); // 2 / (0.5 / 127), -3 / (0.5 * 100 / 127) = -7.62
  EXPECT_TRUE(wholeParameters(weight, nullptr, 2, 1, 1).bias.empty());
}

// A bias that is large beside the weights is counted in steps that 24 bits hold; a filter of zeros is its
// bias.
TEST(Sums, BiasesFit) {
  const std::vector<float> weight = {1e-9f, 0}, bias = {1, 3};
  const WholeParameters made = wholeParameters(weight, &bias, 2, 0.5, 0.25);
  for (size_t f = 0; f < 2; ++f) {
    EXPECT_LE(std::fabs(made.bias[f]), 1 << 24);
    EXPECT_NEAR(made.bias[f] * made.multiplier[f], bias[f] / 0.25, 1e-3);
  }
  EXPECT_EQ(wholeParameters({0}, nullptr, 1, 1, 1).weight, std::vector<float>{0});
}

// Runs a graph and its rewriting on numbers that it is calibrated with; the largest difference in a result
// over its largest number.
double worst(const std::string& text, std::string* printed = nullptr) {
  SemaOptions options;
  options.initSeed = 7;
  const graph::Graph graph = graphOf(text, options);
  reference::Tensor input;
  const TensorType& type = graph.value(graph.inputs[0]).type;
  for (const Size& dim : type.dims) input.shape.push_back(dim.known());
  for (int64_t i = 0; i < input.elements(); ++i)
    input.data.push_back(static_cast<float>(std::sin(static_cast<double>(i) * 1.7)));
  const auto before = reference::evaluate(graph, {input}, {});

  const Plan plan = makePlan(graph);
  std::map<ValueId, Histogram> histograms;
  for (const Group& group : plan.groups)
    for (const Observed& observed : group.observed) {
      const std::vector<double>& numbers = before[observed.value].data;
      const std::vector<float> floats(numbers.begin(), numbers.end());
      histograms[observed.value].add(floats.data(), floats.size());
    }
  const Rewritten rewritten = rewrite(graph, plan, chooseScales(plan, histograms));
  EXPECT_EQ(graph::verify(rewritten.graph), std::vector<std::string>());
  if (printed) *printed = print(rewritten.graph);
  const auto after = reference::evaluate(rewritten.graph, {input}, {});
  double most = 0;
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const auto &a = before[graph.outputs[i].value].data, &b = after[rewritten.graph.outputs[i].value].data;
    double largest = 0, difference = 0;
    for (size_t k = 0; k < a.size(); ++k)
      largest = std::max(largest, std::fabs(a[k])), difference = std::max(difference, std::fabs(a[k] - b[k]));
    most = std::max(most, difference / largest);
  }
  EXPECT_GT(most, 0); // something was rounded
  return most;
}

TEST(Rewrite, IsNearTheNetwork) {
  EXPECT_LT(
      worst(
          "pipeline p(x: tensor[3, 9, 9]) { a = x |> conv(8, kernel: 3x3, padding: same, stride: 2, name: "
          "\"a\") |> relu\n"
          "b = a |> conv(8, kernel: 3x3, padding: 1, groups: 2, bias: false, name: \"b\")\n"
          "c = relu6(a + b) |> max_pool(2x2) |> conv(6, kernel: 1x1, name: \"c\") |> max_pool(1x1) |> relu\n"
          "return c |> flatten |> dense(7, name: \"d\") |> dense(4, name: \"e\") }"),
      0.05);
}

TEST(Rewrite, ConcatAndFloatLayersBetween) {
  EXPECT_LT(worst("pipeline p(x: tensor[3, 8, 8]) { a = x |> conv(4, kernel: 1x1, name: \"a\") |> silu\n"
                  "b = a |> conv(4, kernel: 3x3, padding: 1, name: \"b\")\n"
                  "c = a |> conv(4, kernel: 3x3, padding: 1, name: \"c\") |> relu\n"
                  "d = concat(b, c) |> channel_shuffle(2) |> conv(4, kernel: 3x3, name: \"d\")\n"
                  "return (r: d, s: c) }"),
            0.05);
  // A relu6 whose scale another value has made larger.
  EXPECT_LT(worst("pipeline p(x: tensor[3, 8, 8]) { a = x * 20 |> conv(4, kernel: 1x1, name: \"a\") |> relu\n"
                  "b = x * 9 |> conv(4, kernel: 1x1, name: \"b\") |> relu6\n"
                  "return concat(a, b) |> conv(4, kernel: 1x1, name: \"c\") }"),
            0.05);
}

TEST(Rewrite, ValuesAreConvertedOnce) {
  std::string text;
  worst("pipeline p(x: tensor[3, 8, 8]) { a = x |> conv(4, kernel: 1x1, name: \"a\")\n"
        "b = x |> conv(4, kernel: 1x1, name: \"b\") |> relu\n"
        "return (r: tanh(b), s: a, t: exp(b), u: b) }",
        &text);
  auto count = [&](const std::string& word) {
    int found = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("= quantize("), 1) << text;
  EXPECT_EQ(count("= dequantize("), 2) << text;
  EXPECT_EQ(count("tensor[4, 8, 8] i8"), 1) << text; // a, which may be negative
  EXPECT_EQ(count("tensor[4, 8, 8] u8"), 1) << text;
}

// A picture of 8 bits is what it was.
TEST(Rewrite, ImagesAreExact) {
  SemaOptions options;
  options.initSeed = 7;
  const graph::Graph graph =
      graphOf("pipeline p(x: image[rgb]) { return x |> conv(4, kernel: 1x1, name: \"a\") }", options);
  const Plan plan = makePlan(graph);
  std::map<ValueId, Histogram> histograms;
  const float dark[] = {0.25f, 0.5f};
  for (const Group& group : plan.groups)
    for (const Observed& observed : group.observed) histograms[observed.value].add(dark, 2);
  const std::vector<Scale> scales = chooseScales(plan, histograms);
  EXPECT_FLOAT_EQ(static_cast<float>(scales[*plan.group[graph.inputs[0]]].scale), 1.f / 255);
}

TEST(Rewrite, ActivationsLimitTheScale) {
  SemaOptions options;
  options.initSeed = 7;
  const graph::Graph graph = graphOf(
      "pipeline p(x: tensor[1, 8, 8]) { return x |> conv(4, kernel: 1x1, name: \"a\") |> relu6 }", options);
  const Plan plan = makePlan(graph);
  std::map<ValueId, Histogram> histograms;
  const float large = 7;
  for (const Group& group : plan.groups)
    for (const Observed& observed : group.observed) histograms[observed.value].add(&large, 1);
  EXPECT_FLOAT_EQ(
      static_cast<float>(chooseScales(plan, histograms)[*plan.group[graph.outputs[0].value]].scale),
      6.f / 255);
}

} // namespace
} // namespace convoy::quantize
