// Tables for people: columns, and texts that go on in further lines.
#include "inspect/table.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>

namespace convoy::inspect {
namespace {

std::vector<std::string> linesOf(const Table& table) {
  std::istringstream text(table.str());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::string words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i ? " " : "") + std::string("word") + std::to_string(i);
  return text;
}

TEST(Table, LeavesOutColumnsWithoutCells) {
  Table table({{"name"}, {"none", true}, {"count", true}});
  table.add({"a", "", "7"});
  table.add({"long", "", "1,000"});
  EXPECT_EQ(linesOf(table), (std::vector<std::string>{"name  count", "a         7", "long  1,000"}));
}

TEST(Table, WrapsWhatIsTooWide) {
  Table table({{"name"}, {"why", false, true}, {"change", false, true}, {"n", true}});
  table.add({"a", words(30), words(2), "1"});
  table.add({"b", "short", "", "2"});
  const std::vector<std::string> lines = linesOf(table);
  ASSERT_EQ(lines.size(), 4u);
  for (const std::string& line : lines) EXPECT_LE(line.size(), Table::widest);
  EXPECT_EQ(lines[1].substr(0, 14), "a     word0 wo");
  EXPECT_EQ(lines[1].back(), '1');                 // beside the first line
  EXPECT_EQ(lines[2].substr(0, 10), "      word"); // under the first one, and nothing else
  EXPECT_EQ(lines[3].substr(0, 11), "b     short");
  // No word is lost: those of the long cell are there once, in order.
  std::string text = lines[1].substr(0, lines[1].find("  word0", 8)) + " " + lines[2];
  std::istringstream in(text.substr(6));
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  std::istringstream expected(words(30));
  for (std::string word; expected >> word;) {
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.front(), word);
    found.erase(found.begin());
  }
}

TEST(Table, DoesNotWrapWhatFitsOrMustNot) {
  Table fits({{"why", false, true}});
  fits.add({words(20)});
  EXPECT_EQ(linesOf(fits).size(), 2u);
  Table other({{"why"}});
  other.add({words(40)});
  EXPECT_EQ(linesOf(other).size(), 2u);
  EXPECT_GT(linesOf(other)[1].size(), Table::widest);
  // A word that is too long is not cut.
  Table word({{"why", false, true}});
  word.add({std::string(200, 'x') + " y"});
  EXPECT_EQ(linesOf(word), (std::vector<std::string>{"why", std::string(200, 'x'), "y"}));
}

} // namespace
} // namespace convoy::inspect
