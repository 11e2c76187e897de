// `convoy verify` finds faults, and says where they are.
#include "driver/load.h"
#include "driver/verify.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace convoy::driver {
namespace {

const char* const script =
    "pipeline net(x: tensor[3, H, 9]) {\n"
    "  y = x |> conv(4, kernel: 3x3, padding: 1, name: \"a\") |> relu |> max_pool(2x2)\n"
    "  return y |> conv(5, kernel: 1x1, name: \"b\") |> relu\n}";

// A script that is compiled and loaded.
struct Compiled {
  Options options;
  DiagnosticEngine diags;
  PhaseTimes times;
  Compilation compilation{options, diags};
  LoadedPipeline loaded;

  explicit Compiled(const std::string& text, uint64_t seed = 1, const schedule::Choices& choices = {}) {
    options.file = "test.cvy";
    options.choices = choices;
    options.optimize = choices.matrixTiles ? 0 : 1; // tiles in software are much code
    options.threads = 2;
    options.initSeed = seed;
    compilation.needsParameters = true;
    compilation.open(text);
    if (!runPipeline(compilation, Goal::Code, times, [](Stage, const std::string&) {}))
      throw std::runtime_error(renderText(*diags.all().at(0), false));
    loaded = loadInMemory(compilation);
  }
  RunInputs inputs() { return makeInputs(*compilation.graph, *loaded.pipeline, options, diags).value(); }
  Verdict verify(const convoy_pipeline& pipeline, const Fault& fault = {}) {
    return driver::verify(compilation, pipeline, inputs(), times, fault).value();
  }
};

// One number of a parameter, other than the reference has it.
Fault changed(const std::string& parameter, size_t number, float by) {
  return [=](graph::Graph& graph) {
    for (graph::Value& value : graph.values) {
      if (value.name != parameter) continue;
      auto data = std::make_shared<graph::ParameterData>(*value.data);
      data->data.at(number) += by;
      value.data = std::move(data);
    }
  };
}

TEST(Verify, AgreesWithTheReference) {
  Compiled net(script);
  const Verdict verdict = net.verify(*net.loaded.pipeline);
  EXPECT_TRUE(verdict.good());
  ASSERT_EQ(verdict.layers.size(), 5u);
  EXPECT_EQ(verdict.layers[1].fused, (std::vector<std::string>{"a"}));
  EXPECT_EQ(verdict.layers[1].alone.shape, (std::vector<int64_t>{4, 37, 9}));
  EXPECT_GT(verdict.layers[0].alone.bound, 0);
  EXPECT_NE(verdictText(verdict).find("5 layers and 1 result are within their bounds\n"), std::string::npos);
}

TEST(Verify, NamesTheLayerAndTheElement) {
  Compiled net(script);
  // Filter 2 of b's five: nothing before it is wrong, and nothing of other filters.
  const Verdict verdict = net.verify(*net.loaded.pipeline, changed("b.bias", 2, 0.5f));
  EXPECT_FALSE(verdict.good());
  ASSERT_EQ(verdict.layers.size(), 5u);
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(verdict.layers[i].good()) << i;
  const inspect::Comparison& b = verdict.layers[3].alone;
  EXPECT_EQ(b.name, "b");
  EXPECT_EQ(b.wrong, 18 * 4);
  EXPECT_EQ(b.at, (std::vector<int64_t>{0, 2, 0, 0}));
  EXPECT_NEAR(b.actual - b.expected, 0.5, 1e-5);
  // By itself the relu behind it is right, fused with it it is not.
  EXPECT_TRUE(verdict.layers[4].alone.good());
  EXPECT_FALSE(verdict.layers[4].kernel->good());
  // The kernels that keep their values are wrong, and the whole pipeline is not.
  EXPECT_TRUE(verdict.results[0].whole.good());
  EXPECT_FALSE(verdict.results[0].sameBits);
  const std::string text = verdictText(verdict);
  EXPECT_NE(text.find("'b' is the first that differs: element [2, 0, 0] of item 0 is "), std::string::npos)
      << text;
  EXPECT_NE(text.find("3 of 6 rows differ\n"), std::string::npos) << text;
}

TEST(Verify, SmallFaultsCount) {
  Compiled net(script);
  EXPECT_FALSE(net.verify(*net.loaded.pipeline, changed("a.weight", 5, 1e-4f)).layers[0].good());
}

TEST(Verify, TheWholePipelineIsLookedAtToo) {
  Compiled net(script), other(script, 2); // with other weights
  const Verdict verdict = net.verify(*other.loaded.pipeline);
  EXPECT_TRUE(verdict.layers[3].good());
  EXPECT_FALSE(verdict.results[0].whole.good());
  EXPECT_FALSE(verdict.results[0].sameBits);
  EXPECT_NE(verdictText(verdict).find("the result 'result' is the first that differs"), std::string::npos);
}

// Enough channels for more than a block of 32, a layer that is folded, and a residual.
const char* const wideNet =
    "pipeline wide(x: tensor[40, 9, 13]) {\n"
    "  y = x |> conv(40, kernel: 1x1, name: \"a\") |> batch_norm(name: \"n\") |> relu\n"
    "  return (y |> conv(40, kernel: 3x3, padding: 1, name: \"b\")) + y\n}";

// By numbers that are rounded: of convolutions on matrix tiles, which run anywhere, though slowly.
class VerifyArithmetic : public testing::TestWithParam<schedule::Math> {};

TEST_P(VerifyArithmetic, KnowsItsBoundsAndFindsFaults) {
  Compiled net(wideNet, 1, {schedule::LayoutChoice::InBlocks, GetParam(), true});
  if (net.compilation.target->lanes() != 16) GTEST_SKIP() << "matrix tiles need vectors of 16";
  int tiles = 0;
  for (const schedule::Kernel& kernel : net.compilation.schedule->kernels)
    tiles += kernel.algorithm == schedule::Algorithm::Tiles;
  EXPECT_EQ(tiles, 2);
  const Verdict verdict = net.verify(*net.loaded.pipeline);
  EXPECT_TRUE(verdict.good()) << verdictText(verdict);
  Compiled strict(wideNet, 1, {schedule::LayoutChoice::ByCost, schedule::Math::Strict});
  const Verdict float32 = strict.verify(*strict.loaded.pipeline);
  ASSERT_TRUE(verdict.layers[1].kernel && float32.layers[1].kernel); // the relu behind 'a'
  EXPECT_GT(verdict.layers[0].alone.bound, 3 * float32.layers[0].alone.bound);
  EXPECT_GT(verdict.layers[1].kernel->bound, 3 * float32.layers[1].kernel->bound);
  EXPECT_GT(verdict.results[0].whole.bound, 3 * float32.results[0].whole.bound);
  // Bounds of float32 would not do.
  EXPECT_GT(verdict.layers[1].kernel->error, float32.layers[1].kernel->bound);

  const float fault = GetParam() == schedule::Math::Bf16 ? 0.5f : 0.01f;
  const Verdict faulty = net.verify(*net.loaded.pipeline, changed("b.bias", 2, fault));
  std::vector<std::string> wrong;
  for (const LayerVerdict& layer : faulty.layers)
    if (!layer.good()) wrong.push_back(layer.alone.name);
  EXPECT_EQ(wrong, (std::vector<std::string>{"b", "add_1"})); // by itself, and with what is fused
  EXPECT_FALSE(faulty.results[0].sameBits);
}

INSTANTIATE_TEST_SUITE_P(Products, VerifyArithmetic,
                         testing::Values(schedule::Math::Fast, schedule::Math::Bf16), [](const auto& math) {
                           return math.param == schedule::Math::Fast ? "Split" : "Bf16";
                         });

TEST(Verify, KnowsTheBoundOfWinograd) {
  schedule::Choices wherever, strict;
  wherever.winograd = schedule::WinogradChoice::Wherever;
  strict.math = schedule::Math::Strict;
  Compiled net(wideNet, 1, wherever), direct(wideNet, 1, strict);
  const Verdict verdict = net.verify(*net.loaded.pipeline), sums = direct.verify(*direct.loaded.pipeline);
  EXPECT_TRUE(verdict.good()) << verdictText(verdict);
  for (size_t i = 0; i < verdict.layers.size(); ++i) {
    const double bound = verdict.layers[i].alone.bound, other = sums.layers[i].alone.bound;
    if (verdict.layers[i].alone.name == "b")
      EXPECT_GT(std::fabs(bound - other), 0.01 * other); // 2x2 results at once are as exact
    else
      EXPECT_NEAR(bound, other, 1e-3 * other); // of other numbers, by a little
  }
  const Verdict faulty = net.verify(*net.loaded.pipeline, changed("b.weight", 5, 3e-3f));
  for (const LayerVerdict& layer : faulty.layers)
    EXPECT_EQ(layer.good(), layer.alone.name != "b" && layer.alone.name != "add_1") << layer.alone.name;
}

TEST(Verify, ComparesNumbers) {
  const double infinity = std::numeric_limits<double>::infinity();
  const reference::Tensor expected{{5}, 1, {1, std::nan(""), 0.1, infinity, 2}},
      bounds{{5}, 1, {0.5, 0, 0, 0, 1e-3}};
  const std::vector<float> right{1.5f, std::nanf(""), 0.1f, INFINITY, 2};
  EXPECT_TRUE(inspect::compare("x", expected, bounds, right.data()).good());
  for (size_t i = 0; i < right.size(); ++i) {
    std::vector<float> wrong = right;
    wrong[i] = i == 1 ? 7 : i == 0 ? 1.6f : std::nanf("");
    const inspect::Comparison comparison = inspect::compare("x", expected, bounds, wrong.data());
    EXPECT_EQ(comparison.wrong, 1) << i;
    EXPECT_EQ(comparison.at, (std::vector<int64_t>{0, static_cast<int64_t>(i)}));
  }
}

} // namespace
} // namespace convoy::driver
