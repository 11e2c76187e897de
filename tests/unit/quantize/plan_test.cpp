// Which layers get 8-bit numbers, which values share a scale, and why others stay float32.
#include "../sema/analyze.h"
#include "quantize/plan.h"
#include <set>

namespace convoy::quantize {
namespace {

graph::Graph network(const std::string& body, const std::string& input = "x: tensor[3, 16, 16]") {
  SemaOptions options;
  options.initSeed = 1;
  return graphOf("pipeline p(" + input + ") { " + body + " }", options);
}

// "c: Sum; relu_1: Fused; ..." of what is not float32, and the reasons of what is.
std::string rolesOf(const graph::Graph& graph) {
  static constexpr const char* words[] = {"Float", "Sum", "Add", "Keep", "Fused"};
  const Plan plan = makePlan(graph);
  std::string text;
  for (graph::ValueId id = 0; id < graph.values.size(); ++id) {
    const graph::Value& value = graph.value(id);
    if (value.kind != graph::Value::Node) continue;
    const Layer& layer = plan.layers[id];
    text += value.name + ": " + words[static_cast<int>(layer.role)];
    if (!layer.reason.empty()) text += ", " + layer.reason;
    text += "; ";
  }
  return text;
}

// The names of the values in each group, without those of one value.
std::string sharedIn(const graph::Graph& graph) {
  const Plan plan = makePlan(graph);
  std::string text;
  for (size_t group = 0; group < plan.groups.size(); ++group) {
    std::string names;
    int count = 0;
    for (graph::ValueId id = 0; id < graph.values.size(); ++id)
      if (plan.group[id] == group) names += (count++ ? " " : "") + graph.value(id).name;
    if (count > 1) text += names + "; ";
  }
  return text;
}

TEST(Plan, ActivationsAreLimitsAndTheLastLayerStays) {
  EXPECT_EQ(rolesOf(network(
                "return x |> conv(8, kernel: 3x3, name: \"a\") |> relu |> max_pool(2x2)"
                "|> conv(64, kernel: 3x3, name: \"b\") |> clamp(0, 4) |> flatten |> dense(4, name: \"d\")"
                "|> softmax")),
            "a: Sum; relu_1: Fused; max_pool_1: Keep; b: Sum; clamp_1: Fused; flatten_1: Keep; "
            "d: Float, its results are the answer; softmax_1: Float; ");
}

TEST(Plan, LastLayersThatAreMuchOfTheWorkAreWorthIt) {
  EXPECT_EQ(rolesOf(network("return x |> conv(8, kernel: 3x3, name: \"a\")")), "a: Sum; ");
}

TEST(Plan, SumsOfWhatIsInEightBits) {
  const graph::Graph graph = network("a = x |> conv(8, kernel: 3x3, padding: 1, name: \"a\") |> relu\n"
                                     "b = a |> conv(8, kernel: 3x3, padding: 1, name: \"b\")\n"
                                     "c = relu(a + b) |> conv(8, kernel: 3x3, padding: 1, name: \"c\")\n"
                                     "return c + sigmoid(a)");
  EXPECT_EQ(rolesOf(graph),
            "a: Sum; relu_1: Fused; b: Sum; add_1: Add; relu_2: Fused; c: Sum; sigmoid_1: Float; "
            "add_2: Float; ");
  EXPECT_EQ(sharedIn(graph), "");
}

// What is behind several layers of one scale has that scale too; a sum has one of its own.
TEST(Plan, ScalesAreShared) {
  EXPECT_EQ(sharedIn(network("a = x |> conv(8, kernel: 1x1, name: \"a\") |> relu\n"
                             "b = a |> conv(8, kernel: 1x1, name: \"b\") |> max_pool(1x1)\n"
                             "c = concat(a, b) |> pad(1)\n"
                             "return c |> conv(8, kernel: 3x3, name: \"c\")")),
            "relu_1 b max_pool_1 concat_1 pad_1; ");
}

// An activation that others see past, or that is no limit, is a layer of its own.
TEST(Plan, ActivationsThatAreLayers) {
  EXPECT_EQ(rolesOf(network("a = x |> conv(8, kernel: 1x1, name: \"a\")\n"
                            "b = relu(a) |> conv(8, kernel: 3x3, name: \"b\") |> silu\n"
                            "c = b |> conv(8, kernel: 3x3, name: \"c\") |> max_pool(2x2) |> relu\n"
                            "d = c |> conv(8, kernel: 3x3, name: \"d\") |> clamp(-1, 1)\n"
                            "return (r: d, a: a)")),
            "a: Sum; relu_1: Keep; b: Sum; silu_1: Float; c: Sum; max_pool_1: Keep; relu_2: Keep; "
            "d: Float, its results are the answer; clamp_1: Float; ");
}

TEST(Plan, WhatCannotBe) {
  EXPECT_EQ(rolesOf(network("return x |> conv(8, kernel: 3x3, padding: 1, border: replicate, name: \"a\")"
                            "|> transposed_conv(4, kernel: 2x2, stride: 2, name: \"b\") |> relu"
                            "|> conv(8, kernel: 3x3, padding: 1, border: constant(1), name: \"c\")"
                            "|> flatten |> dense(1, name: \"d\")",
                            "x: tensor[65, 16, 16]")),
            "a: Float, its border is not zero; b: Float, a transposed convolution has no 8-bit form; relu_1: "
            "Float; "
            "c: Float, its border is not zero; flatten_1: Float; d: Float, its results are the answer; ");
  EXPECT_EQ(rolesOf(network("return x |> flatten |> dense(2, name: \"d\")", "x: tensor[66000]")),
            "flatten_1: Float; d: Float, its sums have too many terms for 32 bits; ");
  EXPECT_TRUE(makePlan(network("return relu(x)")).empty());
}

} // namespace
} // namespace convoy::quantize
