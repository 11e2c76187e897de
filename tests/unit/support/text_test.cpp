#include "support/text.h"
#include <gtest/gtest.h>

using namespace convoy;

TEST(Text, DecodesValidCharacters) {
  EXPECT_EQ(decodeCharacter("a", 0).code, 'a');
  EXPECT_EQ(decodeCharacter("\xC3\xA9", 0).code, 0xE9u);
  EXPECT_EQ(decodeCharacter("\xE2\x82\xAC", 0).length, 3u);
  EXPECT_EQ(decodeCharacter("\xF0\x9F\x98\x80", 0).code, 0x1F600u);
}

TEST(Text, RefusesInvalidUtf8) {
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xFF", "\xE2\x82"})
    EXPECT_FALSE(decodeCharacter(bad, 0).valid) << escapeForTerminal(bad);
}

TEST(Text, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(escapeForTerminal("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(escapeForTerminal("a\x1b[31m\n\t"), "a\\x1b[31m\\n\\t");
  EXPECT_EQ(escapeForTerminal("\xFF"), "\\xff");
  EXPECT_EQ(escapeForTerminal("\xE2\x80\xAE"), "\\u202e");
  EXPECT_EQ(escapeForTerminal(std::string_view("\0", 1)), "\\x00");
}

TEST(Text, SuggestsTheNearestName) {
  std::vector<std::string> layers{"conv", "relu", "max_pool", "avg_pool", "softmax"};
  EXPECT_EQ(nearestName("maxpool", layers), "max_pool");
  EXPECT_EQ(nearestName("rleu", layers), "relu");
  EXPECT_EQ(nearestName("Conv", layers), "conv");
  EXPECT_EQ(nearestName("banana", layers), "");
  EXPECT_EQ(nearestName("x", {"y"}), "");
  EXPECT_EQ(nearestName("", layers), "");
}

TEST(Text, NumbersReadBack) {
  EXPECT_EQ(numberText(0.1), "0.1");
  EXPECT_EQ(numberText(-2.0), "-2");
  EXPECT_EQ(std::stod(numberText(1.0 / 3)), 1.0 / 3);
}

TEST(Lines, AreWithoutTheirEnds) {
  EXPECT_EQ(linesOf(""), std::vector<std::string_view>());
  EXPECT_EQ(linesOf("a\n\nb"), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(linesOf("a\n"), (std::vector<std::string_view>{"a"}));
}

TEST(Ends, AreTold) {
  EXPECT_TRUE(startsWith("kernel [a]", "kernel [") && startsWith("a", "") && !startsWith("", "a"));
  EXPECT_TRUE(endsWith("page.css", ".css") && endsWith("a", "a") && !endsWith("s", ".css"));
}
