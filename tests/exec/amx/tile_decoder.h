// The VEX-encoded instructions of AMX-TILE, AMX-BF16 and AMX-INT8, read from machine code.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

namespace convoy::amx {

enum class TileOp {
  LoadConfig,  // ldtilecfg
  StoreConfig, // sttilecfg
  Release,     // tilerelease
  Zero,        // tilezero
  Load,        // tileloadd, tileloaddt1
  Store,       // tilestored
  DotBf16,     // tdpbf16ps
  DotSS,       // tdpbssd: signed bytes by signed bytes
  DotSU,       // tdpbsud
  DotUS,       // tdpbusd
  DotUU        // tdpbuud
};

// Where the registers of a thread are: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15, as they are
// numbered in machine code.
using GeneralRegisters = std::array<uint64_t, 16>;

struct TileInstruction {
  TileOp op;
  int tile = 0;            // of what is written, or stored
  int left = 0, right = 0; // of a product
  uint64_t address = 0;    // base and displacement
  uint64_t stride = 0;     // between rows: the scaled index
  int length = 0;          // bytes of code
};

// None: no such instruction, or one with a prefix that no compiler writes for it.
std::optional<TileInstruction> decodeTile(const uint8_t* code, const GeneralRegisters& registers);

} // namespace convoy::amx
