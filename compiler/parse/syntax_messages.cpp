#include "parse/syntax_messages.h"
#include "parse/foreign_syntax.h"
#include "support/text.h"
#include <algorithm>

namespace convoy {

using Parser = grammar::ConvoyParser;

bool isReserved(size_t kind) {
  switch (kind) {
  case Parser::Pipeline:
  case Parser::Return:
  case Parser::True:
  case Parser::False:
  case Parser::Block:
  case Parser::Weights:
  case Parser::Import:
  case Parser::Const:
  case Parser::For:
  case Parser::In:
  case Parser::If:
  case Parser::Else: return true;
  default: return false; // names, numbers, signs
  }
}

namespace {

// How a token is called in "found ...".
std::string describe(const ScannedTokens& tokens, size_t index) {
  constexpr size_t longest = 40;
  std::string text(tokens.text(index).substr(0, longest));
  if (tokens.text(index).size() > longest) text += "...";
  switch (tokens[index].kind) {
  case antlr4::Token::EOF: return "the end of the file";
  case Parser::Int:
  case Parser::Float: return "the number " + text;
  case Parser::Size: return "the size " + text;
  case Parser::String:
  case Parser::StringBegin: return "the string " + text;
  case Parser::StringMiddle:
  case Parser::StringEnd: return "the '}' in a string";
  case Parser::Name: return "the name '" + text + "'";
  default: return (isReserved(tokens[index].kind) ? "the reserved word '" : "'") + text + "'"; // or a sign
  }
}

bool isBinaryOperator(size_t kind) { return kind >= Parser::OrOr && kind <= Parser::Power; }

bool endsExpression(size_t kind) {
  switch (kind) {
  case Parser::Name:
  case Parser::Int:
  case Parser::Float:
  case Parser::Size:
  case Parser::String:
  case Parser::True:
  case Parser::False:
  case Parser::StringEnd:
  case Parser::CloseParen:
  case Parser::CloseBracket: return true;
  default: return false; // any other token
  }
}

bool startsPart(size_t kind) { return kind == Parser::Pipeline || kind == Parser::Block; }

bool isOpener(size_t kind) {
  return kind == Parser::OpenParen || kind == Parser::OpenBracket || kind == Parser::OpenBrace;
}
bool isCloser(size_t kind) {
  return kind == Parser::CloseParen || kind == Parser::CloseBracket || kind == Parser::CloseBrace;
}

} // namespace

bool startsNextStatement(const ScannedTokens& tokens, size_t index) {
  if (index < 2 || tokens[index].kind != Parser::Assign || tokens[index - 1].kind != Parser::Name)
    return false;
  size_t before = tokens[index - 2].kind;
  bool unfinished = before == Parser::PipeTo || isBinaryOperator(before) || before == Parser::Assign ||
                    before == Parser::Colon || before == Parser::Return;
  return unfinished && tokens.firstOnLine(index - 1);
}

namespace {

class Message {
public:
  Message(const SyntaxErrorSite& site, DiagnosticEngine& diags)
      : site_(site), tokens_(site.tokens), diags_(diags), kind_(tokens_[site.found].kind) {}

  void report() {
    if (reportUnfinished() || reportStatement() || reportCloser() || reportOperatorAfterPipe()) return;
    reportExpected();
  }

private:
  bool expects(size_t kind) const { return site_.expected.contains(kind); }
  bool expectsValue() const { return expects(Parser::Int); }
  bool hasPrevious() const { return site_.found > 0; }
  size_t previous() const { return tokens_[site_.found - 1].kind; }
  std::string previousText() const { return "'" + std::string(tokens_.text(site_.found - 1)) + "'"; }
  bool onLineOfPrevious(size_t index) const {
    return index > 0 && tokens_.line(index) == tokens_.line(index - 1);
  }

  bool reportUnfinished() {
    if (!startsNextStatement(tokens_, site_.found)) return false;
    size_t unfinished = site_.found - 2;
    std::string after = "'" + std::string(tokens_.text(unfinished)) + "'";
    std::string wanted = tokens_[unfinished].kind == Parser::PipeTo ? "a layer name or a call" : "a value";
    std::string name(tokens_.text(site_.found - 1));
    diags_
        .report(diag::UnexpectedToken, tokens_.location(unfinished), wanted + " after " + after,
                "the next statement, '" + name + " = ...'")
        .primary("nothing follows this");
    return true;
  }

