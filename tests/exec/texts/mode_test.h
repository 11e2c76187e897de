// Tests that run for several processors, with and without optimization.
#pragma once
#include "compiled_text.h"
#include <gtest/gtest.h>
#include <ostream>
#include <string>

namespace convoy::texts {

struct Mode {
  const char* cpu;
  int optimize;
  friend std::ostream& operator<<(std::ostream& s, const Mode& m) {
    return s << m.cpu << " -O" << m.optimize;
  }
};

// Skipped, with the reason, where the processor cannot run it.
class ModeTest : public testing::TestWithParam<Mode> {
protected:
  void SetUp() override {
    if (!runsHere(GetParam().cpu)) GTEST_SKIP() << whyNotHere(GetParam().cpu);
  }
};

inline std::string nameOf(const testing::TestParamInfo<Mode>& info) {
  std::string name = info.param.cpu;
  for (char& c : name)
    if (c == '-' || c == '+') c = '_';
  return name + "_O" + std::to_string(info.param.optimize);
}

} // namespace convoy::texts
