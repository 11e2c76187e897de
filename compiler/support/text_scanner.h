// Words of the texts of the later stages (loop IR, schedules), for readers that end at the first mistake:
// such a text was written by a program, or edited in a line or two.
#pragma once
#include "support/source.h"
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace convoy {

class TextScanner {
public:
  // Thrown after a mistake was reported; readers catch it at their top.
  struct Stop {};
  using Report = std::function<void(Location, const std::string& what)>;

  // Words are made of letters, digits and `wordMarks`. White space and `//` comments separate.
  TextScanner(const SourceFile& file, std::string_view wordMarks, Report report)
      : file_(file), text_(file.text()), wordMarks_(wordMarks), report_(std::move(report)) {}

  [[noreturn]] void fail(const std::string& what, size_t begin);
  [[noreturn]] void fail(const std::string& what) { fail(what, at_); }

  void skip(); // white space and comments
  bool atEnd();
  // The next token; a word must end where the token does.
  bool peek(std::string_view token);
  bool accept(std::string_view token);
  bool acceptMark(char mark); // one character, whatever follows it
  void expect(std::string_view token);
  std::string word(const char* what); // fails with "expected {what}"
  bool atInteger();
  int64_t integer();
  double floating(); // as strtod reads it: also inf and nan

  size_t position() const { return at_; }
  Location since(size_t begin) const;
  // What is left, and how to go on behind what somebody else has read of it.
  std::string_view rest() const { return text_.substr(at_); }
  void continueAt(std::string_view rest) { at_ = text_.size() - rest.size(); }

private:
  bool isWord(char c) const;
  const SourceFile& file_;
  std::string_view text_, wordMarks_;
  Report report_;
  size_t at_ = 0;
};

} // namespace convoy
