#include "support/diff.h"
#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace convoy {

namespace {

constexpr size_t around = 3;       // lines that are shown before and behind what differs
constexpr int64_t mostEdits = 400; // that are looked for between two lines that both texts have once

std::vector<std::string_view> linesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// Marks the lines of both texts that the other one has too, in the same order.
class Matcher {
public:
  Matcher(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after) {
    std::unordered_map<std::string_view, int32_t> numbers; // equal lines have equal numbers
    for (const auto& [lines, into] : {std::pair(&before, &before_), std::pair(&after, &after_)})
      for (std::string_view line : *lines)
        into->push_back(numbers.emplace(line, static_cast<int32_t>(numbers.size())).first->second);
    times_.resize(numbers.size());
    keptBefore.resize(before.size());
    keptAfter.resize(after.size());
    match({0, size(before_), 0, size(after_)});
  }

  std::vector<bool> keptBefore, keptAfter;

private:
  struct Range {
    int64_t before, beforeEnd, after, afterEnd;
  };
  struct Pair {
    int64_t before, after;
  };
  // How often a line is in a range, and where it was last.
  struct Times {
    int32_t before = 0, after = 0;
    int64_t at = 0;
  };

  static int64_t size(const std::vector<int32_t>& lines) { return static_cast<int64_t>(lines.size()); }
  int32_t lineBefore(int64_t i) const { return before_[static_cast<size_t>(i)]; }
  int32_t lineAfter(int64_t i) const { return after_[static_cast<size_t>(i)]; }
  Times& timesOf(int32_t line) { return times_[static_cast<size_t>(line)]; }

  void keep(int64_t before, int64_t after) {
    keptBefore[static_cast<size_t>(before)] = true;
    keptAfter[static_cast<size_t>(after)] = true;
  }

  void match(Range r) {
    while (r.before < r.beforeEnd && r.after < r.afterEnd && lineBefore(r.before) == lineAfter(r.after))
      keep(r.before++, r.after++);
    while (r.before < r.beforeEnd && r.after < r.afterEnd &&
           lineBefore(r.beforeEnd - 1) == lineAfter(r.afterEnd - 1))
      keep(--r.beforeEnd, --r.afterEnd);
    if (r.before == r.beforeEnd || r.after == r.afterEnd) return;
    const std::vector<Pair> anchors = anchorsIn(r);
    if (anchors.empty()) return fewestEdits(r);
    Range part = r;
    for (const Pair& anchor : anchors) {
      part.beforeEnd = anchor.before, part.afterEnd = anchor.after;
      match(part);
      keep(anchor.before, anchor.after);
      part = {anchor.before + 1, r.beforeEnd, anchor.after + 1, r.afterEnd};
    }
    match(part);
  }

  // Lines that both have exactly once: the longest run of them that is in order in both.
  std::vector<Pair> anchorsIn(const Range& r) {
    for (int64_t i = r.before; i < r.beforeEnd; ++i) timesOf(lineBefore(i)) = {};
    for (int64_t i = r.after; i < r.afterEnd; ++i) timesOf(lineAfter(i)) = {};
    for (int64_t i = r.before; i < r.beforeEnd; ++i) ++timesOf(lineBefore(i)).before;
    for (int64_t i = r.after; i < r.afterEnd; ++i) {
      Times& times = timesOf(lineAfter(i));
      ++times.after, times.at = i;
    }
    std::vector<Pair> pairs;
    std::vector<size_t> ends, previous; // of runs by their length; of each pair, the one before it
    for (int64_t i = r.before; i < r.beforeEnd; ++i) {
      const Times& times = timesOf(lineBefore(i));
      if (times.before != 1 || times.after != 1) continue;
      const auto place = std::lower_bound(ends.begin(), ends.end(), times.at,
                                          [&](size_t end, int64_t at) { return pairs[end].after < at; });
      previous.push_back(place == ends.begin() ? SIZE_MAX : *std::prev(place));
      if (place == ends.end())
        ends.push_back(pairs.size());
      else
        *place = pairs.size();
      pairs.push_back({i, times.at});
    }
    std::vector<Pair> run;
    for (size_t i = ends.empty() ? SIZE_MAX : ends.back(); i != SIZE_MAX; i = previous[i])
      run.push_back(pairs[i]);
    std::reverse(run.begin(), run.end());
    return run;
  }

