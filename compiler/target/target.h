// The machine that code is made for: what schedules and code generation need to know.
#pragma once
#include "support/diagnostics.h"
#include <optional>
#include <string>
#include <vector>

namespace convoy {

// What bounds a kernel on one core. Bandwidths are bytes per cycle that a loop reads in the long run.
struct Machine {
  int fmaPerCycle = 1;                                             // vectors of the target's width
  int loadsPerCycle = 1;                                           // likewise
  int fmaLatency = 4;                                              // cycles
  int64_t level1 = 32 << 10, level2 = 512 << 10, level3 = 8 << 20; // bytes; the last is shared by cores
  double level2Bandwidth = 32, level3Bandwidth = 10, memoryBandwidth = 4;
  double storesPerCycle = 1; // vectors of the target's width
  double addsPerCycle = 0;   // vectors, beside multiply-adds; 0: on the same ports
  double clock = 3.0;        // GHz, while vectors are multiplied
  bool clockIsKnown = false; // the system tells it; else it is what is usual for such processors
  // Others use the last cache too: after so many cycles, most of what a core has left there is theirs.
  double level3Lifetime = 30e6;
};

struct Target {
  std::string triple;
  std::string cpu;      // whose instructions may be used
  std::string tune;     // whose pipelines the code is scheduled for
  std::string features; // "+avx512f,+fma,...", for LLVM
  int vectorBits = 128;
  int vectorRegisters = 16;
  bool fusedMultiplyAdd = false; // a fused multiply-add instruction
  bool pairProducts = false;     // products of pairs of bf16, summed up in float32: AVX512_BF16
  bool quadProducts = false;     // products of four 8-bit numbers, summed up in 32 bits: VNNI
  bool matrixUnit = false;       // AMX with bf16 and int8
  bool x86 = true;
  Machine machine;
  int lanes() const { return vectorBits / 32; }  // float32 per vector
  std::vector<std::string> featureNames() const; // "avx512f", ...
  // What the code needs, as convoy_pipeline's `versions` say it; 0 where it cannot be told.
  uint64_t instructionSets() const;
};

// What bounds kernels on this machine's cores, with vectors of so many bits.
Machine machineHere(int vectorBits);

// The same processor without its matrix unit.
Target withoutMatrixUnit(Target target);

// `cpu` is a processor's name as clang's -mcpu knows it, or "native"; empty: "native", or the plainest
// processor of another kind of machine. An empty triple is this machine's.
// The host is recognised by its features: virtual machines mask the model, and a wrong model's tuning costs
// speed. The sizes of its caches, and its clock, are what the system says, those of other processors what is
// usual for them.
std::optional<Target> makeTarget(const std::string& triple, const std::string& cpu, DiagnosticEngine& diags);

} // namespace convoy
