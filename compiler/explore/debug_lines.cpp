#include "explore/debug_lines.h"
#include "support/text.h"
#include <cctype>
#include <cstdlib>
#include <map>
#include <string_view>

namespace convoy::explore {

namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

uint32_t numberAt(std::string_view text, size_t at) {
  uint32_t number = 0;
  for (; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])); ++at)
    number = number * 10 + static_cast<uint32_t>(text[at] - '0');
  return number;
}

// What follows `key` in a line of metadata: "line: 12".
uint32_t numberBehind(std::string_view text, std::string_view key) {
  const size_t at = text.find(key);
  return at == std::string_view::npos ? 0 : numberAt(text, at + key.size());
}

// The lines of loop IR that metadata names: of locations and functions, by their numbers.
std::map<uint32_t, uint32_t> locationsOf(const std::vector<std::string_view>& lines) {
  std::map<uint32_t, uint32_t> locations;
  for (std::string_view line : lines)
    if (startsWith(line, "!") && (contains(line, "!DILocation(") || contains(line, "!DISubprogram(")))
      locations[numberAt(line, 1)] = numberBehind(line, "line: ");
  return locations;
}

// Only debuggers read it.
bool isDebugMetadata(std::string_view line) {
  if (!startsWith(line, "!")) return false;
  return contains(line, "!DI") || startsWith(line, "!llvm.dbg") || contains(line, "\"Debug Info Version\"") ||
         contains(line, "\"Dwarf Version\"");
}

// Assembly outside of the sections that only debuggers read.
bool isDebugSection(std::string_view line) {
  return contains(line, ".debug_") || contains(line, ".eh_frame");
}

// Labels for tables of debuggers, which nothing jumps to.
bool isDebugLabel(std::string_view line) {
  return startsWith(line, ".Ltmp") || startsWith(line, ".Lfunc_begin") || startsWith(line, ".Ldebug") ||
         startsWith(line, ".Lcu_begin") || startsWith(line, ".Linfo_string") ||
         startsWith(line, ".Lline_table");
}

} // namespace

OriginLines originsOfLlvm(const std::string& text) {
  const std::vector<std::string_view> lines = linesOf(text);
  const std::map<uint32_t, uint32_t> locations = locationsOf(lines);
  constexpr std::string_view mark = "!dbg !";
  OriginLines result;
  bool debugMetadata = false;
  for (std::string_view line : lines) {
    if (isDebugMetadata(line)) {
      debugMetadata = true;
      continue;
    }
    // What is left of the list of flags names the numbers of those that are gone.
    if (debugMetadata && startsWith(line, "!llvm.module.flags")) continue;
    const size_t at = line.find(mark);
    uint32_t origin = 0;
    std::string shown(line);
    if (at != std::string_view::npos && !startsWith(line, "!")) {
      const auto found = locations.find(numberAt(line, at + mark.size()));
      if (found != locations.end()) origin = found->second;
      size_t begin = at, end = at + mark.size();
      while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end]))) ++end;
      while (begin > 0 && (line[begin - 1] == ' ' || line[begin - 1] == ',')) --begin;
      shown.erase(begin, end - begin);
    }
    result.lines.push_back(std::move(shown));
    result.origins.push_back(origin);
  }
  return result;
}

OriginLines originsOfAssembly(const std::string& text) {
  OriginLines result;
  uint32_t origin = 0;
  bool skipped = false; // a section that is left out
  for (std::string_view line : linesOf(text)) {
    std::string_view word = line;
    while (!word.empty() && (word.front() == '\t' || word.front() == ' ')) word.remove_prefix(1);
    if (startsWith(word, ".section") || startsWith(word, ".text")) skipped = isDebugSection(word);
    if (skipped || isDebugLabel(word)) continue;
    if (startsWith(word, ".loc\t") || startsWith(word, ".loc ")) { // .loc FILE LINE COLUMN
      const size_t blank = word.find(' ', 5);
      origin = blank == std::string_view::npos ? 0 : numberAt(word, blank + 1);
      continue;
    }
    if (startsWith(word, ".file\t") && word.size() > 6 && std::isdigit(static_cast<unsigned char>(word[6])))
      continue;
    if (startsWith(word, ".cfi_")) continue;
    const bool instruction = word.size() < line.size() && !startsWith(word, ".") && !startsWith(word, "#") &&
                             !startsWith(word, "//");
    if (startsWith(word, ".Lfunc_end")) origin = 0;
    result.lines.push_back(std::string(line));
    result.origins.push_back(instruction ? origin : 0);
  }
  return result;
}

} // namespace convoy::explore
