// Diagnostics as text, in rustc's shape.
#include "support/diagnostics.h"
#include <algorithm>
#include <map>
#include <tuple>

namespace convoy {
namespace {

constexpr uint32_t tabStop = 4;
constexpr uint32_t longestLine = 160;   // display columns; longer lines are cut around their marks
constexpr uint32_t contextColumns = 40; // kept before the first mark of a line that is cut

// ANSI colours, or nothing.
struct Palette {
  bool enabled;
  const char* severity;
  std::string paint(const char* style, const std::string& text) const {
    return enabled && !text.empty() ? std::string(style) + text + "\x1b[0m" : text;
  }
  std::string strong(const std::string& text) const { return paint("\x1b[1m", text); }
  std::string frame(const std::string& text) const { return paint("\x1b[1;34m", text); }
  std::string primary(const std::string& text) const { return paint(severity, text); }
};

const char* severityWord(Severity severity) {
  switch (severity) {
  case Severity::Error: return "error";
  case Severity::Warning: return "warning";
  case Severity::Note: return "note";
  case Severity::Remark: return "remark";
  }
  return "";
}

const char* severityStyle(Severity severity) {
  switch (severity) {
  case Severity::Error: return "\x1b[1;31m";
  case Severity::Warning: return "\x1b[1;33m";
  case Severity::Note: return "\x1b[1;32m";
  case Severity::Remark: return "\x1b[1;34m";
  }
  return "";
}

// A source line as it is displayed: tabs expanded, control characters escaped.
struct DisplayLine {
  std::vector<std::string> cells; // one display column each; a wide character has an empty cell behind it
  std::vector<uint32_t> columns;  // byte -> display column, one more entry than there are bytes

  explicit DisplayLine(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
      Character character = decodeCharacter(text, i);
      auto column = static_cast<uint32_t>(cells.size());
      columns.insert(columns.end(), character.length, column);
      if (text[i] == '\t') {
        cells.resize(column + tabStop - column % tabStop, " ");
      } else {
        Shown shown = showCharacter(text, i, character);
        append(shown);
      }
      i += character.length;
    }
    columns.push_back(static_cast<uint32_t>(cells.size()));
  }

  uint32_t column(uint32_t byte) const { return columns[std::min<size_t>(byte, columns.size() - 1)]; }
  uint32_t width() const { return static_cast<uint32_t>(cells.size()); }
  std::string text(uint32_t from, uint32_t to) const {
    std::string result;
    for (uint32_t i = from; i < to && i < cells.size(); ++i) result += cells[i];
    return result;
  }

private:
  void append(const Shown& shown) {
    if (shown.columns == 0) { // a combining mark belongs to the character before
      if (cells.empty()) cells.emplace_back();
      cells.back() += shown.text;
    } else if (shown.columns == shown.text.size()) {
      for (char c : shown.text) cells.emplace_back(1, c);
    } else {
      cells.push_back(shown.text);
      cells.resize(cells.size() + shown.columns - 1);
    }
  }
};

// One stretch of `^^^` or `---` under a line, in display columns.
struct Mark {
  uint32_t begin, end;
  bool primary;
  std::string text;
};

// The line with its marks, cut to a readable width.
class MarkedLine {
public:
  MarkedLine(std::string_view source, const Palette& palette) : line_(source), palette_(palette) {}

  // Bytes from the start of the line. An empty range marks one column.
  void mark(uint32_t beginByte, uint32_t endByte, bool primary, std::string text) {
    uint32_t begin = line_.column(beginByte), end = line_.column(endByte);
    marks_.push_back({begin, std::max(end, begin + 1), primary, std::move(text)});
  }

