// How long kernels take, roughly.
#include "parse/parser.h"
#include "schedule/lower.h"
#include "schedule/work.h"
#include "sema/sema.h"
#include <gtest/gtest.h>

using namespace convoy;

namespace {

class Work : public testing::Test {
protected:
  // Of the kernel that ends a script's only pipeline.
  schedule::WorkCycles of(const std::string& pipeline, bool sharesWeights = false) {
    target.vectorBits = 512;
    target.vectorRegisters = 32;
    target.machine.fmaPerCycle = 2;
    target.machine.level2Bandwidth = 64;
    target.machine.level3Bandwidth = 8;
    target.machine.level2 = 1 << 20;
    auto file = parse(*sources.add("test.cvy", pipeline), diags);
    auto graph = analyze(*file, {}, diags);
    EXPECT_TRUE(graph);
    schedule::Choices direct;
    direct.winograd = schedule::WinogradChoice::Never;
    const schedule::Schedule made = schedule::makeSchedule(*graph, target, direct);
    return schedule::workOf(*graph, target, made.kernels.back(), sharesWeights);
  }
  SourceManager sources;
  DiagnosticEngine diags;
  Target target;
};

} // namespace

TEST_F(Work, MultiplyAddsCountWhereTheyBind) {
  const auto cycles = of("pipeline p(x: tensor[64, 56, 56]) -> tensor { return x |> conv(64, kernel: 3x3, "
                         "padding: 1, bias: false) }");
  const int64_t adds = 64 * 64 * 9 * 56 * 56 / (16 * 2), moved = (2 * 64 * 56 * 56 + 64 * 64 * 9) * 4 / 64;
  EXPECT_GE(cycles.perItem.known(), adds);
  EXPECT_LE(cycles.perItem.known(), adds + moved + 64 * 56 * 56 / 16);
}

TEST_F(Work, SizesThatAreNotKnownStayInIt) {
  const auto cycles = of("pipeline p(x: image[gray]) -> tensor { return relu(x) }");
  const auto at = [&](int64_t height, int64_t width) {
    return cycles.perItem.evaluate({{"x.H", height}, {"x.W", width}}).value();
  };
  EXPECT_EQ(at(640, 1000), 640 * 1000 / 16 + 640 * 1000 * 8 / 64);
  EXPECT_EQ(at(64, 1000) * 10, at(640, 1000));
}

TEST_F(Work, WeightsThatItemsShareAreReadOnce) {
  const std::string script = "pipeline p(x: tensor[4096]) -> tensor { return x |> dense(4096, bias: false) }";
  const int64_t reading = int64_t{4096} * 4096 * 4 / 8; // from the third cache
  const auto shared = of(script, true), each = of(script, false);
  EXPECT_EQ(shared.once, reading);
  EXPECT_EQ(each.once, 0);
  EXPECT_EQ(each.perItem.known(), shared.perItem.known() + reading);
}
