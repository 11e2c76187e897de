#include "format/format.h"
#include "format/document.h"
#include "format/tokens.h"
#include "support/internal_error.h"
#include <algorithm>
#include <functional>

namespace convoy {

namespace {

using namespace format;

constexpr size_t lineWidth = 120;

bool isOneOf(const Token& token, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return token.is(word); });
}
bool isKeyword(const Token& token) { return isOneOf(token, {"return", "for", "in", "if", "else", "const"}); }
bool isOpening(const Token& token) { return isOneOf(token, {"(", "["}); }
bool isClosing(const Token& token) { return isOneOf(token, {")", "]", "}"}); }
bool startsItem(const Token& token) {
  return isOneOf(token, {"pipeline", "block", "const", "import", "weights"});
}
bool isOperator(const Token& token) {
  return isOneOf(token, {"+", "-", "*", "/", "**", "<", "<=", ">", ">=", "==", "!=", "&&", "||"});
}
bool endsExpression(const Token& token) {
  switch (token.kind) {
  case Token::Word: return !isKeyword(token);
  case Token::Number:
  case Token::String: return true;
  case Token::Sign: return isClosing(token);
  case Token::Comment:
  case Token::End: break;
  }
  return false;
}

class Formatter {
public:
  explicit Formatter(std::string_view text) : tokens_(tokenize(text)) {}

  Doc file() {
    std::vector<Doc> parts;
    bool definitionBefore = false;
    while (current().kind != Token::End) {
      if (skipSemicolon()) continue;
      // A blank line around definitions; their comments belong to them.
      const bool definition = startsDefinition();
      const bool first = parts.empty();
      if (!first && current().linesBefore == 0 && current().kind == Token::Comment) {
        parts.push_back(comment(take()));
        continue;
      }
      if (!first) parts.push_back(hardLine());
      const bool afterComment = at_ > 0 && tokens_[at_ - 1].kind == Token::Comment;
      const bool wanted = (definition && !afterComment) || definitionBefore;
      if (!first && (current().linesBefore > 1 || wanted)) parts.push_back(hardLine());
      definitionBefore = false;
      if (current().kind == Token::Comment) {
        parts.push_back(comment(take()));
      } else if (isOneOf(current(), {"pipeline", "block"})) {
        parts.push_back(definitionItem());
        definitionBefore = true;
      } else {
        const size_t start = at_;
        parts.push_back(chain(
            [this, start](size_t i) { return i > start && (startsItem(tokens_[i]) || tokens_[i].is(";")); }));
        require(at_ > start, "the formatter meets something that is no script");
      }
    }
    return sequence(std::move(parts));
  }

private:
  // Whether a token, by its number, ends what is being formatted.
  using Stop = std::function<bool(size_t)>;

  const Token& current() const { return tokens_[at_]; }
  std::string take() { return std::string(tokens_[at_++].text); }
  bool skipSemicolon() {
    if (!current().is(";")) return false;
    // What stands behind it begins a line.
    const int lines = current().linesBefore;
    ++at_;
    tokens_[at_].linesBefore = std::max({tokens_[at_].linesBefore, lines, 1});
    return true;
  }
  // The number of the first token from i on that is no comment.
  size_t afterComments(size_t i) const {
    while (tokens_[i].kind == Token::Comment) ++i;
    return i;
  }
  // Whether here, or after comments without a blank line between, a pipeline or block begins.
  bool startsDefinition() const {
    size_t i = at_;
    while (tokens_[i].kind == Token::Comment && tokens_[i + 1].linesBefore <= 1) ++i;
    return isOneOf(tokens_[i], {"pipeline", "block"});
  }

  Doc definitionItem() {
    Doc head = chain([this](size_t i) { return tokens_[i].is("{"); });
    return sequence({head, text(" "), body()});
  }

  // { statements }
  Doc body() {
    require(current().is("{"), "the formatter expects a body");
    ++at_;
    std::vector<Doc> lines;
    while (!current().is("}") && current().kind != Token::End) {
      if (skipSemicolon()) continue;
      if (current().kind == Token::Comment && current().linesBefore == 0) {
        lines.push_back(comment(take()));
        continue;
      }
      if (!lines.empty() && current().linesBefore > 1) lines.push_back(hardLine());
      lines.push_back(hardLine());
      lines.push_back(current().kind == Token::Comment ? comment(take()) : statement());
    }
    ++at_;
    if (lines.empty()) return text("{}");
    return sequence({text("{"), indent(std::move(lines)), hardLine(), text("}")});
  }

