// Each stage of every example survives print, parse, print unchanged, and code that goes on from its text is
// the code of the script, byte for byte; so are the numbers of its parameters.
//
// Of those whose code is long only the texts up to loops are compared, unless CONVOY_TEST_LONG is in the
// environment.
#include "driver/pipeline.h"
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>

namespace {

using namespace convoy;
using namespace convoy::driver;

struct Example {
  std::string file, pipeline;
};

// Everything that a compilation gives.
struct Made {
  bool done = false;
  std::string problem; // the first diagnostic
  std::map<Stage, std::string> texts;
  std::vector<std::pair<std::string, std::string>> objects;
  std::array<uint8_t, 16> weights{};
};

struct From {
  Stage stage;
  std::string text;
};

Made make(const Example& example, const std::optional<From>& from, Stage last) {
  Options options;
  options.file = example.file;
  options.initSeed = 1;
  options.lines = Lines::None;
  if (from && from->stage != Stage::Schedule) {
    options.fromStage = from->stage;
    options.fromStageFile = std::string("edited ") + nameOf(from->stage);
  }
  DiagnosticEngine diags(WarningMode::Ignore);
  Compilation c(options, diags);
  c.pipeline = example.pipeline;
  c.needsParameters = true;
  if (from && from->stage == Stage::Schedule)
    c.scheduleText = from->text;
  else if (from)
    c.textContent = from->text;
  for (Stage stage : {Stage::Graph, Stage::Schedule, Stage::Loops, Stage::Llvm, Stage::LlvmOptimized})
    if (stage <= last) c.stages.insert(stage);
  Made made;
  PhaseTimes times;
  made.done = c.open() && runPipeline(c, Goal::Stages, times, [&](Stage stage, const std::string& text) {
                made.texts[stage] = text;
              });
  if (!diags.all().empty()) made.problem = renderText(*diags.all().front(), false);
  for (const CompiledUnit& unit : c.units) made.objects.emplace_back(unit.name, unit.object);
  if (c.description) made.weights = c.description->weightsDigest;
  return made;
}

std::vector<Example> examples() {
  std::vector<Example> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(EXAMPLES_FOLDER)) {
    if (entry.path().extension() != ".cvy") continue;
    Options options;
    options.file = entry.path();
    DiagnosticEngine diags;
    Compilation c(options, diags);
    c.stages = {Stage::Ast};
    PhaseTimes times;
    if (c.open() && runPipeline(c, Goal::Stages, times, [](Stage, const std::string&) {}))
      for (const ast::Pipeline& pipeline : c.syntax->pipelines) all.push_back({options.file, pipeline.name});
  }
  std::sort(all.begin(), all.end(),
            [](const Example& a, const Example& b) { return a.pipeline < b.pipeline; });
  return all;
}

class Stages : public ::testing::TestWithParam<Example> {};

TEST_P(Stages, AreReadAsTheyArePrinted) {
  Made made = make(GetParam(), std::nullopt, Stage::Loops);
  ASSERT_TRUE(made.done) << made.problem;
  const std::string& loops = made.texts.at(Stage::Loops);
  constexpr auto manyLines = 2500;
  const bool large =
      std::count(loops.begin(), loops.end(), '\n') > manyLines && !std::getenv("CONVOY_TEST_LONG");
  if (!large) {
    made = make(GetParam(), std::nullopt, Stage::LlvmOptimized);
    ASSERT_TRUE(made.done) << made.problem;
    ASSERT_GT(made.objects.size(), 2u);
  }
  ASSERT_EQ(made.texts.size(), large ? 3u : 5u);
  for (const auto& [stage, text] : made.texts) {
    SCOPED_TRACE(nameOf(stage));
    // Equal loops are equal code, as going on from them shows.
    const bool toCode = stage >= Stage::Loops && !large;
    const Made again = make(GetParam(), From{stage, text}, toCode ? Stage::LlvmOptimized : Stage::Loops);
    ASSERT_TRUE(again.done) << again.problem;
    EXPECT_EQ(again.weights, made.weights);
    for (const auto& [other, otherText] : again.texts) {
      // Numbers in names that LLVM makes up depend on names that it made up before.
      if (stage == Stage::Llvm && other == Stage::LlvmOptimized) continue;
      if (stage == Stage::LlvmOptimized && other == Stage::Llvm) continue; // there is none
      EXPECT_TRUE(otherText == made.texts.at(other)) << nameOf(other) << " is another one";
    }
    if (toCode) EXPECT_TRUE(again.objects == made.objects) << "the code is another one";
  }
}

INSTANTIATE_TEST_SUITE_P(Examples, Stages, ::testing::ValuesIn(examples()), [](const auto& info) {
  const std::string stem = std::filesystem::path(info.param.file).stem();
  return stem + (stem == info.param.pipeline ? "" : "_" + info.param.pipeline);
});

} // namespace
