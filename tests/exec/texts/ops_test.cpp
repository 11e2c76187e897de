// Every operation of loop IR, run: what it computes, at the edges where a wrong lowering would show, for this
// machine and the generic ones, optimized and not.
#include "convoy/runtime.h"
#include "guarded_buffer.h"
#include "mode_test.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <vector>

namespace convoy::texts {

namespace {

class Ops : public ModeTest {
protected:
  CompiledText compile(const std::string& body, const std::string& parameters) {
    return {"ops", "export func @f(" + parameters + ") {\n" + body + "\n return }", GetParam().cpu,
            GetParam().optimize};
  }
  CompiledText compileModule(const std::string& text) {
    return {"ops", text, GetParam().cpu, GetParam().optimize};
  }
};
INSTANTIATE_TEST_SUITE_P(Modes, Ops,
                         testing::Values(Mode{"native", 3}, Mode{"native", 0}, Mode{withTiles, 3},
                                         Mode{withTiles, 0}, Mode{"x86-64-v3", 3}, Mode{"x86-64-v2", 3},
                                         Mode{"x86-64-v2", 0}),
                         nameOf);

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

TEST_P(Ops, IntegerDivisionRoundsDown) {
  auto code = compile("%q = div %a, %b  %r = mod %a, %b  store %q, %out[0]  store %r, %out[1]",
                      "%a: i64, %b: i64, %out: ptr");
  for (int64_t a : {-7, -6, -1, 0, 1, 6, 7})
    for (int64_t b : {1, 3, 7}) {
      int64_t out[2];
      code.function<void(int64_t, int64_t, int64_t*)>("f")(a, b, out);
      int64_t q = static_cast<int64_t>(std::floor(static_cast<double>(a) / static_cast<double>(b)));
      EXPECT_EQ(out[0], q) << a << " div " << b;
      EXPECT_EQ(out[1], a - q * b) << a << " mod " << b;
    }
}

TEST_P(Ops, IntegerArithmetic) {
  auto code = compile(R"(
    %0 = add %a, %b     store %0, %out[0]
    %1 = sub %a, %b     store %1, %out[1]
    %2 = mul %a, %b     store %2, %out[2]
    %3 = min %a, %b     store %3, %out[3]
    %4 = max %a, %b     store %4, %out[4]
    %5 = and %a, %b     store %5, %out[5]
    %6 = or %a, %b      store %6, %out[6]
    %7 = xor %a, %b     store %7, %out[7]
    %8 = shl %a, 3      store %8, %out[8]
    %9 = shr %a, 1      store %9, %out[9]
    %10 = neg %a        store %10, %out[10]
    %11 = abs %a        store %11, %out[11])",
                      "%a: i64, %b: i64, %out: ptr");
  int64_t out[12], a = -13, b = 6;
  code.function<void(int64_t, int64_t, int64_t*)>("f")(a, b, out);
  const int64_t wanted[12] = {-7, -19, -78, -13, 6, -13 & 6, -13 | 6, -13 ^ 6, -104, -7, 13, 13};
  for (int i = 0; i < 12; ++i) EXPECT_EQ(out[i], wanted[i]) << i;
}

TEST_P(Ops, UnsignedBytesCompareAndShiftAsUnsigned) {
  auto code = compile(R"(
    %a = load u8x16 %in[0]
    %b = const u8x16 100
    %s = const u8x16 1
    %m = min %a, %b     store %m, %out[0]
    %h = shr %a, %s     store %h, %out[16]
    %d = div %a, %b     store %d, %out[32]
    %l = lt %a, %b
    %z = const u8x16 0
    %one = const u8x16 1
    %t = select %l, %one, %z
    store %t, %out[48])",
                      "%in: ptr, %out: ptr");
  std::vector<uint8_t> in(16), out(64);
  for (size_t i = 0; i < 16; ++i) in[i] = static_cast<uint8_t>(i * 17);
  code.function<void(const uint8_t*, uint8_t*)>("f")(in.data(), out.data());
  for (size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(out[i], std::min<int>(in[i], 100));
    EXPECT_EQ(out[16 + i], in[i] / 2);
    EXPECT_EQ(out[32 + i], in[i] / 100);
    EXPECT_EQ(out[48 + i], in[i] < 100);
  }
}