  Doc statement() {
    if (current().is("for")) return compound();
    if (!current().is("if")) {
      const size_t start = at_;
      return chain([this, start](size_t i) { return i > start && startsStatement(i); });
    }
    std::vector<Doc> parts{compound()};
    while (tokens_[afterComments(at_)].is("else")) {
      while (current().kind == Token::Comment) parts.push_back(comment(take()));
      parts.push_back(text(" "));
      if (tokens_[at_ + 1].is("if")) {
        parts.push_back(text(take() + " "));
        parts.push_back(compound());
      } else {
        parts.push_back(text(take() + " "));
        parts.push_back(body());
      }
    }
    return sequence(std::move(parts));
  }

  // for x in range { }, if condition { }
  Doc compound() {
    Doc word = text(take() + " ");
    Doc head = chain([this](size_t i) { return tokens_[i].is("{"); });
    return sequence({word, head, text(" "), body()});
  }

  bool startsStatement(size_t i) const {
    const Token& token = tokens_[i];
    if (isOneOf(token, {"return", "for", "}", ";"}) || startsItem(token)) return true;
    size_t before = i;
    while (before > 0 && tokens_[--before].kind == Token::Comment) {
    }
    if (token.kind != Token::Word || !endsExpression(tokens_[before])) return false;
    if (token.is("if")) return true;
    if (isKeyword(token)) return false;
    size_t next = afterComments(i + 1);
    while (tokens_[next].is(",")) next = afterComments(afterComments(next + 1) + 1);
    return tokens_[next].is("=");
  }

  bool ends(size_t i, const Stop& stop) const {
    return tokens_[i].kind == Token::End || isClosing(tokens_[i]) || stop(i);
  }

  // Segments with `|>` between them. Comments at the end are left to the caller.
  Doc chain(const Stop& stop) {
    std::vector<std::vector<Doc>> segments{segment(stop)};
    std::vector<bool> broken; // by the user, before each |>
    std::vector<std::vector<Doc>> comments;
    while (!ends(afterComments(at_), stop)) {
      comments.emplace_back();
      while (current().kind == Token::Comment) {
        if (current().linesBefore > 0) comments.back().push_back(hardLine());
        comments.back().push_back(comment(take()));
      }
      broken.push_back(current().linesBefore > 0);
      ++at_; // the |>
      segments.push_back(segment(stop));
    }
    if (segments.size() == 1) return sequence(std::move(segments[0]));
    const bool anyBroken = std::count(broken.begin(), broken.end(), true) > 0;
    std::vector<Doc> parts = std::move(segments[0]);
    for (size_t i = 1; i < segments.size(); ++i) {
      std::vector<Doc> link = std::move(comments[i - 1]);
      link.push_back(broken[i - 1] ? hardLine() : anyBroken ? fillLine() : line());
      link.push_back(text("|> "));
      link.insert(link.end(), segments[i].begin(), segments[i].end());
      parts.push_back(indent(std::move(link)));
    }
    return group(std::move(parts));
  }

  // Up to the next `|>`, or the end.
  std::vector<Doc> segment(const Stop& stop) {
    std::vector<Doc> parts;
    const Token* before = nullptr; // of this segment
    bool unary = false;            // `before` is a sign of the operand that follows
    while (!current().is("|>")) {
      const Token& token = current();
      if (token.kind == Token::Comment) {
        const size_t next = afterComments(at_);
        if (ends(next, stop) || tokens_[next].is("|>")) break;
        if (token.linesBefore > 0) parts.push_back(indent({hardLine()}));
        parts.push_back(comment(take()));
        continue;
      }
      if (ends(at_, stop)) break;
      const bool binary = isOperator(token) && before && endsExpression(*before) && !unary;
      if (binary)
        parts.push_back(indent({fillLine()}));
      else if (before && hasSpace(*before, token, unary))
        parts.push_back(text(" "));
      unary = isOperator(token) && !binary;
      before = &token;
      if (isOpening(token))
        parts.push_back(brackets());
      else if (token.is("if"))
        parts.push_back(choice());
      else
        parts.push_back(text(take()));
      if (before->is("if") || isOpening(*before)) before = &tokens_[at_ - 1];
    }
    return parts;
  }

  // Between neighbours of which the second is no binary operator.
  static bool hasSpace(const Token& before, const Token& token, bool unary) {
    if (unary || before.is("..") || isOneOf(token, {",", ":", ".."})) return false;
    if (isOpening(token)) return !endsExpression(before);
    return true;
  }

