// What debug information tells of lines, and that it is gone from the texts.
#include "explore/debug_lines.h"
#include <gtest/gtest.h>

namespace convoy::explore {
namespace {

using Lines = std::vector<std::string>;
using Numbers = std::vector<uint32_t>;

TEST(DebugLines, OfLlvm) {
  const OriginLines got = originsOfLlvm("define void @f(ptr %x) #0 !dbg !4 {\n"
                                        "entry:\n"
                                        "  %a = load float, ptr %x, align 4, !dbg !7\n"
                                        "  br label %b, !dbg !8, !llvm.loop !9\n"
                                        "  ret void\n"
                                        "}\n"
                                        "!llvm.dbg.cu = !{!0}\n"
                                        "!llvm.module.flags = !{!2, !3}\n"
                                        "!0 = distinct !DICompileUnit(language: DW_LANG_C, file: !1)\n"
                                        "!1 = !DIFile(filename: \"loops\", directory: \"\")\n"
                                        "!2 = !{i32 2, !\"Debug Info Version\", i32 3}\n"
                                        "!3 = !{i32 8, !\"PIC Level\", i32 2}\n"
                                        "!4 = distinct !DISubprogram(name: \"f\", line: 11, type: !5)\n"
                                        "!7 = !DILocation(line: 12, scope: !4)\n"
                                        "!8 = distinct !DILocation(line: 307, column: 0, scope: !4)\n"
                                        "!9 = distinct !{!9, !10}\n");
  EXPECT_EQ(got.lines, (Lines{"define void @f(ptr %x) #0 {", "entry:", "  %a = load float, ptr %x, align 4",
                              "  br label %b, !llvm.loop !9", "  ret void", "}",
                              "!3 = !{i32 8, !\"PIC Level\", i32 2}", "!9 = distinct !{!9, !10}"}));
  EXPECT_EQ(got.origins, (Numbers{11, 0, 12, 307, 0, 0, 0, 0}));
}

TEST(DebugLines, OfAssembly) {
  const OriginLines got = originsOfAssembly("\t.file\t\"f\"\n"
                                            "\t.text\n"
                                            "f:\n"
                                            ".Lfunc_begin0:\n"
                                            "\t.file\t0 \"\" \"loops\"\n"
                                            "\t.loc\t0 11 0\n"
                                            "\t.cfi_startproc\n"
                                            "\tpushq\t%rbp\n"
                                            ".Ltmp0:\n"
                                            "\t.loc\t0 12 0 prologue_end\n"
                                            "\tvmovups\t(%rdi), %zmm0\n"
                                            ".LBB0_1:\n"
                                            "\tretq\n"
                                            ".Lfunc_end0:\n"
                                            "\t.size\tf, .Lfunc_end0-f\n"
                                            "\t.section\t.debug_abbrev,\"\",@progbits\n"
                                            "\t.byte\t1\n"
                                            "\t.section\t\".note.GNU-stack\",\"\",@progbits\n");
  EXPECT_EQ(got.lines, (Lines{"\t.file\t\"f\"", "\t.text", "f:", "\tpushq\t%rbp", "\tvmovups\t(%rdi), %zmm0",
                              ".LBB0_1:", "\tretq", ".Lfunc_end0:", "\t.size\tf, .Lfunc_end0-f",
                              "\t.section\t\".note.GNU-stack\",\"\",@progbits"}));
  EXPECT_EQ(got.origins, (Numbers{0, 0, 0, 11, 12, 0, 12, 0, 0, 0}));
}

TEST(DebugLines, OfTextsWithout) {
  EXPECT_EQ(originsOfLlvm("define void @f() {\n  ret void\n}\n").origins, (Numbers{0, 0, 0}));
  EXPECT_EQ(originsOfAssembly("f:\n\tretq\n").origins, (Numbers{0, 0}));
  EXPECT_TRUE(originsOfLlvm("").lines.empty());
}

} // namespace
} // namespace convoy::explore
