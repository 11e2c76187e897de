#include "parse/foreign_syntax.h"
#include <algorithm>

namespace convoy {
namespace {

using Parser = grammar::ConvoyParser;

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Advice {
public:
  Advice(const SyntaxErrorSite& site, size_t index, DiagnosticBuilder& built)
      : site_(site), tokens_(site.tokens), index_(index), kind_(tokens_[index].kind), built_(built) {}

  bool give() {
    return onWord() || onColon() || onAssign() || onArrow() || onComma() || onOpener() || onInput() ||
           onString() || onReservedWord() || onComment();
  }

private:
  std::string_view text(size_t index) const { return tokens_.text(index); }
  // Of the token `back` before, or of the end of the file where there is none.
  size_t kindBefore(size_t back) const {
    return index_ >= back ? tokens_[index_ - back].kind : size_t(antlr4::Token::EOF);
  }
  size_t kindBehind() const { return kind_ == antlr4::Token::EOF ? kind_ : tokens_[index_ + 1].kind; }
  bool expects(size_t kind) const { return site_.expected.contains(kind); }
  bool adjacent(size_t index) const { return tokens_[index - 1].end == tokens_[index].begin; }

  bool help(std::string text) {
    built_.help(std::move(text));
    return true;
  }
  bool fix(std::string text, std::string replacement) {
    built_.fix(std::move(text), tokens_.location(index_), std::move(replacement));
    return true;
  }

  bool onWord() {
    if (kind_ != Parser::Name) return false;
    const std::string_view word = text(index_);
    if (site_.rule == Parser::RuleFile) {
      if (isOneOf(word, {"def", "function", "fn", "func", "fun", "class", "model", "network", "module"}))
        return help("what runs is a 'pipeline', a part that is used again a 'block'");
      if (word == "from") return help("a whole file is imported: import \"filters.cvy\"");
      if (isOneOf(word, {"include", "using", "require", "use"}))
        return help("a file is imported by its name: import \"filters.cvy\"");
      if (kindBehind() == Parser::Assign)
        return help(
            "layers stand in a pipeline: pipeline name(photo: image[rgb]) { ... }; a value for all of "
            "them is a 'const'");
      return false;
    }
    if (site_.rule == Parser::RuleImportFile && !expects(Parser::Name))
      return fix("the name of a file stands in quotes", '"' + std::string(word) + ".cvy\"");
    if (word == "and") return fix("'and' is written '&&'", "&&");
    if (word == "or") return fix("'or' is written '||'", "||");
    if (index_ > 0 && kindBefore(1) == Parser::Name && isOneOf(text(index_ - 1), {"not", "is"}))
      return help("truth is compared: x == true, x == false, x != y");
    // size(k, k) as `k x k`
    const bool sized = word == "x" && kindBefore(1) == Parser::Name &&
                       (kindBehind() == Parser::Name || kindBehind() == Parser::Int);
    if (sized) return help("a computed size is written size(h, w)");
    return false;
  }

  bool onColon() {
    if (kind_ != Parser::Colon) return false;
    if (site_.rule == Parser::RuleList)
      return help("an argument cannot stand in a list: is a ']' missing before it?");
    if (site_.rule == Parser::RuleStatement && kindBehind() == Parser::Assign) {
      built_.fix("a name is bound with '='", {{tokens_.location(index_), ""}});
      return true;
    }
    if (site_.rule == Parser::RuleStatement) return help("values have no written type: y = ...");
    if (!expects(Parser::OpenBrace)) return false;
    if (site_.rule == Parser::RuleBody && site_.parentRule == Parser::RulePipeline &&
        kindBehind() == Parser::Name && !tokens_.firstOnLine(index_ + 1))
      return fix("the type of the result stands behind '->'", " ->");
    return help("a body stands in braces: { ... }");
  }

  // `if (n = 3)`: parentheses hold names of results behind 'return' alone.
  bool onAssign() {
    if (kind_ != Parser::Assign) return false;
    const bool inCondition = site_.rule == Parser::RuleBody && expects(Parser::OpenBrace);
    const bool inGroup = site_.rule == Parser::RuleGroup && site_.ruleStart > 0 &&
                         tokens_[site_.ruleStart - 1].kind != Parser::Return;
    return (inCondition || inGroup) && fix("equality is written '=='", "==");
  }

  bool onArrow() {
    if (kind_ != Parser::Arrow || expects(Parser::Arrow)) return false;
    const bool inBody = site_.rule == Parser::RuleBody && !expects(Parser::OpenBrace);
    return inBody && fix("a layer is applied with '|>'", "|>");
  }

  // `return x, y`
  bool onComma() {
    if (kind_ != Parser::Comma || site_.rule != Parser::RuleBody) return false;
    for (size_t i = index_; i-- > 0 && tokens_[i].kind != Parser::Assign;)
      if (tokens_[i].kind == Parser::Return)
        return help("several results have names: return (low: a, high: b)");
    return false;
  }

  bool onOpener() {
    if (kind_ == Parser::OpenParen && kindBefore(1) == Parser::For)
      return help("a loop is written: for i in 0..3 { ... }");
    return false;
  }

  bool onInput() {
    if (site_.rule != Parser::RuleInput || !expects(Parser::Colon)) return false;
    if (kind_ == Parser::OpenBracket)
      return help("the name comes first, then the type: x: " + std::string(text(index_ - 1)) + "[...]");
    return help("every input has a type: x: image[rgb], x: tensor[3, H, W]");
  }

  // f"c{i}"
  bool onString() {
    if ((kind_ != Parser::String && kind_ != Parser::StringBegin) || kindBefore(1) != Parser::Name ||
        !adjacent(index_) || text(index_ - 1).size() > 2)
      return false;
    built_.fix("a text holds values in braces by itself", tokens_.location(index_ - 1), "");
    return true;
  }

  bool onReservedWord() {
    if (!isReserved(kind_)) return false;
    const std::string word = "'" + std::string(text(index_)) + "'";
    if (kind_ == Parser::Const && site_.rule == Parser::RuleBody) {
      if (kindBehind() != Parser::Name) return help("'const' stands outside of pipelines and blocks");
      Location where = tokens_.location(index_);
      where.end = tokens_[index_ + 1].begin;
      built_.fix("inside of a body a name is bound without 'const'", where, "");
      return true;
    }
    if (kind_ == Parser::Block && site_.rule == Parser::RuleBody && !tokens_.firstInText(index_))
      return help("a block stands outside of pipelines and blocks");
    if (kind_ == Parser::Import && site_.rule == Parser::RuleBody)
      return help("'import' stands outside of pipelines and blocks");
    const bool nameWanted = expects(Parser::Name) && !expects(kind_) && kind_ != Parser::Return &&
                            kind_ != Parser::Pipeline && kind_ != Parser::Block;
    const bool inDeclaration = site_.rule == Parser::RuleSignature || site_.rule == Parser::RuleParameter ||
                               site_.rule == Parser::RuleBlockSignature || site_.rule == Parser::RuleResult ||
                               site_.rule == Parser::RuleConstant || site_.rule == Parser::RuleLoop;
    const bool isUsed = (site_.rule == Parser::RuleArguments || site_.rule == Parser::RulePrimary) &&
                        (kind_ == Parser::In || kind_ == Parser::Weights || kind_ == Parser::Import);
    if (!nameWanted || !(inDeclaration || isUsed)) return false;
    return help(word + " is a reserved word; choose another name");
  }

  // `conv(7 // 2, kernel: 3)`: what closes the bracket is in a comment.
  bool onComment() {
    if (index_ == 0 || !(expects(Parser::CloseParen) || expects(Parser::CloseBracket))) return false;
    const std::string_view file = tokens_.file().text();
    const std::string_view gap =
        file.substr(tokens_[index_ - 1].end, tokens_[index_].begin - tokens_[index_ - 1].end);
    const size_t comment = gap.find("//"), end = gap.find('\n');
    if (comment == std::string_view::npos || comment > end) return false;
    const std::string_view hidden = gap.substr(comment, end - comment);
    if (std::count(hidden.begin(), hidden.end(), ')') <= std::count(hidden.begin(), hidden.end(), '('))
      return false;
    return help("'//' starts a comment; a quotient that is rounded down is div(a, b)");
  }

  const SyntaxErrorSite& site_;
  const ScannedTokens& tokens_;
  size_t index_, kind_;
  DiagnosticBuilder& built_;
};

} // namespace

bool adviseOnForeignSyntax(const SyntaxErrorSite& site, size_t index, DiagnosticBuilder& built) {
  return Advice(site, index, built).give();
}

bool adviseOnForeignStatement(const ScannedTokens& tokens, size_t start, DiagnosticBuilder& built) {
  if (tokens[start].kind != Parser::Name || start + 2 >= tokens.size()) return false;
  const std::string word(tokens.text(start));
  const size_t next = tokens[start + 1].kind, third = tokens[start + 2].kind;
  const bool bindsNext = next == Parser::Name && third == Parser::Assign && !tokens.firstOnLine(start + 1);
  if (bindsNext && isOneOf(word, {"let", "var", "val", "auto", "mut", "int", "float", "double", "bool",
                                  "string", "tensor", "Tensor", "image", "set", "def"})) {
    Location where = tokens.location(start);
    where.end = tokens[start + 1].begin;
    built.fix("a name is bound without a word before it", where, "");
    return true;
  }
  const bool arithmetic = next >= Parser::Plus && next <= Parser::Divide;
  if (arithmetic && third == Parser::Assign && tokens[start + 1].end == tokens[start + 2].begin) {
    const std::string sign(tokens.text(start + 1));
    built.help("a name is bound again: " + word + " = " + word + " " + sign + " ...");
    return true;
  }
  if ((next == Parser::Plus || next == Parser::Minus) && third == next) {
    built.help("a name is bound again: " + word + " = " + word + " " + std::string(tokens.text(start + 1)) +
               " 1");
    return true;
  }
  if (isOneOf(word, {"elif", "elsif", "elseif"})) {
    built.fix("write 'else if'", tokens.location(start), "else if");
    return true;
  }
  if (word == "while") {
    built.help("what is repeated is counted when compiling: for i in 0..3 { ... }");
    return true;
  }
  if (word == "print") {
    built.help("every layer with its shape is shown by `convoy emit FILE --stage=graph`");
    return true;
  }
  return false;
}

const char* helpForStrayCharacter(std::string_view character) {
  struct Entry {
    std::string_view character;
    const char* help;
  };
  static constexpr Entry entries[] = {
      {"%", "the remainder is written mod(a, b)"},
      {"|", "a pipe is written '|>', a logical or '||'"},
      {"&", "a logical and is written '&&'"},
      {"^", "a power is written '**'"},
      {"'", "strings are written in double quotes"},
      {"`", "strings are written in double quotes"},
      {"?", "a choice is written 'if condition { a } else { b }'; for every element: select(x > 0.5, a, b)"},
      {"!", "what does not hold is written by a comparison: x == false, a != b"},
      {"@", "a layer is applied with '|>': x |> relu"},
      {"\\", "a statement goes on in the next line without a sign"},
      {"\xE2\x80\x9C", "strings are written in straight quotes: \"conv1\""}, // the curly ones of texts
      {"\xE2\x80\x9D", "strings are written in straight quotes: \"conv1\""},
      {"\xE2\x80\x98", "strings are written in straight double quotes: \"conv1\""},
      {"\xE2\x80\x99", "strings are written in straight double quotes: \"conv1\""},
      {"\xC3\x97", "a size is written with the letter x: 3x3"},            // a multiplication sign
      {"\xE2\x88\x92", "a minus is written '-'"},                          // a minus sign
      {"\xE2\x80\x93", "a minus is written '-'"},                          // a dash
      {"\xE2\x86\x92", "write '->' before a result, '|>' before a layer"}, // an arrow
  };
  for (const Entry& entry : entries)
    if (entry.character == character) return entry.help;
  return nullptr;
}

} // namespace convoy
