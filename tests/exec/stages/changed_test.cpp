// Texts with random changes: they are read and compiled, or refused with a diagnostic that has a place.
#include "driver/pipeline.h"
#include <gtest/gtest.h>
#include <random>

namespace {

using namespace convoy;
using namespace convoy::driver;

struct Outcome {
  bool done = false;
  std::vector<std::unique_ptr<Diagnostic>> problems;
  std::map<Stage, std::string> texts;
  std::unique_ptr<Compilation> compilation; // owns the files that the problems are in
};

const char* const script = R"(pipeline p(x: tensor[3, H, W]) -> tensor {
    return x |> conv(8, kernel: 3x3, padding: 1, name: "c") |> relu |> max_pool(2x2)
}
)";

Outcome compile(const Options& options, DiagnosticEngine& diags, std::optional<std::string> text) {
  Outcome outcome;
  outcome.compilation = std::make_unique<Compilation>(options, diags);
  Compilation& c = *outcome.compilation;
  c.needsParameters = true;
  c.textContent = std::move(text);
  for (Stage stage : {Stage::Graph, Stage::Loops, Stage::Llvm, Stage::LlvmOptimized}) c.stages.insert(stage);
  PhaseTimes times;
  outcome.done =
      c.open(script) && runPipeline(c, Goal::Code, times, [&](Stage stage, const std::string& printed) {
        outcome.texts[stage] = printed;
      });
  outcome.problems = diags.release();
  return outcome;
}

Options optionsFor(std::optional<Stage> stage) {
  Options options;
  options.file = "p.cvy";
  options.cpu = "x86-64-v3";
  options.target = "x86_64-pc-linux-gnu";
  options.initSeed = 1;
  options.optimize = 1;
  options.fromStage = stage;
  if (stage) options.fromStageFile = "edited";
  return options;
}

// A word is left out, said twice, or stands where another one was.
std::string changed(const std::string& text, std::mt19937& random) {
  std::vector<std::pair<size_t, size_t>> words;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find_first_not_of(" \n,()[]", at);
    if (begin == std::string::npos) break;
    const size_t end = std::min(text.find_first_of(" \n,()[]", begin), text.size());
    words.emplace_back(begin, end - begin);
    at = end;
  }
  const auto [begin, length] = words[random() % words.size()];
  const auto [other, otherLength] = words[random() % words.size()];
  std::string result = text;
  switch (random() % 3) {
  case 0: return result.erase(begin, length);
  case 1: return result.insert(begin, text.substr(begin, length) + " ");
  default: return result.replace(begin, length, text.substr(other, otherLength));
  }
}

class ChangedTexts : public ::testing::TestWithParam<std::pair<Stage, int>> {};

TEST_P(ChangedTexts, AreReadOrRefused) {
  const auto [stage, count] = GetParam();
  const Options plain = optionsFor(std::nullopt), options = optionsFor(stage);
  DiagnosticEngine none;
  const Outcome made = compile(plain, none, std::nullopt);
  ASSERT_TRUE(made.done);
  int refused = 0;
  for (int seed = 0; seed < count; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(static_cast<uint32_t>(seed));
    DiagnosticEngine diags;
    const Outcome again = compile(options, diags, changed(made.texts.at(stage), random));
    const bool hasError = std::any_of(again.problems.begin(), again.problems.end(),
                                      [](const auto& each) { return each->severity == Severity::Error; });
    EXPECT_NE(again.done, hasError);
    refused += hasError;
    for (const auto& problem : again.problems)
      if (problem->code != "E0412") // a parameter that the text no longer has numbers for
        EXPECT_TRUE(problem->labels.front().location.valid()) << problem->message;
  }
  EXPECT_GT(refused, count / 3);
}

INSTANTIATE_TEST_SUITE_P(Of, ChangedTexts,
                         ::testing::Values(std::pair(Stage::Graph, 60), std::pair(Stage::Loops, 60),
                                           std::pair(Stage::Llvm, 60), std::pair(Stage::LlvmOptimized, 60)),
                         [](const auto& info) {
                           return std::string(info.param.first == Stage::LlvmOptimized
                                                  ? "optimized"
                                                  : nameOf(info.param.first));
                         });

} // namespace
