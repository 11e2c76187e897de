#include "driver/host.h"
#include "driver/targets.h"
#include "gtest/gtest.h"

namespace convoy::driver {
namespace {

Target with(std::string features) {
  Target target;
  target.features = std::move(features);
  return target;
}

TEST(Host, NamesWhatIsMissing) {
  EXPECT_EQ(missingInstructionSets(with("+avx2,+fma,+amx-tile,+64bit"), with("+avx2,+sse2")),
            (std::vector<std::string>{"amx-tile", "fma"}));
}

TEST(Host, MoreThanWantedIsFine) {
  EXPECT_TRUE(missingInstructionSets(with("+avx2"), with("+avx,+avx2,+avx512f")).empty());
  EXPECT_TRUE(missingInstructionSets(with(""), with("")).empty());
}

class Here : public testing::Test {
protected:
  std::optional<Target> here(const std::string& cpu, const std::string& triple = "") {
    Options options;
    options.cpu = cpu;
    options.target = triple;
    return targetForHere(options, diags);
  }
  std::vector<std::string> all(const std::string& cpu, const std::string& triple = "x86_64-linux-gnu") {
    Options options;
    options.cpu = cpu;
    options.target = triple;
    std::vector<std::string> names;
    for (const Target& target : targetsOf(options, diags)) names.push_back(versionName(target));
    return names;
  }
  DiagnosticEngine diags;
};

TEST_F(Here, ThisMachineRunsItsOwnCode) {
  EXPECT_TRUE(here("")) << "also as the runtime asks the processor, which is another way than LLVM's";
  EXPECT_FALSE(diags.hasErrors());
}

// The vendor in a triple does not matter.
TEST_F(Here, ItsOwnTripleInOtherWords) {
  const Target same = *makeTarget("", "native", diags);
  EXPECT_TRUE(here("native", same.triple.substr(0, same.triple.find('-')) + "-unknown-linux-gnu"));
}

TEST_F(Here, AnotherKindOfMachine) {
  const bool x86 = makeTarget("", "native", diags)->x86;
  EXPECT_FALSE(here("", x86 ? "aarch64-linux-gnu" : "x86_64-linux-gnu"));
  EXPECT_EQ(diags.all().front()->code, "E0527");
}

TEST_F(Here, TheBestThatRuns) {
  if (!makeTarget("", "native", diags)->x86) GTEST_SKIP() << "processors of x86_64";
  const std::optional<Target> plain = here("x86-64,x86-64-v2");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->cpu, here("x86-64-v2") ? "x86-64-v2" : "x86-64");
}

TEST_F(Here, VersionsWithMoreInstructionsAreFirst) {
  if (!makeTarget("", "native", diags)->x86) GTEST_SKIP() << "versions are made for x86_64 on x86_64";
  using Names = std::vector<std::string>;
  EXPECT_EQ(all("x86-64-v3"), Names{"x86_64_v3"});
  EXPECT_EQ(all("x86-64-v2,x86-64-v4,x86-64-v3"), (Names{"x86_64_v4", "x86_64_v3", "x86_64_v2"}));
  EXPECT_EQ(all("x86-64-v3,x86-64-v3"), Names{"x86_64_v3"}) << "one that is named twice";
  EXPECT_EQ(all("sapphirerapids"), (Names{"sapphirerapids_amx", "sapphirerapids"}))
      << "for systems that do not give a process the matrix unit";
  EXPECT_EQ(all("haswell,sapphirerapids"), (Names{"sapphirerapids_amx", "sapphirerapids", "haswell"}));
  EXPECT_FALSE(diags.hasErrors());
  EXPECT_EQ(all("x86-64-v3,nosuch"), Names{});
  EXPECT_EQ(diags.all().back()->code, "E0502");
  EXPECT_EQ(all("cortex-a76,cortex-a72", "aarch64-linux-gnu"), Names{});
  EXPECT_EQ(diags.all().back()->code, "E0539");
}

} // namespace
} // namespace convoy::driver
