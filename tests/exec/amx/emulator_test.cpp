// Programs with tiles against what a person computes for them. They run on the unit where there is one, which
// makes the same test a check of what is believed about it.
#include "tile_emulator.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <thread>
#include <vector>
#include <xmmintrin.h>

namespace convoy::amx {

namespace {

// What ldtilecfg reads.
struct alignas(64) Config {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t bytesPerRow[16] = {};
  uint8_t rows[16] = {};
  Config& shape(int tile, int r, int bytes) {
    rows[tile] = static_cast<uint8_t>(r);
    bytesPerRow[tile] = static_cast<uint16_t>(bytes);
    return *this;
  }
};

void load(const Config& c) { __asm__ volatile("ldtilecfg %0" : : "m"(c)); }
void release() { __asm__ volatile("tilerelease"); }
Config stored() {
  Config c;
  __asm__ volatile("sttilecfg %0" : "=m"(c));
  return c;
}
template <typename T> void loadTile0(const T* from, int64_t stride) {
  __asm__ volatile("tileloadd (%0,%1), %%tmm0" : : "r"(from), "r"(stride) : "memory");
}
template <typename T> void loadTile1(const T* from, int64_t stride) {
  __asm__ volatile("tileloaddt1 (%0,%1), %%tmm1" : : "r"(from), "r"(stride) : "memory");
}
template <typename T> void loadTile2(const T* from, int64_t stride) {
  __asm__ volatile("tileloadd (%0,%1), %%tmm2" : : "r"(from), "r"(stride) : "memory");
}
template <typename T> void storeTile0(T* to, int64_t stride) {
  __asm__ volatile("tilestored %%tmm0, (%0,%1)" : : "r"(to), "r"(stride) : "memory");
}

class TileEmulator : public testing::Test {
protected:
  void SetUp() override {
    const Tiles tiles = installTileEmulator();
    if (tiles == Tiles::None) GTEST_SKIP() << "no matrix unit for this process, and no AVX-512 to emulate it";
    RecordProperty("tiles", tiles == Tiles::Hardware ? "hardware" : "emulated");
  }
};

TEST_F(TileEmulator, KeepsItsConfiguration) {
  const Config wanted = Config().shape(0, 3, 20).shape(7, 16, 64);
  load(wanted);
  const Config is = stored();
  release();
  EXPECT_EQ(std::memcmp(&is, &wanted, sizeof is), 0);
  const Config none = stored();
  for (size_t i = 0; i < sizeof none; ++i) EXPECT_EQ(reinterpret_cast<const char*>(&none)[i], 0);
  load(wanted);
  Config off;
  off.palette = 0;
  load(off); // is a release too
  EXPECT_EQ(stored().palette, 0);
}

TEST_F(TileEmulator, MovesRows) {
  std::vector<uint8_t> in(200), out(200, 0xee);
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<uint8_t>(i);
  load(Config().shape(0, 3, 8));
  loadTile0(in.data() + 100, -50); // rows at 100, 50 and 0
  storeTile0(out.data(), 16);
  for (size_t row = 0; row < 3; ++row)
    for (size_t i = 0; i < 16; ++i)
      EXPECT_EQ(out[16 * row + i], i < 8 ? in[100 - 50 * row + i] : 0xee) << row << ", " << i;
  __asm__ volatile("tilezero %tmm0");
  storeTile0(out.data(), 16);
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(out[32 + i], 0);
  release();
}

TEST_F(TileEmulator, BeginsWhereItWasInterrupted) {
  const uint32_t in[4] = {1, 2, 3, 4};
  uint32_t out[4] = {9, 9, 9, 9};
  Config c = Config().shape(0, 4, 4);
  c.startRow = 2;
  load(c);
  EXPECT_EQ(stored().startRow, 2);
  loadTile0(in, 4);
  EXPECT_EQ(stored().startRow, 0);
  storeTile0(out, 4);
  release();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(out[i], i < 2 ? 0u : in[i]) << i;
}

// Every register that may hold an address.
TEST_F(TileEmulator, TakesAddressesFromEveryRegister) {
  alignas(64) uint32_t in[2] = {0, 0};
  load(Config().shape(0, 2, 4).shape(7, 2, 4));
#define MOVES_THROUGH(base, index)                                                                           \
  {                                                                                                          \
    uint32_t out[3] = {};                                                                                    \
    in[0] = __LINE__, in[1] = __LINE__ + 1;                                                                  \
    __asm__ volatile("lea -64(%0), %%" base "\n mov $1, %%" index "\n tileloadd 64(%%" base ",%%" index      \
                     ",4), %%tmm7\n lea -4096(%1), %%" base "\n tilestored %%tmm7, 4096(%%" base ",%%" index \
                     ",4)"                                                                                   \
                     :                                                                                       \
                     : "r"(in), "r"(out)                                                                     \
                     : base, index, "memory");                                                               \
    EXPECT_EQ(out[0], in[0]) << base << ", " << index;                                                       \
    EXPECT_EQ(out[1], in[1]) << base << ", " << index;                                                       \
    EXPECT_EQ(out[2], 0u);                                                                                   \
  }
  MOVES_THROUGH("rax", "rcx")
  MOVES_THROUGH("rcx", "rdx")
  MOVES_THROUGH("rdx", "rsi")
  MOVES_THROUGH("rsi", "rdi")
  MOVES_THROUGH("rdi", "r8")
  MOVES_THROUGH("r8", "r9")
  MOVES_THROUGH("r9", "r10")
  MOVES_THROUGH("r10", "r11")
  MOVES_THROUGH("r11", "r12")
  MOVES_THROUGH("r12", "r13")
  MOVES_THROUGH("r13", "r14")
  MOVES_THROUGH("r14", "r15")
  MOVES_THROUGH("r15", "rax")
#undef MOVES_THROUGH
  release();
}

// [1, 200, 255, 2] by [[3], [2], [4], [129]]: the same bytes in four meanings, and 1000 before.
TEST_F(TileEmulator, MultipliesBytes) {
  const uint8_t a[4] = {1, 200, 255, 2}, b[8] = {3, 2, 4, 129, 0, 0, 0, 1};
  const int32_t start[2] = {1000, std::numeric_limits<int32_t>::max()};
  int32_t out[4][2];
  load(Config().shape(0, 1, 8).shape(1, 1, 4).shape(2, 1, 8));
  loadTile1(a, 4);
  loadTile2(b, 8);
  loadTile0(start, 8);
  __asm__ volatile("tdpbssd %tmm2, %tmm1, %tmm0");
  storeTile0(out[0], 8);
  loadTile0(start, 8);
  __asm__ volatile("tdpbsud %tmm2, %tmm1, %tmm0");
  storeTile0(out[1], 8);
  loadTile0(start, 8);
  __asm__ volatile("tdpbusd %tmm2, %tmm1, %tmm0");
  storeTile0(out[2], 8);
  loadTile0(start, 8);
  __asm__ volatile("tdpbuud %tmm2, %tmm1, %tmm0");
  storeTile0(out[3], 8);
  release();
  EXPECT_EQ(out[0][0], 1000 + 3 - 112 - 4 - 254);
  EXPECT_EQ(out[1][0], 1000 + 3 - 112 - 4 + 258);
  EXPECT_EQ(out[2][0], 1000 + 3 + 400 + 1020 - 254);
  EXPECT_EQ(out[3][0], 1000 + 3 + 400 + 1020 + 258);
  for (const auto& o : out) EXPECT_EQ(o[1], std::numeric_limits<int32_t>::min() + 1) << "sums wrap";
}

uint16_t half(float f) { // exact ones only
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  EXPECT_TRUE((bits & 0xffff) == 0 || std::isnan(f)) << f;
  return static_cast<uint16_t>(bits >> 16);
}

// One element: c + a[0] b[0] + a[1] b[1] + ..., of four terms.
float dot(float c, std::vector<float> a, std::vector<float> b) {
  uint16_t x[4], y[4];
  for (size_t i = 0; i < 4; ++i) x[i] = half(a[i]), y[i] = half(b[i]);
  load(Config().shape(0, 1, 4).shape(1, 1, 8).shape(2, 2, 4));
  loadTile0(&c, 4);
  loadTile1(x, 8);
  loadTile2(y, 4);
  __asm__ volatile("tdpbf16ps %tmm2, %tmm1, %tmm0");
  storeTile0(&c, 4);
  release();
  return c;
}

TEST_F(TileEmulator, MultipliesHalves) {
  // 2 x 4 by 4 x 3; the right side lies as [k / 2][j][k % 2].
  const float a[2][4] = {{1, 2, 3, 4}, {-1, 0.5f, 0, 8}},
              b[4][3] = {{1, 0, -2}, {2, 1, 4}, {3, 0, 1}, {4, 5, 0}};
  float c[2][3] = {{100, 200, 300}, {400, 500, 600}};
  uint16_t x[2][4], y[2][3][2];
  for (int i = 0; i < 2; ++i)
    for (int k = 0; k < 4; ++k) x[i][k] = half(a[i][k]);
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j) y[k / 2][j][k % 2] = half(b[k][j]);
  load(Config().shape(0, 2, 12).shape(1, 2, 8).shape(2, 2, 12));
  loadTile0(c, 12);
  loadTile1(x, 8);
  loadTile2(y, 12);
  __asm__ volatile("tdpbf16ps %tmm2, %tmm1, %tmm0");
  storeTile0(c, 12);
  release();
  const float wanted[2][3] = {{130, 222, 309}, {432, 540.5f, 604}};
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j) EXPECT_EQ(c[i][j], wanted[i][j]) << i << ", " << j;
}

