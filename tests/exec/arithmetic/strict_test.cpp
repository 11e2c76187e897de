// --math=strict: direct sums in float32, whatever the network, the processor and the cost.
#include "driver/pipeline.h"
#include "driver/targets.h"
#include "networks.h"
#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <set>

namespace convoy::arithmetic {

namespace {

using schedule::Arithmetic;

struct Processor {
  const char *target, *cpu; // as the options take them
};
constexpr Processor processors[] = {{"", "x86-64-v2"},
                                    {"", "x86-64-v3"},
                                    {"", "x86-64-v4"},
                                    {"", "sapphirerapids"},
                                    {"aarch64-linux-gnu", ""}};

class Strict : public testing::TestWithParam<Network> {
protected:
  // A pipeline with its graph; sizes as they are by default.
  void SetUp() override {
    options_.file = GetParam().path();
    compilation_.pipeline = GetParam().pipeline;
    compilation_.stages = {driver::Stage::Graph};
    driver::PhaseTimes times;
    ASSERT_TRUE(compilation_.open() && runPipeline(compilation_, driver::Goal::Stages, times,
                                                   [](driver::Stage, const std::string&) {}));
    graph_ = driver::rewritten(*compilation_.graph);
  }

  std::set<Arithmetic> arithmetics(const Processor& processor, const schedule::Choices& choices) {
    driver::Options options;
    options.target = processor.target, options.cpu = processor.cpu;
    std::set<Arithmetic> all;
    for (const Target& target : driver::targetsOf(options, diags_))
      for (const schedule::Kernel& kernel : makeSchedule(graph_, target, choices).kernels)
        if (kernel.algorithm != schedule::Algorithm::Reorder) all.insert(arithmeticOf(kernel));
    return all;
  }

  graph::Graph graph_;

private:
  driver::Options options_;
  DiagnosticEngine diags_;
  driver::Compilation compilation_{options_, diags_};
};

TEST_P(Strict, IsFloat32) {
  schedule::Choices strict, wherever;
  strict.math = schedule::Math::Strict;
  wherever.winograd = schedule::WinogradChoice::Wherever;
  const auto has3x3 = [&] {
    for (const graph::Value& node : graph_.values)
      if (node.kind == graph::Value::Node && node.op == OpKind::Conv && node.type.spatialRank() == 2) {
        const Window window = windowOf(node.attributes);
        if (window.kernel == std::vector<int64_t>{3, 3} && window.stride == std::vector<int64_t>{1, 1} &&
            node.attributes.get<int64_t>("groups") == 1)
          return true;
      }
    return false;
  };
  for (const Processor& processor : processors) {
    SCOPED_TRACE(std::string(processor.target) + processor.cpu);
    for (schedule::WinogradChoice choice :
         {schedule::WinogradChoice::ByCost, schedule::WinogradChoice::Wherever}) {
      strict.winograd = choice;
      EXPECT_EQ(arithmetics(processor, strict), std::set<Arithmetic>{Arithmetic::Float32});
    }
    if (std::string(processor.cpu) != "sapphirerapids") // it may go to matrix tiles
      EXPECT_EQ(arithmetics(processor, wherever).count(Arithmetic::Winograd), has3x3() ? 1u : 0u);
  }
}

std::string nameOf(const testing::TestParamInfo<Network>& info) {
  std::string name = info.param.file;
  return name.substr(name.find('/') + 1);
}
INSTANTIATE_TEST_SUITE_P(Networks, Strict, testing::ValuesIn(networks()), nameOf);

TEST(Networks, AreAllThereAre) {
  std::set<std::string> known, there;
  for (const Network& network : networks()) known.insert(network.path());
  for (const auto& entry : std::filesystem::directory_iterator(EXAMPLES_FOLDER "/networks"))
    if (entry.path().extension() == ".cvy") there.insert(entry.path().string());
  for (const std::string& path : there) EXPECT_TRUE(known.count(path)) << path;
  EXPECT_FALSE(there.empty());
}

} // namespace

} // namespace convoy::arithmetic