  // The source line, then the lines under it, without the gutter.
  std::vector<std::string> render() {
    std::sort(marks_.begin(), marks_.end(), [](const Mark& a, const Mark& b) {
      return std::tie(a.begin, a.end, a.text) < std::tie(b.begin, b.end, b.text);
    });
    std::vector<std::string> lines{cut()};
    std::vector<size_t> hanging; // marks whose text does not fit beside them
    std::string carets = underline();
    size_t inlined = inlineMark();
    for (size_t i = 0; i < marks_.size(); ++i)
      if (i != inlined && !marks_[i].text.empty()) hanging.push_back(i);
    if (inlined != marks_.size()) carets += " " + painted(marks_[inlined], marks_[inlined].text);
    lines.push_back(carets);
    if (!hanging.empty()) lines.push_back(stems(hanging));
    while (!hanging.empty()) {
      const Mark& mark = marks_[hanging.back()];
      hanging.pop_back();
      lines.push_back(stems(hanging, &mark));
    }
    return lines;
  }

private:
  std::string painted(const Mark& mark, const std::string& text) const {
    return mark.primary ? palette_.primary(text) : palette_.frame(text);
  }

  // Cuts a long line around its marks and moves the marks along.
  std::string cut() {
    if (line_.width() <= longestLine) return line_.text(0, line_.width());
    uint32_t first = marks_.front().begin;
    uint32_t from = first > contextColumns ? first - contextColumns : 0;
    uint32_t to = std::min(from + longestLine, line_.width());
    std::string before = from > 0 ? "..." : "", after = to < line_.width() ? "..." : "";
    auto shift = static_cast<uint32_t>(before.size());
    for (Mark& mark : marks_) {
      mark.begin = std::min(mark.begin, to) - from + shift;
      mark.end = std::max(std::min(mark.end, to) - from + shift, mark.begin + 1);
    }
    return before + line_.text(from, to) + after;
  }

  // Primary marks lie over secondary ones.
  std::string underline() const {
    std::string plain;
    for (bool primary : {false, true})
      for (const Mark& mark : marks_) {
        if (mark.primary != primary) continue;
        if (plain.size() < mark.end) plain.resize(mark.end, ' ');
        std::fill(plain.begin() + mark.begin, plain.begin() + mark.end, primary ? '^' : '-');
      }
    if (!palette_.enabled) return plain;
    std::string colored;
    for (size_t i = 0; i < plain.size();) {
      size_t end = plain.find_first_not_of(plain[i], i);
      if (end == std::string::npos) end = plain.size();
      std::string run = plain.substr(i, end - i);
      colored += plain[i] == '^' ? palette_.primary(run) : plain[i] == '-' ? palette_.frame(run) : run;
      i = end;
    }
    return colored;
  }

  // The mark whose text follows the underline: the one that ends last, when it is not under another.
  size_t inlineMark() const {
    size_t last = marks_.size() - 1;
    if (marks_[last].text.empty()) return marks_.size();
    for (size_t i = 0; i < last; ++i)
      if (marks_[i].end > marks_[last].begin) return marks_.size();
    return last;
  }

  // `|` under the hanging marks, then the text of `mark` under its begin.
  std::string stems(const std::vector<size_t>& hanging, const Mark* mark = nullptr) const {
    std::string result;
    uint32_t column = 0;
    for (size_t i : hanging) {
      const Mark& stem = marks_[i];
      if (stem.begin < column || (mark && stem.begin >= mark->begin)) continue;
      result += std::string(stem.begin - column, ' ') + painted(stem, "|");
      column = stem.begin + 1;
    }
    if (mark) result += std::string(mark->begin - column, ' ') + painted(*mark, mark->text);
    return result;
  }

  DisplayLine line_;
  const Palette& palette_;
  std::vector<Mark> marks_;
};

// The marked lines of one file, in order.
class Snippet {
public:
  Snippet(const SourceFile& file, const Palette& palette) : file_(file), palette_(palette) {}

