// Which declaration a name stands for.
#include "parse/parser.h"
#include "server/names.h"
#include <gtest/gtest.h>

namespace convoy::server {
namespace {

class NamesOf : public testing::Test {
protected:
  // The line of the declaration that the name behind the '@' means; 0 when there is none.
  uint32_t lineOf(std::string text) {
    const size_t at = text.find('@');
    file_ = std::make_unique<SourceFile>("t.cvy", text.erase(at, 1));
    DiagnosticEngine diags;
    syntax_ = parse(*file_, diags);
    EXPECT_FALSE(diags.hasErrors()) << diags.all().front()->message;
    const Names names(*syntax_);
    const Mention* mention = names.mentionAt(static_cast<uint32_t>(at));
    const Declaration* target = mention ? names.target(*mention) : nullptr;
    return target ? file_->position(target->location.begin).line : 0;
  }
  std::unique_ptr<SourceFile> file_;
  std::unique_ptr<ast::File> syntax_;
};

TEST_F(NamesOf, TheLastBindingBeforeAName) {
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1, H, W]) {\ny = x\ny = @y\nreturn y }"), 2u);
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1, H, W]) {\ny = x\ny = y\nreturn @y }"), 3u);
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1, H, W]) {\nx = @x\nreturn x }"), 1u);
}

TEST_F(NamesOf, WhatALoopBindsFirstIsLocal) {
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1, 2, 2]) {\nfor i in 0..2 {\ny = x\nx = @y }\nreturn x }"), 3u);
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1, 2, 2]) {\nfor i in 0..2 {\ny = x }\nreturn @y }"), 0u);
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1, 2, 2]) {\ny = x\nfor i in 0..2 {\ny = relu(y) }\nreturn @y }"),
            4u);
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1, 2, 2]) {\nfor i in 0..2 {\nx = x * @i }\nreturn x }"), 2u);
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1, 2, 2]) {\nk = [\n@i * i for\ni in 0..3]\nreturn x }"), 4u);
}

TEST_F(NamesOf, SizesParametersAndDefinitions) {
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1,\nH, W]) -> tensor[1, @H, W] { return x }"), 2u);
  EXPECT_EQ(lineOf("block b(x,\nn: int = 2) { return x * @n }"), 2u);
  EXPECT_EQ(lineOf("block b(x,\nn: int = 2,\nm: int = @n) { return x }"), 2u);
  EXPECT_EQ(lineOf("const a = 1\nconst b = @a"), 1u);
  EXPECT_EQ(lineOf("block conv(x) { return x }\npipeline p(x: tensor[1, 2, 2]) { return x |> @conv }"), 1u);
  EXPECT_EQ(lineOf("pipeline p(x: tensor[1, 2, 2]) { return x |> @relu }"), 0u);
}

} // namespace
} // namespace convoy::server
