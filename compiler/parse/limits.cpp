#include "parse/limits.h"
#include <algorithm>

namespace convoy {

using Lexer = grammar::ConvoyLexer;
using Parser = grammar::ConvoyParser; // has the kinds that the lexer never makes

static bool isOperator(size_t kind) {
  switch (kind) {
  case Lexer::PipeTo:
  case Lexer::OrOr:
  case Lexer::AndAnd:
  case Lexer::Less:
  case Lexer::LessEqual:
  case Lexer::Greater:
  case Lexer::GreaterEqual:
  case Lexer::EqualEqual:
  case Lexer::NotEqual:
  case Lexer::Plus:
  case Lexer::Minus:
  case Lexer::Times:
  case Lexer::Divide:
  case Lexer::Power:
  case Lexer::If: return true; // `if if a { b } ...` needs no bracket to go deeper
  default: return false;       // any other token: this is a question about tokens, not about kinds of nodes
  }
}

bool checkNesting(const ScannedTokens& tokens, DiagnosticEngine& diags) {
  // What is known of one pair of brackets: the operators since the last separator, and the tallest group
  // inside.
  struct Group {
    int64_t operators = 0, tallestInside = 0, tallest = 0;
    int64_t height() const { return operators + tallestInside; }
    void separate() { tallest = std::max(tallest, height()), operators = tallestInside = 0; }
  };
  std::vector<Group> open(1);
  for (size_t i = 0; i < tokens.size(); ++i) {
    switch (size_t kind = tokens[i].kind) {
    case Lexer::OpenParen:
    case Lexer::OpenBracket:
    case Lexer::OpenBrace:
    case Parser::StringBegin:
      if (static_cast<int64_t>(open.size()) > ParseLimits::nesting) {
        diags.report(diag::BracketsTooDeep, tokens.location(i), ParseLimits::nesting)
            .help("bind inner parts to names: 'x = ...'");
        return false;
      }
      open.emplace_back();
      break;
    case Lexer::CloseParen:
    case Lexer::CloseBracket:
    case Lexer::CloseBrace:
    case Parser::StringEnd:
      if (open.size() > 1) {
        open.back().separate();
        int64_t inside = open.back().tallest;
        open.pop_back();
        open.back().tallestInside = std::max(open.back().tallestInside, inside);
      }
      break;
    case Lexer::Comma:
    case Lexer::Assign:
    case Lexer::Semicolon:
    case Parser::StringMiddle:
    case Lexer::Return:
    case Lexer::For:
    case Lexer::Const:
    case Lexer::Block:
    case Lexer::Pipeline: open.back().separate(); break;
    default:
      // Statements in a row are not inside each other.
      if (kind == Lexer::If && i > 0 && tokens[i - 1].kind == Lexer::CloseBrace) open.back().separate();
      open.back().operators += isOperator(kind);
    }
    if (open.back().height() > ParseLimits::operators) {
      diags.report(diag::ExpressionTooLong, tokens.location(i), ParseLimits::operators)
          .help("bind parts of it to names: 'x = ...'");
      return false;
    }
  }
  return true;
}

} // namespace convoy
