// The machine that code is made for: what schedules and code generation need to know.
#pragma once
#include "support/diagnostics.h"
#include <optional>
#include <string>

namespace convoy {

struct Target {
  std::string triple;
  std::string cpu;      // whose instructions may be used
  std::string tune;     // whose pipelines the code is scheduled for
  std::string features; // "+avx512f,+fma,...", for LLVM
  int vectorBits = 128;
  int vectorRegisters = 16;
  bool fusedMultiplyAdd = false; // a fused multiply-add instruction
  bool matrixUnit = false;       // AMX with bf16
  bool x86 = true;
  int lanes() const { return vectorBits / 32; } // float32 per vector
  // convoy_pipeline's instruction_level.
  int instructionLevel() const { return !x86 ? 0 : vectorBits == 512 ? 4 : vectorBits == 256 ? 3 : 0; }
};

// `cpu` is a processor's name as clang's -mcpu knows it, or "native"; empty: "native", or the plainest
// processor of another kind of machine. An empty triple is this machine's.
// The host is recognised by its features: virtual machines mask the model, and a wrong model's tuning costs
// speed.
std::optional<Target> makeTarget(const std::string& triple, const std::string& cpu, DiagnosticEngine& diags);

} // namespace convoy