TEST_F(TileEmulator, AddsPairsBeforeTheSum) {
  const float tiny = 0x1p-12f; // squared: half of what 1 can still take
  EXPECT_EQ(dot(1, {tiny, tiny, 0, 0}, {tiny, tiny, 0, 0}), 1 + 0x1p-23f);
  EXPECT_EQ(dot(1, {tiny, 0, tiny, 0}, {tiny, 0, tiny, 0}), 1 + 0x1p-23f);
  // Even terms are summed apart from odd ones: 1 would be lost beside 2^30.
  EXPECT_EQ(dot(0, {0x1p15f, 1, -0x1p15f, 0}, {0x1p15f, 1, 0x1p15f, 0}), 1);
  // To nearest, ties to even.
  EXPECT_EQ(dot(1, {tiny, 0, 0, 0}, {tiny, 0, 0, 0}), 1);
  EXPECT_EQ(dot(1 + 0x1p-23f, {tiny, 0, 0, 0}, {tiny, 0, 0, 0}), 1 + 0x1p-22f);
  // Fused: the second product alone is too large.
  EXPECT_EQ(dot(0, {-0x1p127f, 0, 0x1p127f, 0}, {1, 0, 2, 0}), 0x1p127f);
}

TEST_F(TileEmulator, TakesDenormalsForZero) {
  const float least = std::numeric_limits<float>::min();
  EXPECT_EQ(dot(1, {0x1p-130f, 0, 0, 0}, {0x1p127f, 0, 0, 0}), 1) << "a denormal factor";
  EXPECT_EQ(dot(0, {0x1p-70f, 0, 0, 0}, {0x1p-60f, 0, 0, 0}), 0) << "a denormal product";
  EXPECT_EQ(dot(0x1p-130f, {0, 0, 0, 0}, {0, 0, 0, 0}), 0) << "a denormal sum before";
  EXPECT_EQ(dot(least, {0x1p-127f, 0, 0, 0}, {1, 0, 0, 0}), least);
  EXPECT_EQ(dot(least * 1.5f, {-least, 0, 0, 0}, {1, 0, 0, 0}), 0) << "a denormal result";
}

