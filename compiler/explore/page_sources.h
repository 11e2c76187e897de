// The files of page/, which are part of the command. Private to explore/.
#pragma once
#include <string>
#include <vector>

namespace convoy::explore {

struct PageSource {
  std::string name; // "panes.js"
  std::string text;
};
// In the order in which they stand in the page; shell.html, which holds the others, is the last.
const std::vector<PageSource>& pageSources();

} // namespace convoy::explore
