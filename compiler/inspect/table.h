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
    bool wraps = false;  // a text that may go on in further lines, where the table would be too wide
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // A cell for each column; missing ones are empty.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // A line of titles, then a line for each row; columns that are empty in every row are left out. Names from
  // files are escaped. What wraps is made narrower as long as lines are longer than `widest`, down to 24
  // columns.
  std::string str() const;

  static constexpr size_t widest = 160;

private:
  using Lines = std::vector<std::vector<std::string>>;
  std::vector<size_t> widthsOf(const Lines& lines) const;
  std::string lineOf(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

} // namespace convoy::inspect