TEST_F(TileEmulator, KeepsInfinitiesAndNaN) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(dot(1, {inf, 0, 0, 0}, {-2, 0, 0, 0}), -inf);
  EXPECT_TRUE(std::isnan(dot(1, {inf, 0, 0, 0}, {0, 0, 0, 0})));
  EXPECT_TRUE(std::isnan(dot(-inf, {inf, 0, 0, 0}, {1, 0, 0, 0})));
  EXPECT_TRUE(std::isnan(dot(1, {nan, 0, 0, 0}, {1, 0, 0, 0})));
  EXPECT_EQ(dot(std::numeric_limits<float>::max(), {0x1p127f, 0, 0, 0}, {1, 0, 0, 0}), inf);
}

TEST_F(TileEmulator, LeavesTheFloatModeAlone) {
  const unsigned before = _mm_getcsr();
  _mm_setcsr(0x7f80); // toward zero, no flags
  const float sum = dot(1, {0x1p-12f, 0x1p-13f, 0, 0}, {0x1p-12f, 0x1p-12f, 0, 0});
  const unsigned after = _mm_getcsr();
  _mm_setcsr(before);
  EXPECT_EQ(sum, 1 + 0x1p-23f) << "to nearest";
  EXPECT_EQ(after, 0x7f80u) << "it was inexact, and says nothing";
}