  // Newlines are blanks, so the end of a statement shows only in what follows it.
  bool reportStatement() {
    bool inStatement = site_.rule == Parser::RuleStatement && expects(Parser::Assign);
    bool inBody = site_.rule == Parser::RuleBody && hasPrevious() && !expects(Parser::OpenBrace);
    if (!inStatement && !inBody) return false;
    size_t start = inStatement ? site_.ruleStart : site_.found;
    bool continues = start > 0 && endsExpression(tokens_[start - 1].kind) && onLineOfPrevious(start);
    bool startsValue = inStatement || kind_ == Parser::Int || kind_ == Parser::Float ||
                       kind_ == Parser::Size || kind_ == Parser::String || kind_ == Parser::OpenParen ||
                       kind_ == Parser::OpenBracket || kind_ == Parser::True || kind_ == Parser::False ||
                       kind_ == Parser::StringBegin;
    if (continues && startsValue) {
      auto built = diags_.report(diag::UnexpectedToken, tokens_.location(start),
                                 "an operator or the end of the statement after '" +
                                     std::string(tokens_.text(start - 1)) + "'",
                                 describe(tokens_, start));
      if (!adviseOnForeignSyntax(site_, start, built)) adviseOnSize(start, built);
      return true;
    }
    if (inStatement && (kind_ == Parser::Colon || kind_ == Parser::EqualEqual || kind_ == Parser::Arrow)) {
      auto built = diags_.report(diag::UnexpectedToken, tokens_.location(site_.found),
                                 "'=' after " + previousText(), describe(tokens_, site_.found));
      adviseOnForeignSyntax(site_, site_.found, built);
      return true;
    }
    if (!startsValue || kind_ == Parser::Else || kind_ == Parser::In) return false;
    auto report = diags_.report(diag::UnusedExpression, tokens_.location(start));
    const std::string word(tokens_.text(start));
    if (isDashInName(start + 1))
      report.help("'-' cannot be part of a name; '_' can");
    else if (!adviseOnForeignStatement(tokens_, start, report) &&
             !report.suggest(nearestName(word, {"return", "for", "if", "else", "const"}),
                             tokens_.location(start), word)) {
      report.help("bind its value to a name ('y = ...') or return it ('return ...')");
      if (goesOnAfterPipe(start)) report.help("to apply it to the value before it: |> " + word);
    }
    return true;
  }

  // A call or a name on a line of its own, below a chain of layers.
  bool goesOnAfterPipe(size_t start) const {
    if (start == 0 || tokens_[start].kind != Parser::Name || !tokens_.firstOnLine(start) ||
        !endsExpression(tokens_[start - 1].kind))
      return false;
    return followsPipe(start);
  }

  // A closing bracket without an opening one.
  bool reportCloser() {
    if (!isCloser(kind_)) return false;
    size_t opener = findOpener();
    bool inBraces =
        opener != site_.found && tokens_[opener].kind == Parser::OpenBrace && kind_ != Parser::CloseBrace;
    bool nothingOpen = opener == site_.found && site_.rule != Parser::RuleSignature;
    bool valueMissing = expectsValue() && site_.rule != Parser::RuleBody;
    if (site_.rule != Parser::RuleFile && (valueMissing || !(inBraces || nothingOpen))) return false;
    std::string text = "'" + std::string(tokens_.text(site_.found)) + "'";
    diags_.report(diag::NothingToClose, tokens_.location(site_.found), text);
    return true;
  }

  // Whether a '|>' stands before, in the same statement.
  bool followsPipe(size_t index) const {
    for (size_t i = index; i-- > 0;) {
      if (tokens_[i].kind == Parser::PipeTo) return true;
      if (tokens_[i].kind == Parser::Assign || tokens_[i].kind == Parser::Return ||
          tokens_[i].kind == Parser::OpenBrace || tokens_[i].kind == Parser::CloseBrace)
        return false;
    }
    return false;
  }

  // `gray-photo`: a dash between two names, without blanks. `index` is that of the dash.
  bool isDashInName(size_t index) const {
    return index > 0 && tokens_[index].kind == Parser::Minus && tokens_[index - 1].kind == Parser::Name &&
           tokens_[index + 1].kind == Parser::Name && tokens_[index - 1].end == tokens_[index].begin &&
           tokens_[index].end == tokens_[index + 1].begin;
  }

