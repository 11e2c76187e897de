// Where layers stand in the text of a page.
#include "explore/script_spans.h"
#include <gtest/gtest.h>

namespace convoy::explore {
namespace {

graph::Value layerAt(const SourceFile& file, const std::string& words) {
  graph::Value value{};
  value.kind = graph::Value::Node;
  const size_t at = file.text().find(words);
  value.location = {&file, static_cast<uint32_t>(at), static_cast<uint32_t>(at + words.size())};
  return value;
}

TEST(ScriptSpans, CountsAsThePageDoes) {
  // Two bytes and one unit, four bytes and two units, a line end of two bytes, a byte that is no text.
  const SourceFile file("a.cvy", "\xc3\xa4 \xf0\x9f\x98\x80 one\r\ntwo \xff three\r");
  const graph::Value one = layerAt(file, "one"), two = layerAt(file, "two"), three = layerAt(file, "three");
  const ScriptText text = scriptTextOf(file, {&one, &two, &three});
  EXPECT_EQ(text.text, "\xc3\xa4 \xf0\x9f\x98\x80 one\ntwo \xef\xbf\xbd three\n");
  ASSERT_EQ(text.spans.size(), 3u);
  EXPECT_EQ(text.spans[0].begin, 5u);
  EXPECT_EQ(text.spans[0].end, 8u);
  EXPECT_EQ(text.spans[1].begin, 9u);
  EXPECT_EQ(text.spans[2].begin, 15u);
  EXPECT_EQ(text.spans[2].end, 20u);
}

TEST(ScriptSpans, OuterOnesComeFirst) {
  const SourceFile file("a.cvy", "f(g(x))");
  const graph::Value inner = layerAt(file, "g(x)"), outer = layerAt(file, "f(g(x))"), nowhere{};
  const ScriptText text = scriptTextOf(file, {&inner, &nowhere, &outer});
  ASSERT_EQ(text.spans.size(), 2u);
  EXPECT_EQ(text.spans[0].node, 2u);
  EXPECT_EQ(text.spans[1].node, 0u);
}

TEST(ScriptSpans, ImportedFilesFollow) {
  const SourceFile file("a.cvy", "relu(x)\n"), other("blocks.cvy", "tanh(x)\n");
  const graph::Value here = layerAt(file, "relu(x)"), there = layerAt(other, "tanh(x)");
  const ScriptText text = scriptTextOf(file, {&there, &here});
  EXPECT_EQ(text.text, "relu(x)\n\n// ---- blocks.cvy ----\ntanh(x)\n");
  ASSERT_EQ(text.spans.size(), 2u);
  EXPECT_EQ(text.text.substr(text.spans[1].begin, text.spans[1].end - text.spans[1].begin), "tanh(x)");
}

} // namespace
} // namespace convoy::explore
