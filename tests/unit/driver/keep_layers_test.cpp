// Layers that are wanted become outputs: which, under which names, in which order.
#include "driver/keep_layers.h"
#include "driver/pipeline.h"
#include <gtest/gtest.h>

namespace convoy::driver {
namespace {

TEST(KeepLayers, NamesMayHoldTheSign) {
  const std::vector<std::string> names = {"a", "a=b", "c"};
  auto split = [&](const std::string& text) {
    const NamedFile named = splitNamedFile(text, names);
    return named.name + "|" + named.file;
  };
  EXPECT_EQ(split("a=b.npy"), "a|b.npy");
  EXPECT_EQ(split("a=b=c.npy"), "a=b|c.npy");
  EXPECT_EQ(split("c=x=y.npy"), "c|x=y.npy");
  EXPECT_EQ(split("d=x=y.npy"), "d|x=y.npy");
  EXPECT_EQ(split("x.npy"), "|x.npy");
}

// The outputs of the graph that is computed, those that are kept marked with '+'; or the diagnostics' codes.
std::string outputs(const Options& wanted) {
  Options options = wanted;
  options.file = "test.cvy";
  DiagnosticEngine diags;
  Compilation c(options, diags);
  PhaseTimes times;
  c.open("pipeline net(x: tensor[3, 8, 9]) -> (low: tensor, relu_1: tensor) {\n"
         "  y = x |> conv(4, kernel: 3x3, name: \"c\") |> batch_norm(name: \"n\") |> relu\n"
         "  return (low: y |> avg_pool(2x2), relu_1: y * 2)\n}");
  c.stages = {Stage::Schedule};
  std::string text;
  if (!runPipeline(c, Goal::Stages, times, [](Stage, const std::string&) {})) {
    for (const auto& diagnostic : diags.all()) text += std::string(diagnostic->code) + " ";
    return text;
  }
  for (const graph::Output& output : c.graph->outputs)
    text += (output.kept ? "+" : "") + output.name + ":" + c.graph->value(output.value).name + " ";
  return text;
}

TEST(KeepLayers, ComeBehindTheResults) {
  EXPECT_EQ(outputs({}), "low:avg_pool_1 relu_1:mul_1 ");
  Options options;
  options.keepLayers = {"relu_1", "c", "c"};
  // 'c' is as it was written: no batch_norm is part of it.
  EXPECT_EQ(outputs(options), "low:avg_pool_1 relu_1:mul_1 +c:c +relu_1:relu_1 ");
  options.keepLayers = {"all"};
  EXPECT_EQ(outputs(options),
            "low:avg_pool_1 relu_1:mul_1 +c:c +n:n +relu_1:relu_1 +avg_pool_1:avg_pool_1 +mul_1:mul_1 ");
  options.keepLayers = {};
  options.dumpLayers = {"n=a.npy", "avg_pool_1=b=c.npy"};
  EXPECT_EQ(outputs(options), "low:avg_pool_1 relu_1:mul_1 +n:n +avg_pool_1:avg_pool_1 ");
}

TEST(KeepLayers, ResultsComeFirstWhereTheyAreCompared) {
  Options options;
  options.against = {"low=a.npy", "relu_1=b.npy", "c=c.npy"};
  EXPECT_EQ(outputs(options), "low:avg_pool_1 relu_1:mul_1 +c:c ");
}

TEST(KeepLayers, EveryUnknownNameIsSaid) {
  Options options;
  options.keepLayers = {"c", "no", "low"};
  EXPECT_EQ(outputs(options), "E0560 E0560 ");
}

} // namespace
} // namespace convoy::driver
