// What code for a processor needs of the one that runs it.
#include "target/target.h"
#include <algorithm>
#include <gtest/gtest.h>

namespace convoy {
namespace {

Target made(const std::string& cpu, const std::string& triple = "x86_64-linux-gnu") {
  DiagnosticEngine diags;
  auto target = makeTarget(triple, cpu, diags);
  EXPECT_TRUE(target) << cpu;
  return target.value_or(Target());
}

TEST(InstructionSets, AreThoseOfTheFeatures) {
  const uint64_t v2 = made("x86-64-v2").instructionSets(), v3 = made("x86-64-v3").instructionSets(),
                 v4 = made("x86-64-v4").instructionSets(), tiles = made("sapphirerapids").instructionSets();
  EXPECT_EQ(made("x86-64").instructionSets(), 0u) << "what all of them have";
  EXPECT_NE(v2, 0u);
  EXPECT_EQ(v2 & ~v3, 0u);
  EXPECT_EQ(v3 & ~v4, 0u);
  EXPECT_EQ(v4 & ~tiles, 0u);
  EXPECT_NE(v3 & ~v2, 0u);
  EXPECT_NE(v4 & ~v3, 0u);
  EXPECT_EQ(made("cortex-a76", "aarch64-linux-gnu").instructionSets(), 0u);
  Target one;
  one.features = "+sse3,+64bit,+fma";
  EXPECT_EQ(one.instructionSets(), 0x5u) << "rows of the table keep their numbers";
}

// A feature that compiled code may contain and the table does not know could not be asked for when it runs.
TEST(InstructionSets, KnowWhatNewProcessorsHave) {
  for (const char* cpu : {"haswell", "skylake-avx512", "icelake-server", "sapphirerapids", "graniterapids",
                          "znver3", "znver4", "znver5", "alderlake"})
    for (const std::string& feature : made(cpu).featureNames()) {
      const bool vectors = feature.compare(0, 3, "avx") == 0 || feature.compare(0, 3, "amx") == 0 ||
                           feature.compare(0, 3, "fma") == 0 || feature.compare(0, 3, "bmi") == 0;
      Target one;
      one.features = "+" + feature;
      EXPECT_TRUE(!vectors || one.instructionSets() != 0) << cpu << ": " << feature;
    }
}

TEST(MatrixUnit, IsTakenAway) {
  const Target with = made("sapphirerapids"), without = withoutMatrixUnit(with);
  EXPECT_TRUE(with.matrixUnit);
  EXPECT_FALSE(without.matrixUnit);
  EXPECT_EQ(without.cpu, with.cpu);
  EXPECT_EQ(without.vectorBits, 512);
  std::vector<std::string> wanted = with.featureNames();
  wanted.erase(std::remove_if(wanted.begin(), wanted.end(),
                              [](const std::string& f) { return f.rfind("amx-", 0) == 0; }),
               wanted.end());
  EXPECT_LT(wanted.size(), with.featureNames().size());
  EXPECT_EQ(without.featureNames(), wanted);
}

} // namespace
} // namespace convoy
