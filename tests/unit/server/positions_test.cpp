#include "server/positions.h"
#include "server/uri.h"
#include <gtest/gtest.h>

namespace convoy::server {
namespace {

// é is 2 bytes and 1 unit of UTF-16, 🙂 is 4 bytes and 2 units.
const SourceFile file("f", "ab\r\né🙂x\n\nlast");

TEST(Positions, OffsetsToUnits) {
  struct Case {
    uint32_t offset;
    int64_t line, utf16, utf8;
  };
  for (const Case& c :
       {Case{0, 0, 0, 0}, Case{2, 0, 2, 2}, Case{3, 0, 2, 2}, Case{4, 1, 0, 0}, Case{6, 1, 1, 2},
        Case{10, 1, 3, 6}, Case{11, 1, 4, 7}, Case{12, 2, 0, 0}, Case{17, 3, 4, 4}, Case{99, 3, 4, 4}}) {
    const Position wide = positionOf(file, c.offset, Encoding::Utf16),
                   bytes = positionOf(file, c.offset, Encoding::Utf8);
    EXPECT_EQ(wide.line, c.line) << c.offset;
    EXPECT_EQ(wide.character, c.utf16) << c.offset;
    EXPECT_EQ(bytes.character, c.utf8) << c.offset;
  }
}

TEST(Positions, UnitsToOffsets) {
  EXPECT_EQ(offsetOf(file, {1, 3}, Encoding::Utf16), 10u);
  EXPECT_EQ(offsetOf(file, {1, 2}, Encoding::Utf16), 6u) << "inside of a character is its beginning";
  EXPECT_EQ(offsetOf(file, {1, 5}, Encoding::Utf8), 6u);
  EXPECT_EQ(offsetOf(file, {0, 99}, Encoding::Utf16), 2u) << "not into the line end";
  EXPECT_EQ(offsetOf(file, {2, 0}, Encoding::Utf16), 12u);
  EXPECT_EQ(offsetOf(file, {9, 9}, Encoding::Utf16), 17u);
  EXPECT_EQ(offsetOf(file, {-1, 0}, Encoding::Utf16), 0u);
  EXPECT_EQ(offsetOf(file, {1, -7}, Encoding::Utf16), 4u);
}

TEST(Uri, ThereAndBack) {
  EXPECT_EQ(pathOfUri("file:///a%20b/%C3%BC.cvy"), "/a b/ü.cvy");
  EXPECT_EQ(pathOfUri("file://localhost/x"), "/x");
  EXPECT_EQ(uriOfPath("/a b/ü.cvy"), "file:///a%20b/%C3%BC.cvy");
  for (const char* bad :
       {"untitled:1", "file://server/x", "file:///a%2", "file:///a%zz", "file:///a%00b", ""})
    EXPECT_EQ(pathOfUri(bad), std::nullopt) << bad;
}

} // namespace
} // namespace convoy::server
