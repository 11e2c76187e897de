#include "support/diff.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <sstream>
#include <vector>

using namespace convoy;

namespace {

std::string diff(const std::string& before, const std::string& after) {
  return unifiedDiff(before, after, "a", "b");
}

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// What `patch` makes of `before`: lines must be where the diff says, and hunks in order.
std::string patched(const std::string& before, const std::string& text) {
  const std::vector<std::string> old = linesOf(before), rows = linesOf(text);
  std::string result;
  size_t at = 0;
  for (size_t i = 2; i < rows.size();) {
    unsigned long begin = 0, count = 1;
    if (std::sscanf(rows[i].c_str(), "@@ -%lu,%lu", &begin, &count) < 1) return "no headline: " + rows[i];
    const size_t first = count == 0 ? begin : begin - 1;
    if (first < at) return "places overlap";
    while (at < first) result += old[at++] + "\n";
    for (++i; i < rows.size() && rows[i][0] != '@'; ++i) {
      if (rows[i][0] == '+') {
        result += rows[i].substr(1) + "\n";
        continue;
      }
      if (at >= old.size() || old[at] != rows[i].substr(1)) return "another line: " + rows[i];
      if (rows[i][0] == ' ') result += old[at] + "\n";
      ++at;
    }
  }
  while (at < old.size()) result += old[at++] + "\n";
  return result;
}

TEST(Diff, NothingForEqualTexts) {
  EXPECT_EQ(diff("a\nb\n", "a\nb\n"), "");
  EXPECT_EQ(diff("", ""), "");
}

TEST(Diff, ALineWithItsSurroundings) {
  EXPECT_EQ(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(Diff, NearPlacesAreOne) {
  EXPECT_EQ(diff("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n"),
            "--- a\n+++ b\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
  EXPECT_EQ(diff("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n"),
            "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

TEST(Diff, LinesThatComeAndGo) {
  EXPECT_EQ(diff("", "x\n"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n");
  EXPECT_EQ(diff("x\n", ""), "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
  EXPECT_EQ(diff("x\ny\n", "x\nnew\ny\n"), "--- a\n+++ b\n@@ -1,2 +1,3 @@\n x\n+new\n y\n");
  EXPECT_EQ(diff("x", "x\n"), "--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
}

// Few words, so that lines repeat, and many, so that they do not.
TEST(Diff, ChangesOneTextIntoTheOther) {
  std::mt19937 random(1);
  for (int attempt = 0; attempt < 400; ++attempt) {
    const unsigned words = attempt % 2 ? 4 : 1000, length = random() % 60;
    std::vector<std::string> lines;
    for (unsigned i = 0; i < length; ++i) lines.push_back(std::to_string(random() % words));
    std::vector<std::string> other = lines;
    for (unsigned i = random() % 8; i > 0; --i) {
      const auto place = other.begin() + static_cast<std::ptrdiff_t>(random() % (other.size() + 1));
      if (random() % 2 && place != other.end())
        other.erase(place);
      else
        other.insert(place, std::to_string(random() % words));
    }
    std::string before, after;
    for (const std::string& line : lines) before += line + "\n";
    for (const std::string& line : other) after += line + "\n";
    const std::string text = diff(before, after);
    EXPECT_EQ(text.empty() ? before : patched(before, text), after) << text;
    // No more lines than were changed.
    const auto marks = std::count_if(text.begin(), text.end(), [](char c) { return c == '+'; });
    EXPECT_LE(marks, 3 + 1 + 8 + std::count(text.begin(), text.end(), '@')) << text;
  }
}

TEST(Diff, LongTextsOfLinesThatRepeat) {
  std::string before, after;
  for (int i = 0; i < 20000; ++i) before += i % 3 ? "x\n" : "y\n", after += i % 7 ? "y\n" : "x\n";
  EXPECT_EQ(patched(before, diff(before, after)), after);
}

} // namespace
