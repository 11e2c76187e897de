#include "support/text_scanner.h"
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>

namespace convoy {

namespace {
bool isSpace(char c) { return std::isspace(static_cast<unsigned char>(c)); }
bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
} // namespace

void TextScanner::fail(const std::string& what, size_t begin) {
  report_(since(begin), what);
  throw Stop{};
}

Location TextScanner::since(size_t begin) const {
  return {&file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(std::max(at_, begin + 1))};
}

bool TextScanner::isWord(char c) const {
  return std::isalnum(static_cast<unsigned char>(c)) || wordMarks_.find(c) != std::string_view::npos;
}

void TextScanner::skip() {
  while (at_ < text_.size()) {
    if (isSpace(text_[at_]))
      ++at_;
    else if (text_.substr(at_, 2) == "//")
      at_ = std::min(text_.find('\n', at_), text_.size());
    else
      return;
  }
}

bool TextScanner::atEnd() {
  skip();
  return at_ >= text_.size();
}

bool TextScanner::peek(std::string_view token) {
  skip();
  if (text_.substr(at_, token.size()) != token) return false;
  size_t end = at_ + token.size();
  return !isWord(token.back()) || end >= text_.size() || !isWord(text_[end]);
}

bool TextScanner::accept(std::string_view token) {
  if (!peek(token)) return false;
  at_ += token.size();
  return true;
}

bool TextScanner::acceptMark(char mark) {
  skip();
  if (at_ >= text_.size() || text_[at_] != mark) return false;
  ++at_;
  return true;
}

void TextScanner::expect(std::string_view token) {
  if (!accept(token)) fail("expected '" + std::string(token) + "'");
}

std::string TextScanner::word(const char* what) {
  skip();
  size_t begin = at_;
  while (at_ < text_.size() && isWord(text_[at_])) ++at_;
  if (begin == at_) fail(std::string("expected ") + what);
  return std::string(text_.substr(begin, at_ - begin));
}

bool TextScanner::atInteger() {
  skip();
  size_t first = at_ + (at_ < text_.size() && text_[at_] == '-');
  return first < text_.size() && isDigit(text_[first]);
}

int64_t TextScanner::integer() {
  if (!atInteger()) fail("expected an integer");
  size_t begin = at_;
  if (text_[at_] == '-') ++at_;
  while (at_ < text_.size() && isDigit(text_[at_])) ++at_;
  errno = 0;
  long long n = std::strtoll(std::string(text_.substr(begin, at_ - begin)).c_str(), nullptr, 10);
  if (errno == ERANGE) fail("the integer does not fit 64 bits", begin);
  return n;
}

double TextScanner::floating() {
  skip();
  size_t begin = at_;
  while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                std::string_view(".+-").find(text_[at_]) != std::string_view::npos))
    ++at_;
  std::string digits(text_.substr(begin, at_ - begin));
  char* end = nullptr;
  double n = std::strtod(digits.c_str(), &end);
  if (digits.empty() || *end) fail("expected a number", begin);
  return n;
}

} // namespace convoy
