#include "server/cursor.h"
#include "format/tokens.h"
#include <vector>

namespace convoy::server {

namespace {

using format::Token;

bool opens(const Token& token) { return token.is("(") || token.is("[") || token.is("{"); }
bool closes(const Token& token) { return token.is(")") || token.is("]") || token.is("}"); }

// The tokens before the cursor, without comments, and questions about them.
class Context {
public:
  explicit Context(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Cursor classify() const {
    Cursor cursor;
    const size_t count = tokens_.size();
    const Token* last = back(1);
    const int open = openBracket(count);
    if (!last) return cursor.kind = Cursor::TopLevel, cursor;
    if (last->is("|>")) return cursor.kind = Cursor::Target, cursor;
    if (last->is("->")) return cursor.kind = Cursor::Type, cursor;
    if (declares(*last)) return cursor.kind = Cursor::NewName, cursor;
    if (open < 0) {
      cursor.kind = needsOperand(*last) ? Cursor::Operand : Cursor::TopLevel;
      return cursor;
    }
    const auto bracket = static_cast<size_t>(open);
    const Token& sign = tokens_[bracket];
    if (sign.is("(")) return inParentheses(bracket);
    if (sign.is("["))
      cursor.kind = bracket > 0 && tokens_[bracket - 1].is("image") && bracket + 1 == count
                        ? Cursor::ImageKind
                        : Cursor::Operand;
    else
      cursor.kind = needsOperand(*last) ? Cursor::Operand : Cursor::Statement;
    return cursor;
  }

private:
  const Token* back(size_t i) const { return tokens_.size() >= i ? &tokens_[tokens_.size() - i] : nullptr; }

  static bool declares(const Token& token) {
    return token.is("pipeline") || token.is("block") || token.is("const") || token.is("for");
  }

  static bool needsOperand(const Token& token) {
    if (token.kind == Token::Word) return token.is("return") || token.is("if") || token.is("in");
    return token.kind == Token::Sign && !closes(token) && !token.is("{") && !token.is(";");
  }

  // The innermost bracket that is open before the token `end`; -1 outside of all.
  int openBracket(size_t end) const {
    int depth = 0;
    for (size_t i = end; i-- > 0;) {
      if (closes(tokens_[i])) ++depth;
      if (opens(tokens_[i]) && depth-- == 0) return static_cast<int>(i);
    }
    return -1;
  }

  Cursor inParentheses(size_t open) const {
    Cursor cursor;
    const size_t count = tokens_.size();
    const Token& last = tokens_.back();
    const bool behindWord = open > 0 && tokens_[open - 1].kind == Token::Word;
    const bool signature =
        behindWord && open > 1 && (tokens_[open - 2].is("pipeline") || tokens_[open - 2].is("block"));
    const bool results = open > 0 && tokens_[open - 1].is("->");
    if (signature || results) {
      cursor.kind = last.is(":") ? Cursor::Type : last.is("=") ? Cursor::Operand : Cursor::NewName;
      return cursor;
    }
    cursor.kind = Cursor::Operand;
    static const std::set<std::string_view> notCalled = {"return", "if", "in", "else"};
    if (!behindWord || notCalled.count(tokens_[open - 1].text)) return cursor;
    cursor.callee = std::string(tokens_[open - 1].text);
    if (last.is(":") && count >= 2 && tokens_[count - 2].kind == Token::Word) {
      cursor.kind = Cursor::AttributeValue;
      cursor.attribute = std::string(tokens_[count - 2].text);
    } else if (last.is(",") || open + 1 == count) {
      cursor.kind = Cursor::Argument;
      int depth = 0;
      for (size_t i = open + 1; i < count; ++i) {
        if (opens(tokens_[i])) ++depth;
        if (closes(tokens_[i])) --depth;
        if (depth == 0 && i > 0 && tokens_[i].is(":")) cursor.given.emplace(tokens_[i - 1].text);
      }
    }
    return cursor;
  }

  std::vector<Token> tokens_;
};

} // namespace

Cursor cursorAt(std::string_view text, uint32_t offset) {
  const std::string_view before = text.substr(0, offset);
  std::vector<Token> tokens = format::tokenize(before);
  const int linesAtEnd = tokens.back().linesBefore;
  tokens.pop_back(); // the End
  Cursor cursor;
  cursor.wordBegin = offset;
  if (!tokens.empty()) {
    const Token& last = tokens.back();
    const bool touches = last.text.data() + last.text.size() == before.data() + before.size();
    const bool open = last.text.size() < 2 || last.text.back() != '"';
    if (last.kind == Token::Comment && linesAtEnd == 0) return cursor;
    if (last.kind == Token::String && open) return cursor;
    if (last.kind == Token::Number && touches) return cursor;
    if (last.kind == Token::Word && touches) {
      cursor.wordBegin = offset - static_cast<uint32_t>(last.text.size());
      tokens.pop_back();
    }
  }
  std::vector<Token> words;
  for (const Token& token : tokens)
    if (token.kind != Token::Comment) words.push_back(token);
  const uint32_t begin = cursor.wordBegin;
  cursor = Context(std::move(words)).classify();
  cursor.wordBegin = begin;
  return cursor;
}

} // namespace convoy::server
