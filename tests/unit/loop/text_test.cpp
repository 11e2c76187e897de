// Reading and printing.
#include "parse.h"
#include <sstream>

namespace convoy::loop {

namespace {

// Every operation, in the form in which it is printed.
const char* const everything = R"(func @leaf(%begin: i64, %end: i64, %p: ptr) {
  return
}

func @tiles(%p: ptr, %q: ptr, %n: i64) {
  %t0 = tile.zero tile<16x16xf32>
  %t1 = tile.load tile<16x32xbf16> %p[%n * 32], 64
  %t2 = tile.load tile<16x32xbf16> %q[0], %n
  %t3 = tile.mac %t0, %t1, %t2
  tile.store %t3, f32 %q[0], 64
  return
}

export func @all(%p: ptr, %n: i64, %x: f32, %v: f32x16, %w: i32x16, %q: ptr) -> i32 {
  %zero = const f32x16 0.0
  %tenth = const f32 0.1
  %third = const f64 0.33333333333333331
  %top = const f32 inf
  %low = const f32 -inf
  %bad = const f32 nan
  %huge = const f32 1e+30
  %byte = const u8x16 255
  %code = const i32 0
  %add = add %v, %zero
  %sub = sub %n, 3
  %mul = mul 4, %n
  %div = div %sub, %mul
  %mod = mod %sub, 7
  %min = min %v, %zero
  %max = max %v, %zero
  %minimum = minimum %v, %zero
  %maximum = maximum %v, %zero
  %lt = lt %v, %zero
  %le = le %n, 0
  %eq = eq %n, -1
  %ne = ne %w, %w
  %and = and %lt, %ne
  %or = or %le, %eq
  %xor = xor %n, %sub
  %shl = shl %n, 2
  %shr = shr %n, 2
  %fma = fma %v, %v, %zero
  %bytes = load u8x64 %p[0]
  %weights = load i8x64 %p[0]
  %dot = dot %w, %bytes, %weights
  %neg = neg %v
  %abs = abs %v
  %sqrt = sqrt %v
  %round = round %v
  %floor = floor %v
  %select = select %and, %v, %zero
  %cast = cast i32x16 %v
  %bits = bitcast i32x16 %v
  %splat = splat f32x16 %x
  %iota = iota i32x16
  %mask = mask i1x16 %n
  %shuffle = shuffle %v, %zero [0, 17, 2, 19]
  %lane = extract %v[15]
  %sum = reduce.add %v
  %most = reduce.maximum %v
  %array = fill f32x16[2,3] %zero
  %element = get %array[1, 2]
  %replaced = set %array[0, 1] = %v
  %row = offset f32 %p[%n * 4 + %sub - 3]
  %address = number %row
  %load = load f32x16 %row[0]
  %masked = load f32x16 %row[%n] mask %mask else %zero
  %pointer = load ptr %q[1]
  store %v, %q[%n * 16 + 5]
  store %v, %q[-16] mask %mask
  stream %v, %q[%n * 16]
  %gather = gather f32x16 %p[%w]
  prefetch f32 %p[%n + 64]
  prefetch_far f32 %p[%n * 2]
  %stack = stack 4096
  %s, %c = for %i = 0 to %n step 4 carry (%a = %zero, %k = 0) {
    %b = load f32x16 %p[%i]
    %d = add %a, %b
    %l = add %k, 1
    yield %d, %l
  }
  for %i_1 = %s_0 to 10 {
    store %s, %q[%i_1]
  }
  %u = unroll %j = 0 to 6 step 2 carry (%e = %array) {
    %half = div %j, 2
    %f = set %e[0, %half] = %v
    yield %f
  }
  unroll %j_1 = 1 to 2 {
    %g = shuffle %v, %v [0, 1] + %j_1
    store %g, %q[%j_1]
  }
  %if = if %or {
    yield %v
  } else {
    yield %zero
  }
  if %le {
    store %if, %q[0]
  }
  call @leaf(0, %n, %p)
  call @tiles(%p, %q, %n)
  parallel %p, %n, 4, @leaf(%q) step 7
  return %code
}
)";

