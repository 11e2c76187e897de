#include "parse/parser.h"
#include <gtest/gtest.h>

using namespace convoy;

namespace {

class Parse : public testing::Test {
protected:
  // The printed tree of one binding's value, without places.
  std::string value(const std::string& text) {
    std::unique_ptr<ast::File> file = read("pipeline p(x: tensor) { v = " + text + " }");
    EXPECT_FALSE(diags.hasErrors()) << text << "\n" << rendered();
    if (diags.hasErrors()) return "";
    std::string printed = ast::print(*file), result;
    size_t begin = printed.find('\n', printed.find("  bind v")) + 1;
    for (size_t i = begin; i < printed.size(); ++i) {
      if (printed.compare(i, 2, " <") == 0 && isdigit(printed[i + 2]))
        i = printed.find('>', i);
      else
        result += printed[i];
    }
    return result;
  }
  std::unique_ptr<ast::File> read(std::string text) {
    diags.release();
    return parse(*sources.add("test.cvy", std::move(text)), diags);
  }
  std::string rendered() const {
    std::string all;
    for (const auto& diagnostic : diags.all()) all += renderText(*diagnostic, false);
    return all;
  }
  SourceManager sources;
  DiagnosticEngine diags;
};

} // namespace

TEST_F(Parse, SizesAreOneToken) {
  EXPECT_EQ(value("3x3"), "    size 3x3\n");
  EXPECT_EQ(value("12x1x7"), "    size 12x1x7\n");
  EXPECT_EQ(value("x3"), "    name x3\n");
  EXPECT_EQ(value("1.5"), "    float 1.5\n");
  EXPECT_EQ(value("1e3"), "    float 1000\n");
}

TEST_F(Parse, PowerBindsTighterThanMinusAndToTheRight) {
  EXPECT_EQ(value("-2 ** 2"), value("-(2 ** 2)"));
  EXPECT_EQ(value("2 ** 3 ** 2"), value("2 ** (3 ** 2)"));
  EXPECT_NE(value("2 ** 3 ** 2"), value("(2 ** 3) ** 2"));
  EXPECT_EQ(value("2 ** -1 * 3"), value("(2 ** (-1)) * 3"));
}

TEST_F(Parse, OtherOperatorsGoToTheLeft) {
  EXPECT_EQ(value("1 - 2 - 3"), value("(1 - 2) - 3"));
  EXPECT_EQ(value("1 / 2 * 3"), value("(1 / 2) * 3"));
  EXPECT_EQ(value("1 + 2 < 3 * 4 && true || false"), value("(((1 + 2) < (3 * 4)) && true) || false"));
  EXPECT_EQ(value("x + 1 |> f |> g(2)"), value("((x + 1) |> f) |> g(2)"));
}

TEST_F(Parse, LocationsCoverTheSource) {
  std::unique_ptr<ast::File> file =
      read("pipeline p(x: tensor) {\n  y = (x + 1) * 2 |> conv(3, kernel: 3x3)\n}");
  ASSERT_FALSE(diags.hasErrors()) << rendered();
  auto text = [&](Location where) {
    return std::string(file->source->text().substr(where.begin, where.end - where.begin));
  };
  const ast::Statement& statement = file->pipelines.at(0).body.at(0);
  EXPECT_EQ(text(statement.nameLocations[0]), "y");
  const ast::Expr& pipe = *statement.value;
  EXPECT_EQ(text(pipe.location), "(x + 1) * 2 |> conv(3, kernel: 3x3)");
  EXPECT_EQ(text(pipe.elements[0]->location), "(x + 1) * 2");
  EXPECT_EQ(text(pipe.elements[0]->elements[0]->location), "x + 1");
  EXPECT_EQ(text(pipe.calleeLocation), "conv");
  const ast::Argument& kernel = pipe.elements[1]->arguments[1];
  EXPECT_EQ(text(kernel.location), "kernel: 3x3");
  EXPECT_EQ(text(kernel.nameLocation), "kernel");
  EXPECT_EQ(text(file->pipelines[0].nameLocation), "p");
}

TEST_F(Parse, LineEndsAndMarks) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    std::string e = end;
    std::unique_ptr<ast::File> file =
        read("\xEF\xBB\xBF// caf\xC3\xA9" + e + "pipeline p(x: tensor) { // y" + e + "\treturn x" + e + "}");
    ASSERT_FALSE(diags.hasErrors()) << rendered();
    const ast::Statement& statement = file->pipelines.at(0).body.at(0);
    EXPECT_EQ(statement.location.str(), "test.cvy:3:2");
  }
}

TEST_F(Parse, EmptyFilesHaveNoPipelines) {
  EXPECT_TRUE(read("")->pipelines.empty());
  EXPECT_TRUE(read("// nothing")->pipelines.empty());
  EXPECT_FALSE(diags.hasErrors());
}

TEST_F(Parse, TheDeepestLegalTreeIsBuilt) {
  std::string open, close;
  for (int i = 0; i < 199; ++i) open += "(-", close += ")";
  read("pipeline p(x: tensor) { y = " + open + "x" + close + " }");
  EXPECT_FALSE(diags.hasErrors()) << rendered();
  std::string chain = "x";
  for (int i = 0; i < 1000; ++i) chain += i % 2 ? " |> f" : " |> g(1)";
  EXPECT_FALSE(value(chain).empty());
}
