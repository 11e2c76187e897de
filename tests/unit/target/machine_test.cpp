// What a processor's features say about the machine.
#include "target/machine.h"
#include <gtest/gtest.h>

namespace convoy {
namespace {

Target made(const std::string& cpu, const std::string& triple = "") {
  DiagnosticEngine diags;
  auto target = makeTarget(triple.empty() ? "x86_64-linux-gnu" : triple, cpu, diags);
  EXPECT_TRUE(target) << cpu;
  return target.value_or(Target());
}

TEST(Machine, VectorsAndRegistersFollowTheFeatures) {
  EXPECT_EQ(made("x86-64-v4").vectorBits, 512);
  EXPECT_EQ(made("x86-64-v4").vectorRegisters, 32);
  EXPECT_EQ(made("x86-64-v3").vectorBits, 256);
  EXPECT_EQ(made("x86-64-v3").vectorRegisters, 16);
  EXPECT_EQ(made("x86-64-v2").vectorBits, 128);
  EXPECT_FALSE(made("x86-64-v2").fusedMultiplyAdd);
  EXPECT_EQ(made("generic", "aarch64-linux-gnu").vectorBits, 128);
  EXPECT_EQ(made("generic", "aarch64-linux-gnu").vectorRegisters, 32);
}

// A virtual machine calls a Sapphire Rapids a Rocket Lake; its tuning costs a sixth of the speed.
TEST(Machine, TheModelIsToldByFeaturesNotByName) {
  EXPECT_EQ(modelOf({"avx2", "avx512f", "avx512bitalg", "amx-tile"}, "rocketlake"), "sapphirerapids");
  EXPECT_EQ(modelOf({"avx2", "avx512f", "avx512fp16"}, "rocketlake"), "sapphirerapids");
  EXPECT_EQ(modelOf({"sse4a", "avx2", "vaes", "avx512f", "avx512bf16"}, "x86-64"), "znver4");
  EXPECT_EQ(modelOf({"sse4a", "avx2"}, "x86-64"), "znver2");
  EXPECT_EQ(modelOf({"avx2", "avx512f", "avx512bitalg"}, "icelake-server"), "icelake-server");
}

// Zen 4 computes 512 bits in two turns of its units of 256, which Intel's servers have at full width.
TEST(Machine, PortsCountVectorsOfTheWidthInUse) {
  const std::set<std::string> zen4 = {"sse4a", "avx2", "vaes", "avx512f", "avx512bf16"};
  EXPECT_EQ(machineOf(zen4, 512).fmaPerCycle, 1);
  EXPECT_EQ(machineOf(zen4, 256).fmaPerCycle, 2);
  EXPECT_EQ(machineOf({"avx2", "avx512f", "amx-tile"}, 512).fmaPerCycle, 2);
  EXPECT_EQ(machineOf({"avx2"}, 256).loadsPerCycle, 2);
}

// Plans for a processor that is named are the same everywhere.
TEST(Machine, TheClockOfANamedProcessorIsWhatIsUsual) {
  EXPECT_EQ(made("znver4").machine.clock, 3.7);
  EXPECT_FALSE(made("znver4").machine.clockIsKnown);
  EXPECT_GT(made("x86-64-v2").machine.clock, 1);
  const Machine here = machineHere(256);
  EXPECT_GT(here.clock, 0.5);
  EXPECT_LT(here.clock, 10);
}

// Adds have ports of their own on AMD's processors; stores and they are in halves too.
TEST(Machine, StoresAndAddsCountVectorsOfTheWidthInUse) {
  const std::set<std::string> zen4 = {"sse4a", "avx2", "vaes", "avx512f", "avx512bf16"};
  EXPECT_EQ(machineOf(zen4, 512).storesPerCycle, 0.5);
  EXPECT_EQ(machineOf(zen4, 256).storesPerCycle, 1);
  EXPECT_EQ(machineOf(zen4, 512).addsPerCycle, 1);
  EXPECT_EQ(machineOf({"avx2", "avx512f"}, 512).addsPerCycle, 0);
}

// Where the system says nothing, the usual sizes stay.
TEST(Machine, CachesOfThisMachineAreMeasured) {
  Machine machine;
  measureCaches(machine);
  EXPECT_GE(machine.level1, 8 << 10);
  EXPECT_GE(machine.level2, machine.level1);
  EXPECT_GE(machine.level3, machine.level2);
}

} // namespace
} // namespace convoy