std::string
fixed(std::string text) { // the sample uses one name before it is defined, which only this line mends
  size_t at = text.find("%s_0");
  return text.replace(at, 4, "%c");
}

TEST(LoopText, PrintsWhatItRead) {
  std::string text = fixed(everything);
  Module module = parse(text);
  EXPECT_EQ(print(module), text);
  EXPECT_EQ(verify(module), std::vector<std::string>());
}

void checkLines(const Block& block, const std::vector<std::string>& text, const LineNumbers& lines) {
  for (const auto& inst : block.insts) {
    const bool isLiteral = inst->op == Op::Const && inst->results[0]->type.isIndex();
    const bool isSilent = isLiteral || (inst->op == Op::Yield && inst->operands.empty());
    ASSERT_EQ(lines.count(inst.get()), isSilent ? 0u : 1u) << textOf(inst->op);
    if (!isSilent) {
      const std::string& line = text.at(lines.at(inst.get()) - 1);
      EXPECT_NE((line + " ").find(std::string(" ") + textOf(inst->op) + " "), std::string::npos) << line;
      for (const Value* result : inst->results)
        EXPECT_LT(line.find("%" + result->name), line.find('=')) << line;
    }
    for (const auto& inner : inst->blocks) checkLines(*inner, text, lines);
  }
}

TEST(LoopText, TellsTheLineOfEachInstruction) {
  Module module = parse(fixed(everything));
  LineNumbers lines;
  std::istringstream stream(print(module, &lines));
  std::vector<std::string> text;
  for (std::string line; std::getline(stream, line);) text.push_back(line);
  for (const auto& function : module.functions) {
    EXPECT_NE(text.at(lines.at(function.get()) - 1).find("func @" + function->name + "("), std::string::npos);
    checkLines(function->body, text, lines);
  }
}

TEST(LoopText, EveryOperationIsInTheSample) {
  std::string text = everything;
#define CONVOY_LOOP_OP(name, word, shape, summary)                                                           \
  EXPECT_NE(text.find(std::string(" ") + word), std::string::npos) << word;
#include "loop/ops.def"
#undef CONVOY_LOOP_OP
}

TEST(LoopText, CommentsSpacesAndNames) {
  Module m = parse("// first\nfunc @f(%c: i64,\n %c_1 : i64)// second\n{ for %i = 0 to %c { %x = add %i, 1 } "
                   "for %i = 0 to 3 { %x = add %i, %c_1 }\nreturn }");
  std::string once = print(m);
  EXPECT_EQ(once, "func @f(%c: i64, %c_1: i64) {\n  for %i = 0 to %c {\n    %x = add %i, 1\n  }\n"
                  "  for %i_1 = 0 to 3 {\n    %x_1 = add %i_1, %c_1\n  }\n  return\n}\n");
  EXPECT_EQ(print(parse(once)), once);
}

TEST(LoopText, NumbersKeepTheirBits) {
  for (const char* number :
       {"0.1", "1e-45", "3.4028234663852886e+38", "-0.0", "16777217.0", "0.1000000000000000055"}) {
    Module m = parse(std::string("func @f() { %x = const f64 ") + number + " return }");
    double first = m.functions[0]->body.insts[0]->number;
    Module again = parse(print(m));
    EXPECT_EQ(again.functions[0]->body.insts[0]->number, first) << number;
  }
}

