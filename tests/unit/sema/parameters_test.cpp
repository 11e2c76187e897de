// --init random:SEED.
#include "analyze.h"
#include <cmath>
#include <set>
#include <sys/resource.h>

namespace convoy {
namespace {

std::vector<float> numbersOf(const graph::Graph& graph, const std::string& name) {
  for (const auto& value : graph.values)
    if (value.name == name) return value.data->data;
  ADD_FAILURE() << "no parameter " << name;
  return {};
}

SemaOptions seeded(uint64_t seed) {
  SemaOptions options;
  options.initSeed = seed;
  return options;
}

const char* const kNet = "pipeline p(x: tensor[3, 8, 8]) { return x |> conv(16, kernel: 3, name: \"a\")\n"
                         "  |> conv(16, kernel: 3, name: \"b\") |> flatten |> dense(5, name: \"d\") }";

TEST(RandomParameters, AreMissingWithoutASeed) { EXPECT_TRUE(numbersOf(graphOf(kNet), "a.weight").empty()); }

TEST(RandomParameters, StayInsideTheBoundOfTheirFanIn) {
  graph::Graph graph = graphOf(kNet, seeded(1));
  auto check = [&](const char* name, size_t count, double fanIn) {
    auto numbers = numbersOf(graph, name);
    EXPECT_EQ(numbers.size(), count);
    double bound = std::sqrt(3 / fanIn), squares = 0;
    for (float number : numbers) {
      EXPECT_LE(std::fabs(number), bound * 1.0000001);
      squares += number * number;
    }
    if (count > 400) EXPECT_NEAR(squares / static_cast<double>(count) * fanIn, 1, 0.15);
  };
  check("a.weight", 16 * 27, 27);
  check("a.bias", 16, 27);
  check("b.weight", 16 * 144, 144);
  check("d.weight", 5 * 256, 256);
  check("d.bias", 5, 256);
}

TEST(RandomParameters, DependOnSeedAndNameAlone) {
  graph::Graph first = graphOf(kNet, seeded(1)), second = graphOf(kNet, seeded(2));
  EXPECT_NE(numbersOf(first, "a.weight"), numbersOf(second, "a.weight"));
  graph::Graph other = graphOf(
      "pipeline p(x: tensor[3, 8, 8]) { return x |> relu |> conv(16, kernel: 3, name: \"z\", bias: false)\n"
      " |> conv(16, kernel: 3, name: \"b\") }",
      seeded(1));
  EXPECT_EQ(numbersOf(first, "b.weight"), numbersOf(other, "b.weight"));
  std::set<float> distinct;
  for (float number : numbersOf(first, "b.weight")) distinct.insert(number);
  EXPECT_GT(distinct.size(), 2000u);
}

TEST(RandomParameters, OfQuantizedLayersSpreadTheResults) {
  const graph::Graph graph =
      graphOf("pipeline p(x: tensor[64, 8, 8]) { return quantize(x, 0.1, 128)\n"
              "  |> quantized_conv(200, kernel: 3x3, input_zero_point: 128, zero_point: 128, name: \"c\") }",
              seeded(1));
  double squares = 0;
  const auto weights = numbersOf(graph, "c.weight");
  for (float number : weights) {
    EXPECT_TRUE(isWholeIn(Element::I8, number) && number > -128) << number;
    squares += number * number;
  }
  EXPECT_NEAR(squares / static_cast<double>(weights.size()), 127 * 127 / 3., 100);
  for (float number : numbersOf(graph, "c.bias")) EXPECT_TRUE(isWholeIn(Element::I32, number)) << number;
  // Inputs that are spread over a byte have a deviation of 74, sums 74 * sqrt(fan-in * mean square of a
  // weight).
  const double deviation = 74 * std::sqrt(squares / 200);
  for (float number : numbersOf(graph, "c.multiplier")) {
    EXPECT_GT(number * deviation, 40);
    EXPECT_LT(number * deviation, 90);
  }
}

// What is multiplied stays what it was, about.
TEST(RandomParameters, BesideTensors) {
  const graph::Graph graph =
      graphOf("pipeline p(x: tensor[64, 8, 8]) { return x * parameter([64, 8, 1], name: \"scale\")\n"
              "  + parameter([64], name: \"shift\") }",
              seeded(1));
  EXPECT_EQ(numbersOf(graph, "scale").size(), 512u);
  EXPECT_EQ(numbersOf(graph, "shift").size(), 64u);
  std::set<float> distinct;
  for (float number : numbersOf(graph, "scale")) {
    EXPECT_NEAR(number, 1, 0.25);
    distinct.insert(number);
  }
  for (float number : numbersOf(graph, "shift")) {
    EXPECT_NEAR(number, 0, 0.25);
    distinct.insert(number);
  }
  EXPECT_GT(distinct.size(), 500u);
}

// These numbers are part of what a benchmark's input is; a change would make old measurements another
// network's.
TEST(RandomParameters, AreTheSameEverywhere) {
  graph::Graph graph =
      graphOf("pipeline p(x: tensor[3]) { return dense(x, 1, name: \"d\", bias: false) }", seeded(42));
  std::string text = print(graph);
  EXPECT_NE(text.find("%d.weight : f32[1, 3] = [-0.7552898, -0.27097833, -0.27362406]"), std::string::npos)
      << text;
}

TEST(RandomParameters, ThatDoNotFitInMemoryAreADiagnostic) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit small{rlim_t(4) << 30, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &small), 0);
  Analyzed analyzed =
      analyzeText("pipeline p(x: tensor[2147483647]) { return x |> dense(2, name: \"d\") }", seeded(1));
  setrlimit(RLIMIT_AS, &before);
  EXPECT_EQ(analyzed.diagnostics, "1:49: E0406: there is no memory for the parameter 'd.weight'\n");
}

TEST(RandomParameters, LeaveLiteralsAlone) {
  graph::Graph graph =
      graphOf("pipeline p(x: tensor[1, 3]) { return conv(x, kernel: [2], bias: true) * 3 }", seeded(5));
  EXPECT_EQ(numbersOf(graph, "conv_1.weight"), (std::vector<float>{2}));
  EXPECT_EQ(numbersOf(graph, "mul_1.scalar"), (std::vector<float>{3}));
  EXPECT_EQ(numbersOf(graph, "conv_1.bias").size(), 1u);
}

} // namespace
} // namespace convoy