  bool reportOperatorAfterPipe() {
    if (!isBinaryOperator(kind_) || expectsValue() || !hasPrevious() || !endsExpression(previous()))
      return false;
    if (site_.rule == Parser::RuleSignature || site_.rule == Parser::RuleStatement) return false;
    if (!followsPipe(site_.found)) return false;
    std::string text(tokens_.text(site_.found));
    diags_.report(diag::OperatorAfterPipe, tokens_.location(site_.found), text)
        .help("'|>' binds loosest; to go on with its value, put it in parentheses: (x |> f) " + text + " y");
    return true;
  }

  void reportExpected() {
    // What is missing at the end of a line is marked there.
    bool missingHere = expectsValue() || site_.rule == Parser::RuleTarget;
    bool markPrevious =
        hasPrevious() && missingHere && (kind_ == antlr4::Token::EOF || !onLineOfPrevious(site_.found));
    Location where = tokens_.location(site_.found);
    if (kind_ == antlr4::Token::EOF && hasPrevious()) where.begin = where.end = tokens_[site_.found - 1].end;
    auto built =
        diags_.report(diag::UnexpectedToken, markPrevious ? tokens_.location(site_.found - 1) : where,
                      expectation(), describe(tokens_, site_.found));
    if (markPrevious) built.primary("nothing follows this");
    size_t opener = findOpener();
    bool closerExpected =
        expects(Parser::CloseParen) || expects(Parser::CloseBracket) || expects(Parser::CloseBrace);
    bool bodyGoesOn = site_.rule == Parser::RuleBody && kind_ != antlr4::Token::EOF && !startsPart(kind_);
    if (closerExpected && !bodyGoesOn && opener != site_.found &&
        (isCloser(kind_) || kind_ == Parser::Colon || tokens_.line(opener) != tokens_.line(site_.found)))
      built.label(tokens_.location(opener), "opened here");
    advise(built);
  }

  // `3 x 3` is a number, a name and a number.
  void adviseOnSize(size_t index, DiagnosticBuilder& built) const {
    std::string_view text = tokens_.text(index);
    bool blankSize = index > 0 && tokens_[index - 1].kind == Parser::Int && !text.empty() &&
                     text.front() == 'x' && text.find_first_not_of("x0123456789") == std::string_view::npos;
    if (blankSize) built.help("a size is written without blanks: 3x3");
  }

  void advise(DiagnosticBuilder& built) {
    if (isDashInName(site_.found)) {
      built.help("'-' cannot be part of a name; '_' can");
      return;
    }
    if (adviseOnForeignSyntax(site_, site_.found, built)) return;
    adviseOnSize(site_.found, built);
    bool inArguments = site_.rule == Parser::RuleArguments || site_.rule == Parser::RuleGroup;
    bool commaMissing = inArguments && hasPrevious() && endsExpression(previous()) && !expectsValue() &&
                        kind_ == Parser::Name && tokens_[site_.found + 1].kind == Parser::Colon;
    if (commaMissing)
      built.help("arguments are separated by ','");
    else if (inArguments && hasPrevious() && previous() == Parser::Name && !expectsValue()) {
      bool valueFollows = endsExpression(kind_) && !isCloser(kind_);
      if (kind_ == Parser::Assign)
        built.fix("an argument's name is followed by ':'",
                  {tokens_.location(site_.found).file, tokens_[site_.found - 1].end,
                   tokens_[site_.found + 1].begin},
                  ": ");
      else if (valueFollows || isOpener(kind_))
        built.help("an argument's name is followed by ':', as in '" +
                   std::string(tokens_.text(site_.found - 1)) + ": value'");
    }
    if (site_.rule == Parser::RuleFile && kind_ == Parser::Name) {
      std::string nearest =
          nearestName(tokens_.text(site_.found), {"pipeline", "block", "const", "import", "weights"});
      built.suggest(nearest, tokens_.location(site_.found), tokens_.text(site_.found));
    }
    if (kind_ == Parser::DotDot) built.help("a range stands behind 'in': for i in 0..4 { ... }");
    if (site_.rule == Parser::RuleResults && kind_ == Parser::OpenBracket)
      built.help("several results need names: (low: image[rgb], high: tensor)");
    if (kind_ == Parser::Weights && site_.rule != Parser::RuleFile)
      built.help("'weights' stands outside of pipelines and holds for all of them");
    if (kind_ == Parser::Assign && expectsValue()) built.help("equality is written '=='");
  }

  // The bracket that encloses the found token and is still open, or the found token itself when there is
  // none.
  size_t findOpener() const {
    size_t closed = 0;
    for (size_t i = site_.found; i-- > 0;) {
      if (startsPart(tokens_[i].kind)) break;
      if (isCloser(tokens_[i].kind)) ++closed;
      if (isOpener(tokens_[i].kind) && closed-- == 0) return i;
    }
    return site_.found;
  }

