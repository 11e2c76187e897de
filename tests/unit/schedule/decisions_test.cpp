// A schedule's decisions: with more and more of them, from the plainest schedule to the schedule itself.
#include "schedule/decisions.h"
#include "session.h"

using namespace convoy;
using schedule::Decision;
using schedule::Decisions;

namespace {

class ScheduleDecisions : public ::testing::Test {
protected:
  Session s{"pipeline p(x: tensor[3, 56, 56]) -> tensor {\n"
            "y = x |> conv(64, kernel: 3x3, padding: 1) |> relu\n"
            "z = y |> conv(64, kernel: 3x3, padding: 1) |> relu\n"
            "return y + z |> max_pool(2x2) |> global_avg_pool |> flatten |> dense(10) |> softmax }"};

  schedule::Schedule read(const std::string& kernels) {
    DiagnosticEngine diags;
    const SourceFile* file = s.sources.add("test.schedule", "schedule @p {\n" + kernels + "\n}\n");
    return schedule::read(*file, s.graph, s.target, diags).value();
  }
};

std::string textOf(const Decision& decision) {
  return decision.kernel + " " + decision.what + " | " + decision.instead;
}

// For as many of the first decisions.
std::vector<bool> first(const Decisions& decisions, size_t count) {
  std::vector<bool> taken(decisions.all().size());
  std::fill_n(taken.begin(), count, true);
  return taken;
}

} // namespace

TEST_F(ScheduleDecisions, EachPrefixIsASchedule) {
  const schedule::Schedule own = schedule::makeSchedule(s.graph, s.target);
  const Decisions decisions(s.graph, s.target, own, {});
  std::string before;
  for (size_t count = 0; count <= decisions.all().size(); ++count) {
    const auto made = decisions.with(first(decisions, count));
    ASSERT_TRUE(made) << count;
    EXPECT_TRUE(problems(*made, s.graph).empty()) << count;
    const std::string text = print(*made, s.graph);
    // Conversions may be those that kernels need anyway.
    const bool mayBeSame = count > 0 && decisions.all()[count - 1].what.rfind("conversions", 0) == 0;
    if (!mayBeSame) EXPECT_NE(text, before) << count << ": " << textOf(decisions.all()[count - 1]);
    before = text;
  }
  EXPECT_EQ(before, print(own, s.graph));
}

TEST_F(ScheduleDecisions, WithoutAnyEachLayerIsByItself) {
  const Decisions decisions(s.graph, s.target, schedule::makeSchedule(s.graph, s.target), {});
  const schedule::Schedule plain = decisions.with(first(decisions, 0)).value();
  size_t layers = 0;
  for (const graph::Value& value : s.graph.values) layers += value.kind == graph::Value::Node;
  EXPECT_EQ(plain.kernels.size(), layers);
  for (const schedule::Kernel& kernel : plain.kernels) {
    EXPECT_EQ(kernel.nodes.size(), 1u);
    EXPECT_EQ(kernel.layout, schedule::Layout::Planar);
    for (int64_t extent : kernel.tile) EXPECT_EQ(extent, 1);
  }
}

TEST_F(ScheduleDecisions, SayWhatStandsInTheirPlace) {
  const Decisions decisions(
      s.graph, s.target,
      read("kernel [conv_1, relu_1]: window planar tile 2x1x1\n"
           "kernel [conv_2, relu_2]: winograd blocked tile 4x2x1x1 order positions writes planar\n"
           "kernel [add_1]: pointwise planar\n"
           "kernel [max_pool_1]: window planar tile 1x1x1\n"
           "kernel [dense_1]: dense planar tile 1"),
      {});
  std::vector<std::string> texts;
  for (const Decision& decision : decisions.all()) texts.push_back(textOf(decision));
  EXPECT_EQ(
      texts,
      (std::vector<std::string>{
          "[conv_1, relu_1] tile 2x1x1 | tile 1x1x1", "[conv_1, relu_1] relu_1 fused | a kernel of its own",
          "[conv_2, relu_2] winograd blocked | window planar", "[conv_2, relu_2] tile 4x2x1x1 | tile 4x1x1x1",
          "[conv_2, relu_2] order positions writes planar | order filters writes blocked",
          "[conv_2, relu_2] relu_2 fused | a kernel of its own",
          " conversions of layouts where they are | only where a kernel needs them"}));
}

TEST_F(ScheduleDecisions, WhatBuildsOnOneIsLeftOutWithIt) {
  const Decisions decisions(s.graph, s.target,
                            read("group rows 8 {\nkernel [conv_1, relu_1]: window planar tile 2x1x1\n"
                                 "kernel [conv_2, relu_2]: window planar tile 2x1x1\n}\n"),
                            {});
  std::vector<bool> taken(decisions.all().size(), true);
  ASSERT_EQ(textOf(decisions.all()[0]), "[conv_1, relu_1] tile 2x1x1 | tile 1x1x1");
  taken[0] = false;
  const std::string text = print(decisions.with(taken).value(), s.graph);
  EXPECT_NE(text.find("  kernel [conv_1]: window planar tile 1x1x1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  kernel [conv_2, relu_2]: window planar tile 2x1x1\n"), std::string::npos) << text;
  const std::string group = "  group rows 8 {\n    kernel [conv_1, relu_1]";
  EXPECT_EQ(text.find(group), std::string::npos) << text;
  taken[0] = true;
  EXPECT_NE(print(decisions.with(taken).value(), s.graph).find(group), std::string::npos);
}
