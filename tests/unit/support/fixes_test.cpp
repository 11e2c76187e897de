#include "support/fixes.h"
#include "support/json.h"
#include <gtest/gtest.h>

using namespace convoy;

namespace {

class Fixes : public testing::Test {
protected:
  Fixes() : file(sources.add("edges.cvy", "a = cnov(x, kernl: 3x3)\nb = a + c\n")) {}

  Location find(std::string_view what) const {
    auto begin = static_cast<uint32_t>(file->text().find(what));
    return {file, begin, begin + static_cast<uint32_t>(what.size())};
  }
  DiagnosticBuilder report(std::string_view what) {
    return diags.report(diag::UnknownName, find(what), what);
  }
  FixedText apply() const { return applyFixes(*file, diags.all()); }

  SourceManager sources;
  const SourceFile* file;
  DiagnosticEngine diags;
};

} // namespace

TEST_F(Fixes, NothingToDo) {
  report("cnov").help("no fix");
  EXPECT_EQ(apply().applied, 0u);
  EXPECT_EQ(apply().text, file->text());
}

TEST_F(Fixes, SeveralInOneFileWhateverTheirOrder) {
  report("c\n").fix("did you mean 'a'?", {file, find("+ c").begin + 2, find("+ c").end}, "a");
  report("kernl").fix("did you mean 'kernel'?", find("kernl"), "kernel");
  report("cnov").fix("did you mean 'conv'?", find("cnov"), "conv");
  EXPECT_EQ(apply().applied, 3u);
  EXPECT_EQ(apply().text, "a = conv(x, kernel: 3x3)\nb = a + a\n");
}

TEST_F(Fixes, InsertAndRemove) {
  Location end = find(")\n");
  report("cnov").fix("padding keeps the size",
                     {{{file, end.begin, end.begin}, ", padding: 1"}, {find(" + c"), ""}});
  EXPECT_EQ(apply().text, "a = cnov(x, kernl: 3x3, padding: 1)\nb = a\n");
}

TEST_F(Fixes, TheFirstOfOneDiagnostic) {
  report("cnov").fix("conv?", find("cnov"), "conv").fix("concat?", find("cnov"), "concat");
  EXPECT_EQ(apply().text, "a = conv(x, kernl: 3x3)\nb = a + c\n");
}

TEST_F(Fixes, EqualOnesAreMadeOnce) {
  report("cnov").fix("conv?", find("cnov"), "conv");
  report("cnov").fix("conv?", find("cnov"), "conv");
  EXPECT_EQ(apply().text, "a = conv(x, kernl: 3x3)\nb = a + c\n");
}

TEST_F(Fixes, WhatOverlapsWaits) {
  report("cnov").fix("all", find("cnov(x"), "relu(x");
  report("x").fix("part", find("x"), "y");
  EXPECT_EQ(apply().applied, 1u);
  EXPECT_EQ(apply().text, "a = relu(x, kernl: 3x3)\nb = a + c\n");
}

TEST_F(Fixes, AllEditsOfAFixOrNone) {
  report("cnov").fix("first", find("cnov"), "conv");
  report("cnov").fix("second", {{find("a + c"), "a"}, {find("cnov"), "concat"}});
  EXPECT_EQ(apply().applied, 1u);
  EXPECT_EQ(apply().text, "a = conv(x, kernl: 3x3)\nb = a + c\n");
}

TEST_F(Fixes, OtherFilesStayAsTheyAre) {
  const SourceFile* other = sources.add("other.cvy", "abc");
  report("cnov").fix("there", {other, 0, 1}, "x");
  report("cnov").fix("nowhere", Location{}, "x");
  EXPECT_EQ(apply().applied, 0u);
}

TEST_F(Fixes, TextShowsTheLineAsItWouldBe) {
  report("cnov").fix("did you mean 'conv'?", find("cnov"), "conv");
  EXPECT_EQ(renderText(*diags.all()[0], false), "error[E0201]: there is no value named 'cnov'\n"
                                                "  --> edges.cvy:1:5\n"
                                                "   |\n"
                                                " 1 | a = cnov(x, kernl: 3x3)\n"
                                                "   |     ^^^^\n"
                                                "   |\n"
                                                "   = help: did you mean 'conv'?\n"
                                                " 1 | a = conv(x, kernl: 3x3)\n"
                                                "   |     ~~~~\n");
}

TEST_F(Fixes, TextMarksWhatIsAdded) {
  Location end = find(")\n");
  report("cnov").fix("padding keeps the size",
                     {{find("cnov"), "conv"}, {{file, end.begin, end.begin}, ", padding: 1"}});
  const std::string text = renderText(*diags.all()[0], false);
  EXPECT_NE(text.find(" 1 | a = conv(x, kernl: 3x3, padding: 1)\n"
                      "   |     ~~~~              ++++++++++++\n"),
            std::string::npos)
      << text;
}

TEST_F(Fixes, JsonHasTheReplacement) {
  report("cnov").fix("did you mean 'conv'?", find("cnov"), "conv");
  const std::string json = renderJson(*diags.all()[0]);
  EXPECT_NE(json.find("\"suggested_replacement\":\"conv\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"suggestion_applicability\":\"MachineApplicable\""), std::string::npos);
}
