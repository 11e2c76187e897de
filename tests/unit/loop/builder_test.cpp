#include "loop/builder.h"
#include "parse.h"
#include "support/internal_error.h"
#include <limits>

namespace convoy::loop {

namespace {

struct Fixture : testing::Test {
  Function f;
  Builder b{f};
  Fixture() { f.name = "f"; }
  // The function's text, which must verify and read back as the same text.
  std::string text() {
    auto copy = print(f);
    Module read = parse(copy);
    EXPECT_EQ(print(read), copy);
    EXPECT_EQ(verify(read), std::vector<std::string>());
    return copy;
  }
  static int64_t constant(const Value* v) {
    EXPECT_EQ(v->def->op, Op::Const);
    return v->def->ints[0];
  }
};
using LoopBuilder = Fixture;

TEST_F(LoopBuilder, FoldsIndexArithmetic) {
  EXPECT_EQ(constant(b.add(b.index(2), b.index(3))), 5);
  EXPECT_EQ(constant(b.sub(b.index(2), b.index(3))), -1);
  EXPECT_EQ(constant(b.mul(b.index(-2), b.index(3))), -6);
  EXPECT_EQ(constant(b.floorDiv(b.index(-7), 2)), -4);
  EXPECT_EQ(constant(b.ceilDiv(b.index(7), 2)), 4);
  EXPECT_EQ(constant(b.binary(Op::Mod, b.index(-7), b.index(3))), 2);
  EXPECT_EQ(constant(b.min(b.index(2), b.index(3))), 2);
  EXPECT_EQ(constant(b.max(b.index(2), b.index(3))), 3);
}

TEST_F(LoopBuilder, FoldsNeutralElements) {
  Value* n = b.parameter(Type::index(), "n");
  EXPECT_EQ(b.add(n, int64_t{0}), n);
  EXPECT_EQ(b.add(b.index(0), n), n);
  EXPECT_EQ(b.sub(n, b.index(0)), n);
  EXPECT_EQ(b.mul(n, 1), n);
  EXPECT_EQ(b.mul(b.index(1), n), n);
  EXPECT_EQ(b.floorDiv(n, 1), n);
  EXPECT_EQ(b.min(n, n), n);
  EXPECT_EQ(constant(b.mul(n, int64_t{0})), 0);
  EXPECT_EQ(constant(b.binary(Op::Mod, n, b.index(1))), 0);
  EXPECT_EQ(b.sub(b.index(0), n)->def->op, Op::Sub);
}

// Neither an overflow nor a division by zero is computed here.
TEST_F(LoopBuilder, LeavesWhatHasNoValue) {
  int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(b.add(b.index(most), b.index(1))->def->op, Op::Add);
  EXPECT_EQ(b.mul(b.index(most), b.index(2))->def->op, Op::Mul);
  EXPECT_EQ(b.binary(Op::Div, b.index(1), b.index(0))->def->op, Op::Div);
}

TEST_F(LoopBuilder, FloatsAreNotFolded) {
  Value* x = b.parameter(Type::of(Scalar::F32), "x");
  EXPECT_NE(b.add(x, b.number(0, x->type)), x); // -0.0 + 0.0 is 0.0
}

TEST_F(LoopBuilder, IndicesAreSums) {
  Value *n = b.parameter(Type::index(), "n"), *m = b.parameter(Type::index(), "m"),
        *p = b.parameter(Type::pointer(), "p");
  Index at = (Index(n, 4) + Index(m) + Index(n, 2) + 3) * 2 + Index(b.index(5), 10) + Index(m, 0);
  b.load(Type::of(Scalar::F32), p, at);
  EXPECT_EQ(b.offset(Scalar::F32, p, 0), p);
  b.store(b.value(at), p, 0);
  b.ret();
  EXPECT_EQ(text(),
            "func @f(%n: i64, %m: i64, %p: ptr) {\n  %x = load f32 %p[%n * 12 + %m * 2 + 56]\n"
            "  %mul = mul %n, 12\n  %mul_1 = mul %m, 2\n  %add = add %mul, %mul_1\n  %add_1 = add %add, 56\n"
            "  store %add_1, %p[0]\n  return\n}\n");
}

TEST_F(LoopBuilder, LoopsCarryValues) {
  Value *n = b.parameter(Type::index(), "n"), *p = b.parameter(Type::pointer(), "p");
  Type vector = Type::vector(Scalar::F32, 16);
  Value* tile = b.fill(vector.arrayOf({2}), b.number(0, vector));
  auto sums = b.loop("i", b.index(0), n, 16, {tile}, [&](Value* i, const Builder::Values& carried) {
    return b.unroll("u", 0, 2, carried, [&](Value* u, const Builder::Values& t) {
      Value* x = b.load(vector, p, Index(i, 2) + Index(u, 16));
      return Builder::Values{b.set(t[0], {u}, b.fma(x, x, b.get(t[0], {u})))};
    });
  });
  auto chosen = b.branch(
      b.compare(Op::Lt, n, b.index(4)), [&] { return Builder::Values{b.get(sums[0], {b.index(0)})}; },
      [&] { return Builder::Values{b.get(sums[0], {b.index(1)})}; });
  b.store(chosen[0], p, 0, b.mask(16, n));
  b.ret();
  EXPECT_NE(text().find("%r = for %i = 0 to %n step 16 carry (%t = %tile) {"), std::string::npos) << text();
}

TEST_F(LoopBuilder, ABodyYieldsWhatItCarries) {
  EXPECT_THROW(b.loop("i", b.index(0), b.index(1), 1, {b.index(0)},
                      [](Value*, const Builder::Values&) { return Builder::Values{}; }),
               InternalError);
}

TEST_F(LoopBuilder, ScalarsNeedNoSplat) {
  Value* x = b.parameter(Type::of(Scalar::F32), "x");
  EXPECT_EQ(b.splat(x->type, x), x);
  EXPECT_EQ(b.splat(Type::vector(Scalar::F32, 8), x)->type.lanes, 8u);
}

// Constants are shared by many uses here and stand as literals in text, which must not change anyone's name.
TEST_F(LoopBuilder, LiteralsTakeNoNames) {
  Value* one = b.index(1);
  Value* p = b.parameter(Type::pointer(), "p");
  for (int i = 0; i < 3; ++i) b.store(one, p, i);
  Value* c = f.newValue(Type::index(), "c");
  EXPECT_EQ(c->name, "c");
  b.ret();
  EXPECT_EQ(text(),
            "func @f(%p: ptr) {\n  store 1, %p[0]\n  store 1, %p[1]\n  store 1, %p[2]\n  return\n}\n");
}

} // namespace

} // namespace convoy::loop
