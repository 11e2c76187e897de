// One self-contained page: the program of page/, and sections of data for it. It asks no network for
// anything.
#pragma once
#include "support/json.h"
#include <string>
#include <utility>
#include <vector>

namespace convoy::explore {

class Page {
public:
  explicit Page(std::string title) : title_(std::move(title)) {}
  // Data for the page's program, which opens a section by its name when it is first wanted (data.js):
  void addJson(const std::string& name, const Json& json) { add(name, json.str()); }
  void addText(const std::string& name, const std::string& text) { add(name, text); }
  // What a section of these bytes takes of the page, and what all of it takes so far.
  static size_t bytesFor(const std::string& bytes);
  size_t bytes() const;
  std::string html() const;

private:
  // Deflated, and in base64.
  void add(const std::string& name, const std::string& bytes);

  std::string title_;
  std::vector<std::pair<std::string, std::string>> sections_;
};

} // namespace convoy::explore