  void add(const Label& label) {
    const Location& where = label.location;
    SourceFile::Position begin = file_.position(where.begin);
    SourceFile::Position end = file_.position(std::max(where.begin, where.end));
    if (end.line > begin.line && end.column == 1) { // ends with a line end: that is the line before
      --end.line;
      end.column = static_cast<uint32_t>(file_.line(end.line).size()) + 1;
    }
    std::string text = escapeForTerminal(label.text);
    if (begin.line == end.line) {
      at(begin.line).mark(begin.column - 1, end.column - 1, label.primary, text);
      return;
    }
    at(begin.line)
        .mark(begin.column - 1, static_cast<uint32_t>(file_.line(begin.line).size()), label.primary, "");
    size_t indent = file_.line(end.line).find_first_not_of(" \t");
    uint32_t first = indent < end.column - 1 ? static_cast<uint32_t>(indent) : 0;
    at(end.line).mark(first, end.column - 1, label.primary, text);
  }

  uint32_t lastLine() const { return lines_.rbegin()->first; }

  void render(std::string& out, const std::string& arrow, Location where, size_t gutter) {
    std::string blank(gutter, ' ');
    out += blank + palette_.frame(arrow) + " " + where.str() + "\n";
    out += blank + " " + palette_.frame("|") + "\n";
    uint32_t previous = 0;
    for (auto& [number, line] : lines_) {
      showGap(out, previous, number, gutter);
      std::vector<std::string> rows = line.render();
      showLine(out, std::to_string(number), rows[0], gutter);
      for (size_t i = 1; i < rows.size(); ++i) showLine(out, "", rows[i], gutter);
      previous = number;
    }
  }

private:
  MarkedLine& at(uint32_t number) {
    return lines_.try_emplace(number, file_.line(number), palette_).first->second;
  }

  // A single line between two marked ones is shown, more become `...`.
  void showGap(std::string& out, uint32_t previous, uint32_t next, size_t gutter) {
    if (previous == 0 || next <= previous + 1) return;
    DisplayLine between(file_.line(previous + 1));
    if (next == previous + 2 && between.width() <= longestLine)
      showLine(out, std::to_string(previous + 1), between.text(0, between.width()), gutter);
    else
      out += palette_.frame("...") + "\n";
  }

  void showLine(std::string& out, const std::string& number, const std::string& text, size_t gutter) {
    out += palette_.frame(std::string(gutter - number.size(), ' ') + number + " |");
    out += (text.empty() ? "" : " " + text) + "\n";
  }

  const SourceFile& file_;
  const Palette& palette_;
  std::map<uint32_t, MarkedLine> lines_;
};

// A note or help; further lines are indented below the first.
void renderAdvice(std::string& out, const char* kind, const std::string& text, size_t gutter,
                  const Palette& palette) {
  std::string blank(gutter + 1, ' '), head = std::string(kind) + ": ";
  out += blank + palette.frame("=") + " " + palette.strong(head.substr(0, head.size() - 1)) + " ";
  for (size_t begin = 0;;) {
    size_t end = text.find('\n', begin);
    out += escapeForTerminal(
               std::string_view(text).substr(begin, end == std::string::npos ? end : end - begin)) +
           "\n";
    if (end == std::string::npos) return;
    out += blank + "  " + std::string(head.size(), ' ');
    begin = end + 1;
  }
}

// The line that a fix changes, as it would be, with what is new marked: `~` replaced, `+` added. Nothing for
// a fix that changes several lines.
class FixedLine {
public:
  FixedLine(const Fix& fix) {
    if (fix.edits.empty() || !fix.edits.front().where.valid()) return;
    edits_ = fix.edits;
    std::sort(edits_.begin(), edits_.end(),
              [](const Edit& a, const Edit& b) { return a.where.begin < b.where.begin; });
    const SourceFile& file = *edits_.front().where.file;
    number_ = file.position(edits_.front().where.begin).line;
    for (const Edit& edit : edits_) {
      const bool elsewhere = edit.where.file != &file || file.position(edit.where.begin).line != number_ ||
                             file.position(edit.where.end).line != number_;
      const bool breaks = edit.replacement.find('\n') != std::string::npos;
      if (elsewhere || breaks) return;
    }
    build(file);
  }
  bool shown() const { return shown_; }
  uint32_t number() const { return number_; }
  // Spaces, `~` and `+` below the text.
  std::string underline() const {
    const DisplayLine line(text_);
    std::string marks;
    for (const Change& change : marks_) {
      marks.resize(line.column(change.begin), ' ');
      marks.resize(line.column(change.end), change.sign);
    }
    return marks;
  }
  uint32_t width() const { return DisplayLine(text_).width(); }
  std::string display() const { return DisplayLine(text_).text(0, width()); }

private:
  struct Change {
    uint32_t begin, end; // bytes of the new line
    char sign;
  };