TEST_P(Ops, FloatArithmeticAndNaN) {
  auto code = compile(R"(
    %a = load f32x8 %in[0]
    %b = load f32x8 %in[8]
    %c = load f32x8 %in[16]
    %0 = add %a, %b      store %0, %out[0]
    %1 = sub %a, %b      store %1, %out[8]
    %2 = mul %a, %b      store %2, %out[16]
    %3 = div %a, %b      store %3, %out[24]
    %4 = min %a, %b      store %4, %out[32]
    %5 = max %a, %b      store %5, %out[40]
    %6 = minimum %a, %b  store %6, %out[48]
    %7 = maximum %a, %b  store %7, %out[56]
    %8 = neg %a          store %8, %out[64]
    %9 = abs %a          store %9, %out[72]
    %10 = sqrt %a        store %10, %out[80]
    %11 = round %a       store %11, %out[88]
    %12 = floor %a       store %12, %out[96]
    %13 = fma %a, %b, %c store %13, %out[104])",
                      "%in: ptr, %out: ptr");
  const float a[8] = {2.5f, -3.5f, nan, 1.0f, -0.5f, 7.0f, inf, -1.25f};
  const float b[8] = {1.0f, 2.0f, 5.0f, nan, 0.5f, -7.0f, 2.0f, -1.25f};
  const float c[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  float in[24], out[112];
  std::copy(a, a + 8, in), std::copy(b, b + 8, in + 8), std::copy(c, c + 8, in + 16);
  code.function<void(const float*, float*)>("f")(in, out);
  for (int i = 0; i < 8; ++i) {
    bool anyNan = std::isnan(a[i]) || std::isnan(b[i]);
    const float wanted[14] = {a[i] + b[i],
                              a[i] - b[i],
                              a[i] * b[i],
                              a[i] / b[i],
                              a[i] < b[i] ? a[i] : b[i],
                              a[i] > b[i] ? a[i] : b[i],
                              anyNan ? nan : std::min(a[i], b[i]),
                              anyNan ? nan : std::max(a[i], b[i]),
                              -a[i],
                              std::fabs(a[i]),
                              std::sqrt(a[i]),
                              std::nearbyint(a[i]),
                              std::floor(a[i]),
                              std::fma(a[i], b[i], c[i])};
    for (int k = 0; k < 14; ++k)
      EXPECT_TRUE(same(out[k * 8 + i], wanted[k])) << k << " of lane " << i << ": " << out[k * 8 + i];
  }
}

TEST_P(Ops, FmaRoundsOnceWhereItCan) {
  auto code = compile("%s = fma %a, %a, %b  store %s, %out[0]", "%a: f32, %b: f32, %out: ptr");
  float a = 1 + 0x1p-12f, b = -(1 + 0x1p-11f), out = 0; // a * a = 1 + 2^-11 + 2^-24
  code.function<void(float, float, float*)>("f")(a, b, &out);
  EXPECT_EQ(out, targetFor(GetParam().cpu).fusedMultiplyAdd ? 0x1p-24f : 0.0f);
}

TEST_P(Ops, DotOfPairs) {
  const auto bf16 = [](float f) {
    uint32_t bits = 0;
    std::memcpy(&bits, &f, 4);
    return static_cast<uint16_t>(bits >> 16);
  };
  auto left = [](size_t i) { return static_cast<float>(i % 11) - 5; };
  auto right = [](size_t i) { return static_cast<float>(i % 7) * 0.5f - 1; };
  for (uint32_t lanes : {4, 8, 16}) {
    const std::string n = std::to_string(lanes), pairs = std::to_string(2 * lanes);
    auto code = compile("%c = load f32x" + n + " %p[0]  %x = load bf16x" + pairs + " %a[0]  %y = load bf16x" +
                            pairs + " %b[0]  %s = dot %c, %x, %y  store %s, %p[0]",
                        "%p: ptr, %a: ptr, %b: ptr");
    std::vector<float> sums(lanes);
    std::vector<uint16_t> a(2 * lanes), b(2 * lanes);
    for (size_t i = 0; i < 2 * lanes; ++i) a[i] = bf16(left(i)), b[i] = bf16(right(i));
    for (size_t i = 0; i < lanes; ++i) sums[i] = 100 - static_cast<float>(i);
    code.function<void(float*, const uint16_t*, const uint16_t*)>("f")(sums.data(), a.data(), b.data());
    for (size_t i = 0; i < lanes; ++i)
      EXPECT_EQ(sums[i],
                100 - static_cast<float>(i) + left(2 * i) * right(2 * i) + left(2 * i + 1) * right(2 * i + 1))
          << "lane " << i << " of " << lanes;
  }
}

