// Instructions as the assembler writes them, read back.
#include "tile_decoder.h"
#include <gtest/gtest.h>

namespace convoy::amx {

namespace {

struct Code {
  const uint8_t *begin, *end;
};

// What the assembler makes of a text.
#define CODE(text)                                                                                           \
  [] {                                                                                                       \
    Code code;                                                                                               \
    __asm__(".pushsection .rodata\n771: " text "\n772: .popsection\n"                                        \
            "lea 771b(%%rip), %0\nlea 772b(%%rip), %1"                                                       \
            : "=&r"(code.begin), "=&r"(code.end));                                                           \
    return code;                                                                                             \
  }()

GeneralRegisters registers() {
  GeneralRegisters r;
  for (size_t i = 0; i < 16; ++i) r[i] = 0x1000 * (i + 1);
  return r;
}
constexpr uint64_t rax = 0x1000, rcx = 0x2000, rdx = 0x3000, rbx = 0x4000, rsp = 0x5000, rbp = 0x6000,
                   rsi = 0x7000, rdi = 0x8000, r8 = 0x9000, r9 = 0xa000, r10 = 0xb000, r11 = 0xc000,
                   r12 = 0xd000, r13 = 0xe000, r14 = 0xf000, r15 = 0x10000;

void expectMemory(const Code& code, TileOp op, int tile, uint64_t address, uint64_t stride) {
  const auto inst = decodeTile(code.begin, registers());
  ASSERT_TRUE(inst);
  EXPECT_EQ(inst->op, op);
  EXPECT_EQ(inst->tile, tile);
  EXPECT_EQ(inst->address, address);
  EXPECT_EQ(inst->stride, stride);
  EXPECT_EQ(inst->length, code.end - code.begin);
}

void expectTiles(const Code& code, TileOp op, int tile, int left, int right) {
  const auto inst = decodeTile(code.begin, registers());
  ASSERT_TRUE(inst);
  EXPECT_EQ(inst->op, op);
  EXPECT_EQ(inst->tile, tile);
  EXPECT_EQ(inst->left, left);
  EXPECT_EQ(inst->right, right);
  EXPECT_EQ(inst->length, code.end - code.begin);
}

TEST(TileDecoder, Configuration) {
  expectMemory(CODE("ldtilecfg (%%rax)"), TileOp::LoadConfig, 0, rax, 0);
  expectMemory(CODE("ldtilecfg (%%rsp)"), TileOp::LoadConfig, 0, rsp, 0);
  expectMemory(CODE("ldtilecfg (%%rbp)"), TileOp::LoadConfig, 0, rbp, 0);
  expectMemory(CODE("ldtilecfg (%%r12)"), TileOp::LoadConfig, 0, r12, 0);
  expectMemory(CODE("ldtilecfg (%%r13)"), TileOp::LoadConfig, 0, r13, 0);
  expectMemory(CODE("ldtilecfg -0x40(%%rsp)"), TileOp::LoadConfig, 0, rsp - 0x40, 0);
  expectMemory(CODE("ldtilecfg 0x12345(%%r15)"), TileOp::LoadConfig, 0, r15 + 0x12345, 0);
  expectMemory(CODE("ldtilecfg 8(%%r8,%%r9,4)"), TileOp::LoadConfig, 0, r8 + 4 * r9 + 8, 0);
  expectMemory(CODE("sttilecfg (%%rdi)"), TileOp::StoreConfig, 0, rdi, 0);
  expectMemory(CODE("sttilecfg 64(%%rbx,%%rsi)"), TileOp::StoreConfig, 0, rbx + rsi + 64, 0);
  const Code relative = CODE("ldtilecfg 0x100(%%rip)"), absolute = CODE("sttilecfg 0x4000");
  expectMemory(relative, TileOp::LoadConfig, 0, reinterpret_cast<uint64_t>(relative.end) + 0x100, 0);
  expectMemory(absolute, TileOp::StoreConfig, 0, 0x4000, 0);
}

TEST(TileDecoder, Moves) {
  expectMemory(CODE("tileloadd (%%rax,%%rcx), %%tmm0"), TileOp::Load, 0, rax, rcx);
  expectMemory(CODE("tileloadd (%%rbp,%%rbx,2), %%tmm1"), TileOp::Load, 1, rbp, 2 * rbx);
  expectMemory(CODE("tileloadd 0x7f(%%r8,%%rdx,4), %%tmm2"), TileOp::Load, 2, r8 + 0x7f, 4 * rdx);
  expectMemory(CODE("tileloadd -0x80(%%r9,%%r10,8), %%tmm3"), TileOp::Load, 3, r9 - 0x80, 8 * r10);
  expectMemory(CODE("tileloadd 0x80(%%r11,%%r12), %%tmm4"), TileOp::Load, 4, r11 + 0x80, r12);
  expectMemory(CODE("tileloadd (%%r13,%%r14), %%tmm5"), TileOp::Load, 5, r13, r14);
  expectMemory(CODE("tileloadd (%%rsp,%%r15), %%tmm6"), TileOp::Load, 6, rsp, r15);
  expectMemory(CODE("tileloadd (%%rsi), %%tmm7"), TileOp::Load, 7, rsi, 0);
  expectMemory(CODE("tileloadd 0x1000(,%%rdi,2), %%tmm7"), TileOp::Load, 7, 0x1000, 2 * rdi);
  expectMemory(CODE("tileloaddt1 0x40000(%%rdi,%%r8), %%tmm1"), TileOp::Load, 1, rdi + 0x40000, r8);
  expectMemory(CODE("tilestored %%tmm0, (%%rdx,%%rax)"), TileOp::Store, 0, rdx, rax);
  expectMemory(CODE("tilestored %%tmm6, 0x40(%%r12,%%r13,4)"), TileOp::Store, 6, r12 + 0x40, 4 * r13);
  expectMemory(CODE("tilestored %%tmm7, -0x1000(%%r15,%%r9)"), TileOp::Store, 7, r15 - 0x1000, r9);
}

TEST(TileDecoder, Registers) {
  expectTiles(CODE("tilerelease"), TileOp::Release, 0, 0, 0);
  expectTiles(CODE("tilezero %%tmm0"), TileOp::Zero, 0, 0, 0);
  expectTiles(CODE("tilezero %%tmm5"), TileOp::Zero, 5, 0, 0);
  // The assembler names the right side first.
  expectTiles(CODE("tdpbf16ps %%tmm3, %%tmm2, %%tmm1"), TileOp::DotBf16, 1, 2, 3);
  expectTiles(CODE("tdpbf16ps %%tmm7, %%tmm5, %%tmm0"), TileOp::DotBf16, 0, 5, 7);
  expectTiles(CODE("tdpbssd %%tmm6, %%tmm4, %%tmm2"), TileOp::DotSS, 2, 4, 6);
  expectTiles(CODE("tdpbsud %%tmm0, %%tmm1, %%tmm7"), TileOp::DotSU, 7, 1, 0);
  expectTiles(CODE("tdpbusd %%tmm1, %%tmm0, %%tmm3"), TileOp::DotUS, 3, 0, 1);
  expectTiles(CODE("tdpbuud %%tmm5, %%tmm6, %%tmm4"), TileOp::DotUU, 4, 6, 5);
}

TEST(TileDecoder, LeavesOthersAlone) {
  EXPECT_FALSE(decodeTile(CODE("ud2; nop; nop; nop; nop").begin, registers()));
  EXPECT_FALSE(decodeTile(CODE("vpermilps %%xmm8, %%xmm1, %%xmm2; nop").begin, registers()));
  EXPECT_FALSE(decodeTile(CODE("vpshufb %%xmm8, %%xmm1, %%xmm2; nop").begin, registers()));
  EXPECT_FALSE(decodeTile(CODE("vpbroadcastd (%%rax,%%rcx), %%ymm1").begin, registers()));
  EXPECT_FALSE(decodeTile(CODE("tileloadd %%fs:(%%rax,%%rcx), %%tmm1").begin, registers()));
  EXPECT_FALSE(decodeTile(CODE(".byte 0xc4,0xe2,0x7b,0x4b,0x00,0").begin, registers()))
      << "a load without SIB";
  EXPECT_FALSE(decodeTile(CODE(".byte 0xc4,0xe2,0xfb,0x49,0xc0,0").begin, registers())) << "W is set";
  EXPECT_FALSE(decodeTile(CODE(".byte 0xc4,0xe2,0x7f,0x49,0xc0,0").begin, registers())) << "L is set";
}

} // namespace

} // namespace convoy::amx