  // if condition { value } else { value }
  Doc choice() {
    std::vector<Doc> parts;
    for (;;) {
      if (current().is("if")) {
        parts.push_back(text(take() + " "));
        parts.push_back(chain([this](size_t i) { return tokens_[i].is("{"); }));
        parts.push_back(text(" "));
      }
      branch(parts);
      if (!tokens_[afterComments(at_)].is("else")) return group(std::move(parts));
      while (current().kind == Token::Comment) parts.push_back(comment(take()));
      parts.push_back(text(" " + take() + " "));
    }
  }

  // { value }
  void branch(std::vector<Doc>& parts) {
    parts.push_back(text(take()));
    std::vector<Doc> inside{line()};
    while (current().kind == Token::Comment) inside.push_back(comment(take()));
    inside.push_back(chain([](size_t) { return false; }));
    while (current().kind == Token::Comment) inside.push_back(comment(take()));
    ++at_;
    parts.push_back(indent(std::move(inside)));
    parts.push_back(line());
    parts.push_back(text("}"));
  }

  // ( or [, elements, and the closing one.
  Doc brackets() {
    const bool list = current().is("[");
    const size_t open = at_;
    std::vector<Doc> parts{text(take())};
    bool broken = current().linesBefore > 0 && !isClosing(current());
    std::vector<Doc> inside;
    size_t elements = 0;
    const bool fill = list && onlyNumbers(open);
    while (!isClosing(current()) && current().kind != Token::End) {
      if (current().is(",")) { // a second one, of an element that was left out
        ++at_;
        continue;
      }
      if (elements > 0) broken = broken || (list && current().linesBefore > 0);
      inside.push_back(elements == 0 ? softLine() : fill ? fillLine() : line());
      element(inside);
      ++elements;
    }
    if (elements > 1) inside.push_back(ifBroken(","));
    inside.insert(inside.end(), trailing_.begin(), trailing_.end());
    trailing_.clear();
    parts.push_back(indent(std::move(inside)));
    if (elements > 0) parts.push_back(softLine());
    parts.push_back(text(take()));
    return group(std::move(parts), broken);
  }

  // An element with the comma and the comments behind it. Comments of the last one are kept in `trailing_`,
  // to stand behind its comma.
  void element(std::vector<Doc>& inside) {
    while (current().kind == Token::Comment) {
      inside.push_back(comment(take()));
      if (isClosing(current())) return;
      inside.push_back(hardLine());
    }
    inside.push_back(chain([this](size_t i) { return tokens_[i].is(","); }));
    std::vector<Doc> comments;
    auto collect = [&] {
      while (current().kind == Token::Comment) {
        const bool own = current().linesBefore > 0;
        // One that stands on its own line before another element belongs to that.
        if (own && !isClosing(tokens_[afterComments(at_)]) && !tokens_[afterComments(at_)].is(",")) return;
        if (own) comments.push_back(hardLine());
        comments.push_back(comment(take()));
      }
    };
    collect();
    const bool comma = current().is(",");
    if (comma) ++at_;
    collect();
    if (isClosing(current())) {
      trailing_ = std::move(comments);
      return;
    }
    if (comma) inside.push_back(text(","));
    inside.insert(inside.end(), comments.begin(), comments.end());
  }

  // Whether the list that opens at `i` has numbers and nothing else.
  bool onlyNumbers(size_t i) const {
    for (++i; !tokens_[i].is("]"); ++i)
      if (tokens_[i].kind != Token::Number && !isOneOf(tokens_[i], {",", "-", "+"})) return false;
    return true;
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  std::vector<Doc> trailing_; // comments behind the last element of the bracket that is being formatted
};

// Words, signs and comments in order, without what formatting may add or remove.
std::vector<std::string_view> essence(std::string_view text) {
  std::vector<std::string_view> words;
  const std::vector<Token> tokens = tokenize(text);
  auto next = [&](size_t i) {
    do ++i;
    while (tokens[i].kind == Token::Comment || tokens[i].is(","));
    return i;
  };
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    const bool optional = tokens[i].is(";") || (tokens[i].is(",") && isClosing(tokens[next(i)]));
    const bool repeated = i > 0 && tokens[i].is(",") && tokens[i - 1].is(",");
    if (!optional && !repeated && tokens[i].kind != Token::Comment) words.push_back(tokens[i].text);
  }
  for (const Token& token : tokens)
    if (token.kind == Token::Comment)
      words.push_back(token.text.substr(0, token.text.find_last_not_of(" \t") + 1));
  return words;
}

} // namespace

std::string formatScript(std::string_view text) {
  std::string formatted = render(Formatter(text).file(), lineWidth);
  require(essence(text) == essence(formatted), "formatting would change what the script says");
  return formatted;
}

} // namespace convoy