TEST_P(Ops, DotOfQuadsIsExact) {
  // 4 * 255 * -128 leaves 16 bits, where sums of two products would be cut off.
  auto left = [](size_t i) { return static_cast<uint8_t>(i < 8 ? 255 : 37 * i); };
  auto right = [](size_t i) { return static_cast<int8_t>(i < 4 ? -128 : i < 8 ? 127 : 91 * i); };
  for (uint32_t lanes : {4, 8, 16}) {
    const std::string n = std::to_string(lanes), quads = std::to_string(4 * lanes);
    auto code = compile("%c = load i32x" + n + " %p[0]  %x = load u8x" + quads + " %a[0]  %y = load i8x" +
                            quads + " %b[0]  %s = dot %c, %x, %y  store %s, %p[0]",
                        "%p: ptr, %a: ptr, %b: ptr");
    std::vector<int32_t> sums(lanes, -3), expected(lanes, -3);
    std::vector<uint8_t> a(4 * lanes);
    std::vector<int8_t> b(4 * lanes);
    for (size_t i = 0; i < 4 * lanes; ++i) {
      a[i] = left(i), b[i] = right(i);
      expected[i / 4] += a[i] * b[i];
    }
    code.function<void(int32_t*, const uint8_t*, const int8_t*)>("f")(sums.data(), a.data(), b.data());
    EXPECT_EQ(sums, expected) << lanes << " lanes";
  }
}

TEST_P(Ops, DotOfBytePairsIsCutOff) {
  auto left = [](size_t i) { return static_cast<uint8_t>(i < 8 ? 255 : 37 * i); };
  auto right = [](size_t i) { return static_cast<int8_t>(i < 4 ? -128 : i < 8 ? 127 : 91 * i); };
  for (uint32_t lanes : {8, 16, 32}) {
    const std::string n = std::to_string(lanes), pairs = std::to_string(2 * lanes);
    auto code = compile("%c = load i16x" + n + " %p[0]  %x = load u8x" + pairs + " %a[0]  %y = load i8x" +
                            pairs + " %b[0]  %s = dot %c, %x, %y  store %s, %p[0]",
                        "%p: ptr, %a: ptr, %b: ptr");
    std::vector<int16_t> sums(lanes, -3), expected;
    std::vector<uint8_t> a(2 * lanes);
    std::vector<int8_t> b(2 * lanes);
    for (size_t i = 0; i < 2 * lanes; ++i) a[i] = left(i), b[i] = right(i);
    for (size_t i = 0; i < 2 * lanes; i += 2) {
      const int pair = std::clamp(a[i] * b[i] + a[i + 1] * b[i + 1], INT16_MIN, INT16_MAX);
      expected.push_back(static_cast<int16_t>(pair - 3)); // wraps, as integers do
    }
    code.function<void(int16_t*, const uint8_t*, const int8_t*)>("f")(sums.data(), a.data(), b.data());
    EXPECT_EQ(sums, expected) << lanes << " lanes";
  }
}

