// The pages of docs/diagnostics, which are part of the command, and how `convoy explain` shows them.
#pragma once
#include "support/diagnostics.h"
#include <string>
#include <string_view>
#include <vector>

namespace convoy::driver {

struct ExplainPage {
  const char* code; // "E0201"
  const char* text; // Markdown
};
// By code. Made by CMake from the folder.
const std::vector<ExplainPage>& explainPages();

// The diagnostic that a person means by its code or its name, in upper or lower case: "e201", "E0201",
// "UnknownName". Null when there is none.
const DiagnosticRow* findDiagnostic(std::string_view written);
// Those that may have been meant instead, best first, at most three.
std::vector<const DiagnosticRow*> nearestDiagnostics(std::string_view written);

// A message without its arguments: "there is no value named '...'".
std::string messageOutline(const DiagnosticRow& row);
// Every diagnostic, a line each, in groups.
std::string listOfDiagnostics(bool color);
// A page for a terminal: headings without marks, bold when coloured; blocks indented, with the names of their
// files.
std::string renderPage(std::string_view markdown, bool color);

} // namespace convoy::driver
