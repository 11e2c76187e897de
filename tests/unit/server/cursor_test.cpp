// What can be written at the '@' of a text.
#include "server/cursor.h"
#include <gtest/gtest.h>

namespace convoy::server {
namespace {

Cursor cursor(std::string text) {
  const size_t at = text.find('@');
  return cursorAt(text.erase(at, 1), static_cast<uint32_t>(at));
}

TEST(Cursor, Places) {
  const std::string body = "pipeline p(x: tensor[1]) -> tensor { ";
  struct Case {
    std::string text;
    Cursor::Kind kind;
  };
  for (const Case& c : {Case{"@", Cursor::TopLevel},
                        Case{"pipe@", Cursor::TopLevel},
                        Case{"pipeline @", Cursor::NewName},
                        Case{"pipeline p(@", Cursor::NewName},
                        Case{"pipeline p(x: @", Cursor::Type},
                        Case{"block b(x, n: in@", Cursor::Type},
                        Case{"block b(x, n: int = @", Cursor::Operand},
                        Case{"pipeline p(x: image[@", Cursor::ImageKind},
                        Case{"pipeline p(x: tensor[@", Cursor::Operand},
                        Case{"pipeline p(x: tensor[1]) -> @", Cursor::Type},
                        Case{"pipeline p(x: tensor[1]) -> (low: te@", Cursor::Type},
                        Case{"const a = @", Cursor::Operand},
                        Case{body + "@", Cursor::Statement},
                        Case{body + "y = x |> @", Cursor::Target},
                        Case{body + "y = x |> co@", Cursor::Target},
                        Case{body + "y = x // |> @", Cursor::Nothing},
                        Case{body + "y = x // |>\n @", Cursor::Statement},
                        Case{body + "y = \"x |> @", Cursor::Nothing},
                        Case{body + "y = 12@", Cursor::Nothing},
                        Case{body + "y = @", Cursor::Operand},
                        Case{body + "y = x + @", Cursor::Operand},
                        Case{body + "return @", Cursor::Operand},
                        Case{body + "for @", Cursor::NewName},
                        Case{body + "for i in @", Cursor::Operand},
                        Case{body + "return (low: @", Cursor::Operand},
                        Case{body + "y = f(x)[@", Cursor::Operand}})
    EXPECT_EQ(cursor(c.text).kind, c.kind) << c.text;
}

TEST(Cursor, Calls) {
  const Cursor first = cursor("y = x |> conv(fil@");
  EXPECT_EQ(first.kind, Cursor::Argument);
  EXPECT_EQ(first.callee, "conv");
  const Cursor later = cursor("y = conv(x, size(1, 2), stride: max(1, 2), bias: true, @");
  EXPECT_EQ(later.callee, "conv");
  EXPECT_EQ(later.given, (std::set<std::string>{"stride", "bias"}));
  const Cursor value = cursor("y = x |> conv(16, padding: sa@");
  EXPECT_EQ(value.kind, Cursor::AttributeValue);
  EXPECT_EQ(value.attribute, "padding");
  EXPECT_EQ(cursor("y = conv(x, 3 + @").kind, Cursor::Operand);
}

TEST(Cursor, AnyBytes) {
  for (std::string text : {"\"", "\"{", "\"{\"", "\"\\", "{(]})", "\xff\xfe", "->", "1.", "/", "image["})
    for (uint32_t at = 0; at <= text.size(); ++at) EXPECT_LE(cursorAt(text, at).wordBegin, at) << text;
}

} // namespace
} // namespace convoy::server
