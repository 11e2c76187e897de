#include "support/diagnostics.h"
#include "support/json.h"
#include <gtest/gtest.h>

using namespace convoy;

namespace {

class Render : public testing::Test {
protected:
  const SourceFile* file(std::string text) { return sources.add("edges.cvy", std::move(text)); }
  // The place of `what` in the file, from `after` on.
  static Location find(const SourceFile* file, std::string_view what, size_t after = 0) {
    auto begin = static_cast<uint32_t>(file->text().find(what, after));
    return {file, begin, begin + static_cast<uint32_t>(what.size())};
  }
  static Diagnostic error(Location where, std::string label = "") {
    Diagnostic diagnostic;
    diagnostic.code = "E0999";
    diagnostic.message = "this is wrong";
    diagnostic.labels.push_back({where, std::move(label), true});
    return diagnostic;
  }
  SourceManager sources;
};

} // namespace

TEST_F(Render, PrimaryLabelNotesAndHelps) {
  const SourceFile* f = file("a\nb\n\n  x = photo |>\n");
  Diagnostic d = error(find(f, "|>"), "here");
  d.notes.push_back("first line\nsecond line");
  d.helps.push_back("do this");
  EXPECT_EQ(renderText(d, false), "error[E0999]: this is wrong\n"
                                  "  --> edges.cvy:4:13\n"
                                  "   |\n"
                                  " 4 |   x = photo |>\n"
                                  "   |             ^^ here\n"
                                  "   |\n"
                                  "   = note: first line\n"
                                  "           second line\n"
                                  "   = help: do this\n");
}

TEST_F(Render, SecondaryLabelsHangBelow) {
  const SourceFile* f = file("y = gx + gy * conv\n");
  Diagnostic d = error(find(f, "+"), "these differ");
  d.labels.push_back({find(f, "gx"), "3 channels", false});
  d.labels.push_back({find(f, "gy"), "1 channel", false});
  EXPECT_EQ(renderText(d, false), "error[E0999]: this is wrong\n"
                                  "  --> edges.cvy:1:8\n"
                                  "   |\n"
                                  " 1 | y = gx + gy * conv\n"
                                  "   |     -- ^ -- 1 channel\n"
                                  "   |     |  |\n"
                                  "   |     |  these differ\n"
                                  "   |     3 channels\n");
}

TEST_F(Render, GapsBetweenLines) {
  const SourceFile* f = file("one\ntwo\nthree\nfour\nfive\nsix\n");
  Diagnostic d = error(find(f, "three"), "p");
  d.labels.push_back({find(f, "one"), "a", false});
  d.labels.push_back({find(f, "six"), "b", false});
  EXPECT_EQ(renderText(d, false), "error[E0999]: this is wrong\n"
                                  "  --> edges.cvy:3:1\n"
                                  "   |\n"
                                  " 1 | one\n"
                                  "   | --- a\n"
                                  " 2 | two\n"
                                  " 3 | three\n"
                                  "   | ^^^^^ p\n"
                                  "...\n"
                                  " 6 | six\n"
                                  "   | --- b\n");
}

TEST_F(Render, SpanOfSeveralLines) {
  const SourceFile* f = file("x = conv(\n    kernel: 3x3,\n    stride: 1,\n    pad: 1)\n");
  Location where = join(find(f, "conv"), find(f, "1)"));
  EXPECT_EQ(renderText(error(where, "this call"), false), "error[E0999]: this is wrong\n"
                                                          "  --> edges.cvy:1:5\n"
                                                          "   |\n"
                                                          " 1 | x = conv(\n"
                                                          "   |     ^^^^^\n"
                                                          "...\n"
                                                          " 4 |     pad: 1)\n"
                                                          "   |     ^^^^^^^ this call\n");
}

TEST_F(Render, TabsWideCharactersAndControlCharactersKeepMarksInPlace) {
  const SourceFile* f = file("\tx = \xE5\x80\xBC \x01 bad");
  EXPECT_EQ(renderText(error(find(f, "bad")), false), "error[E0999]: this is wrong\n"
                                                      "  --> edges.cvy:1:12\n"
                                                      "   |\n"
                                                      " 1 |     x = \xE5\x80\xBC \\x01 bad\n"
                                                      "   |                 ^^^\n");
}

