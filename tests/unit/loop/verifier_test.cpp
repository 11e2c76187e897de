// One case for every rule: a text that breaks it and nothing else.
#include "parse.h"
#include <gmock/gmock.h>

namespace convoy::loop {

namespace {

struct Case {
  const char* body;    // inside func @f(%n: i64, %p: ptr, %x: f32, %v: f32x16, %w: i32x16, %m: i1x16, %b: i1)
  const char* problem; // after "@f, "
};

std::vector<std::string> problemsOf(const std::string& body) {
  return verify(parse("func @f(%n: i64, %p: ptr, %x: f32, %v: f32x16, %w: i32x16, %m: i1x16, %b: i1) {\n" +
                      body + "\nreturn }"));
}

class Rule : public testing::TestWithParam<Case> {};

TEST_P(Rule, IsChecked) {
  EXPECT_THAT(problemsOf(GetParam().body), testing::ElementsAre(std::string("@f, ") + GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    Arithmetic, Rule,
    testing::Values(Case{"%a = add %x, %v", "add %a: its operands are (f32, f32x16), which is not one type"},
                    Case{"%a = neg %p", "neg %a: arithmetic wants scalars and vectors"},
                    Case{"%a = and %v, %v", "and %a: it does not work on f32x16"},
                    Case{"%a = mod %x, %x", "mod %a: it does not work on f32"},
                    Case{"%a = sqrt %n", "sqrt %a: it does not work on i64"},
                    Case{"%a = minimum %w, %w", "minimum %a: it does not work on i32x16"},
                    Case{"%a = add %m, %m", "add %a: it does not work on i1x16"},
                    Case{"%a = load bf16 %p[0] %c = add %a, %a",
                         "add %c: bf16 is for memory and tiles; cast it first"},
                    Case{"%a = lt %n, %x", "lt %a: both sides have one type"},
                    Case{"%a = eq %p, %p", "eq %a: it compares scalars and vectors, and not bf16"},
                    Case{"%a = const ptr 0", "const %a: a constant is a scalar or a vector"},
                    Case{"%a = const f32[2] 0.0", "const %a: a constant is a scalar or a vector"}));

INSTANTIATE_TEST_SUITE_P(
    Vectors, Rule,
    testing::Values(
        Case{"%a = select %b, %v, %w", "select %a: both values have one type"},
        Case{"%a = select %n, %v, %v", "select %a: the condition is an i1, or one a lane"},
        Case{"%k = mask i1x8 %n %a = select %k, %v, %v", "select %a: the condition is an i1, or one a lane"},
        Case{"%a = cast i32x8 %v", "cast %a: a cast keeps the lanes"},
        Case{"%a = cast i1x16 %v", "cast %a: a truth value comes from a comparison"},
        Case{"%a = cast bf16x16 %w", "cast %a: bf16 is cast from and to f32"},
        Case{"%a = bitcast i32x8 %v", "bitcast %a: both types have one size"},
        Case{"%a = bitcast f32x4 %m", "bitcast %a: both types have one size"},
        Case{"%a = splat f32x16 %n", "splat %a: it wants one scalar of its kind"},
        Case{"%a = splat f32x16 %v", "splat %a: it wants one scalar of its kind"},
        Case{"%a = iota f32x16", "iota %a: lane numbers are integers"},
        Case{"%a = mask i1x16 %x", "mask %a: it wants an i64 and gives i1 lanes"},
        Case{"%a = mask i32x16 %n", "mask %a: it wants an i64 and gives i1 lanes"},
        Case{"%a = shuffle %v, %w [0, 1]", "shuffle %a: both vectors have one type"},
        Case{"%a = shuffle %v, %v [0, 32]", "shuffle %a: a lane is out of range"},
        Case{"%a = shuffle %v, %v [0, -1]", "shuffle %a: a lane is out of range"},
        Case{"%a = shuffle %v, %v [0]", "shuffle %a: it gives at least two lanes"},
        Case{"%a = shuffle %v, %v [0, 30] + 2", "shuffle %a: an index leaves its bounds"},
        Case{"%a = shuffle %v, %v [0, 30] + %n", "shuffle %a: an index is not known when code is generated"},
        Case{"%a = extract %v[16]", "extract %a: no such lane"},
        Case{"%a = extract %v[-1]", "extract %a: no such lane"},
        Case{"%a = reduce.add %w", "reduce.add %a: it wants a float vector whose lanes are a power of two"},
        Case{"%k = shuffle %v, %v [0, 1, 2] %a = reduce.maximum %k",
             "reduce.maximum %a: it wants a float vector whose lanes are a power of two"}));

INSTANTIATE_TEST_SUITE_P(
    Arrays, Rule,
    testing::Values(
        Case{"%a = number %n", "number %a: it wants a pointer"},
        Case{"%a = fill f32x16[2] %x", "fill %a: it fills an array of its operand's type, which is no tile"},
        Case{"%a = fill f32x16 %v", "fill %a: it fills an array of its operand's type, which is no tile"},
        Case{"%t = tile.zero tile<16x16xf32> %a = fill tile<16x16xf32>[2] %t",
             "fill %a: it fills an array of its operand's type, which is no tile"},
        Case{"%a = get %v[0]", "get %a: it wants an array and an index for each extent"},
        Case{"%t = fill f32x16[2] %v %a = get %t[0, 0]",
             "get %a: it wants an array and an index for each extent"},
        Case{"%t = fill f32x16[2] %v %a = get %t[2]", "get %a: an index leaves its bounds"},
        Case{"%t = fill f32x16[2] %v %a = get %t[%n]",
             "get %a: an index is not known when code is generated"},
        Case{"%t = fill f32x16[2] %v for %i = 0 to 2 { %a = get %t[%i] }",
             "get %a: an index is not known when code is generated"},
        Case{"%t = fill f32x16[2] %v unroll %i = 0 to 3 { %a = get %t[%i] }",
             "get %a: an index leaves its bounds"},
        Case{"%t = fill f32x16[2] %v unroll %i = 0 to 2 { %j = sub %i, 1 %a = get %t[%j] }",
             "get %a: an index leaves its bounds"},
        Case{"%t = fill f32x16[2] %v unroll %i = 0 to 9 { %j = mod %i, 3 %a = get %t[%j] }",
             "get %a: an index leaves its bounds"},
        Case{"%t = fill f32x16[2] %v %a = set %t[0] = %x", "set %a: the element has another type"},
        Case{"%t = fill f32x16[2] %v %a = extract %t[0]", "extract %a: no such lane"}));

INSTANTIATE_TEST_SUITE_P(
    Memory, Rule,
    testing::Values(
        Case{"%a = load f32 %n[0]", "load %a: its address is no pointer"},
        Case{"%a = load f32 %p[%x]", "load %a: an index is no i64"},
        Case{"%a = load f32[2] %p[0]", "load %a: memory holds scalars, vectors and pointers, and no i1"},
        Case{"%a = load i1x16 %p[0]", "load %a: memory holds scalars, vectors and pointers, and no i1"},
        Case{"store %m, %p[0]", "store: memory holds scalars, vectors and pointers, and no i1"},
        Case{"%k = mask i1x8 %n %a = load f32x16 %p[0] mask %k else %v",
             "load %a: the mask has a lane for each lane"},
        Case{"%a = load f32 %p[0] mask %b else %x", "load %a: the mask has a lane for each lane"},
        Case{"%a = load f32x16 %p[0] mask %m else %w", "load %a: the other value has another type"},
        Case{"store %v, %p[0] mask %b", "store: the mask has a lane for each lane"},
        Case{"%k = shuffle %v, %v [0, 1, 2] stream %k, %p[0]", "stream: its lanes are a power of two"},
        Case{"%a = offset tile<16x16xf32> %p[0]", "offset %a: it wants the type of an element"},
        Case{"%a = gather f32x16 %p[%v]", "gather %a: it wants a pointer and an i32 index for each lane"},
        Case{"%a = gather f32x8 %p[%w]", "gather %a: it wants a pointer and an i32 index for each lane"},
        Case{"%a = gather i1x16 %p[%w]", "gather %a: memory holds no i1"},
        Case{"%a = stack 0", "stack %a: it gives between 1 byte and 1 MiB"},
        Case{"%a = stack 1048577", "stack %a: it gives between 1 byte and 1 MiB"}));

INSTANTIATE_TEST_SUITE_P(
    Tiles, Rule,
    testing::Values(
        Case{"%a = tile.zero f32",
             "tile.zero %a: it gives a tile of at most 16 rows of 64 bytes, a multiple of 4"},
        Case{"%a = tile.load tile<17x16xf32> %p[0], 64",
             "tile.load %a: a tile has at most 16 rows of 64 bytes, a multiple of 4"},
        Case{"%a = tile.load tile<16x17xf32> %p[0], 64",
             "tile.load %a: a tile has at most 16 rows of 64 bytes, a multiple of 4"},
        Case{"%a = tile.load tile<16x6xi8> %p[0], 64",
             "tile.load %a: a tile has at most 16 rows of 64 bytes, a multiple of 4"},
        Case{"%t = tile.zero tile<16x16xf32> %u = tile.zero tile<16x32xbf16> %a = tile.mac %t, %u, %u",
             "tile.mac %a: a matrix unit multiplies no tile by itself"},
        Case{"%a = tile.load tile<16x16xf32> %p[0], %x", "tile.load %a: the stride is no i64"},
        Case{"%t = tile.zero tile<16x16xf32> tile.store %t, i32 %p[0], 64",
             "tile.store: it stores a tile of its scalar"},
        Case{"%t = tile.zero tile<16x16xf32> tile.store %t, f32 %p[0], %x",
             "tile.store: the stride is no i64"},
        Case{"%t = tile.zero tile<16x16xf32> %a = tile.mac %t, %v, %v", "tile.mac %a: it wants three tiles"},
        Case{"%t = tile.zero tile<16x16xf32> %u = tile.zero tile<16x32xbf16> %w8 = tile.zero tile<8x32xbf16> "
             "%a = tile.mac %t, %u, %w8",
             "tile.mac %a: the tiles (tile<16x16xf32>, tile<16x32xbf16>, tile<8x32xbf16>) do not multiply"},
        Case{"%t = tile.zero tile<16x16xi32> %u = tile.zero tile<16x32xbf16> %a = tile.mac %t, %u, %u",
             "tile.mac %a: the tiles (tile<16x16xi32>, tile<16x32xbf16>, tile<16x32xbf16>) do not multiply"},
        Case{"%t = tile.zero tile<16x16xf32> %u = tile.zero tile<16x32xbf16> %z = tile.zero "
             "tile<16x32xbf16> %a = tile.mac %t, %u, %z "
             "tile.store %t, f32 %p[0], 64",
             "tile.mac %a: %t is overwritten here and used elsewhere"},
        Case{"%t = tile.zero tile<16x16xf32> %u = tile.zero tile<16x32xbf16> %z = tile.zero "
             "tile<16x32xbf16> for %i = 0 to 2 { %a = tile.mac %t, %u, %z }",
             "tile.mac %a: %t is overwritten in a body that does not carry it"},
        Case{"%t = tile.zero tile<16x16xf32> %y = for %i = 0 to 2 carry (%c = %t) { yield %c } tile.store "
             "%t, f32 %p[0], 64",
             "for %y: %t is overwritten here and used elsewhere"},
        Case{"%t = tile.zero tile<16x16xf32> %y = for %i = 0 to 2 carry (%c = %t) { %u = tile.zero "
             "tile<16x16xf32> yield %u }",
             "yield: %u does not continue the tile that the loop carries there"},
        Case{"%t = tile.zero tile<16x16xf32> %u = tile.zero tile<16x16xf32> %y = if %b { yield %t } else { "
             "yield %u }",
             "if %y: it gives no tiles"}));

INSTANTIATE_TEST_SUITE_P(
    Control, Rule,
    testing::Values(
        Case{"for %i = 0 to %x { }", "for: a bound is no i64"},
        Case{"for %i = 0 to %n { return }", "return: it stands inside a body"},
        Case{"%a = for %i = 0 to %n carry (%c = %x) { yield %n }",
             "yield: it yields (i64), wanted are (f32)"},
        Case{"%a = for %i = 0 to %n carry (%c = %x) { }", "yield: it yields (), wanted are (f32)"},
        Case{"if %n { }", "if: the condition is no i1"}, Case{"yield", "yield: there is nothing to yield to"},
        Case{"for %i = 0 to %n { yield yield }", "yield: something follows it in its body"},
        Case{"unroll %i = 0 to 1025 { }", "unroll: it unrolls too far"},
        Case{"call @g()", "call: there is no function @g"},
        Case{"call @f(%n)", "call: @f takes (i64, ptr, f32, f32x16, i32x16, i1x16, i1), not (i64)"},
        Case{"parallel %n, %n, %n, @f(%x, %v, %w, %m, %b)",
             "parallel: it wants an executor, a count and a grain"}));

TEST(Verifier, ReportsAllProblems) { EXPECT_EQ(problemsOf("%a = add %x, %v %c = sqrt %n").size(), 2u); }

TEST(Verifier, AcceptsStaticIndices) {
  EXPECT_EQ(problemsOf("%t = fill f32x16[4,3] %v unroll %i = 0 to 8 step 2 { unroll %j = 0 to 3 { %h = div "
                       "%i, 2 %k = sub 2, %j "
                       "%l = min %h, 3 %a = get %t[%l, %k] %q = mod %i, 4 %c = get %t[%q, 0] } }"),
            std::vector<std::string>());
}

TEST(Verifier, FunctionsEndAndPass) {
  auto problems = [](const std::string& text) { return verify(parse(text)); };
  using testing::ElementsAre;
  EXPECT_THAT(problems("func @f() { %a = const f32 1.0 }"), ElementsAre("@f: it does not end in a return"));
  EXPECT_THAT(problems("func @f() { }"), ElementsAre("@f: it does not end in a return"));
  EXPECT_THAT(problems("func @f() { yield }"),
              ElementsAre("@f, yield: there is nothing to yield to", "@f: it does not end in a return"));
  EXPECT_THAT(problems("func @f() { return return }"),
              ElementsAre("@f, return: something follows it in its body"));
  EXPECT_THAT(problems("func @f(%n: i64) { return %n }"),
              ElementsAre("@f, return: it returns (i64), the function gives ()"));
  EXPECT_THAT(problems("func @f(%n: i64) -> i64, i64 { return %n, %n }"),
              ElementsAre("@f: a function gives at most one value"));
  EXPECT_THAT(problems("func @f(%t: f32[2]) { return }"),
              ElementsAre("@f: parameter %t: arrays and tiles are not passed"));
  EXPECT_THAT(problems("func @f() -> f32[2] { %x = const f32 0.0 %t = fill f32[2] %x return %t }"),
              ElementsAre("@f: arrays and tiles are not returned"));
  EXPECT_THAT(problems("func @g() -> i64 { return 1 } func @f() { call @g() return }"),
              ElementsAre("@f, call: @g gives a value, which a call does not take"));
  const std::string tiles = "%t = tile.zero tile<4x4xf32> tile.store %t, f32 %p[0], 16 ", last = "return } ",
                    g = "func @g(%b: i64, %e: i64, %p: ptr) { ", f = "func @f(%p: ptr) { ",
                    call = "call @g(1, 2, %p) ", parallel = "parallel %p, 1, 2, @g(%p) ",
                    refused = "a function with tiles calls none that has tiles, and nothing in parallel";
  EXPECT_THAT(problems(g + last + f + tiles + call + last), ElementsAre());
  EXPECT_THAT(problems(g + tiles + last + f + call + parallel + last), ElementsAre());
  EXPECT_THAT(problems(g + tiles + last + f + tiles + call + last), ElementsAre("@f, call: " + refused));
  EXPECT_THAT(problems(g + last + f + tiles + parallel + last), ElementsAre("@f, parallel: " + refused));
  EXPECT_THAT(
      problems("func @h(%p: ptr) { " + tiles + last + g + "call @h(%p) " + last + f + tiles + call + last),
      ElementsAre("@f, call: " + refused));
}

// Six loops of a thousand turns would write out 10^18 instructions.
TEST(Verifier, LimitsWhatUnrollingWritesOut) {
  std::string open, close;
  for (int i = 0; i < 6; ++i) open += "unroll %i" + std::to_string(i) + " = 0 to 1000 {", close += "}";
  EXPECT_THAT(problemsOf(open + close), testing::Contains(testing::HasSubstr("it unrolls too far")));
  EXPECT_THAT(problemsOf("%t = fill f32x16[4096] %v unroll %i = 0 to 1000 { %a = add %t, %t }"),
              testing::ElementsAre("@f: its unroll loops write out too much"));
}

// Text cannot say this; builders can.
TEST(Verifier, ValuesAreDefinedBeforeTheyAreUsed) {
  Module module = parse("func @f(%n: i64) { %a = add %n, 1 %b = add %a, 2 return }");
  auto& insts = module.functions[0]->body.insts;
  std::swap(insts[1], insts[3]);
  EXPECT_THAT(verify(module),
              testing::Contains(testing::HasSubstr("it uses a value that is not defined before it")));
}

} // namespace

} // namespace convoy::loop