TEST_P(Ops, NumbersOf16BitsHaveASignOrNone) {
  auto code = compile(R"(
    %a = load u16x16 %in[0]
    %b = const u16x16 40000
    %s = const u16x16 3
    %m = min %a, %b           store %m, %out[0]
    %h = shr %a, %s           store %h, %out[16]
    %i = bitcast i16x16 %a
    %t = const i16x16 3
    %j = shr %i, %t           store %j, %out[32]
    %d = abs %i               store %d, %out[48]
    %w = cast i32x16 %a       %v = cast u16x16 %w   store %v, %out[64]
    %l = lt %a, %b
    %f = cast f32x16 %a
    %n = cast u16x16 %f       %c = select %l, %n, %m  store %c, %out[80])",
                      "%in: ptr, %out: ptr");
  std::vector<uint16_t> in(16), out(96);
  for (size_t i = 0; i < 16; ++i) in[i] = static_cast<uint16_t>(i * 4369);
  code.function<void(const uint16_t*, uint16_t*)>("f")(in.data(), out.data());
  for (size_t i = 0; i < 16; ++i) {
    const auto asSigned = static_cast<int16_t>(in[i]);
    EXPECT_EQ(out[i], std::min<int>(in[i], 40000));
    EXPECT_EQ(out[16 + i], in[i] >> 3);
    EXPECT_EQ(static_cast<int16_t>(out[32 + i]), asSigned >> 3);
    EXPECT_EQ(out[48 + i], static_cast<uint16_t>(std::abs(asSigned)));
    EXPECT_EQ(out[64 + i], in[i]);
    EXPECT_EQ(out[80 + i], std::min<int>(in[i], 40000));
  }
}

TEST_P(Ops, ComparisonsWithNaN) {
  auto code = compile(R"(
    %zero = const f32 0.0
    %one = const f32 1.0
    %lt = lt %a, %b  %0 = select %lt, %one, %zero  store %0, %out[0]
    %le = le %a, %b  %1 = select %le, %one, %zero  store %1, %out[1]
    %eq = eq %a, %b  %2 = select %eq, %one, %zero  store %2, %out[2]
    %ne = ne %a, %b  %3 = select %ne, %one, %zero  store %3, %out[3])",
                      "%a: f32, %b: f32, %out: ptr");
  for (float a : {1.0f, 2.0f, nan})
    for (float b : {1.0f, 2.0f, nan}) {
      float out[4];
      code.function<void(float, float, float*)>("f")(a, b, out);
      EXPECT_EQ(out[0], a < b);
      EXPECT_EQ(out[1], a <= b);
      EXPECT_EQ(out[2], a == b);
      EXPECT_EQ(out[3], a != b);
    }
}

TEST_P(Ops, CastsToIntegersSaturate) {
  auto code = compile(R"(
    %x = load f32x8 %in[0]
    %u = cast u8x8 %x   store %u, %bytes[0]
    %s = cast i8x8 %x   store %s, %bytes[8]
    %i = cast i32x8 %x  store %i, %ints[0]
    %f = cast f32x8 %u  store %f, %floats[0]
    %g = cast f32x8 %s  store %g, %floats[8]
    %h = cast f64x8 %x  %k = cast f32x8 %h  store %k, %floats[16])",
                      "%in: ptr, %bytes: ptr, %ints: ptr, %floats: ptr");
  const float in[8] = {0.9f, -0.9f, 254.7f, 300.0f, -3e9f, 1e20f, nan, -127.9f};
  const uint8_t u[8] = {0, 0, 254, 255, 0, 255, 0, 0};
  const int8_t s[8] = {0, 0, 127, 127, -128, 127, 0, -127};
  const int32_t i32[8] = {
      0, 0, 254, 300, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max(), 0, -127};
  uint8_t bytes[16];
  int32_t ints[8];
  float floats[24];
  code.function<void(const float*, uint8_t*, int32_t*, float*)>("f")(in, bytes, ints, floats);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(bytes[i], u[i]) << i;
    EXPECT_EQ(static_cast<int8_t>(bytes[8 + i]), s[i]) << i;
    EXPECT_EQ(ints[i], i32[i]) << i;
    EXPECT_EQ(floats[i], u[i]) << i;
    EXPECT_EQ(floats[8 + i], s[i]) << i;
    EXPECT_TRUE(same(floats[16 + i], in[i])) << i;
  }
}

