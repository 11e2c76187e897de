// What is warned about, what is not, and what is said about shapes that do not fit.
#include "parse/parser.h"
#include "sema/sema.h"
#include "support/fixes.h"
#include <gtest/gtest.h>

namespace convoy {
namespace {

struct Checked {
  explicit Checked(const std::string& text, WarningMode mode = WarningMode::Show)
      : file("test.cvy", text), diags(mode) {
    auto ast = parse(file, diags);
    SemaOptions options;
    options.pipeline = "p";
    if (!diags.hasErrors()) analyze(*ast, options, diags);
  }
  // "2:9 W0301 2:14 W0201"
  std::string codes() const {
    std::string all;
    for (const auto& each : diags.all()) {
      auto at = file.position(each->labels[0].location.begin);
      all += (all.empty() ? "" : " ") + std::to_string(at.line) + ":" + std::to_string(at.column) + " " +
             each->code;
    }
    return all;
  }
  // Of the first diagnostic: its secondary labels, "line: text" each.
  std::string labels() const {
    std::string all;
    const auto& labels = diags.all().at(0)->labels;
    for (size_t i = 1; i < labels.size(); ++i)
      all += std::to_string(file.position(labels[i].location.begin).line) + ": " + labels[i].text + "\n";
    return all;
  }
  std::string fixed() const { return applyFixes(file, diags.all()).text; }

