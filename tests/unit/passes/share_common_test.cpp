#include "loop/passes/share_common.h"
#include "pass_test.h"

using namespace convoy::loop;

TEST(ShareCommon, UsesTheFirstOfTwoEqualExpressions) {
  EXPECT_EQ(afterPass(R"(func @f(%a: i64, %p: ptr) {
  %x = mul %a, 3
  %y = mul %a, 3
  %v = load f32 %p[%x]
  store %v, %p[%y]
  return
}
)",
                      shareCommon),
            R"(func @f(%a: i64, %p: ptr) {
  %x = mul %a, 3
  %v = load f32 %p[%x]
  store %v, %p[%x]
  return
}
)");
}

TEST(ShareCommon, TellsApartTypesConstantsAndLoads) {
  const std::string text = R"(func @f(%a: i64, %p: ptr) {
  %k = const f32x16 1.0
  %m = const f32x8 1.0
  %n = const f32x8 2.0
  %v = load f32 %p[0]
  %w = load f32 %p[0]
  store %v, %p[1]
  store %w, %p[2]
  store %k, %p[16]
  store %m, %p[32]
  store %n, %p[40]
  return
}
)";
  EXPECT_EQ(afterPass(text, shareCommon), text);
}

TEST(ShareCommon, DoesNotCarryWhatABodyComputedBehindIt) {
  const std::string text = R"(func @f(%a: i64, %c: i1, %p: ptr) {
  if %c {
    %x = mul %a, 3
    %v = load f32 %p[%x]
    store %v, %p[0]
  }
  %y = mul %a, 3
  %w = load f32 %p[%y]
  store %w, %p[1]
  return
}
)";
  EXPECT_EQ(afterPass(text, shareCommon), text);
}
