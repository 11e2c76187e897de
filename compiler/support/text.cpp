#include "support/text.h"
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>

namespace convoy {

Character decodeCharacter(std::string_view text, size_t offset) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[offset + i]); };
  unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  uint32_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  Character invalid{first, 1, false};
  if (first < 0xC2 || first > 0xF4 || text.size() - offset < length) return invalid;
  uint32_t code = first & (0x7Fu >> length);
  for (uint32_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return invalid;
    code = code << 6 | (byte(i) & 0x3F);
  }
  bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return invalid;
  return {code, length, true};
}

namespace {

struct Range {
  uint32_t first, last;
};

template <size_t N> bool contains(const Range (&ranges)[N], uint32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& r) { return code >= r.first && code <= r.last; });
}

// C0, DEL, C1, line separators, and the marks that reorder text.
constexpr Range unprintable[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200B, 0x200F},
                                 {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}};
constexpr Range combining[] = {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
                               {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
constexpr Range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0xA4CF}, {0xAC00, 0xD7A3},
                          {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
                          {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};

std::string escape(const Character& character) {
  switch (character.valid ? character.code : 0) {
  case '\n': return "\\n";
  case '\r': return "\\r";
  case '\t': return "\\t";
  }
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, character.code < 0x80 || !character.valid ? "\\x%02x" : "\\u%04x",
                character.code);
  return buffer;
}

} // namespace

Shown showCharacter(std::string_view text, size_t offset, const Character& character) {
  if (!character.valid || contains(unprintable, character.code)) {
    std::string escaped = escape(character);
    return {escaped, static_cast<uint32_t>(escaped.size())};
  }
  uint32_t columns = contains(combining, character.code) ? 0 : contains(wide, character.code) ? 2 : 1;
  return {std::string(text.substr(offset, character.length)), columns};
}

std::string escapeForTerminal(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    Character character = decodeCharacter(text, i);
    result += showCharacter(text, i, character).text;
    i += character.length;
  }
  return result;
}

std::string numberText(double number) {
  char buffer[32];
  std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, number);
  return std::string(buffer, end.ptr);
}

std::string numberText(float number) {
  char buffer[32];
  std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, number);
  return std::string(buffer, end.ptr);
}

// Optimal string alignment: insert, delete, replace, exchange two neighbours.
static size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> beforeLast(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    beforeLast.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], beforeLast[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string fixedText(double number, int digits) {
  char text[512]; // the largest double has 309 digits before the point
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

bool startsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::vector<std::string_view> linesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string counted(int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

// The one candidate that begins with the same letter and has all letters of `name` in their order: `img` for
// `image`. "" when there is none, or several.
static std::string abbreviated(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr size_t shortest = 3; // fewer letters fit too many words
  if (name.size() < shortest) return "";
  std::string found;
  for (const std::string& candidate : candidates) {
    size_t next = 0;
    for (char c : candidate)
      if (next < name.size() && std::tolower(static_cast<unsigned char>(c)) == name[next]) ++next;
    if (next < name.size() || std::tolower(static_cast<unsigned char>(candidate[0])) != name[0]) continue;
    if (!found.empty() && found != candidate) return "";
    found = candidate;
  }
  return found;
}

std::string listed(const std::vector<std::string>& items, std::string_view conjunction) {
  std::string all;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) all += i + 1 == items.size() ? " " + std::string(conjunction) + " " : ", ";
    all += items[i];
  }
  return all;
}

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  const int64_t first = number < 0 ? 1 : 0;
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > first; at -= 3)
    digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

std::string nearestName(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr size_t longestWorthComparing = 64;
  if (name.empty() || name.size() > longestWorthComparing) return "";
  auto lower = [](std::string_view s) {
    std::string result(s);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
  };
  std::string wanted = lower(name), best;
  size_t bestDistance = std::max<size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > longestWorthComparing) continue;
    size_t distance = editDistance(wanted, lower(candidate));
    if (distance < bestDistance && distance < wanted.size()) bestDistance = distance, best = candidate;
  }
  return best.empty() ? abbreviated(wanted, candidates) : best;
}

} // namespace convoy
