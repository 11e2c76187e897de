#include "command/text.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

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

TEST(Floats, WholeTextOfFloat32) {
  EXPECT_EQ(parseFloat("0.3"), 0.3f);
  EXPECT_EQ(parseFloat("+2"), 2.0f);
  EXPECT_EQ(parseFloat("-1e-3"), -1e-3f);
  EXPECT_TRUE(std::signbit(parseFloat("-0").value()));
  EXPECT_EQ(parseFloat("-inf"), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(parseFloat("nan").value()));
  for (const char* text : {"", "+", "-", "+-1", "++1", " 1", "1 ", "1x", "0x10", "1,5", "1e99", "high"})
    EXPECT_EQ(parseFloat(text), std::nullopt) << text;
}

TEST(Floats, ShortestReadsBack) {
  for (float number : {0.1f, -0.0f, 1e20f, 16777216.0f, 3e-39f})
    EXPECT_EQ(parseFloat(shortest(number)), number);
  EXPECT_EQ(shortest(0.1f), "0.1");
  EXPECT_EQ(shortest(-0.0f), "-0");
}

} // namespace
} // namespace convoy::command