  // Myers: the furthest that each diagonal (before - after) is reached with so many edits. All differs when
  // that takes too many.
  void fewestEdits(const Range& r) {
    const int64_t n = r.beforeEnd - r.before, m = r.afterEnd - r.after, most = std::min(n + m, mostEdits);
    std::vector<std::vector<int64_t>> steps; // reached[k + most] after each number of edits
    std::vector<int64_t> reached(static_cast<size_t>(2 * most + 2), 0);
    const auto at = [most](std::vector<int64_t>& row, int64_t k) -> int64_t& {
      return row[static_cast<size_t>(k + most)];
    };
    const auto down = [&](std::vector<int64_t>& row, int64_t k, int64_t edits) {
      return k == -edits || (k != edits && at(row, k - 1) < at(row, k + 1));
    };
    for (int64_t edits = 0; edits <= most; ++edits) {
      steps.push_back(reached);
      for (int64_t k = -edits; k <= edits; k += 2) {
        int64_t x = edits == 0 ? 0 : down(reached, k, edits) ? at(reached, k + 1) : at(reached, k - 1) + 1;
        while (x < n && x - k < m && x >= k && lineBefore(r.before + x) == lineAfter(r.after + x - k)) ++x;
        at(reached, k) = x;
        if (k != n - m || x < n) continue;
        // Back along the way that was taken.
        for (int64_t d = edits, toX = x, toK = k; d >= 0; --d) {
          std::vector<int64_t>& row = steps[static_cast<size_t>(d)];
          const bool fromAbove = d > 0 && down(row, toK, d);
          const int64_t fromK = d == 0 ? 0 : fromAbove ? toK + 1 : toK - 1;
          const int64_t fromX = d == 0 ? 0 : at(row, fromK);
          const int64_t begin = d == 0 ? 0 : fromAbove ? fromX : fromX + 1;
          for (int64_t same = begin; same < toX; ++same) keep(r.before + same, r.after + same - toK);
          toX = fromX, toK = fromK;
        }
        return;
      }
    }
  }

  std::vector<int32_t> before_, after_; // lines by number
  std::vector<Times> times_;            // by number
};

// A line of the diff: ' ' in both texts, '-' in the first alone, '+' in the second alone.
struct Row {
  char mark;
  std::string_view line;
};

std::vector<Row> rowsOf(std::string_view before, std::string_view after) {
  const std::vector<std::string_view> old = linesOf(before), now = linesOf(after);
  const Matcher matcher(old, now);
  std::vector<Row> rows;
  for (size_t i = 0, j = 0; i < old.size() || j < now.size();) {
    if (i < old.size() && !matcher.keptBefore[i])
      rows.push_back({'-', old[i++]});
    else if (j < now.size() && !matcher.keptAfter[j])
      rows.push_back({'+', now[j++]});
    else
      rows.push_back({' ', old[i++]}), ++j;
  }
  return rows;
}

// Lines count from 1; of no lines, the one before them is named.
std::string rangeText(size_t begin, size_t count) {
  return std::to_string(count == 0 ? begin : begin + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

// The rows first..last-1, which begin with so many lines of each text before them.
std::string hunkText(const std::vector<Row>& rows, size_t first, size_t last, size_t before, size_t after) {
  size_t countBefore = 0, countAfter = 0;
  std::string body;
  for (size_t i = first; i < last; ++i) {
    countBefore += rows[i].mark != '+', countAfter += rows[i].mark != '-';
    body += rows[i].mark;
    body += rows[i].line;
    if (rows[i].line.back() != '\n') body += "\n\\ No newline at end of file\n";
  }
  return "@@ -" + rangeText(before, countBefore) + " +" + rangeText(after, countAfter) + " @@\n" + body;
}

} // namespace

std::string unifiedDiff(std::string_view before, std::string_view after, const std::string& nameBefore,
                        const std::string& nameAfter) {
  if (before == after) return "";
  const std::vector<Row> rows = rowsOf(before, after);
  std::string text = "--- " + nameBefore + "\n+++ " + nameAfter + "\n";
  size_t linesBefore = 0, linesAfter = 0, counted = 0; // of the rows up to `counted`
  for (size_t at = 0; at < rows.size();) {
    if (rows[at].mark == ' ') {
      ++at;
      continue;
    }
    // The place ends where no difference is near enough to share the lines between.
    size_t last = at + 1;
    for (size_t i = last; i < rows.size() && i <= last + 2 * around; ++i)
      if (rows[i].mark != ' ') last = i + 1;
    const size_t first = at - std::min(at - counted, around), end = std::min(last + around, rows.size());
    for (; counted < first; ++counted) ++linesBefore, ++linesAfter; // all of them are in both
    text += hunkText(rows, first, end, linesBefore, linesAfter);
    for (; counted < end; ++counted)
      linesBefore += rows[counted].mark != '+', linesAfter += rows[counted].mark != '-';
    at = end;
  }
  return text;
}

} // namespace convoy
