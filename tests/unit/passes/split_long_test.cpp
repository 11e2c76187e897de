#include "loop/passes/split_long.h"
#include "pass_test.h"

using namespace convoy::loop;

namespace {

std::string afterSplit(const std::string& text, size_t most, size_t part) {
  convoy::SourceManager sources;
  convoy::DiagnosticEngine diags;
  auto module = read(*sources.add("test.loop", text), diags);
  if (!module) return "unreadable: " + diags.all()[0]->message;
  splitLong(*module, most, part);
  for (const std::string& problem : verify(*module)) return "broken: " + problem;
  return print(*module);
}

const std::string callee = R"(func @g(%n: i64, %p: ptr) {
  return
}

)";

} // namespace

TEST(SplitLong, RunsOfCallsAreFunctions) {
  EXPECT_EQ(afterSplit(callee + R"(export func @f(%n: i64, %p: ptr) {
  %a = add %n, 1
  call @g(%a, %p)
  %q = offset f32 %p[%n]
  call @g(%n, %q)
  call @g(5, %p)
  %b = mul %n, 2
  call @g(%b, %p)
  call @g(%n, %p)
  return
}
)",
                       4, 2),
            callee + R"(func @f.part0(%n: i64, %p: ptr) {
  %a = add %n, 1
  call @g(%a, %p)
  %q = offset f32 %p[%n]
  call @g(%n, %q)
  return
}

func @f.part1(%p: ptr, %n: i64) {
  call @g(5, %p)
  %b = mul %n, 2
  call @g(%b, %p)
  return
}

export func @f(%n: i64, %p: ptr) {
  call @f.part0(%n, %p)
  call @f.part1(%p, %n)
  call @g(%n, %p)
  return
}
)");
}

TEST(SplitLong, WhatIsUsedBehindARunIsComputedBeforeIt) {
  EXPECT_EQ(afterSplit(callee + R"(func @f(%n: i64, %p: ptr) {
  %a = add %n, 1
  %b = mul %a, 3
  call @g(%a, %p)
  call @g(%n, %p)
  call @g(%b, %p)
  return
}
)",
                       2, 2),
            callee + R"(func @f.part0(%a: i64, %p: ptr, %n: i64) {
  call @g(%a, %p)
  call @g(%n, %p)
  return
}

func @f(%n: i64, %p: ptr) {
  %a = add %n, 1
  %b = mul %a, 3
  call @f.part0(%a, %p, %n)
  call @g(%b, %p)
  return
}
)");
}

TEST(SplitLong, LoadsStayWhereTheyAreRead) {
  const std::string text = callee + R"(func @f(%n: i64, %p: ptr) {
  %a = load i64 %p[0]
  call @g(%a, %p)
  call @g(%n, %p)
  call @g(%a, %p)
  return
}
)";
  EXPECT_EQ(afterSplit(text, 2, 2), text) << "a call may change what is loaded";
}

TEST(SplitLong, BodiesInsideToo) {
  EXPECT_EQ(afterSplit(callee + R"(func @f(%n: i64, %p: ptr) {
  for %i = 0 to %n {
    call @g(%i, %p)
    %c = eq %i, %n
    if %c {
      call @g(%n, %p)
    }
    call @g(%i, %p)
  }
  return
}
)",
                       2, 2),
            callee + R"(func @f.part0(%i: i64, %p: ptr, %n: i64) {
  call @g(%i, %p)
  %c = eq %i, %n
  if %c {
    call @g(%n, %p)
  }
  return
}

func @f(%n: i64, %p: ptr) {
  for %i = 0 to %n {
    call @f.part0(%i, %p, %n)
    call @g(%i, %p)
  }
  return
}
)");
}

TEST(SplitLong, ShortFunctionsStayAsTheyAre) {
  const std::string text = callee + R"(func @f(%n: i64, %p: ptr) {
  call @g(%n, %p)
  call @g(%n, %p)
  call @g(%n, %p)
  return
}
)";
  EXPECT_EQ(afterSplit(text, 3, 1), text);
}
