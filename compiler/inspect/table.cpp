#include "inspect/table.h"
#include "support/text.h"
#include <algorithm>

namespace convoy::inspect {

namespace {

size_t columnsOf(const std::string& text) { // on a terminal; `text` is escaped, and valid
  size_t columns = 0;
  for (size_t at = 0; at < text.size();) {
    const Character character = decodeCharacter(text, at);
    columns += showCharacter(text, at, character).columns;
    at += character.length;
  }
  return columns;
}

} // namespace

std::string Table::str() const {
  std::vector<std::vector<std::string>> lines{{}};
  for (const Column& column : columns_) lines[0].push_back(column.title);
  for (const std::vector<std::string>& row : rows_) {
    lines.emplace_back(columns_.size());
    for (size_t i = 0; i < std::min(row.size(), columns_.size()); ++i)
      lines.back()[i] = escapeForTerminal(row[i]);
  }
  std::vector<size_t> width(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    const bool used =
        std::any_of(lines.begin() + 1, lines.end(), [i](const auto& l) { return !l[i].empty(); });
    for (const auto& line : lines) width[i] = used ? std::max(width[i], columnsOf(line[i])) : 0;
  }
  std::string text;
  for (const auto& line : lines) {
    std::string shown;
    for (size_t i = 0; i < line.size(); ++i) {
      if (width[i] == 0) continue;
      const std::string blanks(width[i] - columnsOf(line[i]), ' ');
      shown += (shown.empty() ? "" : "  ") + (columns_[i].number ? blanks + line[i] : line[i] + blanks);
    }
    shown.erase(shown.find_last_not_of(' ') + 1);
    text += shown + "\n";
  }
  return text;
}

} // namespace convoy::inspect
