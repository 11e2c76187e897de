// Broken and hostile text. Wording is tested in tests/lit/parse.
#include "parse/parser.h"
#include <gtest/gtest.h>
#include <random>

using namespace convoy;

namespace {

// "line:column code" of everything reported.
std::vector<std::string> errors(std::string text) {
  SourceManager sources;
  DiagnosticEngine diags;
  const SourceFile* file = sources.add("t", std::move(text));
  std::unique_ptr<ast::File> tree = parse(*file, diags);
  EXPECT_NE(tree, nullptr);
  std::vector<std::string> list;
  for (const auto& diagnostic : diags.all()) {
    renderText(*diagnostic, true);
    renderJson(*diagnostic);
    list.push_back(diagnostic->labels[0].location.str().substr(2) + " " + diagnostic->code);
  }
  return list;
}

using Errors = std::vector<std::string>;

} // namespace

TEST(SyntaxError, StatementsAroundABrokenOneSurvive) {
  SourceManager sources;
  DiagnosticEngine diags;
  const SourceFile* file =
      sources.add("t", "pipeline p(x: tensor) {\n a = x\n b = x +\n c = x\n return c\n}");
  std::unique_ptr<ast::File> tree = parse(*file, diags);
  ASSERT_EQ(diags.all().size(), 1u);
  std::vector<std::string> names;
  for (const ast::Statement& statement : tree->pipelines.at(0).body)
    names.push_back(statement.kind == ast::Statement::Return ? "return" : statement.names[0]);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "c", "return"}));
}

TEST(SyntaxError, EachIsReportedOnce) {
  EXPECT_EQ(errors("pipeline p(x: tensor) {\n a = x $ 3\n b = conv(x y\n c = relu(x)\n}"),
            (Errors{"2:8 E0105", "3:13 E0101"}));
  EXPECT_EQ(errors("pipeline p(x: tensor) { a = (1, [2 }\npipeline q(x: tensor) { b = ] }"),
            (Errors{"1:36 E0101", "2:29 E0101"}));
}

TEST(SyntaxError, OrderedByPlaceAlthoughFoundByDifferentSteps) {
  EXPECT_EQ(errors("pipeline p(x: tensor) {\n a = x x x\n b = 3abc\n c = 1 < 2 < 3\n}"),
            (Errors{"2:8 E0101", "3:6 E0107", "4:12 E0114"}));
}

TEST(SyntaxError, HostileNestingIsRefusedBeforeAnyRecursion) {
  for (const char* open : {"(", "[", "{", "f(", "[(", "-(", "2 ** ("}) {
    std::string text = "pipeline p(x: tensor) { y = ";
    for (int i = 0; i < 100000; ++i) text += open;
    EXPECT_EQ(errors(text).size(), 1u) << open;
  }
  for (const char* chain : {"-", "2 ** ", "x |> ", "1 + ", "1 < ", "- + "}) {
    std::string text = "pipeline p(x: tensor) { y = ";
    for (int i = 0; i < 100000; ++i) text += chain;
    Errors found = errors(text + "x }");
    ASSERT_EQ(found.size(), 1u) << chain;
    EXPECT_NE(found[0].find("E0120"), std::string::npos) << chain;
  }
  // Levels and operators multiply: 150 brackets with 100 operators in each.
  std::string text = "x";
  for (int i = 0; i < 150; ++i) {
    text = "(" + text;
    for (int j = 0; j < 100; ++j) text += " + 1";
    text += ")";
  }
  Errors found = errors("pipeline p(x: tensor) { y = " + text + " }");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("E0120"), std::string::npos);
}

TEST(SyntaxError, ManyErrorsTakeNoTime) {
  for (const char* piece : {"x = ", "x = a, \n", "} ", "pipeline ", "a, ", "; ) ", "[x = ", "\"", "0x", "a(",
                            "return ", "for x "}) {
    std::string text = "pipeline p(x: tensor) { ";
    for (int i = 0; i < 50000; ++i) text += piece;
    EXPECT_LE(errors(text).size(), 21u) << piece;
  }
}

// Any sequence of tokens and bytes ends in a tree or in diagnostics, never in a crash.
TEST(SyntaxError, RandomTextIsSafe) {
  const std::vector<std::string> pieces{"pipeline",
                                        "block",
                                        "weights",
                                        "import",
                                        "const",
                                        "for",
                                        "in",
                                        "if",
                                        "else",
                                        "return",
                                        "true",
                                        "false",
                                        "x",
                                        "y",
                                        "conv",
                                        "3",
                                        "3x3",
                                        "0x10",
                                        "1.5",
                                        ".",
                                        "..",
                                        "\"s\"",
                                        "\"",
                                        "|>",
                                        "->",
                                        "||",
                                        "&&",
                                        "<",
                                        "<=",
                                        "==",
                                        "!=",
                                        "+",
                                        "-",
                                        "*",
                                        "/",
                                        "**",
                                        "=",
                                        ":",
                                        ",",
                                        ";",
                                        "(",
                                        ")",
                                        "[",
                                        "]",
                                        "{",
                                        "}",
                                        "//",
                                        "/*",
                                        "*/",
                                        "\n",
                                        "\r",
                                        "\t",
                                        " ",
                                        "\xC3\xA9",
                                        "\xFF",
                                        std::string(1, '\0'),
                                        "pipeline p(x: tensor) {",
                                        "y = x |> relu",
                                        "return x }",
                                        "\\",
                                        "'"};
  std::mt19937 random(7);
  size_t legal = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = round % 2 ? "pipeline p(x: tensor) {\n" : "";
    size_t length = random() % 60;
    for (size_t i = 0; i < length; ++i) text += pieces[random() % pieces.size()] + (random() % 4 ? " " : "");
    Errors found = errors(text + (round % 2 ? "}" : ""));
    legal += found.empty();
    EXPECT_LE(found.size(), 21u);
  }
  EXPECT_LT(legal, 1000u);
}
