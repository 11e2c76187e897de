// The cost model: its terms, and that more work costs more.
#include "schedule/predict.h"
#include "schedule/residence.h"
#include "schedule/tiles.h"
#include "session.h"

namespace convoy::schedule {
namespace {

// A processor with round numbers.
Machine simple() {
  Machine machine;
  machine.fmaPerCycle = machine.loadsPerCycle = 1;
  machine.storesPerCycle = 0.5, machine.addsPerCycle = 1;
  machine.level1 = 32 << 10, machine.level2 = 1 << 20, machine.level3 = 32 << 20;
  machine.level2Bandwidth = 32, machine.level3Bandwidth = 16, machine.memoryBandwidth = 8;
  return machine;
}

Estimate multiplyAdds(double count) {
  Step step;
  step.multiplyAdds = count;
  return costOf(simple(), step);
}

struct Costed : Session {
  explicit Costed(const std::string& script) : Session(script) { target.machine = simple(); }
  // Of the kernel that ends the script's only pipeline, computed so.
  Kernel kernel(Algorithm algorithm, Layout layout) const {
    Kernel kernel;
    kernel.nodes = {graph.outputs[0].value};
    kernel.algorithm = algorithm, kernel.layout = layout;
    return kernel;
  }
  Estimate cost(Algorithm algorithm = Algorithm::Window, Layout layout = Layout::Blocked) const {
    return Costs(graph, target, 16).estimate(kernel(algorithm, layout));
  }
};

std::string convolution(int channels, int filters, int size, const std::string& more = "") {
  return "pipeline p(x: tensor[" + std::to_string(channels) + ", " + std::to_string(size) + ", " +
         std::to_string(size) + "]) -> tensor { return x |> conv(" + std::to_string(filters) +
         ", kernel: 3x3, padding: 1, bias: false" + more + ") }";
}

TEST(Estimate, PortsWorkAtTheSameTimeAndPartsOneAfterTheOther) {
  Step both;
  both.multiplyAdds = 100, both.loads = 60, both.stores = 20;
  EXPECT_EQ(costOf(simple(), both).cycles(), 100);
  both.loads = 130;
  EXPECT_EQ(costOf(simple(), both).cycles(), 130);
  EXPECT_EQ(costOf(simple(), both).bound(), Bound::Loads);
  both.stores = 80; // of which a vector takes two cycles
  EXPECT_EQ(costOf(simple(), both).cycles(), 160);
  EXPECT_EQ((multiplyAdds(100) + multiplyAdds(50)).cycles(), 150);
  EXPECT_EQ((multiplyAdds(100) * 3).cycles(), 300);
  Step loads;
  loads.loads = 60;
  EXPECT_EQ((multiplyAdds(100) + costOf(simple(), loads)).cycles(), 160);
  EXPECT_EQ(together({multiplyAdds(100), costOf(simple(), loads)}).cycles(), 100);
}

TEST(Estimate, AddsHavePortsOfTheirOwnOrThoseOfMultiplyAdds) {
  Step step;
  step.multiplyAdds = 100, step.adds = 50;
  Machine machine = simple();
  EXPECT_EQ(costOf(machine, step).cycles(), 100);
  machine.addsPerCycle = 0;
  EXPECT_EQ(costOf(machine, step).cycles(), 150);
}

TEST(Estimate, TransfersAreHiddenInPart) {
  for (const Level level : {Level::Level2, Level::Level3, Level::Memory}) {
    Estimate estimate = multiplyAdds(1000);
    estimate.once = transfer(simple(), 8 * 400, level);
    const double moved = estimate.once.all();
    EXPECT_GT(estimate.cycles(), 1000);
    EXPECT_LT(estimate.cycles(), 1000 + moved);
    estimate.once = transfer(simple(), 32 * 10000, level);
    EXPECT_GT(estimate.cycles(), estimate.once.all());
    EXPECT_NE(estimate.bound(), Bound::MultiplyAdds);
  }
  EXPECT_EQ(transfer(simple(), 3200, Level::Level2).level2, 100);
  EXPECT_EQ(transfer(simple(), 3200, Level::Level3).level3, 200);
  EXPECT_EQ(transfer(simple(), 3200, Level::Memory).memory, 400);
}

// What all of the work hides, a tenth of it does not.
TEST(Estimate, ParametersThatAreReadInTheBeginningAreWaitedFor) {
  Estimate estimate = multiplyAdds(1000);
  estimate.parameters = transfer(simple(), 8 * 500, Level::Memory);
  const double spread = estimate.cycles();
  estimate.shareForParameters = 0.1;
  EXPECT_GT(estimate.cycles(), spread + 200);
  EXPECT_LE(estimate.cycles(), 1500);
}

TEST(Cost, DirectConvolutionCountsWhatItMultiplies) {
  // Of 64 x 64 channels and 56 rows, less what lies outside at the four sides.
  const double all = 64.0 * 64 / 16 * 9 * 56 * 56, inside = (3.0 * 56 - 2) / (3 * 56);
  EXPECT_NEAR(Costed(convolution(64, 64, 56)).cost().multiplyAdds, all * inside * inside, all / 1000);
  // At the edge of a small map, more does.
  const double small = 64.0 * 64 / 16 * 9 * 7 * 7, share = 19.0 / 21;
  EXPECT_NEAR(Costed(convolution(64, 64, 7)).cost().multiplyAdds, small * share * share, small / 1000);
}

TEST(Cost, WinogradMultipliesLessAndTransforms) {
  const Costed conv(convolution(64, 64, 56));
  const Estimate direct = conv.cost(), winograd = conv.cost(Algorithm::Winograd);
  EXPECT_LT(winograd.multiplyAdds, direct.multiplyAdds / 2);
  EXPECT_GT(winograd.multiplyAdds, direct.multiplyAdds / 4);
  EXPECT_LT(winograd.cycles(), direct.cycles() / 2);
  // Four times the weights for few tiles, from memory.
  Costed late(convolution(512, 512, 7));
  late.target.machine.memoryBandwidth = 1, late.target.machine.level3Lifetime = 0;
  EXPECT_GT(late.cost(Algorithm::Winograd).cycles(), late.cost().cycles());
}

TEST(Cost, MoreWorkCostsMore) {
  const auto cycles = [](const std::string& script, Algorithm algorithm, Layout layout) {
    return Costed(script).cost(algorithm, layout).cycles();
  };
  for (const Algorithm algorithm : {Algorithm::Window, Algorithm::Winograd}) {
    const double one = cycles(convolution(64, 64, 28), algorithm, Layout::Blocked);
    EXPECT_GT(cycles(convolution(128, 64, 28), algorithm, Layout::Blocked), one * 1.5);
    EXPECT_GT(cycles(convolution(64, 128, 28), algorithm, Layout::Blocked), one * 1.5);
    EXPECT_GT(cycles(convolution(64, 64, 56), algorithm, Layout::Blocked), one * 3);
  }
  const auto each = [](int size, const std::string& layer) {
    const std::string n = std::to_string(size);
    return "pipeline p(x: tensor[64, " + n + ", " + n + "]) -> tensor { return x |> " + layer + " }";
  };
  for (const Layout layout : {Layout::Planar, Layout::Blocked})
    for (const std::string layer : {"max_pool(3x3, stride: 2)", "avg_pool(2x2)",
                                    "depthwise_conv(kernel: 3x3, padding: 1, bias: false)"})
      EXPECT_GT(cycles(each(56, layer), Algorithm::Window, layout),
                2.5 * cycles(each(28, layer), Algorithm::Window, layout))
          << layer;
  const double small = cycles(each(28, "relu"), Algorithm::Pointwise, Layout::Planar);
  EXPECT_GT(cycles(each(56, "relu"), Algorithm::Pointwise, Layout::Planar), 2 * small);
  EXPECT_GT(cycles(each(28, "gelu"), Algorithm::Pointwise, Layout::Planar), small);
}

TEST(Cost, ASlowerMachineTakesLonger) {
  const auto cycles = [](const std::string& script, const std::function<void(Machine&)>& change) {
    Costed costed(script);
    change(costed.target.machine);
    return costed.cost().cycles();
  };
  const std::string conv = convolution(64, 64, 56);
  const double plain = cycles(conv, [](Machine&) {});
  EXPECT_LT(cycles(conv, [](Machine& m) { m.fmaPerCycle = 2, m.loadsPerCycle = 2; }), plain * 0.7);
  EXPECT_GT(cycles(conv, [](Machine& m) { m.level3Bandwidth = 0.25; }), plain * 1.1);
  EXPECT_GT(cycles(conv, [](Machine& m) { m.memoryBandwidth = 0.01, m.level3Lifetime = 0; }),
            plain); // weights
}

// ---- where data is ----

TEST(Residence, WhatIsTouchedAgainSoonIsNear) {
  const Machine machine = simple();
  Residence residence(machine, 128 << 20);
  const auto touch = [&](double begin, double bytes) {
    return residence.touch({{begin, bytes}}, 1000).values;
  };
  const double small = 256 << 10, large = 8 << 20, huge = 64 << 20;
  EXPECT_EQ(touch(0, small).memory, small / machine.memoryBandwidth) << "never touched before";
  EXPECT_EQ(touch(0, small).level2, small / machine.level2Bandwidth);
  touch(1 << 20, large);
  const Moves after = touch(0, small);
  EXPECT_EQ(after.level2, 0);
  EXPECT_GT(after.level3, 0.9 * small / machine.level3Bandwidth) << "behind what came between";
  touch(0, huge);
  EXPECT_EQ(touch(0, small).memory, small / machine.memoryBandwidth);
}

TEST(Residence, OthersReplaceWhatIsInTheLastCacheAsTimePasses) {
  const Machine machine = simple();
  Residence residence(machine, 16 << 20);
  const double bytes = 4 << 20;
  residence.touch({{0, bytes}}, 1000);
  const Moves soon = residence.touch({{0, bytes}}, 1000).values;
  residence.pass(5 * machine.level3Lifetime);
  const Moves late = residence.touch({{0, bytes}}, 1000).values;
  EXPECT_GT(soon.level3, 100 * soon.memory);
  EXPECT_GT(late.memory, 10 * late.level3);
}

TEST(Residence, WhatIsWrittenIsReadFirstAndGoesBack) {
  const Machine machine = simple();
  Range range{0, 1 << 20};
  range.written = true;
  EXPECT_EQ(Residence(machine, 2 << 20).touch({range}, 1).values.memory,
            2 * range.bytes / machine.memoryBandwidth);
  range.streamed = true;
  EXPECT_EQ(Residence(machine, 2 << 20).touch({range}, 1).values.memory,
            range.bytes / machine.memoryBandwidth);
}

// ---- whole schedules ----

TEST(Predict, EveryKernelHasATimeAndWhatIsNotChosenTakesLonger) {
  Costed net(
      "pipeline p(x: tensor[3, 32, 32]) -> tensor[10] {\n"
      "  y = x |> conv(32, kernel: 3x3, padding: 1) |> relu |> max_pool(3x3, stride: 2, padding: 1)\n"
      "  return y |> depthwise_conv(kernel: 3x3, padding: 1) |> relu |> conv(64, kernel: 1x1) |> relu\n"
      "    |> global_avg_pool |> flatten |> dense(10)\n}");
  const Schedule schedule = net.schedule();
  const Program program = lower(net.graph, schedule, net.target, "p");
  Choices choices;
  choices.winograd = WinogradChoice::Never;
  const std::vector<Prediction> all = predict(net.graph, net.target, choices, schedule, program.calls);
  ASSERT_EQ(all.size(), schedule.kernels.size());
  size_t others = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    if (schedule.kernels[i].algorithm == Algorithm::Alias) {
      EXPECT_EQ(all[i].estimate.cycles(), 0);
      continue;
    }
    EXPECT_GT(all[i].estimate.cycles(), 0);
    if (!all[i].runnerUp) continue;
    ++others;
    EXPECT_GE(all[i].runnerUp->more, 0) << i;
    const Kernel &chosen = schedule.kernels[i], &other = all[i].runnerUp->kernel;
    EXPECT_TRUE(chosen.algorithm != other.algorithm || chosen.layout != other.layout);
  }
  EXPECT_GE(others, 4u);
}

// A pool that Winograd tiles compute is a kernel of its own in every other algorithm.
TEST(Predict, TheRunnerUpOfAPoolOnWinogradTiles) {
  Costed net("pipeline p(x: tensor[64, 56, 56]) -> tensor {\n"
             "  return x |> conv(64, kernel: 3x3, padding: 1) |> relu |> max_pool(2x2) }");
  const Schedule schedule = makeSchedule(net.graph, net.target);
  const auto at = std::find_if(schedule.kernels.begin(), schedule.kernels.end(),
                               [](const Kernel& k) { return k.algorithm == Algorithm::Winograd; });
  ASSERT_NE(at, schedule.kernels.end());
  ASSERT_EQ(at->nodes.size(), 3u);
  const Program program = lower(net.graph, schedule, net.target, "p");
  const std::vector<Prediction> all = predict(net.graph, net.target, {}, schedule, program.calls);
  const Prediction& prediction = all[static_cast<size_t>(at - schedule.kernels.begin())];
  ASSERT_TRUE(prediction.runnerUp);
  EXPECT_EQ(prediction.runnerUp->kernel.algorithm, Algorithm::Window);
  EXPECT_EQ(prediction.runnerUp->kernel.nodes.size(), 2u);
  EXPECT_GT(prediction.runnerUp->more, 0);
}

} // namespace
} // namespace convoy::schedule
