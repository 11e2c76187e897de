// Diagnostics and fixes that reach over several files.
#include "parse/parser.h"
#include "server/document.h"
#include <gtest/gtest.h>

namespace convoy::server {
namespace {

TEST(Fixes, EditsOfEveryFileAndPreference) {
  auto analysis = std::make_shared<Analysis>();
  Analysis& a = *analysis;
  a.file = a.sources.add("/main.cvy", "one two\n");
  const SourceFile* other = a.sources.add("/other.cvy", "three\n");
  a.syntax = std::make_unique<ast::File>();
  a.syntax->source = a.file;
  a.diags.report(diag::UnusedExpression, {a.file, 4, 7})
      .fix("both", {{{a.file, 4, 7}, "2"}, {{other, 0, 5}, "3"}})
      .fix("another", {a.file, 0, 0}, "zero ");
  Document document{"file:///main.cvy", "/main.cvy", "one two\n", 1, analysis};

  const Json actions = fixesIn(document, {a.file, 5, 5}, {});
  ASSERT_EQ(actions.asArray()->size(), 2u);
  const Json& both = actions.asArray()->front();
  EXPECT_EQ(*both.find("title")->asString(), "both");
  EXPECT_EQ(both.find("isPreferred")->asBool(), true);
  const Json* changes = both.find("edit")->find("changes");
  EXPECT_EQ(changes->find("file:///main.cvy")->str(),
            R"([{"range":{"start":{"line":0,"character":4},"end":{"line":0,"character":7}},"newText":"2"}])");
  EXPECT_EQ(changes->find("file:///other.cvy")->asArray()->size(), 1u);
  EXPECT_EQ(actions.asArray()->back().find("isPreferred")->asBool(), false);
  EXPECT_EQ(fixesIn(document, {a.file, 0, 3}, {}).asArray()->size(), 0u);
}

} // namespace
} // namespace convoy::server