  SourceFile file;
  DiagnosticEngine diags;
};

std::string codesOf(const std::string& body, const std::string& input = "tensor[4, 9, 9]") {
  return Checked("pipeline p(x: " + input + ") {\n" + body + "\n}").codes();
}

TEST(UnusedValues, NamesThatNothingReads) {
  EXPECT_EQ(codesOf("a = x |> relu\nreturn x"), "2:1 W0201");
  EXPECT_EQ(codesOf("_a = x |> relu\nreturn x"), "");
  EXPECT_EQ(codesOf("a = x |> relu\na = x |> abs\nreturn a"), "2:1 W0202");
  EXPECT_EQ(codesOf("a = x |> relu\na = a |> abs\nreturn a"), "");
  EXPECT_EQ(codesOf("n = 2\nreturn x |> max_pool(n, ceil_mode: true, name: \"a{n}\")"), "");
  EXPECT_EQ(Checked("block b(x, n: int, m: int = n) { return relu(x) }\n"
                    "pipeline p(x: tensor[1], y: tensor[2]) { return x |> b(1) }")
                .codes(),
            "1:20 W0201 2:26 W0201");
}

TEST(UnusedValues, BranchesAndLoopsCount) {
  EXPECT_EQ(codesOf("a = x |> relu\nif false { return a } else { return x }"), "");
  EXPECT_EQ(codesOf("a = x\nfor i in 0..2 { b = a |> relu\n a = b }\nreturn a"), "");
  EXPECT_EQ(codesOf("for i in 0..2 { b = x |> relu }\nreturn x"), "2:17 W0201");
  EXPECT_EQ(codesOf("w = [2, 3]\nk = [[v * 2 for v in w]]\nreturn x |> conv(kernel: k)"), "");
}

TEST(UnusedValues, OncePerBlockAndNotAfterErrors) {
  EXPECT_EQ(Checked("block b(x) { y = relu(x)\n return x }\n"
                    "pipeline p(x: tensor[1]) { return x |> b |> b |> b }")
                .codes(),
            "1:14 W0201");
  EXPECT_EQ(codesOf("a = x |> relu\nreturn b"), "3:8 E0201");
}

// An input that gives a size its name is of use.
TEST(UnusedValues, InputsThatNameSizes) {
  EXPECT_EQ(Checked("pipeline p(x: tensor[1, W], y: tensor[1, W]) { return x }").codes(), "");
  EXPECT_EQ(Checked("pipeline p(x: tensor[1, W], y: tensor[1, V]) { return x }").codes(), "1:29 W0201");
}

TEST(RowsDropped, WhereAWindowMisses) {
  EXPECT_EQ(codesOf("return x |> max_pool(2)"), "2:13 W0301");
  EXPECT_EQ(codesOf("return x |> max_pool(2, ceil_mode: true)"), "");
  EXPECT_EQ(codesOf("return x |> max_pool(2, ceil_mode: false)"), "");
  EXPECT_EQ(codesOf("return x |> conv(2, kernel: 4x3, stride: 2)"), "2:13 W0301");
  EXPECT_EQ(codesOf("return x |> conv(2, kernel: 4x3, stride: 2, padding: valid)"), "");
  EXPECT_EQ(codesOf("return x |> max_pool(2)", "tensor[4, H, W]"), "");
  Checked one("pipeline p(x: tensor[4, 11, 9]) { return x |> avg_pool(4x2) }");
  EXPECT_EQ(one.diags.all().at(0)->message,
            "no window of 'avg_pool_1' reaches the last 3 rows and the last column of tensor[4, 11, 9]");
  EXPECT_EQ(one.fixed(), one.file.text()) << "what changes the meaning is not made without asking";
  EXPECT_EQ(one.diags.all().at(0)->fixes.at(0).edits.at(0).replacement, ", ceil_mode: true");
}

// Layers of published networks, and strides that skip on purpose.
TEST(RowsDropped, UsualLayersAreSilent) {
  EXPECT_EQ(
      codesOf("return x |> conv(2, kernel: 7x7, stride: 2, padding: 3) |> max_pool(3, stride: 2, padding: 1) "
              "|> conv(2, kernel: 3x3, stride: 2, padding: 1) |> conv(2, kernel: 1x1, stride: 2)",
              "tensor[3, 224, 224]"),
      "");
  EXPECT_EQ(codesOf("return x |> conv(2, kernel: 11x11, stride: 4, padding: 2) |> max_pool(3, stride: 2)",
                    "tensor[3, 224, 224]"),
            "");
  EXPECT_EQ(codesOf("return x |> max_pool(2, stride: 4)"), "");
  EXPECT_EQ(codesOf("return x |> conv(2, kernel: 3, stride: 2, padding: same)", "tensor[3, 8, 8]"), "");
}

TEST(RowsDropped, OncePerPlace) {
  Checked loop("pipeline p(x: tensor[1, 31, 31]) { for i in 0..3 { x = x |> max_pool(2) }\n return x }");
  EXPECT_EQ(loop.codes(), "1:61 W0301");
  EXPECT_EQ(loop.diags.all().at(0)->notes,
            std::vector<std::string>{"the same is true of 2 other layers made here"});
}

TEST(WindowInPadding, WiderThanTheWindow) {
  EXPECT_EQ(codesOf("return x |> max_pool(3, stride: 1, padding: 3)"), "2:45 W0302");
  EXPECT_EQ(codesOf("return x |> max_pool(3, stride: 1, padding: 2)"), "");
  EXPECT_EQ(codesOf("return x |> conv(1, kernel: 1, padding: 1)", "tensor[4, H, W]"), "2:41 W0302");
  EXPECT_EQ(codesOf("return x |> conv(1, kernel: 3, dilation: 2, padding: 4)"), "");
  EXPECT_EQ(codesOf("return x |> conv(1, kernel: 3, padding: 3, border: wrap)"), "");
}

TEST(AmbiguousBorder, TheWordWithTwoMeanings) {
  Checked reflect("pipeline p(x: tensor[1, H, W]) { return x |> conv(kernel: [[1, 1]], border: reflect) }");
  EXPECT_EQ(reflect.codes(), "1:77 W0303");
  Checked fixed(reflect.fixed());
  EXPECT_EQ(fixed.codes(), "");
  EXPECT_EQ(fixed.file.text(),
            "pipeline p(x: tensor[1, H, W]) { return x |> conv(kernel: [[1, 1]], border: symmetric) }");
  EXPECT_EQ(codesOf("return x |> conv(1, kernel: 3, border: if true { zero } else { reflect })"),
            "2:64 W0303");
}

TEST(WarningModes, IgnoredAndErrors) {
  const std::string text = "pipeline p(x: tensor[1, 7]) { a = x\n return max_pool(x, 2) }";
  EXPECT_EQ(Checked(text, WarningMode::Ignore).codes(), "");
  Checked errors(text, WarningMode::AsErrors);
  EXPECT_EQ(errors.codes(), "1:31 W0201 2:9 W0301");
  EXPECT_EQ(errors.diags.errorCount(), 2u);
}

// ---- shapes that do not fit ----

TEST(ShapeOrigins, TheStepsThatMadeTheShape) {
  Checked clash("pipeline p(x: tensor[4, 64, 64]) {\n"
                "a = x |> conv(8, kernel: 3x3, stride: 2, padding: 1)\n"
                "b = a |> max_pool(2)\n"
                "return (a |> relu) + (b |> relu)\n}");
  EXPECT_EQ(clash.labels(), "4: this is tensor[8, 32, 32]\n4: this is tensor[8, 16, 16]\n"
                            "2: tensor[4, 64, 64] became tensor[8, 32, 32] here\n"
                            "3: tensor[8, 32, 32] became tensor[8, 16, 16] here\n");
  Checked loop("pipeline p(x: tensor[4, 64, 64]) {\nfor i in 0..5 { x = x |> max_pool(2) }\n"
               "return x |> conv(1, kernel: 3)\n}");
  EXPECT_EQ(loop.labels(), "2: this is tensor[4, 2, 2], the last of 5 changes\n");
}

TEST(ShapeOrigins, PaddingThatKeepsTheSize) {
  Checked one("pipeline p(x: tensor[4, 56, 56]) { return x + (x |> conv(4, kernel: 3x3) |> relu) }");
  EXPECT_EQ(one.diags.all().at(0)->fixes.at(0).text, "`padding: 1` would keep 56x56");
  EXPECT_EQ(
      one.fixed(),
      "pipeline p(x: tensor[4, 56, 56]) { return x + (x |> conv(4, kernel: 3x3, padding: 1) |> relu) }");
  EXPECT_EQ(Checked(one.fixed()).codes(), "");

  Checked both(
      "pipeline p(x: tensor[4, H, W]) { return x + (x |> conv(4, kernel: 3x3) |> conv(4, kernel: 5x3,)) }");
  EXPECT_EQ(both.diags.all().at(0)->fixes.at(0).text, "such padding in both would keep the size");
  EXPECT_EQ(Checked(both.fixed()).codes(), "");

  Checked even("pipeline p(x: tensor[4, 8, 8]) { return x + (x |> conv(4, kernel: 2x2)) }");
  EXPECT_EQ(even.diags.all().at(0)->fixes.at(0).text, "`padding: same` would keep 8x8");

  Checked written("pipeline p(x: tensor[4, 8, 8]) { return x + (x |> conv(4, kernel: 5, padding: 1)) }");
  EXPECT_NE(written.fixed().find("kernel: 5, padding: 2"), std::string::npos);
}

TEST(ShapeOrigins, PaddingForADeclaredResult) {
  Checked result("pipeline p(x: tensor[4, 8, 8]) -> tensor[2, 4, 4] { return x |> conv(2, kernel: 3, stride: "
                 "2) |> relu }");
  EXPECT_EQ(result.diags.all().at(0)->fixes.at(0).text, "`padding: 1` would make 4x4");
  EXPECT_EQ(Checked(result.fixed()).codes(), "");
}

// Only what the shape rules say will do is proposed.
TEST(ShapeOrigins, NoFixThatDoesNotFit) {
  EXPECT_TRUE(Checked("pipeline p(x: tensor[4, 8, 8]) { return x + (x |> conv(5, kernel: 3)) }")
                  .diags.all()
                  .at(0)
                  ->fixes.empty());
  EXPECT_TRUE(Checked("pipeline p(x: tensor[4, 8, 8]) { return x + (x |> max_pool(2)) }")
                  .diags.all()
                  .at(0)
                  ->fixes.empty());
}

TEST(ShapeOrigins, FlattenBeforeDense) {
  Checked known("pipeline p(x: tensor[4, 8, 8]) { return x |> dense(3) }");
  EXPECT_EQ(known.fixed(), "pipeline p(x: tensor[4, 8, 8]) { return x |> flatten |> dense(3) }");
  Checked open("pipeline p(x: tensor[4, H, W]) { return x |> dense(3) }");
  EXPECT_EQ(open.fixed(),
            "pipeline p(x: tensor[4, H, W]) { return x |> global_avg_pool |> flatten |> dense(3) }");
  EXPECT_EQ(Checked(open.fixed()).codes(), "");
}

} // namespace
} // namespace convoy
