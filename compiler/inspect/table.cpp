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

// The words of a text, in lines of so many columns; a word that is longer has a line of its own.
std::vector<std::string> wrap(const std::string& text, size_t columns) {
  std::vector<std::string> lines{""};
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    std::string& line = lines.back();
    if (line.empty())
      line = word;
    else if (columnsOf(line) + 1 + columnsOf(word) <= columns)
      line += " " + word;
    else
      lines.push_back(word);
    at = end + 1;
  }
  return lines;
}

} // namespace

// Of each column; 0 of one that is left out.
std::vector<size_t> Table::widthsOf(const Lines& lines) const {
  std::vector<size_t> widths(columns_.size());
  size_t all = 0;
  for (size_t i = 0; i < widths.size(); ++i) {
    const bool used =
        std::any_of(lines.begin() + 1, lines.end(), [i](const auto& l) { return !l[i].empty(); });
    for (const auto& line : lines) widths[i] = used ? std::max(widths[i], columnsOf(line[i])) : 0;
    if (used) all += widths[i] + (all == 0 ? 0 : 2);
  }
  for (; all > widest; --all) {
    size_t* longest = nullptr;
    for (size_t i = 0; i < widths.size(); ++i)
      if (columns_[i].wraps && widths[i] > 24 && (!longest || widths[i] > *longest)) longest = &widths[i];
    if (!longest) break;
    --*longest;
  }
  return widths;
}

std::string Table::lineOf(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const {
  std::string shown;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (widths[i] == 0) continue;
    const size_t columns = columnsOf(cells[i]);
    const std::string blanks(widths[i] - std::min(columns, widths[i]), ' ');
    shown += (shown.empty() ? "" : "  ") + (columns_[i].number ? blanks + cells[i] : cells[i] + blanks);
  }
  shown.erase(shown.find_last_not_of(' ') + 1);
  return shown + "\n";
}

std::string Table::str() const {
  Lines lines{{}};
  for (const Column& column : columns_) lines[0].push_back(column.title);
  for (const std::vector<std::string>& row : rows_) {
    lines.emplace_back(columns_.size());
    for (size_t i = 0; i < std::min(row.size(), columns_.size()); ++i)
      lines.back()[i] = escapeForTerminal(row[i]);
  }
  const std::vector<size_t> widths = widthsOf(lines);
  std::string text;
  for (const auto& line : lines) {
    std::vector<std::vector<std::string>> parts; // of each cell, the lines
    size_t height = 1;
    for (size_t i = 0; i < line.size(); ++i) {
      const bool wraps = columns_[i].wraps && widths[i] > 0 && columnsOf(line[i]) > widths[i];
      parts.push_back(wraps ? wrap(line[i], widths[i]) : std::vector<std::string>{line[i]});
      height = std::max(height, parts.back().size());
    }
    for (size_t part = 0; part < height; ++part) {
      std::vector<std::string> cells;
      for (const auto& cell : parts) cells.push_back(part < cell.size() ? cell[part] : "");
      text += lineOf(cells, widths);
    }
  }
  return text;
}

} // namespace convoy::inspect