  void build(const SourceFile& file) {
    const std::string_view before = file.line(number_);
    uint32_t from = 0;
    for (const Edit& edit : edits_) {
      const uint32_t begin = file.position(edit.where.begin).column - 1;
      if (begin < from) return; // they overlap
      text_ += before.substr(from, begin - from);
      const auto start = static_cast<uint32_t>(text_.size());
      text_ += edit.replacement;
      if (!edit.replacement.empty())
        marks_.push_back(
            {start, static_cast<uint32_t>(text_.size()), edit.where.begin == edit.where.end ? '+' : '~'});
      from = begin + edit.where.end - edit.where.begin;
    }
    text_ += before.substr(std::min<size_t>(from, before.size()));
    shown_ = true;
  }

  std::vector<Edit> edits_;
  uint32_t number_ = 0;
  std::string text_;
  std::vector<Change> marks_;
  bool shown_ = false;
};

void renderFix(std::string& out, const Fix& fix, size_t gutter, const Palette& palette) {
  renderAdvice(out, "help", fix.text, gutter, palette);
  const FixedLine line(fix);
  if (!line.shown() || line.width() > longestLine) return;
  const std::string number = std::to_string(line.number());
  if (number.size() > gutter) gutter = number.size();
  out +=
      palette.frame(std::string(gutter - number.size(), ' ') + number + " |") + " " + line.display() + "\n";
  const std::string marks = line.underline();
  if (marks.empty()) return;
  out += palette.frame(std::string(gutter, ' ') + " |") + " " + palette.paint("\x1b[1;32m", marks) + "\n";
}

} // namespace

std::string renderText(const Diagnostic& diagnostic, bool color) {
  Palette palette{color, severityStyle(diagnostic.severity)};
  std::string head = severityWord(diagnostic.severity);
  if (!diagnostic.code.empty()) head += "[" + diagnostic.code + "]";
  std::string out = palette.primary(head) + palette.strong(": " + diagnostic.message) + "\n";

  // One snippet per file, the primary label's file first.
  std::vector<std::pair<Location, Snippet>> snippets;
  uint32_t lastLine = 0;
  for (const Label& label : diagnostic.labels) {
    if (!label.location.valid()) continue;
    auto known = std::find_if(snippets.begin(), snippets.end(),
                              [&](const auto& entry) { return entry.first.file == label.location.file; });
    if (known == snippets.end()) {
      snippets.emplace_back(label.location, Snippet(*label.location.file, palette));
      known = std::prev(snippets.end());
    }
    known->second.add(label);
    lastLine = std::max(lastLine, known->second.lastLine());
  }

  size_t gutter = lastLine == 0 ? 1 : std::to_string(lastLine).size() + 1;
  for (size_t i = 0; i < snippets.size(); ++i)
    snippets[i].second.render(out, i == 0 ? "-->" : ":::", snippets[i].first, gutter);
  // What has no place in a file is said all the same.
  for (const Label& label : diagnostic.labels)
    if (!label.location.valid() && !label.text.empty())
      renderAdvice(out, "note", label.text, gutter, palette);
  if (!snippets.empty() &&
      !(diagnostic.notes.empty() && diagnostic.helps.empty() && diagnostic.fixes.empty()))
    out += std::string(gutter + 1, ' ') + palette.frame("|") + "\n";
  for (const std::string& note : diagnostic.notes) renderAdvice(out, "note", note, gutter, palette);
  for (const std::string& help : diagnostic.helps) renderAdvice(out, "help", help, gutter, palette);
  for (const Fix& fix : diagnostic.fixes) renderFix(out, fix, gutter, palette);
  return out;
}

} // namespace convoy