TEST_F(TileEmulator, HasTilesForEachThread) {
  load(Config().shape(0, 1, 4));
  const uint32_t in = 7;
  uint32_t out = 0;
  loadTile0(&in, 4);
  std::thread([] {
    EXPECT_EQ(stored().palette, 0);
    load(Config().shape(0, 1, 4));
    const uint32_t other = 8;
    loadTile0(&other, 4);
    release();
  }).join();
  EXPECT_EQ(stored().palette, 1);
  storeTile0(&out, 4);
  release();
  EXPECT_EQ(out, 7u);
}

using TileEmulatorDeathTest = TileEmulator;

TEST_F(TileEmulatorDeathTest, RefusesWhatTheUnitRefuses) {
  const float x[16] = {};
  auto invalid = [](const char* what, auto program) {
    EXPECT_EXIT(program(), testing::KilledBySignal(SIGILL), "") << what;
  };
  invalid("no configuration", [] { __asm__ volatile("tilezero %tmm0"); });
  invalid("another tile than those that are configured", [] {
    load(Config().shape(0, 1, 4));
    __asm__ volatile("tilezero %tmm1");
  });
  invalid("rows that are no multiple of 4 bytes", [&] {
    load(Config().shape(0, 1, 6));
    loadTile0(x, 4);
  });
  invalid("a row behind the last one", [&] {
    Config c = Config().shape(0, 1, 4);
    c.startRow = 1;
    load(c);
    loadTile0(x, 4);
  });
  invalid("one tile twice", [] {
    load(Config().shape(0, 1, 4).shape(1, 1, 4));
    __asm__ volatile(".byte 0xc4, 0xe2, 0x72, 0x5c, 0xc1"); // tdpbf16ps %tmm1, %tmm1, %tmm0
  });
  invalid("rows of sum and left side", [] {
    load(Config().shape(0, 2, 8).shape(1, 1, 8).shape(2, 2, 8));
    __asm__ volatile("tdpbssd %tmm2, %tmm1, %tmm0");
  });
  invalid("columns of sum and right side", [] {
    load(Config().shape(0, 1, 8).shape(1, 1, 8).shape(2, 2, 12));
    __asm__ volatile("tdpbssd %tmm2, %tmm1, %tmm0");
  });
  invalid("columns of the left side, rows of the right one", [] {
    load(Config().shape(0, 1, 8).shape(1, 1, 8).shape(2, 3, 8));
    __asm__ volatile("tdpbusd %tmm2, %tmm1, %tmm0");
  });
  invalid("no instruction at all", [] { __asm__ volatile("ud2"); });
}

TEST_F(TileEmulatorDeathTest, RefusesConfigurations) {
  auto refused = [](const char* what, const Config& c) {
    EXPECT_EXIT(load(c), testing::KilledBySignal(SIGSEGV), "") << what;
  };
  Config palette, reserved, tile8;
  palette.palette = 2;
  reserved.reserved[13] = 1;
  tile8.shape(8, 1, 4);
  refused("a palette that does not exist", palette);
  refused("reserved bytes", reserved);
  refused("a ninth tile", tile8);
  refused("too many rows", Config().shape(0, 17, 4));
  refused("too long rows", Config().shape(0, 1, 68));
  refused("rows of nothing", Config().shape(0, 1, 0));
  refused("no rows", Config().shape(0, 0, 4));
}

} // namespace

} // namespace convoy::amx
