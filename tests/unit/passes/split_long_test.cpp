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

const std::string callee = R"(func @g(%begin: i64, %end: i64, %p: ptr) {
  return
}

)";

} // namespace

TEST(SplitLong, RunsOfCallsAreFunctions) {
  EXPECT_EQ(afterSplit(callee + R"(export func @f(%n: i64, %p: ptr) {
  %a = add %n, 1
  parallel %p, %a, 1, @g(%p)
  %q = offset f32 %p[%n]
  parallel %p, %n, 1, @g(%q)
  parallel %p, 5, 1, @g(%p)
  %b = mul %n, 2
  parallel %p, %b, 1, @g(%p)
  parallel %p, %n, 1, @g(%p)
  return
}
)",
                       4, 2),
            callee + R"(func @f.part0(%n: i64, %p: ptr) {
  %a = add %n, 1
  parallel %p, %a, 1, @g(%p)
  %q = offset f32 %p[%n]
  parallel %p, %n, 1, @g(%q)
  return
}

func @f.part1(%p: ptr, %n: i64) {
  parallel %p, 5, 1, @g(%p)
  %b = mul %n, 2
  parallel %p, %b, 1, @g(%p)
  return
}

export func @f(%n: i64, %p: ptr) {
  call @f.part0(%n, %p)
  call @f.part1(%p, %n)
  parallel %p, %n, 1, @g(%p)
  return
}
)");
}

TEST(SplitLong, WhatIsUsedBehindARunIsComputedBeforeIt) {
  EXPECT_EQ(afterSplit(callee + R"(func @f(%n: i64, %p: ptr) {
  %a = add %n, 1
  %b = mul %a, 3
  parallel %p, %a, 1, @g(%p)
  parallel %p, %n, 1, @g(%p)
  parallel %p, %b, 1, @g(%p)
  return
}
)",
                       2, 2),
            callee + R"(func @f.part0(%p: ptr, %a: i64, %n: i64) {
  parallel %p, %a, 1, @g(%p)
  parallel %p, %n, 1, @g(%p)
  return
}

func @f(%n: i64, %p: ptr) {
  %a = add %n, 1
  %b = mul %a, 3
  call @f.part0(%p, %a, %n)
  parallel %p, %b, 1, @g(%p)
  return
}
)");
}

TEST(SplitLong, LoadsStayWhereTheyAreRead) {
  const std::string text = callee + R"(func @f(%n: i64, %p: ptr) {
  %a = load i64 %p[0]
  parallel %p, %a, 1, @g(%p)
  parallel %p, %n, 1, @g(%p)
  parallel %p, %a, 1, @g(%p)
  return
}
)";
  EXPECT_EQ(afterSplit(text, 2, 2), text) << "a call may change what is loaded";
}

TEST(SplitLong, BodiesInsideToo) {
  EXPECT_EQ(afterSplit(callee + R"(func @f(%n: i64, %p: ptr) {
  for %i = 0 to %n {
    parallel %p, %i, 1, @g(%p)
    %c = eq %i, %n
    if %c {
      parallel %p, %n, 1, @g(%p)
    }
    parallel %p, %i, 1, @g(%p)
  }
  return
}
)",
                       2, 2),
            callee + R"(func @f.part0(%p: ptr, %i: i64, %n: i64) {
  parallel %p, %i, 1, @g(%p)
  %c = eq %i, %n
  if %c {
    parallel %p, %n, 1, @g(%p)
  }
  return
}

func @f(%n: i64, %p: ptr) {
  for %i = 0 to %n {
    call @f.part0(%p, %i, %n)
    parallel %p, %i, 1, @g(%p)
  }
  return
}
)");
}

TEST(SplitLong, ShortFunctionsStayAsTheyAre) {
  const std::string text = callee + R"(func @f(%n: i64, %p: ptr) {
  parallel %p, %n, 1, @g(%p)
  parallel %p, %n, 1, @g(%p)
  parallel %p, %n, 1, @g(%p)
  return
}
)";
  EXPECT_EQ(afterSplit(text, 3, 1), text);
}
