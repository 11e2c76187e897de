#include "driver/describe.h"
#include "driver/pipeline.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <set>

namespace convoy::driver {
namespace {

// Every stage is printed by one phase for each kind of file that passes it, and the phases come in stage
// order.
TEST(Pipeline, ScriptsPassEveryStageInOrder) { EXPECT_EQ(stagesFrom(FileKind::Script), allStages()); }

TEST(Pipeline, LaterTextsPassTheRest) {
  const std::vector<Stage>& all = allStages();
  EXPECT_EQ(stagesFrom(FileKind::Graph), std::vector<Stage>(all.begin() + 1, all.end()));
  EXPECT_EQ(stagesFrom(FileKind::Loops), std::vector<Stage>(all.begin() + 4, all.end()));
  EXPECT_EQ(stagesFrom(FileKind::Llvm), std::vector<Stage>(all.begin() + 5, all.end()));
  EXPECT_EQ(stagesFrom(FileKind::LlvmOptimized), std::vector<Stage>(all.begin() + 6, all.end()));
}

TEST(Pipeline, PhasesAreNamedOnceAndSayWhy) {
  std::set<std::string> names;
  for (const Phase& phase : pipeline()) {
    EXPECT_TRUE(names.insert(phase.name).second) << phase.name;
    EXPECT_FALSE(std::string(phase.why).empty()) << phase.name;
  }
}

TEST(Pipeline, NumberedNamesSortInStageOrder) {
  std::vector<std::string> names;
  for (Stage stage : allStages()) names.push_back(numberedName(stage));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(names.front(), "01-ast");
}

TEST(Pipeline, TheNameOfAFileSaysWhereToStart) {
  EXPECT_EQ(fileKindOf("a/edges.cvy"), FileKind::Script);
  EXPECT_EQ(fileKindOf("-"), FileKind::Script);
  EXPECT_EQ(fileKindOf("x.graph"), FileKind::Graph);
  EXPECT_EQ(fileKindOf("x.loop"), FileKind::Loops);
  EXPECT_EQ(fileKindOf("x.schedule"), FileKind::Schedule);
  EXPECT_EQ(fileKindOf("x.ll"), FileKind::Llvm);
  EXPECT_EQ(fileKindOf(".loop"), FileKind::Script);
}

TEST(Pipeline, TextsThatAreReadBackHaveAKindAndAPhase) {
  for (Stage stage : allStages()) {
    SCOPED_TRACE(nameOf(stage));
    const bool wanted = stage != Stage::Ast && stage != Stage::Fused && stage != Stage::Assembly;
    EXPECT_EQ(readsBack(stage), wanted);
    if (!readsBack(stage)) continue;
    EXPECT_EQ(stageOf(kindOf(stage)), stage);
    if (stage == Stage::Schedule) continue; // the phase that makes one reads one
    size_t phases = 0;
    for (const Phase& phase : pipeline())
      phases +=
          takesPart(phase, FileKind::Script, stage) && !takesPart(phase, FileKind::Script, std::nullopt);
    EXPECT_EQ(phases, 1u);
  }
}

TEST(Pipeline, WhatAPhaseMakesIsAStageOfItsFile) {
  for (const Phase& phase : pipeline()) {
    SCOPED_TRACE(phase.name);
    for (FileKind kind : phase.starts) {
      const std::vector<Stage> stages = stagesFrom(kind);
      for (const View& view : phase.views)
        if (view.stage >= stages.front()) EXPECT_EQ(std::count(stages.begin(), stages.end(), view.stage), 1);
    }
    if (phase.rewrite) EXPECT_EQ(phase.text, Stage::Graph);
  }
}

TEST(Describe, PrefixIsACIdentifier) {
  EXPECT_EQ(symbolPrefix("edges"), "edges");
  EXPECT_EQ(symbolPrefix("my.net-2"), "my_net_2");
  EXPECT_EQ(symbolPrefix("3d"), "_3d");
  EXPECT_EQ(symbolPrefix(""), "_");
  EXPECT_EQ(symbolPrefix("convoy"), "convoy_") << "convoy_pipeline is a type";
}

TEST(Describe, Interface) {
  graph::Graph graph;
  graph.name = "p";
  graph::Value input;
  input.kind = graph::Value::Input;
  input.name = "x";
  input.type.dims = {Size(3), Size::symbol("H"), Size(7), Size::symbol("W")};
  graph.values.push_back(input);
  input.name = "photo";
  input.type.dims = {Size(4), Size::symbol("W"), Size::symbol("H")};
  input.type.image = ImageKind::Rgba;
  graph.values.push_back(input);
  graph.inputs = {0, 1};
  graph.outputs = {{"out", 1, ImageKind::Rgba}};
  PipelineDescription d = interfaceOf(graph, {1, 2});
  EXPECT_EQ(d.sizes, (std::vector<std::string>{"H", "W"}));
  EXPECT_EQ(d.inputs[0].constants, (std::vector<int64_t>{3, 0, 7, 0}));
  EXPECT_EQ(d.inputs[0].symbols, (std::vector<int32_t>{-1, 0, -1, 1}));
  EXPECT_EQ(d.inputs[0].imageChannels, 0);
  EXPECT_EQ(d.inputs[1].symbols, (std::vector<int32_t>{-1, 1, 0}));
  EXPECT_EQ(d.inputs[1].imageChannels, 4);
  EXPECT_EQ(d.outputs[0].constants.size(), 3u);
  EXPECT_TRUE(d.outputs[0].symbols.empty());
  ASSERT_NE(d.weights, nullptr);
  EXPECT_EQ(*d.weights, (std::vector<float>{1, 2}));
  EXPECT_NE(d.weightsDigest, interfaceOf(graph, {2, 1}).weightsDigest);
}

} // namespace
} // namespace convoy::driver
