#include "support/source.h"
#include <gtest/gtest.h>

using namespace convoy;

TEST(SourceFile, CountsLinesAndColumnsFromOne) {
  SourceFile file("a.cvy", "one\ntwo\r\nthree\rfour");
  ASSERT_EQ(file.lineCount(), 4u);
  EXPECT_EQ(file.line(1), "one");
  EXPECT_EQ(file.line(2), "two");
  EXPECT_EQ(file.line(3), "three");
  EXPECT_EQ(file.line(4), "four");
  EXPECT_EQ(file.line(0), "");
  EXPECT_EQ(file.line(5), "");
  EXPECT_EQ(file.position(0).line, 1u);
  EXPECT_EQ(file.position(5).line, 2u);
  EXPECT_EQ(file.position(5).column, 2u);
  EXPECT_EQ(file.position(1000).line, 4u);
  EXPECT_EQ(file.position(1000).column, 5u);
}

TEST(SourceFile, DropsByteOrderMark) {
  SourceFile file("a.cvy", "\xEF\xBB\xBFx");
  EXPECT_EQ(file.text(), "x");
  EXPECT_EQ(file.position(0).column, 1u);
}

TEST(SourceFile, EmptyTextHasOneLine) {
  SourceFile file("a.cvy", "");
  EXPECT_EQ(file.lineCount(), 1u);
  EXPECT_EQ(file.position(0).column, 1u);
}

TEST(Location, PrintsAndJoins) {
  SourceManager sources;
  const SourceFile* file = sources.add("dir/\na.cvy", "abc\ndef");
  Location a{file, 1, 2}, b{file, 4, 6};
  EXPECT_EQ(a.str(), "dir/\\na.cvy:1:2");
  EXPECT_EQ(Location().str(), "");
  EXPECT_EQ(join(a, b).begin, 1u);
  EXPECT_EQ(join(b, a).end, 6u);
  EXPECT_EQ(join(Location(), b).begin, 4u);
  EXPECT_EQ(join(a, Location()).end, 2u);
}
