#include "driver/host.h"
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

TEST(Host, ThisMachineRunsItsOwnCode) {
  DiagnosticEngine diags;
  EXPECT_TRUE(canRunHere(*makeTarget("", "native", diags), diags));
  EXPECT_FALSE(diags.hasErrors());
}

// The vendor in a triple does not matter.
TEST(Host, ItsOwnTripleInOtherWords) {
  DiagnosticEngine diags;
  Target same = *makeTarget("", "native", diags);
  same.triple = same.triple.substr(0, same.triple.find('-')) + "-unknown-linux-gnu";
  EXPECT_TRUE(canRunHere(same, diags));
}

TEST(Host, AnotherKindOfMachine) {
  DiagnosticEngine diags;
  Target other = *makeTarget("", "native", diags);
  other.triple = "pdp11-unknown-unix";
  EXPECT_FALSE(canRunHere(other, diags));
  EXPECT_EQ(diags.all().front()->code, "E0527");
}

} // namespace
} // namespace convoy::driver
