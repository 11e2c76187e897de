// The error bounds hold for plain float32 arithmetic, and are not generous.
#include "graph/reader.h"
#include "one_layer.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace convoy::reference {
namespace {

std::vector<float> randomNumbers(size_t count, std::mt19937& engine) {
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = uniform(engine);
  return numbers;
}

TEST(ErrorBounds, HoldForFloatDotProductsInAnyOrder) {
  std::mt19937 engine(1);
  Attributes dense;
  dense.set("units", int64_t(1));
  dense.set("bias", true);
  double worst = 0;
  for (int round = 0; round < 200; ++round) {
    auto x = randomNumbers(300, engine), w = randomNumbers(300, engine), b = randomNumbers(1, engine);
    auto graph = oneLayer(OpKind::Dense, {{{300}}}, dense, {w, b});
    auto values = evaluate(graph, {tensor({300}, {x.begin(), x.end()})}, {});
    double exact = values.back().data[0], bound = errorBounds(graph, values).back().data[0];
    float forward = b[0], backward = 0, fused = b[0];
    for (int i = 0; i < 300; ++i) forward += x[i] * w[i];
    for (int i = 300; i-- > 0;) backward += x[i] * w[i];
    backward += b[0];
    for (int i = 0; i < 300; ++i) fused = std::fma(x[i], w[i], fused);
    for (float y : {forward, backward, fused}) {
      EXPECT_LE(std::fabs(y - exact), bound);
      worst = std::max(worst, std::fabs(y - exact) / bound);
    }
  }
  EXPECT_GT(worst, 0.001);
}

TEST(ErrorBounds, CarryThroughAChain) {
  SourceFile file("chain", R"(graph @chain(%x: tensor[1, 8]) {
  param %c.weight : f32[1, 1, 3] = [0.3, -0.7, 0.11]
  %c = conv(%x, %c.weight) {kernel: [3], stride: [1], dilation: [1], pad_begin: [1], pad_end: [1], border: constant(0.3), groups: 1} : tensor[1, 8]
  %m = mul(%c, %c) : tensor[1, 8]
  %s = sqrt(%m) : tensor[1, 8]
  %p = avg_pool(%s) {kernel: [3], stride: [2], dilation: [1], pad_begin: [0], pad_end: [0], ceil_mode: false, count_include_pad: true} : tensor[1, 3]
  %d = div(%p, %s1) : tensor[1, 3]
  return (result: %d)
}
)");
  std::string text(file.text());
  text.replace(text.find("  %d = div"), 0, "  param %s1 : f32[1] literal = [0.7]\n");
  SourceFile whole("chain", text);
  DiagnosticEngine diags;
  auto graph = graph::read(whole, diags);
  ASSERT_TRUE(graph) << diags.all().front()->message;
  std::mt19937 engine(2);
  for (int round = 0; round < 300; ++round) {
    auto x = randomNumbers(8, engine);
    auto values = evaluate(*graph, {tensor({1, 8}, {x.begin(), x.end()})}, {});
    auto bounds = errorBounds(*graph, values);
    float s[8];
    for (int i = 0; i < 8; ++i) {
      float left = i > 0 ? x[i - 1] : 0.3f, right = i < 7 ? x[i + 1] : 0.3f;
      float c = 0.3f * left + -0.7f * x[i] + 0.11f * right;
      s[i] = std::sqrt(c * c);
    }
    const auto &y = values[graph->outputs[0].value].data, &e = bounds[graph->outputs[0].value].data;
    for (int o = 0; o < 3; ++o) {
      float d = (s[2 * o] + s[2 * o + 1] + s[2 * o + 2]) * (1.0f / 3.0f) * (1.0f / 0.7f);
      EXPECT_LE(std::fabs(d - y[o]), e[o]);
      EXPECT_LE(e[o], 1e-3); // the square root of something near zero costs most
    }
  }
}

TEST(ErrorBounds, SoftmaxAndExactLayers) {
  auto graph = oneLayer(OpKind::Softmax, {{{4}}});
  auto values = evaluate(graph, {tensor({4}, {1, 2, 3, 4})}, {});
  double e = errorBounds(graph, values).back().data[3];
  EXPECT_GT(e, 0);
  EXPECT_LT(e, 1e-5);
  graph = oneLayer(OpKind::Relu, {{{4}}});
  values = evaluate(graph, {tensor({4}, {1, 2, 3, 4})}, {});
  EXPECT_EQ(errorBounds(graph, values).back().data, (std::vector<double>{0, 0, 0, 0}));
}

} // namespace
} // namespace convoy::reference
