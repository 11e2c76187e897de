#include "tile_decoder.h"
#include <cstring>

namespace convoy::amx {

namespace {

enum Prefix { NP = 0, P66 = 1, PF3 = 2, PF2 = 3 }; // as VEX numbers them

int64_t displacementAt(const uint8_t* code, int bytes) {
  if (bytes == 1) return static_cast<int8_t>(*code);
  int32_t wide = 0;
  if (bytes == 4) std::memcpy(&wide, code, 4);
  return wide;
}

struct Memory {
  uint64_t address, stride;
  bool hasSib;
  int length; // of ModRM and what follows it
};

// The operand that `modrm` begins. `next`: how many bytes lie before it, for addresses relative to the code.
Memory memoryAt(const uint8_t* modrm, const uint8_t* code, bool x, bool b,
                const GeneralRegisters& registers) {
  const int mode = *modrm >> 6, rm = *modrm & 7;
  Memory m{0, 0, rm == 4, 1};
  int base = rm, bytes = mode == 1 ? 1 : mode == 2 ? 4 : 0;
  if (m.hasSib) {
    const uint8_t sib = modrm[1];
    m.length = 2;
    base = sib & 7;
    const int index = (sib >> 3 & 7) | (x ? 8 : 0);
    if (index != 4) m.stride = registers[static_cast<size_t>(index)] << (sib >> 6); // rsp is no index
  }
  const bool noBase = mode == 0 && base == 5;
  if (noBase) bytes = 4;
  const int64_t displacement = displacementAt(modrm + m.length, bytes);
  m.length += bytes;
  if (!noBase)
    m.address = registers[static_cast<size_t>(base | (b ? 8 : 0))];
  else if (!m.hasSib)
    m.address = reinterpret_cast<uint64_t>(code) + static_cast<uint64_t>(modrm - code + m.length);
  m.address += static_cast<uint64_t>(displacement);
  return m;
}

} // namespace

std::optional<TileInstruction> decodeTile(const uint8_t* code, const GeneralRegisters& registers) {
  // C4, ~R ~X ~B map, W ~vvvv L pp, opcode, ModRM
  if (code[0] != 0xC4 || (code[1] & 0x1F) != 2) return std::nullopt;
  const bool r = !(code[1] & 0x80), x = !(code[1] & 0x40), b = !(code[1] & 0x20);
  if (code[2] & 0x84) return std::nullopt; // W and L are 0
  const int vvvv = ~code[2] >> 3 & 15, prefix = code[2] & 3, opcode = code[3];
  const uint8_t* modrm = code + 4;
  const bool inRegisters = *modrm >> 6 == 3;
  const int reg = *modrm >> 3 & 7, rm = *modrm & 7;
  TileInstruction inst{};
  inst.length = 5;

  if (inRegisters) {
    if (r) return std::nullopt; // there are eight tiles
    inst.tile = reg;
    if (opcode == 0x49) {
      if (rm != 0 || vvvv != 0) return std::nullopt;
      inst.op = TileOp::Zero;
      if (prefix == NP && reg == 0 && !x && !b)
        inst.op = TileOp::Release;
      else if (prefix != PF2)
        return std::nullopt;
      return inst;
    }
    if (b || vvvv > 7) return std::nullopt;
    inst.left = rm;
    inst.right = vvvv;
    if (opcode == 0x5C && prefix == PF3)
      inst.op = TileOp::DotBf16;
    else if (opcode == 0x5E)
      inst.op = prefix == PF2   ? TileOp::DotSS
                : prefix == PF3 ? TileOp::DotSU
                : prefix == P66 ? TileOp::DotUS
                                : TileOp::DotUU;
    else
      return std::nullopt;
    return inst;
  }

  if (vvvv != 0 || r) return std::nullopt;
  const Memory m = memoryAt(modrm, code, x, b, registers);
  inst.address = m.address;
  inst.stride = m.stride;
  inst.length = 4 + m.length;
  inst.tile = reg;
  if (opcode == 0x49 && reg == 0 && (prefix == NP || prefix == P66)) {
    inst.op = prefix == NP ? TileOp::LoadConfig : TileOp::StoreConfig;
    inst.address += m.stride; // an ordinary operand
    inst.stride = 0;
    return inst;
  }
  if (opcode != 0x4B || !m.hasSib || prefix == NP) return std::nullopt;
  inst.op = prefix == PF3 ? TileOp::Store : TileOp::Load;
  return inst;
}

} // namespace convoy::amx
