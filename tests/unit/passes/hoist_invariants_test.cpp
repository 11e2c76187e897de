#include "loop/passes/hoist_invariants.h"
#include "pass_test.h"

using namespace convoy::loop;

TEST(HoistInvariants, MovesAddressArithmeticOutOfAllLoopsItDoesNotDependOn) {
  EXPECT_EQ(afterPass(R"(func @f(%n: i64, %w: i64, %p: ptr) {
  for %y = 0 to %n {
    for %x = 0 to %w {
      %two = mul %w, 2
      %row = mul %y, %w
      %at = add %row, %x
      %v = load f32 %p[%at]
      store %v, %p[%at + 1]
    }
  }
  return
}
)",
                      hoistInvariants),
            R"(func @f(%n: i64, %w: i64, %p: ptr) {
  %two = mul %w, 2
  for %y = 0 to %n {
    %row = mul %y, %w
    for %x = 0 to %w {
      %at = add %row, %x
      %v = load f32 %p[%at]
      store %v, %p[%at + 1]
    }
  }
  return
}
)");
}

TEST(HoistInvariants, LeavesLoadsAndBranchBodiesAlone) {
  const std::string text = R"(func @f(%n: i64, %c: i1, %p: ptr) {
  for %x = 0 to %n {
    %v = load f32 %p[0]
    if %c {
      %s = add %v, %v
      store %s, %p[%x]
    }
  }
  return
}
)";
  EXPECT_EQ(afterPass(text, hoistInvariants), text);
}

TEST(HoistInvariants, KeepsWhatDependsOnCarriedValues) {
  const std::string text = R"(func @f(%n: i64, %p: ptr) {
  %k = const f32 1.0
  %r = for %x = 0 to %n carry (%t = %k) {
    %s = add %t, %k
    yield %s
  }
  store %r, %p[0]
  return
}
)";
  EXPECT_EQ(afterPass(text, hoistInvariants), text);
}
