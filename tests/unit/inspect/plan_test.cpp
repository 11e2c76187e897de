// Plans of small scripts, counted by hand.
#include "driver/load.h"
#include "driver/pipeline.h"
#include "inspect/plan.h"
#include <gtest/gtest.h>

namespace convoy::inspect {
namespace {

struct Planned {
  driver::Options options;
  DiagnosticEngine diags;
  driver::PhaseTimes times;
  std::unique_ptr<driver::Compilation> compilation;
  Plan plan;

  explicit Planned(const std::string& script, driver::Goal goal = driver::Goal::Loops,
                   const schedule::Choices& choices = {}) {
    options.choices = choices;
    options.file = "test.cvy";
    options.cpu = "x86-64-v3";
    options.target = "x86_64-linux-gnu";
    compilation = std::make_unique<driver::Compilation>(options, diags);
    driver::Compilation& c = *compilation;
    c.open(script);
    if (!runPipeline(c, goal, times, [](driver::Stage, const std::string&) {}))
      throw std::runtime_error(renderText(*diags.all().at(0), false));
    plan = makePlan(*c.written, *c.graph, *c.schedule, c.calls, c.loops, c.workspace);
  }
  const LayerPlan& layer(const std::string& name) const {
    for (const LayerPlan& layer : plan.layers)
      if (layer.name == name) return layer;
    throw std::runtime_error("no layer " + name);
  }
};

TEST(Plan, CountsWork) {
  Planned p("pipeline p(x: tensor[3, 8, 8]) {\n"
            "  y = x |> conv(16, kernel: 3x3, padding: same, bias: false, name: \"c\") |> batch_norm(name: "
            "\"n\") |> relu\n"
            "  return y |> flatten |> dense(10, name: \"d\")\n}");
  EXPECT_EQ(p.layer("c").multiplyAdds, Size(16 * 64 * 27));
  EXPECT_EQ(p.layer("d").multiplyAdds, Size(1024 * 10));
  EXPECT_EQ(p.plan.multiplyAdds, Size(16 * 64 * 27 + 10240));
  // The running mean and variance are not learned.
  EXPECT_EQ(p.plan.parameters, 16 * 27 + 2 * 16 + 10240 + 10);
  EXPECT_EQ(p.layer("n").foldedInto, "c");
  EXPECT_EQ(p.layer("n").kernel, p.layer("c").kernel);
  EXPECT_EQ(p.layer("relu_1").kernel, p.layer("c").kernel);
  EXPECT_EQ(p.layer("c").traffic.input, Size(3 * 64 * 4));
  EXPECT_EQ(p.layer("c").traffic.output, Size(16 * 64 * 4));
  EXPECT_EQ(p.layer("c").traffic.weights, 16 * 27 * 4);
  // What is inside of a kernel does not reach memory.
  const KernelFacts& kernel = p.plan.kernels[*p.layer("c").kernel];
  EXPECT_EQ(kernel.layers, (std::vector<std::string>{"c", "relu_1"}));
  EXPECT_EQ(kernel.traffic.input + kernel.traffic.output, Size((3 + 16) * 64 * 4));
  EXPECT_EQ(p.plan.kernels[*p.layer("flatten_1").kernel].traffic.total(), Size(0));
}

TEST(Plan, ResolvesPads) {
  Planned p("pipeline p(x: tensor[1, 7, W]) {\n"
            "  a = x |> conv(1, kernel: 3x4, stride: 2, padding: same, name: \"a\")\n"
            "  b = x |> max_pool(3x3, stride: 2, ceil_mode: true, name: \"b\")\n"
            "  c = x |> conv(1, kernel: 3x4, padding: same_lower, name: \"c\")\n"
            "  return (a: a, b: b, c: c)\n}");
  const std::vector<Size> same = p.layer("a").pads;
  ASSERT_EQ(same.size(), 4u);
  EXPECT_EQ(same[0], Size(1));
  EXPECT_EQ(same[1], Size(1));
  EXPECT_EQ(same[2].evaluate({{"W", 8}}), 1); // 4 windows over 8 columns span 10
  EXPECT_EQ(same[3].evaluate({{"W", 8}}), 1);
  EXPECT_EQ(same[2].evaluate({{"W", 9}}), 1); // 5 over 9 span 12
  EXPECT_EQ(same[3].evaluate({{"W", 9}}), 2);
  const std::vector<Size> ceil = p.layer("b").pads;
  EXPECT_EQ(ceil[1], Size(0)); // 3 windows over 7 rows span 7
  EXPECT_EQ(ceil[3].evaluate({{"W", 8}}), 1);
  EXPECT_EQ(ceil[3].evaluate({{"W", 9}}), 0);
  EXPECT_EQ(p.layer("c").pads, (std::vector<Size>{1, 1, 2, 1}));
}

TEST(Plan, TakesRunTimeSizes) {
  Planned p("pipeline p(x: image[gray]) { return x |> conv(4, kernel: 1x3, padding: same, name: \"c\") }");
  EXPECT_EQ(p.plan.multiplyAdds.str(), "12 * x.H * x.W");
  bindSizes(p.plan, {{"x.H", 10}, {"x.W", 100}});
  EXPECT_EQ(p.plan.multiplyAdds, Size(12000));
  EXPECT_EQ(p.layer("c").result.dims, (std::vector<Size>{4, 10, 100}));
  EXPECT_EQ(p.plan.kernels[0].traffic.output, Size(16000));
}

TEST(Plan, MarksScalarLoops) {
  Planned p("pipeline p(x: tensor[3, 8, 8]) { return x |> conv(4, kernel: 3x3, name: \"c\") |> relu }");
  EXPECT_EQ(planText(p.plan).find("not vectorized"), std::string::npos);
  p.plan.kernels[*p.layer("c").kernel].vectorized = false;
  EXPECT_NE(planText(p.plan).find(", not vectorized\n"), std::string::npos);
  EXPECT_NE(planText(p.plan).find("\nnot vectorized: relu_1\n"), std::string::npos);
  const Json json = planJson(p.plan);
  for (const Json& layer : *json.find("layers")->asArray())
    EXPECT_EQ(layer.find("vectorized")->asBool(), false);
}

// Of a largest number and weights, and not of products: the text and the JSON say so.
TEST(Plan, SaysWhatABoundIsAShareOf) {
  const std::string script = "pipeline p(x: tensor[32, 16, 16]) {\n"
                             "  return x |> conv(32, kernel: 3x3, padding: 1, name: \"c\") |> flatten |> "
                             "dense(4, name: \"d\")\n}";
  schedule::Choices choices;
  choices.winograd = schedule::WinogradChoice::Wherever;
  const Planned winograd(script, driver::Goal::Loops, choices);
  const LayerPlan& layer = winograd.layer("c");
  EXPECT_EQ(layer.arithmetic, schedule::Arithmetic::Winograd);
  const int64_t tile = winograd.plan.kernels[*layer.kernel].kernel.tile[0];
  EXPECT_NEAR(layer.bound, tile == 2 ? 40 * 0x1p-24 * 16 : 48 * 0x1p-24 * 860.4, 1e-3 * layer.bound);
  EXPECT_EQ(winograd.layer("d").arithmetic, schedule::Arithmetic::Float32);
  const std::string remark = "\nbound of winograd: a share of the largest number";
  EXPECT_NE(planText(winograd.plan).find(remark), std::string::npos);
  const Json json = planJson(winograd.plan);
  const auto& layers = *json.find("layers")->asArray();
  EXPECT_EQ(*layers.at(0).find("bound_of")->asString(), "largest input times weights");
  EXPECT_EQ(*layers.at(2).find("bound_of")->asString(), "products");
  choices.winograd = schedule::WinogradChoice::Never;
  const Planned direct(script, driver::Goal::Loops, choices);
  EXPECT_NEAR(direct.layer("c").bound, 290 * 0x1p-24, 1e-8);
  EXPECT_EQ(planText(direct.plan).find(remark), std::string::npos);
}

TEST(Plan, WorkspaceIsWhatTheCodeAsksFor) {
  schedule::Choices apart;
  apart.groups = schedule::GroupChoice::Never;
  Planned p("pipeline p(x: tensor[3, H, W]) {\n"
            "  y = x |> conv(16, kernel: 3x3, padding: 1, border: constant(2), bias: false, name: \"c\")\n"
            "  z = y |> max_pool(3x3) |> conv(4, kernel: 1x1, bias: false, name: \"d\")\n return z |> "
            "avg_pool(2x2)\n}",
            driver::Goal::Code, apart);
  const driver::LoadedPipeline loaded = driver::loadInMemory(*p.compilation);
  const std::vector<int64_t> sizes{33, 50};
  EXPECT_EQ(p.plan.workspace.bytes().evaluate({{"H", 33}, {"W", 50}}),
            loaded.pipeline->workspace_size(sizes.data(), 1, 1, nullptr));
  EXPECT_GT(loaded.pipeline->workspace_size(sizes.data(), 1, 1, nullptr), 16 * 33 * 50 * 4);
}

} // namespace
} // namespace convoy::inspect
