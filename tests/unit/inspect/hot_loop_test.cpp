// Which loops count as vectorized.
#include "inspect/hot_loop.h"
#include "loop/reader.h"
#include <gtest/gtest.h>

namespace convoy::inspect {
namespace {

bool vectorized(const std::string& body) {
  SourceFile file("test.loop", "func @f(%n: i64, %in: ptr, %out: ptr) {\n" + body + "return\n}\n");
  DiagnosticEngine diags;
  auto module = loop::read(file, diags);
  if (!module || diags.hasErrors()) throw std::runtime_error(renderText(*diags.all().at(0), false));
  return hotLoopIsVectorized(*module->functions[0]);
}

TEST(HotLoop, VectorsAndScalars) {
  EXPECT_TRUE(vectorized("for %i = 0 to %n step 8 {\n%a = load f32x8 %in[%i]\nstore %a, %out[%i]\n}\n"));
  EXPECT_FALSE(vectorized("for %i = 0 to %n {\n%a = load f32 %in[%i]\nstore %a, %out[%i]\n}\n"));
  EXPECT_FALSE(vectorized("%a = load f32 %in[%n]\nstore %a, %out[%n]\n"));
}

TEST(HotLoop, VectorsAroundAScalarLoopDoNotCount) {
  EXPECT_FALSE(vectorized("for %i = 0 to %n {\n%v = load f32x8 %in[%i]\nstore %v, %out[%i]\n"
                          "for %k = 0 to 9 {\n%a = load f32 %in[%k]\nstore %a, %out[%k]\n}\n}\n"));
}

TEST(HotLoop, AScalarRestBesideVectorsDoes) {
  EXPECT_TRUE(vectorized("for %i = 0 to %n step 8 {\n%v = load f32x8 %in[%i]\nstore %v, %out[%i]\n}\n"
                         "for %k = 0 to 7 {\n%a = load f32 %in[%k]\nstore %a, %out[%k]\n}\n"));
}

TEST(HotLoop, ALoopThatNeverTurnsIsNone) {
  EXPECT_FALSE(vectorized("for %i = 16 to 16 step 8 {\n%v = load f32x8 %in[%i]\nstore %v, %out[%i]\n}\n"
                          "for %k = 0 to 7 {\n%a = load f32 %in[%k]\nstore %a, %out[%k]\n}\n"));
}

TEST(HotLoop, ProductsOfBytesAreVectorsToo) {
  EXPECT_TRUE(vectorized("%zero = const i32x8 0\n%s = for %i = 0 to %n carry (%a = %zero) {\n"
                         "%x = load u8x32 %in[%i * 32]\n%w = load i8x32 %out[%i * 32]\n"
                         "%b = dot %a, %x, %w\nyield %b\n}\nstore %s, %out[0]\n"));
}

TEST(HotLoop, UnrolledRoundsAreWrittenOut) {
  EXPECT_TRUE(vectorized("for %i = 0 to %n step 8 {\nunroll %j = 0 to 2 {\n%v = load f32x8 %in[%i + %j * 8]\n"
                         "store %v, %out[%i + %j * 8]\n}\n}\n"));
  // Integers do not make a kernel of floats fast.
  EXPECT_FALSE(vectorized("for %i = 0 to %n {\nunroll %j = 0 to 2 {\n%v = iota i32x8\n%a = load f32 %in[%i]\n"
                          "store %a, %out[%i]\n}\n}\n"));
}

} // namespace
} // namespace convoy::inspect
