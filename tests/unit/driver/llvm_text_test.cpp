// LLVM IR that is read back: how it is cut into modules, and what is said of mistakes.
#include "output/llvm_text.h"
#include "output/llvm_words.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

struct Read {
  explicit Read(const std::string& text) : file("dir/f.ll", text) { made = readLlvm(file, false, diags); }
  std::string problems() const {
    std::string all;
    for (const auto& problem : diags.all()) {
      all += problem->code + " " + problem->labels.front().location.str() + " " + problem->message + "\n";
      for (const std::string& note : problem->notes) all += "  " + note + "\n";
    }
    return all;
  }
  SourceFile file;
  DiagnosticEngine diags;
  std::optional<LlvmText> made;
};

const std::string f = "define void @f() {\n  ret void\n}\n", g = "define void @g() {\n  ret void\n}\n";

TEST(LlvmText, ModulesBeginWithTheirNames) {
  const Read read("\n\n; ModuleID = 'a'\n" + f + "\n; ModuleID = 'b c'\n" + g);
  ASSERT_TRUE(read.made) << read.problems();
  ASSERT_EQ(read.made->modules.size(), 2u);
  EXPECT_EQ(read.made->modules[0].name, "a");
  EXPECT_EQ(read.made->modules[1].name, "b c");
  EXPECT_EQ(read.made->modules[1].text, "; ModuleID = 'b c'\n" + g);
  EXPECT_EQ(read.made->find("b c"), &read.made->modules[1]);
  EXPECT_EQ(read.made->find("c"), nullptr);
}

TEST(LlvmText, WithoutNamesItIsOneModule) {
  const Read read("; not a ; ModuleID = 'a'\n" + f + g);
  ASSERT_TRUE(read.made) << read.problems();
  ASSERT_EQ(read.made->modules.size(), 1u);
  EXPECT_EQ(read.made->modules[0].name, "f");
  EXPECT_TRUE(Read("").made);
}

TEST(LlvmText, MistakesAreWhereTheyAreInTheWholeFile) {
  EXPECT_EQ(
      Read("; ModuleID = 'a'\n" + f + "; ModuleID = 'b'\ndefine void @g() {\n  rat void\n}\n").problems(),
      "E0670 dir/f.ll:7:3 LLVM IR: an instruction is wanted here\n");
  EXPECT_EQ(Read("define i64 @f(i64 %a) {\n  %b = add i64 %a, %c\n  ret i64 %b\n}\n").problems(),
            "E0670 dir/f.ll:2:20 LLVM IR: '%c' is not defined here\n");
  EXPECT_EQ(Read("; ModuleID = 'a'\n; ModuleID = 'a'\n").problems(),
            "E0671 dir/f.ll:2:15 LLVM IR is not well formed: two modules are named 'a'\n");
  EXPECT_EQ(Read("define void @f() {\n  ret void").problems().substr(0, 10), "E0670 dir/");
}

// LLVM itself would end the process for a module with lines for debuggers.
TEST(LlvmText, RulesAreCheckedInTextsWithDebugLinesToo) {
  const std::string lines = "!llvm.module.flags = !{!0}\n!0 = !{i32 2, !\"Debug Info Version\", i32 3}\n";
  EXPECT_TRUE(Read(f + lines).made);
  EXPECT_EQ(
      Read("define i64 @f(i64 %a) {\n  %c = add i64 %b, 1\n  %b = add i64 %a, 1\n  ret i64 %c\n}\n" + lines)
          .problems(),
      "E0671 dir/f.ll:3:3 LLVM IR is not well formed: @f breaks a rule of LLVM IR\n"
      "  the rule: Instruction does not dominate all uses! In: %b = add i64 %a, 1\n");
}

TEST(LlvmText, AssemblyIsRefused) {
  for (const char* text :
       {"define void @f() {\n  call void asm \"nop\", \"\"()\n  ret void\n}\n", "module asm \"nop\"\n"})
    EXPECT_NE(Read(text).problems().find("assembly is not taken"), std::string::npos);
}

TEST(LlvmText, IsForWhatItNames) {
  const std::string attributes =
      " \"target-cpu\"=\"skylake\" \"target-features\"=\"+avx2\" {\n  ret void\n}\n";
  const Read read("target triple = \"x86_64-pc-linux-gnu\"\ndefine void @f()" + attributes);
  ASSERT_TRUE(read.made) << read.problems();
  Target target;
  target.triple = "x86_64-pc-linux-gnu", target.cpu = "skylake", target.features = "+avx2";
  DiagnosticEngine diags;
  EXPECT_TRUE(checkTarget(*read.made, target, diags));
  for (std::string Target::* field : {&Target::triple, &Target::cpu, &Target::features}) {
    Target other = target;
    other.*field = "another";
    EXPECT_FALSE(checkTarget(*read.made, other, diags));
    EXPECT_TRUE(diags.all().back()->labels.front().location.valid());
  }
  EXPECT_EQ(diags.errorCount(), 3u);
}

TEST(LlvmWords, KnownReasonsHaveWordsOfTheirOwn) {
  EXPECT_EQ(explainLlvm("use of undefined value '%x'").what, "'%x' is not defined here");
  EXPECT_EQ(explainLlvm("'%x' defined with type 'i64' but expected 'ptr'").what,
            "'%x' is 'i64', and 'ptr' is wanted here");
  EXPECT_EQ(explainLlvm("use of undefined value '%x'").note, "");
  const LlvmReason other = explainLlvm("expected ',' after 'it'");
  EXPECT_EQ(other.what, "this cannot be read");
  EXPECT_EQ(other.note, "expected ',' after 'it'");
}

} // namespace
} // namespace convoy