TEST_P(Ops, CastToBf16RoundsToNearestEven) {
  auto code = compile(R"(
    %x = load f32x16 %in[0]
    %h = cast bf16x16 %x   store %h, %halves[0]
    %l = load bf16x16 %halves[0]
    %y = cast f32x16 %l    store %y, %out[0]
    %bits = bitcast i32x16 %y  store %bits, %ints[0])",
                      "%in: ptr, %halves: ptr, %out: ptr, %ints: ptr");
  const uint32_t patterns[16] = {0x3f800000, 0x3f808000, 0x3f818000, 0x3f807fff, 0x3f808001, 0xbf808000,
                                 0x7f800000, 0xff800000, 0x7f7fffff, 0x00800000, 0x42c80000, 0x80000000,
                                 0x00000000, 0x3fffffff, 0x40490fdb, 0xc0490fdb};
  float in[16], out[16];
  uint16_t halves[16];
  uint32_t ints[16];
  std::memcpy(in, patterns, sizeof in);
  code.function<void(const float*, uint16_t*, float*, uint32_t*)>("f")(in, halves, out, ints);
  for (int i = 0; i < 16; ++i) {
    uint32_t rounded = (patterns[i] + 0x7fff + ((patterns[i] >> 16) & 1)) & 0xffff0000u;
    EXPECT_EQ(halves[i], rounded >> 16) << i;
    EXPECT_EQ(ints[i], rounded) << i;
  }
  std::fill(in, in + 16, nan);
  const uint32_t lowestNan = 0x7f800001; // its upper half alone is infinity
  std::memcpy(in, &lowestNan, 4);
  code.function<void(const float*, uint16_t*, float*, uint32_t*)>("f")(in, halves, out, ints);
  for (float y : out) EXPECT_TRUE(std::isnan(y));
}

TEST_P(Ops, MasksTakeAnyCount) {
  auto code = compile(R"(
    %zero = const f32x16 0.0
    %one = const f32x16 1.0
    %m = mask i1x16 %n
    %v = select %m, %one, %zero
    store %v, %out[0])",
                      "%n: i64, %out: ptr");
  const int64_t most = std::numeric_limits<int64_t>::max();
  for (int64_t n :
       std::vector<int64_t>{-most, -1, 0, 1, 7, 15, 16, 17, int64_t{1} << 32, (int64_t{1} << 32) + 3, most}) {
    float out[16];
    code.function<void(int64_t, float*)>("f")(n, out);
    for (int i = 0; i < 16; ++i) EXPECT_EQ(out[i], i < n ? 1 : 0) << n << " lane " << i;
  }
}

// Both sides of each access lie against pages that nobody may touch.
TEST_P(Ops, MaskedLanesTouchNothing) {
  auto code = compile(R"(
    %else = const f32x16 -1.0
    %m = mask i1x16 %n
    %v = load f32x16 %in[0] mask %m else %else
    store %v, %all[0]
    store %v, %out[0] mask %m)",
                      "%in: ptr, %out: ptr, %all: ptr, %n: i64");
  for (size_t n = 0; n <= 16; ++n) {
    GuardedBuffer in(n * 4, Flush::High), out(n * 4, Flush::High);
    for (size_t i = 0; i < n; ++i) in.as<float>()[i] = static_cast<float>(i + 1);
    float all[16];
    code.function<void(const float*, float*, float*, int64_t)>("f")(in.as<float>(), out.as<float>(), all,
                                                                    static_cast<int64_t>(n));
    for (size_t i = 0; i < 16; ++i) EXPECT_EQ(all[i], i < n ? static_cast<float>(i + 1) : -1.0f);
    for (size_t i = 0; i < n; ++i) EXPECT_EQ(out.as<float>()[i], static_cast<float>(i + 1));
    EXPECT_TRUE(out.intact());
  }
}

TEST_P(Ops, LanesMove) {
  auto code = compile(R"(
    %a = load f32x4 %in[0]
    %b = load f32x4 %in[4]
    %s = shuffle %a, %b [0, 4, 3, 7, 1, 1]
    store %s, %out[0]
    unroll %i = 0 to 4 {
      %t = shuffle %a, %b [0, 1, 2, 4] + %i
      store %t, %out[%i * 4 + 6]
    }
    %e = extract %b[2]  store %e, %out[22]
    %w = splat f32x4 %e store %w, %out[23]
    %l = iota i32x4     %g = cast f32x4 %l  store %g, %out[27]
    %r = reduce.add %a      store %r, %out[31]
    %x = reduce.maximum %a  store %x, %out[32])",
                      "%in: ptr, %out: ptr");
  float in[8] = {1, 2, 4, 3, 5, 6, 7, 8}, out[33];
  code.function<void(const float*, float*)>("f")(in, out);
  std::vector<float> wanted = {1, 5, 3, 8, 2, 2};
  for (size_t i = 0; i < 4; ++i)
    for (size_t lane : {0, 1, 2, 4}) wanted.push_back(in[lane + i]);
  for (float v : {7.f, 7.f, 7.f, 7.f, 7.f, 0.f, 1.f, 2.f, 3.f, 10.f, 4.f}) wanted.push_back(v);
  EXPECT_EQ(std::vector<float>(out, out + 33), wanted);
  in[1] = nan;
  code.function<void(const float*, float*)>("f")(in, out);
  EXPECT_TRUE(std::isnan(out[32]));
}

