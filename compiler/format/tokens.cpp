#include "format/tokens.h"
#include <algorithm>
#include <cctype>

namespace convoy::format {

namespace {

bool isWordStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isWordPart(char c) { return isWordStart(c) || isDigit(c); }

class Tokenizer {
public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    for (;;) {
      const int lines = skipBlanks();
      const size_t begin = at_;
      const Token::Kind kind = scan();
      tokens.push_back({kind, text_.substr(begin, at_ - begin), tokens.empty() ? 0 : lines});
      if (kind == Token::End) return tokens;
    }
  }

private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  int skipBlanks() {
    int lines = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n' || (c == '\r' && peek(1) != '\n'))
        ++lines;
      else if (c != ' ' && c != '\t' && c != '\r' && c != '\f')
        break;
    }
    return lines;
  }

  Token::Kind scan() {
    const char c = peek();
    if (at_ == text_.size()) return Token::End;
    if (c == '/' && peek(1) == '/') {
      while (at_ < text_.size() && peek() != '\n' && peek() != '\r') ++at_;
      return Token::Comment;
    }
    if (c == '"') return string(), Token::String;
    if (isWordStart(c)) {
      while (isWordPart(peek())) ++at_;
      return Token::Word;
    }
    if (isDigit(c)) return number(), Token::Number;
    for (std::string_view sign : {"|>", "->", "||", "&&", "<=", ">=", "==", "!=", "**", ".."})
      if (text_.substr(at_, sign.size()) == sign) return at_ += sign.size(), Token::Sign;
    ++at_;
    return Token::Sign;
  }

  // 12, 3x3, 1.5, 2e-3; the dots of 0..4 are a sign.
  void number() {
    while (isWordPart(peek()) || (peek() == '.' && isDigit(peek(1)))) {
      const bool exponent = (peek() == 'e' || peek() == 'E') && (peek(1) == '-' || peek(1) == '+');
      at_ += exponent ? 2 : 1;
    }
  }

  // Up to the closing quote. Between braces stands an expression, with strings of its own.
  void string() {
    for (++at_; at_ < text_.size() && peek() != '"'; ++at_) {
      if (peek() == '\\')
        ++at_;
      else if (peek() == '{' && peek(1) == '{')
        ++at_;
      else if (peek() == '{')
        interpolated();
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  // Leaves `at_` on the closing brace.
  void interpolated() {
    int depth = 1;
    for (++at_; at_ < text_.size(); ++at_) {
      if (peek() == '"') {
        string();
        --at_;
      }
      if (peek() == '{') ++depth;
      if (peek() == '}' && --depth == 0) return;
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

} // namespace

std::vector<Token> tokenize(std::string_view text) { return Tokenizer(text).run(); }

} // namespace convoy::format
