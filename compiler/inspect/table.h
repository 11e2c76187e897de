// Columns of text for people.
#pragma once
#include <string>
#include <vector>

namespace convoy::inspect {

class Table {
public:
  struct Column {
    std::string title;
    bool number = false; // numbers end at the right edge of their column
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // A cell for each column; missing ones are empty.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // A line of titles, then a line for each row; columns that are empty in every row are left out. Names from
  // files are escaped.
  std::string str() const;

private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

} // namespace convoy::inspect
