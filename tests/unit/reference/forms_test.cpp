// Numbers in bf16 and in two halves, and the bounds of what is computed with them.
#include "graph/reader.h"
#include "one_layer.h"
#include "reference/forms.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace convoy::reference {
namespace {

constexpr NumberForm bf16 = NumberForm::Bf16, split = NumberForm::Split;
constexpr double infinity = std::numeric_limits<double>::infinity();

float ofBits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

// The same by the bits of a float: half of what is cut off is added first, and one more when that is odd.
float roundedByBits(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return ofBits((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
}

std::vector<float> manyFloats() {
  std::mt19937 engine(3);
  std::vector<float> numbers{0x1.fffffep127f, 0x1.ffp127f, 0x1.fefffep127f, 0x1p-126f, 0x1.8p-126f, -0.f, 0};
  for (uint32_t exponent = 1; exponent < 255; ++exponent)
    for (int i = 0; i < 200; ++i)
      numbers.push_back(ofBits(static_cast<uint32_t>(engine() & 0x807fffff) | exponent << 23));
  return numbers;
}

TEST(Forms, RoundToNearestEven) {
  EXPECT_EQ(inForm(bf16, 0x1.01p0), 0x1p0);
  EXPECT_EQ(inForm(bf16, 0x1.03p0), 0x1.04p0);
  EXPECT_EQ(inForm(bf16, 0x1.010002p0), 0x1.02p0);
  EXPECT_EQ(inForm(bf16, -0x1.ffp5), -0x1p6);
  EXPECT_EQ(inForm(bf16, 255), 255);
  EXPECT_EQ(inForm(bf16, 257), 256);
  EXPECT_EQ(inForm(bf16, 0x1.fefffep127), 0x1.fep127);
  EXPECT_EQ(inForm(bf16, -0x1.ffp127), -infinity);
  EXPECT_EQ(inForm(bf16, 0x1.fffffep-127), 0); // denormal
  EXPECT_EQ(inForm(NumberForm::Float32, 0x1.01p0), 0x1.01p0);
  for (float x : manyFloats()) {
    EXPECT_EQ(inForm(bf16, x), roundedByBits(x)) << x;
  }
}

TEST(Forms, HalvesLoseA131072nd) {
  EXPECT_EQ(inForm(split, 0x1.00ff7ep0), 0x1.00ffp0);
  EXPECT_EQ(inForm(split, 65535), 65535);
  EXPECT_EQ(inForm(split, infinity), infinity);
  EXPECT_TRUE(std::isnan(inForm(split, std::nan(""))));
  EXPECT_EQ(lowHalf(infinity), 0);
  EXPECT_EQ(lowHalf(255), 0);
  EXPECT_GT(0x1.00ff7ep0 - inForm(split, 0x1.00ff7ep0), 0.98 * 0x1p-17);
  for (float x : manyFloats()) {
    const double magnitude = std::fabs(x), rounded = inForm(bf16, x), halves = inForm(split, x);
    EXPECT_LE(std::fabs(halves - x), mostRounded(split, magnitude)) << x;
    EXPECT_LE(std::fabs(lowHalf(x)), mostLowHalf(magnitude)) << x;
    EXPECT_TRUE(std::isfinite(halves));
    if (std::isfinite(rounded)) {
      EXPECT_LE(std::fabs(rounded - x), mostRounded(bf16, magnitude)) << x;
    }
  }
}

// What three products leave out of the fourth.
double lost(double x, double w) {
  auto high = [](double number) { return inForm(split, number) - lowHalf(number); };
  return std::fabs(x * w - high(x) * high(w) - high(x) * lowHalf(w) - lowHalf(x) * high(w)) /
         std::fabs(x * w);
}

TEST(Forms, SharesOfProductsAreSharp) {
  std::mt19937 engine(4);
  std::uniform_real_distribution<float> uniform(1, 2);
  for (int i = 0; i < 100000; ++i) {
    const double x = uniform(engine), w = uniform(engine);
    EXPECT_LE(lost(x, w), splitShare);
    EXPECT_LE(std::fabs(inForm(bf16, x) * inForm(bf16, w) - x * w), bf16Share * x * w);
  }
  EXPECT_GT(lost(0x1.00ff7ep0, 0x1.00ff7ep0), 0.95 * splitShare);
  EXPECT_LE(lost(0x1.00ff7ep0, 0x1.00ff7ep0), splitShare);
  EXPECT_LE(lost(0x1.fffffep127, 0x1.fffffep-1), splitShare); // whose high half is cut off
  const double x = 0x1.00fffep0;
  EXPECT_GT(x * x - inForm(bf16, x) * inForm(bf16, x), 0.98 * bf16Share * x * x);
}

// A dense layer of one unit, as a kernel in this form computes it: in float32, one product after the other.
float computed(NumberForm form, const std::vector<float>& x, const std::vector<float>& w) {
  float sum = 0;
  auto add = [&](double a, double b) { sum = std::fma(static_cast<float>(a), static_cast<float>(b), sum); };
  for (size_t i = 0; i < x.size(); ++i) {
    const double lowX = form == split ? lowHalf(x[i]) : 0, lowW = form == split ? lowHalf(w[i]) : 0;
    const double highX = inForm(form, x[i]) - lowX, highW = inForm(form, w[i]) - lowW;
    add(highX, highW), add(highX, lowW), add(lowX, highW);
  }
  return sum;
}

struct Product {
  graph::Graph graph;
  std::vector<Tensor> values;
  double exact;
  Product(const std::vector<float>& x, const std::vector<float>& w) {
    Attributes dense;
    dense.set("units", int64_t(1));
    dense.set("bias", false);
    const auto count = static_cast<int64_t>(x.size());
    graph = oneLayer(OpKind::Dense, {{{count}}}, dense, {w});
    values = evaluate(graph, {tensor({count}, {x.begin(), x.end()})}, {});
    exact = values.back().data[0];
  }
  double bound(NumberForm form, NumberForm result = NumberForm::Float32, bool scaled = false) const {
    GraphForms forms;
    forms[graph.outputs[0].value] = {{form, form}, result, scaled};
    return errorBounds(graph, values, forms).back().data[0];
  }
};

double sumOfMagnitudes(const std::vector<float>& x, const std::vector<float>& w) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i)
    sum += std::fabs(static_cast<double>(x[i]) * static_cast<double>(w[i]));
  return sum;
}

TEST(Forms, BoundsHoldForProducts) {
  std::mt19937 engine(5);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (NumberForm form : {bf16, split}) {
    double worst = 0;
    for (int round = 0; round < 300; ++round) {
      std::vector<float> x(40), w(40);
      for (float& number : x) number = std::ldexp(uniform(engine), static_cast<int>(engine() % 40) - 20);
      for (float& number : w) number = uniform(engine);
      const Product product(x, w);
      const double error = std::fabs(computed(form, x, w) - product.exact), bound = product.bound(form);
      EXPECT_LE(error, bound);
      const double unknown = product.bound(form, NumberForm::Float32, true); // of the weights
      EXPECT_LE(bound, unknown);
      EXPECT_LE(unknown, 1.000001 * shareOfSum(form, 40) * sumOfMagnitudes(x, w));
      worst = std::max(worst, error / bound);
    }
    EXPECT_GT(worst, 0.1);
  }
  const Product square({0x1.00ff7ep0f}, {0x1.00ff7ep0f});
  const double error = std::fabs(computed(split, {0x1.00ff7ep0f}, {0x1.00ff7ep0f}) - square.exact);
  EXPECT_LE(error, square.bound(split));
  EXPECT_GT(error, 0.9 * square.bound(split));
}

TEST(Forms, WhatIsExactCostsRoundingsOfSumsAlone) {
  const Product whole({3, -200, 17, 255}, {1, 2, -128, 7});
  const double sums = whole.bound(NumberForm::Float32);
  EXPECT_EQ(whole.bound(bf16), sums);
  EXPECT_LE(whole.bound(split), 4 * sums); // of three times as many products
  // 1393 is between 1392 and 1400: rounded in memory, it is off by as much as any number of its size may be.
  EXPECT_NEAR(whole.bound(bf16, bf16), sums + std::fabs(whole.exact) / 257, 0.01);
}

TEST(Forms, BeyondTheLargestNumberThereIsNoBound) {
  const Product large({0x1.ffp127f}, {0.5f});
  EXPECT_EQ(large.bound(bf16), infinity);
  EXPECT_LT(large.bound(split), 0x1p112);
  const Product cancelled({0x1p127f, 0x1p127f, -0x1p127f}, {1, 1, 1}); // float32 may be infinite on the way
  EXPECT_EQ(cancelled.bound(split), infinity);
}

// Rounded where it is written, which everybody sees, and not again where it is read in the same form.
TEST(Forms, CarryThroughAChain) {
  SourceFile file("chain", R"(graph @chain(%x: tensor[1, 4]) {
  param %c.weight : f32[1, 1, 1] = [1.001]
  %a = relu(%x) : tensor[1, 4]
  %c = conv(%a, %c.weight) {kernel: [1], stride: [1], dilation: [1], pad_begin: [0], pad_end: [0], border: constant(0), groups: 1} : tensor[1, 4]
  %s = add(%a, %c) : tensor[1, 4]
  return (result: %s)
}
)");
  DiagnosticEngine diags;
  auto graph = graph::read(file, diags);
  ASSERT_TRUE(graph) << diags.all().front()->message;
  const auto values = evaluate(*graph, {tensor({1, 4}, {1, 0x1.01p0, 1.3f, -1})}, {});
  auto bounds = [&](const GraphForms& forms) {
    std::map<std::string, std::vector<double>> all;
    const auto errors = errorBounds(*graph, values, forms);
    for (size_t id = 0; id < errors.size(); ++id) all[graph->values[id].name] = errors[id].data;
    return all;
  };
  std::map<std::string, graph::ValueId> id;
  for (size_t i = 0; i < graph->values.size(); ++i)
    id[graph->values[i].name] = static_cast<graph::ValueId>(i);
  GraphForms forms;
  forms[id["a"]].result = bf16;
  auto written = bounds(forms);
  EXPECT_EQ(written["a"][0], 0);
  EXPECT_EQ(written["a"][1], 0x1p-8); // half way down to 1
  EXPECT_GE(written["s"][1], 2 * 0x1p-8);
  forms[id["c"]].operands = {bf16, bf16};
  const double weight = static_cast<double>(1.001f) - 1;
  EXPECT_NEAR(bounds(forms)["c"][0], weight, 1e-6);
  EXPECT_NEAR(bounds(forms)["c"][1], 0x1p-8 * 1.001 + (1 + 0x1p-7) * weight, 1e-5);
  forms.erase(id["a"]); // rounded by the convolution alone: the sum reads what was not rounded
  EXPECT_EQ(bounds(forms)["a"][1], 0);
  EXPECT_NEAR(bounds(forms)["c"][1], written["a"][1] * 1.001 + (1 + 0x1p-7) * weight, 1e-5);
}

} // namespace
} // namespace convoy::reference
