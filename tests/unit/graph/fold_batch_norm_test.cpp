// foldBatchNorm and expandBatchNorm: which layers they change, and that the numbers stay what they were
// within the error bound.
#include "graph/passes/fold_batch_norm.h"
#include "parse/parser.h"
#include "reference/interpreter.h"
#include "sema/sema.h"
#include <cmath>
#include <gtest/gtest.h>

namespace convoy {
namespace {

graph::Graph graphOf(const std::string& text, bool numbers = true) {
  static SourceManager sources; // locations point into it
  DiagnosticEngine diags;
  auto tree = parse(*sources.add("test.cvy", text), diags);
  SemaOptions options;
  auto graph = analyze(*tree, options, diags);
  if (graph && numbers) sema::initializeRandom(*graph, 3, diags);
  EXPECT_FALSE(diags.hasErrors());
  return graph ? *graph : graph::Graph();
}

std::string layersOf(const graph::Graph& graph) {
  std::string text;
  for (const graph::Value& value : graph.values)
    if (value.kind == graph::Value::Node) text += value.name + ":" + opInfo(value.op).name + " ";
  return text;
}

// By one pass and the other, as in the pipeline.
graph::Graph without(const graph::Graph& graph) {
  return graph::expandBatchNorm(graph::foldBatchNorm(graph));
}

// The largest part of its bound by which an output of the rewritten graph is off.
double worst(const graph::Graph& graph, const graph::Graph& folded) {
  EXPECT_EQ(graph::verify(folded), std::vector<std::string>());
  const TensorType& type = graph.value(graph.inputs[0]).type;
  reference::Tensor input;
  input.batch = 2;
  for (const Size& dim : type.dims) input.shape.push_back(dim.known());
  for (int64_t i = 0; i < 2 * input.elements(); ++i)
    input.data.push_back(static_cast<float>(std::sin(static_cast<double>(i) * 0.7)));
  auto before = reference::evaluate(graph, {input}, {}), after = reference::evaluate(folded, {input}, {});
  auto bounds = reference::errorBounds(graph, before);
  double most = 0;
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    graph::ValueId a = graph.outputs[i].value, b = folded.outputs[i].value;
    for (size_t k = 0; k < before[a].data.size(); ++k)
      most = std::max(most, std::fabs(before[a].data[k] - after[b].data[k]) / bounds[a].data[k]);
  }
  return most;
}

TEST(FoldBatchNorm, BecomesPartOfTheLayerBefore) {
  graph::Graph graph = graphOf(
      "pipeline p(x: tensor[3, 9, 9]) { return x\n"
      "|> conv(8, kernel: 3x3, groups: 1, bias: false, name: \"c\") |> batch_norm(name: \"b\") |> relu\n"
      "|> conv(4, kernel: 1x1, name: \"d\") |> batch_norm\n"
      "|> flatten |> dense(5, name: \"f\") |> batch_norm(name: \"g\") }");
  EXPECT_EQ(layersOf(without(graph)), "c:conv relu_1:relu d:conv flatten_1:flatten f:dense ");
  double off = worst(graph, without(graph));
  EXPECT_LT(off, 1);
  EXPECT_GT(off, 0); // numbers were rounded: something was compared
}

TEST(FoldBatchNorm, ScalesTheFiltersOfTransposedConvolutions) {
  for (const char* groups : {"1", "3"}) {
    graph::Graph graph = graphOf(std::string("pipeline p(x: tensor[3, 4, 5]) { return x\n"
                                             "|> transposed_conv(6, kernel: 3x2, stride: 2, groups: ") +
                                 groups + ", name: \"t\") |> batch_norm(name: \"b\") |> relu }");
    EXPECT_EQ(layersOf(without(graph)), "t:transposed_conv relu_1:relu ");
    EXPECT_LT(worst(graph, without(graph)), 1) << groups;
  }
}

TEST(FoldBatchNorm, IsAProductAndASumWhereOthersReadTheLayer) {
  graph::Graph graph = graphOf("pipeline p(x: tensor[3, 9, 9]) {\n"
                               "y = x |> batch_norm(name: \"first\") |> conv(8, kernel: 3x3, name: \"c\")\n"
                               "z = y |> batch_norm(name: \"second\")\n return (y: y, z: z + y) }");
  EXPECT_EQ(layersOf(without(graph)),
            "first.scaled:mul first:add c:conv second.scaled:mul second:add add_1:add ");
  EXPECT_LT(worst(graph, without(graph)), 1);
}

TEST(FoldBatchNorm, LeavesWhatItCannotFold) {
  graph::Graph graph = graphOf("pipeline p(x: tensor[3, 9, 9]) {\n"
                               "y = x |> batch_norm(name: \"first\") |> conv(8, kernel: 3x3, name: \"c\")\n"
                               "|> batch_norm(name: \"second\")\n"
                               "return y |> relu |> batch_norm(name: \"third\") }");
  const graph::Graph folded = graph::foldBatchNorm(graph);
  EXPECT_EQ(layersOf(folded), "first:batch_norm c:conv relu_1:relu third:batch_norm ");
  EXPECT_EQ(graph::verify(folded), std::vector<std::string>());
}

TEST(ExpandBatchNorm, NeedsNoOtherPass) {
  graph::Graph graph =
      graphOf("pipeline p(x: tensor[3, 9, 9]) { return x |> conv(8, kernel: 3x3, name: \"c\")\n"
              "|> batch_norm(name: \"b\") |> relu }");
  const graph::Graph expanded = graph::expandBatchNorm(graph);
  EXPECT_EQ(layersOf(expanded), "c:conv b.scaled:mul b:add relu_1:relu ");
  EXPECT_LT(worst(graph, expanded), 1);
}

TEST(FoldBatchNorm, NeedsNoNumbers) {
  graph::Graph folded = without(graphOf("pipeline p(x: tensor[3, 9]) { return x |> conv(8, "
                                        "kernel: 3, bias: false, name: \"c\") |> batch_norm }",
                                        false));
  EXPECT_EQ(graph::verify(folded), std::vector<std::string>());
  for (const graph::Value& value : folded.values)
    if (value.kind == graph::Value::Parameter) EXPECT_TRUE(value.data->data.empty()) << value.name;
}

TEST(FoldBatchNorm, NormalizeFoldsLikewise) {
  graph::Graph graph = graphOf(
      "pipeline p(x: tensor[3, 9, 9]) { return x |> normalize(mean: [0.5, 0.25, 1], std: [0.5, 2, 4])\n"
      "|> conv(2, kernel: 3x3, name: \"c\") |> normalize(mean: 0.5, std: 0.125) }");
  EXPECT_EQ(layersOf(without(graph)), "normalize_1.scaled:mul normalize_1:add c:conv ");
  double off = worst(graph, without(graph));
  EXPECT_LT(off, 1);
  EXPECT_GT(off, 0);
}

} // namespace
} // namespace convoy