  std::string ownerOfBody() const {
    switch (site_.parentRule) {
    case Parser::RuleBlock: return "the block's body";
    case Parser::RuleLoop: return "the loop's body";
    case Parser::RuleConditional: return "this branch of 'if'";
    default: return "the pipeline's body"; // a body stands nowhere else
    }
  }

  std::string expectation() const {
    switch (site_.rule) {
    case Parser::RuleFile: return "'pipeline', 'block', 'const', 'import' or 'weights'";
    case Parser::RuleConstant:
      return expects(Parser::Assign) ? "'=' after " + previousText() : "a name after 'const'";
    case Parser::RuleImportFile: return "the name of a file in quotes after 'import'";
    case Parser::RuleBlockSignature:
      if (hasPrevious() && previous() == Parser::Block) return "a name after 'block'";
      if (expects(Parser::OpenParen)) return "'(' and the parameters after the block's name";
      if (expects(Parser::Name)) return "a parameter, such as 'x' or 'filters: int', or ')'";
      return "',' or ')' after a parameter";
    case Parser::RuleParameter: return "the name of a parameter";
    case Parser::RuleLoop:
      return expects(Parser::In) ? "'in' after " + previousText()
                                 : "the name of the loop's variable after 'for'";
    case Parser::RuleBranch:
      return expects(Parser::OpenBrace) ? "'{' and the value" : "'}' after the value of this branch";
    case Parser::RuleElement: return "']' after an index";
    case Parser::RuleInterpolation: return "an operator or the '}' in the string after " + previousText();
    case Parser::RuleWeights: return "the name of a file in quotes after 'weights'";
    case Parser::RuleSignature:
      if (hasPrevious() && previous() == Parser::Pipeline) return "a name after 'pipeline'";
      if (expects(Parser::OpenParen)) return "'(' and the inputs after the pipeline's name";
      if (expects(Parser::Name)) return "an input, such as 'photo: image[rgb]', or ')'";
      return "',' or ')' after an input";
    case Parser::RuleInput:
      return expects(Parser::Colon) ? "':' and a type after the input " + previousText()
                                    : "the name of an input";
    case Parser::RuleResults:
      return expects(Parser::Comma) ? "',' or ')' after a result" : "the type of the result after '->'";
    case Parser::RuleResult: return "the name of a result";
    case Parser::RuleTypeName: return "a type, such as image[rgb] or tensor[3, H, W]";
    case Parser::RuleDimensions:
      return expectsValue() ? "a size or ']' after " + previousText() : "',' or ']' after a size";
    case Parser::RuleBody:
      if (kind_ == antlr4::Token::EOF || startsPart(kind_)) return "'}' at the end of " + ownerOfBody();
      if (!expects(Parser::OpenBrace) && hasPrevious() && endsExpression(previous()))
        return "an operator or the end of the statement after " + previousText();
      if (!expects(Parser::OpenBrace)) return "a statement or '}'";
      if (site_.parentRule == Parser::RulePipeline && hasPrevious() && previous() == Parser::CloseParen)
        return "'{', or '->' and the result";
      return "'{' to open " + ownerOfBody();
    case Parser::RuleStatement:
      return expects(Parser::Assign) ? "'=' after " + previousText() : "a name after " + previousText();
    case Parser::RuleTarget: return "a layer name or a call after '|>'";
    case Parser::RuleList:
      if (expects(Parser::In)) return "'in' after " + previousText();
      if (expects(Parser::Name) && !expectsValue()) return "the name of a variable after 'for'";
      return expectsValue() ? "a value or ']' after " + previousText() : "',' or ']' in a list";
    case Parser::RuleGroup: return expectsValue() ? "a value after " + previousText() : "')'";
    case Parser::RuleArguments:
      return expectsValue() ? "an argument or ')' after " + previousText() : "',' or ')' after an argument";
    default: break; // the rules of expressions: all of them want a value
    }
    return hasPrevious() ? "a value after " + previousText() : "a value";
  }

  const SyntaxErrorSite& site_;
  const ScannedTokens& tokens_;
  DiagnosticEngine& diags_;
  size_t kind_;
};

} // namespace

void reportSyntaxError(const SyntaxErrorSite& site, DiagnosticEngine& diags) {
  Message(site, diags).report();
}

} // namespace convoy
