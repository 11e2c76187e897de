#include "loop/passes/remove_dead.h"
#include "pass_test.h"

using namespace convoy::loop;

TEST(RemoveDead, DropsWholeChainsWithoutAUse) {
  EXPECT_EQ(afterPass(R"(func @f(%a: i64, %p: ptr) {
  %x = mul %a, 3
  %y = add %x, %a
  %v = load f32 %p[%y]
  %w = load f32 %p[%a]
  store %w, %p[0]
  return
}
)",
                      removeDead),
            R"(func @f(%a: i64, %p: ptr) {
  %w = load f32 %p[%a]
  store %w, %p[0]
  return
}
)");
}

TEST(RemoveDead, KeepsWhatANestedBodyUses) {
  const std::string text = R"(func @f(%a: i64, %p: ptr) {
  %x = mul %a, 3
  for %i = 0 to %a {
    %v = load f32 %p[%x]
    store %v, %p[%i]
  }
  return
}
)";
  EXPECT_EQ(afterPass(text, removeDead), text);
}
