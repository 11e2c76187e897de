// Each text of this folder parses, verifies, prints as a text that says the same, and computes what plain
// loops in double precision compute, compiled for this machine and for the two generic ones.
#include "workload.h"
#include <gtest/gtest.h>

namespace convoy::texts {

namespace {

const char* const names[] = {"direct_3x3", "winograd_3x3", "conv_pool",
                             "filter_3x3", "grouped_3x3",  "split_bf16_3x3"};

class Text : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Text, testing::ValuesIn(names),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(Text, PrintsAsATextThatSaysTheSame) {
  std::string first = loop::print(readText("first", textOf(GetParam())));
  EXPECT_EQ(first, loop::print(readText("second", first)));
}

class OnCpu : public testing::TestWithParam<const char*> {
protected:
  void SetUp() override {
    if (!runsHere(GetParam())) GTEST_SKIP() << whyNotHere(GetParam());
  }

  void expectRight(Workload& work) {
    CompiledText code(work.text, GetParam());
    expectRight(work, code);
  }
  void expectRight(Workload& work, const CompiledText& code) {
    work.run(code);
    EXPECT_EQ(work.problem(), "");
  }
};
INSTANTIATE_TEST_SUITE_P(Cpus, OnCpu, testing::Values("native", withTiles, "x86-64-v3", "x86-64-v2"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name)
                             if (c == '-' || c == '+') c = '_';
                           return name;
                         });

TEST_P(OnCpu, Direct) {
  expectRight(*directWorkload(Fill::Integers, Flush::High));
  expectRight(*directWorkload(Fill::Reals, Flush::Low));
}

TEST_P(OnCpu, Winograd) {
  expectRight(*winogradWorkload(Fill::Integers, Flush::High));
  expectRight(*winogradWorkload(Fill::Reals, Flush::Low));
}

TEST_P(OnCpu, Grouped) {
  expectRight(*groupedWorkload(Fill::Integers, Flush::High, 2));
  expectRight(*groupedWorkload(Fill::Reals, Flush::Low, 3));
}

TEST_P(OnCpu, ConvPoolAtEveryWidth) {
  CompiledText code("conv_pool", GetParam());
  for (int64_t width = 5; width <= 30; ++width)
    expectRight(*convPoolWorkload(Fill::Integers, width % 2 ? Flush::High : Flush::Low, 5 + width % 6, width),
                code);
  expectRight(*convPoolWorkload(Fill::Reals, Flush::High, 40, 61), code);
}

TEST_P(OnCpu, FilterAtEveryWidth) {
  CompiledText code("filter_3x3", GetParam());
  for (int64_t width = 1; width <= 33; ++width)
    for (int64_t height : {1, 2, 3, 7})
      for (Flush flush : {Flush::Low, Flush::High}) {
        SCOPED_TRACE("width " + std::to_string(width) + ", height " + std::to_string(height));
        expectRight(*filterWorkload(Fill::Integers, flush, height, width), code);
        expectRight(*filterWorkload(Fill::Reals, flush, height, width), code);
      }
}

TEST_P(OnCpu, SplitBf16) {
  expectRight(*splitBf16Workload(Fill::Integers, Flush::High));
  expectRight(*splitBf16Workload(Fill::Reals, Flush::Low));
}

// What the matrix unit executes, on any machine that can read it.
TEST(MatrixUnit, UsesEveryTileRegister) {
  std::string assembly = assemblyOf("split_bf16_3x3", "sapphirerapids");
  auto count = [&](const std::string& what) {
    size_t n = 0;
    for (size_t at = assembly.find(what); at != std::string::npos; at = assembly.find(what, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("\tldtilecfg"), 1u);
  EXPECT_EQ(count("\ttilerelease"), 1u);
  EXPECT_EQ(count("\ttdpbf16ps"), 9u * 12);
  EXPECT_EQ(count("\ttileloadd"), 4u + 9 * 8);
  EXPECT_EQ(count("\ttilestored"), 4u);
  // Accumulators keep one register each through all products: it is the destination of a quarter of them.
  for (int n = 0; n < 4; ++n) {
    size_t products = 0;
    std::string suffix = ", %tmm" + std::to_string(n) + "\n";
    for (size_t at = assembly.find("\ttdpbf16ps"); at != std::string::npos;
         at = assembly.find("\ttdpbf16ps", at + 1)) {
      std::string line = assembly.substr(at, assembly.find('\n', at) - at + 1);
      products += line.size() > suffix.size() &&
                  line.compare(line.size() - suffix.size(), suffix.size(), suffix) == 0;
    }
    EXPECT_EQ(products, 27u) << "tile " << n;
  }
  for (int n = 4; n < 8; ++n) EXPECT_EQ(count(", %tmm" + std::to_string(n) + "\n"), 18u) << "tile " << n;
}

} // namespace

} // namespace convoy::texts