TEST_F(Render, LongLinesAreCut) {
  const SourceFile* f = file(std::string(5000, 'a') + " bad " + std::string(5000, 'b'));
  std::string text = renderText(error(find(f, "bad"), "here"), false);
  EXPECT_LT(text.size(), 500u);
  EXPECT_NE(text.find(" bad "), std::string::npos);
  EXPECT_NE(text.find("^^^ here"), std::string::npos);
}

TEST_F(Render, EndOfFileAndNowhere) {
  const SourceFile* f = file("abc");
  EXPECT_NE(renderText(error({f, 3, 3}), false).find(" 1 | abc\n   |    ^\n"), std::string::npos);
  EXPECT_EQ(renderText(error(Location(), "said anyway"), false),
            "error[E0999]: this is wrong\n  = note: said anyway\n");
}

TEST_F(Render, OtherFilesFollow) {
  const SourceFile* f = file("abc");
  const SourceFile* other = sources.add("other.cvy", "def");
  Diagnostic d = error({f, 0, 3});
  d.labels.push_back({{other, 0, 3}, "declared here", false});
  EXPECT_NE(renderText(d, false).find("  ::: other.cvy:1:1\n   |\n 1 | def\n   | --- declared here\n"),
            std::string::npos);
}

TEST_F(Render, ColourAddsNothingButEscapes) {
  const SourceFile* f = file("y = gx + gy");
  Diagnostic d = error(find(f, "+"), "p");
  d.labels.push_back({find(f, "gx"), "s", false});
  d.helps.push_back("h");
  std::string colored = renderText(d, true), plain;
  for (size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b')
      i = colored.find('m', i);
    else
      plain += colored[i];
  }
  EXPECT_NE(colored, plain);
  EXPECT_EQ(plain, renderText(d, false));
}

TEST_F(Render, JsonHasRustcsShape) {
  const SourceFile* f = file("a\n  x = photo |>\n");
  Diagnostic d = error(find(f, "|>"), "here");
  d.helps.push_back("do this");
  std::string line = renderJson(d);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  auto json = parseJson(line);
  ASSERT_TRUE(json);
  EXPECT_EQ(*json->find("message")->asString(), "this is wrong");
  EXPECT_EQ(*json->find("code")->find("code")->asString(), "E0999");
  EXPECT_EQ(*json->find("level")->asString(), "error");
  const Json& span = json->find("spans")->asArray()->front();
  EXPECT_EQ(*span.find("file_name")->asString(), "edges.cvy");
  EXPECT_EQ(span.find("byte_start")->asInteger(), 14);
  EXPECT_EQ(span.find("byte_end")->asInteger(), 16);
  EXPECT_EQ(span.find("line_start")->asInteger(), 2);
  EXPECT_EQ(span.find("column_start")->asInteger(), 13);
  EXPECT_EQ(span.find("column_end")->asInteger(), 15);
  EXPECT_EQ(span.find("is_primary")->asBool(), true);
  EXPECT_EQ(*span.find("label")->asString(), "here");
  EXPECT_EQ(*span.find("text")->asArray()->front().find("text")->asString(), "  x = photo |>");
  const Json& help = json->find("children")->asArray()->front();
  EXPECT_EQ(*help.find("level")->asString(), "help");
  EXPECT_EQ(*json->find("rendered")->asString(), renderText(d, false));
}

TEST(Diagnostics, EngineFillsInAndEscapes) {
  constexpr DiagnosticKind<std::string_view, int64_t> kind{"E0998", "Test", Severity::Error,
                                                           "'{0}' of {1} {2 {}"};
  DiagnosticEngine engine;
  engine.report(kind, Location(), "a\x1b", 3).primary("p").note("n").help("h");
  ASSERT_EQ(engine.all().size(), 1u);
  EXPECT_EQ(engine.all()[0]->message, "'a\\x1b' of 3 {2 {}");
  EXPECT_EQ(engine.all()[0]->labels[0].text, "p");
  EXPECT_TRUE(engine.hasErrors());
  constexpr DiagnosticKind<> warning{"W0999", "Test", Severity::Warning, "careful"};
  DiagnosticEngine other;
  other.report(warning, Location());
  EXPECT_FALSE(other.hasErrors());
}