TEST_P(Ops, MemoryOperations) {
  auto code = compile(R"(
    %indices = load i32x8 %at[0]
    %g = gather f32x8 %in[%indices]
    store %g, %out[0]
    prefetch f32 %in[%n * 4 + 1]
    prefetch_far f32 %in[%n * 2]
    %line = stack 64
    %v = load f32x16 %in[%n * 2 - 3]
    store %v, %line[0]
    %w = load f32x16 %line[0]
    stream %w, %out[%n * 8 - 16]
    %row = offset f32 %in[%n]
    %x = load f32 %row[-4]
    store %x, %out[32]
    %pointers = stack 16
    store %row, %pointers[1]
    %again = load ptr %pointers[1]
    %y = load f32 %again[1]
    store %y, %out[33])",
                      "%in: ptr, %out: ptr, %at: ptr, %n: i64");
  std::vector<float> in(64);
  std::iota(in.begin(), in.end(), 0.0f);
  const int32_t at[8] = {63, 0, -0, 5, 17, 17, 2, 33};
  alignas(64) float out[64] = {};
  code.function<void(const float*, float*, const int32_t*, int64_t)>("f")(in.data(), out, at, 4);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(out[i], static_cast<float>(at[i]));
  for (int i = 0; i < 16; ++i) EXPECT_EQ(out[16 + i], static_cast<float>(5 + i));
  EXPECT_EQ(out[32], 0);
  EXPECT_EQ(out[33], 5);
}

TEST_P(Ops, ArraysElementByElement) {
  auto code = compile(R"(
    %zero = const f32x4 0.0
    %half = const f32x4 0.5
    %empty = fill f32x4[2,3] %zero
    %a = unroll %i = 0 to 2 carry (%t = %empty) {
      %r = unroll %j = 0 to 3 carry (%u = %t) {
        %v = load f32x4 %in[%i * 12 + %j * 4]
        %s = set %u[%i, %j] = %v
        yield %s
      }
      yield %r
    }
    %twice = fma %a, %half, %a
    %big = lt %half, %twice
    %chosen = select %big, %twice, %a
    %ints = cast i32x4[2,3] %chosen
    unroll %i = 0 to 2 {
      unroll %j = 0 to 6 step 2 {
        %k = div %j, 2
        %e = get %chosen[%i, %k]
        store %e, %out[%i * 12 + %j * 2]
        %n = get %ints[%i, %k]
        store %n, %whole[%i * 12 + %j * 2]
      }
    })",
                      "%in: ptr, %out: ptr, %whole: ptr");
  float in[24], out[24];
  int32_t whole[24];
  for (int i = 0; i < 24; ++i) in[i] = static_cast<float>(i - 9) * 0.25f;
  code.function<void(const float*, float*, int32_t*)>("f")(in, out, whole);
  for (int i = 0; i < 24; ++i) {
    float wanted = in[i] * 1.5f > 0.5f ? in[i] * 1.5f : in[i];
    EXPECT_EQ(out[i], wanted) << i;
    EXPECT_EQ(whole[i], static_cast<int32_t>(wanted)) << i;
  }
}

