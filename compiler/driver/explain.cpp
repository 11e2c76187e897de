#include "driver/explain.h"
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>
#include <tuple>

namespace convoy::driver {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string bold(const std::string& text, bool color) { return color ? "\x1b[1m" + text + "\x1b[0m" : text; }

// The letter and the number of "E0201" or "e201"; an empty letter when it is no code.
struct Code {
  std::string letter;
  int number = 0;
};

Code parseCode(std::string_view written) {
  constexpr size_t mostDigits = 6;
  if (written.size() < 2 || written.size() > 1 + mostDigits ||
      !std::isalpha(static_cast<unsigned char>(written[0])))
    return {};
  Code code{lower(written.substr(0, 1)), 0};
  for (char c : written.substr(1)) {
    if (!std::isdigit(static_cast<unsigned char>(c))) return {};
    code.number = code.number * 10 + (c - '0');
  }
  return code;
}

std::vector<const DiagnosticRow*> byCode() {
  std::vector<const DiagnosticRow*> rows;
  for (const DiagnosticRow& row : diagnosticTable()) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const DiagnosticRow* a, const DiagnosticRow* b) {
    return std::string_view(a->code) < b->code;
  });
  return rows;
}

// What the codes that start alike are about.
struct Group {
  const char* start;
  const char* title;
};
constexpr Group groups[] = {
    {"E00", "Convoy itself"},
    {"E01", "The text of a script"},
    {"E02", "Names, types and values"},
    {"E03", "Shapes and layers"},
    {"E04", "Parameters and files"},
    {"E05", "The command, targets and output"},
    {"E06", "Texts of the later stages: graphs, schedules, loops"},
    {"W", "Warnings"},
};

} // namespace

const DiagnosticRow* findDiagnostic(std::string_view written) {
  const Code code = parseCode(written);
  const std::string name = lower(written);
  for (const DiagnosticRow& row : diagnosticTable()) {
    if (name == lower(row.name)) return &row;
    const Code known = parseCode(row.code);
    if (!code.letter.empty() && code.letter == known.letter && code.number == known.number) return &row;
  }
  return nullptr;
}

std::vector<const DiagnosticRow*> nearestDiagnostics(std::string_view written) {
  constexpr size_t most = 3;
  std::vector<const DiagnosticRow*> rows = byCode();
  const Code code = parseCode(written);
  if (code.letter.empty()) { // a name, then
    std::vector<std::string> names;
    for (const DiagnosticRow* row : rows) names.push_back(lower(row->name));
    const std::string nearest = nearestName(lower(written), names);
    const DiagnosticRow* meant = nearest.empty() ? nullptr : findDiagnostic(nearest);
    return meant ? std::vector<const DiagnosticRow*>{meant} : std::vector<const DiagnosticRow*>{};
  }
  auto distance = [&](const DiagnosticRow* row) {
    const Code known = parseCode(row->code);
    return std::make_tuple(known.letter != code.letter, std::abs(known.number - code.number), known.number);
  };
  std::sort(rows.begin(), rows.end(),
            [&](const DiagnosticRow* a, const DiagnosticRow* b) { return distance(a) < distance(b); });
  rows.resize(std::min(rows.size(), most));
  return rows;
}

std::string messageOutline(const DiagnosticRow& row) {
  std::string text;
  for (const char* c = row.format; *c; ++c) {
    if (c[0] == '{' && std::isdigit(static_cast<unsigned char>(c[1])) && c[2] == '}') {
      text += "...";
      c += 2;
    } else {
      text += *c;
    }
  }
  return text;
}

std::string listOfDiagnostics(bool color) {
  std::string text;
  const std::vector<const DiagnosticRow*> rows = byCode();
  for (const Group& group : groups) {
    text += (text.empty() ? "" : "\n") + bold(group.title, color) + "\n";
    for (const DiagnosticRow* row : rows)
      if (std::string_view(row->code).substr(0, std::string_view(group.start).size()) == group.start)
        text += std::string("  ") + row->code + "  " + messageOutline(*row) + "\n";
  }
  return text + "\n'convoy explain CODE' tells more about one of them.\n";
}

std::string renderPage(std::string_view markdown, bool color) {
  const std::string fence = "```", fileMark = "file=";
  std::istringstream lines{std::string(markdown)};
  std::string text;
  bool inBlock = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, fence.size(), fence) == 0) {
      inBlock = !inBlock;
      if (const size_t file = line.find(fileMark); inBlock && file != std::string::npos)
        text += line.substr(file + fileMark.size()) + ":\n\n";
    } else if (inBlock) {
      text += (line.empty() ? "" : "    " + line) + "\n";
    } else if (line.compare(0, 1, "#") == 0) {
      text += bold(line.substr(line.find_first_not_of("# ")), color) + "\n";
    } else {
      text += line + "\n";
    }
  }
  return text;
}

} // namespace convoy::driver