TEST(LoopText, ErrorsSayWhere) {
  auto inBody = [](const std::string& line) {
    return readError("func @f(%n: i64, %p: ptr) {\n" + line + "\nreturn }");
  };
  EXPECT_EQ(readError("fun @f() { return }"), "1:1 loop IR: expected 'func'");
  EXPECT_EQ(readError("func @f() { return }\nfunc @f() { return }"), "2:6 loop IR: @f is already defined");
  EXPECT_EQ(readError("func @f(%a: f31) { return }"),
            "1:13 loop IR: expected a type such as f32x16, ptr or i64");
  EXPECT_EQ(readError("func @f(%a: i64, %a: i64) { return }"), "1:18 loop IR: %a is already defined here");
  EXPECT_EQ(readError("func @f() {"), "1:12 loop IR: expected an operation");
  EXPECT_EQ(inBody("%a = addd %n, 1"), "2:6 loop IR: there is no operation 'addd'; did you mean 'add'?");
  EXPECT_EQ(inBody("%a = add %m, 1"), "2:10 loop IR: %m is not defined here");
  EXPECT_EQ(inBody("%a = add %n 1"), "2:13 loop IR: expected ','");
  EXPECT_EQ(inBody("%n = add 1, 1"), "2:1 loop IR: %n is already defined here");
  EXPECT_EQ(inBody("add %n, 1"), "2:1 loop IR: 'add' gives 1 results, 0 are named");
  EXPECT_EQ(inBody("%a = store %n, %p[0]"), "2:1 loop IR: 'store' gives 0 results, 1 are named");
  EXPECT_EQ(inBody("%a = add %n, 9223372036854775808"), "2:14 loop IR: the integer does not fit 64 bits");
  EXPECT_EQ(inBody("%a = load f32 %p[9223372036854775807 + 1]"),
            "2:41 loop IR: the offset does not fit 64 bits");
  EXPECT_EQ(inBody("%a = load f32 %p[1 - %n]"),
            "2:22 loop IR: only a constant can be subtracted in an address");
  EXPECT_EQ(inBody("%a = const f32 1.0.0"), "2:16 loop IR: expected a number");
  EXPECT_EQ(inBody("for %i = 0 to 4 step 0 { }"), "2:23 loop IR: a step is at least 1");
  EXPECT_EQ(inBody("for %i = 0 to 4 { %x = add %i, 1 } %y = add %x, 1"),
            "2:45 loop IR: %x is not defined here");
}

TEST(LoopText, DeepNestingIsRefused) {
  std::string text = "func @f() {";
  for (int i = 0; i < 100; ++i) text += "for %i" + std::to_string(i) + " = 0 to 1 {";
  EXPECT_EQ(readError(text).substr(readError(text).find(' ') + 1), "loop IR: loops nest too deeply");
}

// Cutting the text anywhere is an error with a place, or leaves something that reads.
TEST(LoopText, TruncatedTextNeverCrashes) {
  std::string text = fixed(everything);
  for (size_t n = 0; n < text.size(); n += 3) {
    SourceFile file("cut.loop", text.substr(0, n));
    DiagnosticEngine diags;
    auto module = read(file, diags);
    EXPECT_EQ(module.has_value(), !diags.hasErrors()) << n;
    if (module) verify(*module);
  }
}

TEST(StructuralKey, LeavesOutNames) {
  auto key = [](const std::string& text) { return structuralKey(*parse(text).functions[0]); };
  std::string a = "func @a(%x: ptr, %y: i64) { %v = load f32 %x[%y * 4 + 1] store %v, %x[0] return }";
  std::string b =
      "func @b(%in: ptr, %n: i64) { %loaded = load f32 %in[%n * 4 + 1] store %loaded, %in[0] return }";
  EXPECT_EQ(key(a), key(b));
  EXPECT_NE(key(a), key("func @a(%x: ptr, %y: i64) { %v = load f32 %x[%y * 4 + 2] store %v, %x[0] return }"));
  EXPECT_NE(key(a), key("func @a(%x: ptr, %y: i64) { %v = load i32 %x[%y * 4 + 1] store %v, %x[0] return }"));
  EXPECT_NE(key(a),
            key("export func @a(%x: ptr, %y: i64) { %v = load f32 %x[%y * 4 + 1] store %v, %x[0] return }"));
  EXPECT_NE(key("func @a(%x: i64, %y: i64) { %v = sub %x, %y return }"),
            key("func @a(%x: i64, %y: i64) { %v = sub %y, %x return }"));
}

} // namespace

} // namespace convoy::loop