TEST_P(Ops, LoopsAndBranches) {
  auto code = compile(R"(
    %sum, %count = for %i = %from to %to step 3 carry (%s = 0, %n = 0) {
      %parity = mod %i, 2
      %even = eq %parity, 0
      %t = if %even {
        %u = add %s, %i
        yield %u
      } else {
        %d = sub %s, %i
        yield %d
      }
      %inner = for %j = 0 to %i carry (%q = %t) {
        %q1 = add %q, 1
        yield %q1
      }
      %m = add %n, 1
      yield %inner, %m
    }
    store %sum, %out[0]
    store %count, %out[1])",
                      "%from: i64, %to: i64, %out: ptr");
  for (int64_t from : {-4, 0, 3, 9})
    for (int64_t to : {-5, 0, 1, 9, 20}) {
      int64_t out[2], sum = 0, count = 0;
      code.function<void(int64_t, int64_t, int64_t*)>("f")(from, to, out);
      for (int64_t i = from; i < to; i += 3, ++count) sum += (i % 2 == 0 ? i : -i) + std::max<int64_t>(i, 0);
      EXPECT_EQ(out[0], sum) << from << " to " << to;
      EXPECT_EQ(out[1], count) << from << " to " << to;
    }
}

TEST_P(Ops, ParallelRangesCoverAndRestoreTheFloatMode) {
  auto code = compileModule(R"(
    func @range(%begin: i64, %end: i64, %in: ptr, %out: ptr) {
      %half = const f32 0.5
      for %i = %begin to %end {
        %x = load f32 %in[%i]
        %y = mul %x, %half
        store %y, %out[%i]
      }
      return
    }
    export func @f(%executor: ptr, %count: i64, %in: ptr, %out: ptr) {
      parallel %executor, %count, 2, @range(%in, %out)
      return
    })");
  const float smallest =
      std::numeric_limits<float>::min(); // halved it is a denormal, which compiled code flushes
  const std::vector<float> in = {1, 2, smallest, 4, 5, 6, 7};
  // Three ranges, the last first.
  convoy_executor executor{
      [](void* self, void (*body)(void*, int64_t, int64_t), void* context, int64_t count, int64_t grain) {
        EXPECT_EQ(grain, 2);
        ++*static_cast<int*>(self);
        body(context, 4, count), body(context, 4, 4), body(context, 0, 4);
      },
      nullptr, 2};
  int calls = 0;
  executor.self = &calls;
  for (const convoy_executor* e :
       {static_cast<const convoy_executor*>(nullptr), static_cast<const convoy_executor*>(&executor)}) {
    std::vector<float> out(7, -1);
    code.function<void(const convoy_executor*, int64_t, const float*, float*)>("f")(e, 7, in.data(),
                                                                                    out.data());
    for (size_t i = 0; i < 7; ++i) EXPECT_EQ(out[i], i == 2 ? 0 : in[i] / 2) << i;
    volatile float x = smallest;
    EXPECT_NE(x / 2, 0.0f) << "the caller's mode is gone";
  }
  EXPECT_EQ(calls, 1);
}

// 3 x 8 bytes by 8 x 5, in the layouts that tiles want; the left side is signed or not.
TEST_P(Ops, ByteTiles) {
  for (bool isSigned : {true, false}) {
    std::string left = isSigned ? "i8" : "u8";
    auto code = compile("%c = tile.load tile<3x5xi32> %start[0], 20\n"
                        "%a = tile.load tile<3x8x" +
                            left +
                            "> %left[0], 8\n"
                            "%b = tile.load tile<2x20xi8> %right[0], 20\n"
                            "%d = tile.mac %c, %a, %b\n"
                            "tile.store %d, i32 %out[0], 20",
                        "%start: ptr, %left: ptr, %right: ptr, %out: ptr");
    uint8_t a[24];
    int8_t b[40]; // [k / 4][j][k % 4]
    int32_t start[15], out[15];
    for (int i = 0; i < 24; ++i) a[i] = static_cast<uint8_t>(i * 53 + 90);
    for (int i = 0; i < 40; ++i) b[i] = static_cast<int8_t>(i * 37 - 70);
    for (int i = 0; i < 15; ++i) start[i] = i * 1000;
    code.function<void(const int32_t*, const uint8_t*, const int8_t*, int32_t*)>("f")(start, a, b, out);
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 5; ++j) {
        int sum = start[i * 5 + j];
        for (int k = 0; k < 8; ++k)
          sum += (isSigned ? static_cast<int8_t>(a[i * 8 + k]) : static_cast<int>(a[i * 8 + k])) *
                 b[(k / 4 * 5 + j) * 4 + k % 4];
        EXPECT_EQ(out[i * 5 + j], sum) << left << " " << i << ", " << j;
      }
  }
}

} // namespace

} // namespace convoy::texts
