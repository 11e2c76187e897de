#include "command/text.h"

#include <gtest/gtest.h>

namespace convoy::command {
namespace {

TEST(Quoted, EscapesWhatTerminalsObey) {
  EXPECT_EQ(quoted("photo.png"), "'photo.png'");
  EXPECT_EQ(quoted("a\x1b[2Jb"), "'a\\x1b[2Jb'");
  EXPECT_EQ(quoted("it's\\"), "'it\\'s\\\\'");
  EXPECT_EQ(quoted("h\xc3\xa9"), "'h\xc3\xa9'") << "other letters stay";
  EXPECT_EQ(quoted("\xff\xc3("), "'\\xff\\xc3('");
  EXPECT_EQ(quoted("\xc2\x9b"), "'\\xc2\\x9b'") << "a control sequence in two bytes";
  EXPECT_EQ(quoted("\xed\xa0\x80\xc0\xaf"), "'\\xed\\xa0\\x80\\xc0\\xaf'") << "surrogates, overlong forms";
  EXPECT_EQ(quoted(std::string("a\0b", 3)), "'a\\x00b'");
}

TEST(Json, Strings) {
  EXPECT_EQ(jsonString("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
  EXPECT_EQ(jsonString("\xff"), "\"\\ufffd\"");
}

TEST(Paths, StemsAndExtensions) {
  EXPECT_EQ(stemOf("a/b/photo.one.png"), "photo.one");
  EXPECT_EQ(stemOf(".hidden"), ".hidden");
  EXPECT_EQ(stemOf("x"), "x");
  EXPECT_EQ(extensionOf("a.b/photo.PNG"), ".png");
  EXPECT_EQ(extensionOf("a.b/photo"), "");
}

TEST(Integers, WholeTextWithinBounds) {
  EXPECT_EQ(parseInteger("42", 0, 100), 42);
  EXPECT_EQ(parseInteger("-3", -5, 5), -3);
  for (const char* text : {"", "-", "4x", " 4", "+4", "4.0", "101", "99999999999999999999"})
    EXPECT_EQ(parseInteger(text, 0, 100), std::nullopt) << text;
}

} // namespace
} // namespace convoy::command
