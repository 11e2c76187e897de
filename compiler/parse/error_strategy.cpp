#include "parse/error_strategy.h"

namespace convoy {

using Parser = grammar::ConvoyParser;
using antlr4::misc::IntervalSet;

static size_t lookAhead(antlr4::Parser* parser, ssize_t distance = 1) {
  return parser->getTokenStream()->LA(distance);
}
static size_t currentRule(antlr4::Parser* parser) { return parser->getRuleContext()->getRuleIndex(); }
static constexpr size_t endOfFile = antlr4::Token::EOF;

// Words that start something at the top of a file.
static bool isTopLevel(size_t kind) {
  return kind == Parser::Pipeline || kind == Parser::Block || kind == Parser::Weights || kind == Parser::Import ||
         kind == Parser::Const;
}
// Of these, the ones that can stand nowhere else, so that they end even what is still open.
static bool opensNewPart(size_t kind) { return kind == Parser::Pipeline || kind == Parser::Block || kind == endOfFile; }

// `return`, `for`, `name =` or `name, name =`.
static bool startsStatement(antlr4::Parser* parser) {
  size_t kind = lookAhead(parser);
  if (kind == Parser::Return || kind == Parser::For) return true;
  if (kind != Parser::Name) return false;
  ssize_t next = 2;
  while (lookAhead(parser, next) == Parser::Comma && lookAhead(parser, next + 1) == Parser::Name) next += 2;
  return lookAhead(parser, next) == Parser::Assign;
}

// Called wherever the grammar offers a choice: an error shows here with every alternative still known.
void ErrorStrategy::sync(antlr4::Parser* parser) {
  const antlr4::atn::ATN& atn = parser->getATN();
  const IntervalSet& next = atn.nextTokens(atn.states[parser->getState()]);
  if (next.contains(antlr4::Token::EPSILON) || next.contains(lookAhead(parser))) return;

  size_t rule = currentRule(parser);
  if (rule != Parser::RuleFile && rule != Parser::RuleBody) throw antlr4::InputMismatchException(parser);

  // In the sequences of pipelines and of statements the parser stays where it is and looks for the next one.
  while (!next.contains(lookAhead(parser))) {
    if (rule == Parser::RuleBody && opensNewPart(lookAhead(parser))) return report(parser, next); // no '}'
    endErrorCondition(parser);
    report(parser, next);
    parser->consume();
    if (rule == Parser::RuleBody) skipToStatement(parser);
    else skipToPipeline(parser);
  }
}

antlr4::Token* ErrorStrategy::recoverInline(antlr4::Parser* parser) { throw antlr4::InputMismatchException(parser); }

void ErrorStrategy::reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) {
  report(parser, error.getExpectedTokens());
}

void ErrorStrategy::report(antlr4::Parser* parser, const IntervalSet& expected) {
  if (inErrorRecoveryMode(parser)) return;
  beginErrorCondition(parser);
  size_t found = parser->getCurrentToken()->getTokenIndex();
  if (tokens_[found].reported) return;
  size_t start = parser->getContext()->getStart()->getTokenIndex();
  reportSyntaxError({tokens_, found, currentRule(parser), start, expected}, diags_);
}

// Ends the rules that are not worth resuming, up to one that is.
void ErrorStrategy::recover(antlr4::Parser* parser, std::exception_ptr error) {
  switch (currentRule(parser)) {
  case Parser::RuleStatement: return skipToStatement(parser);
  case Parser::RuleSignature: return skipToBody(parser);
  case Parser::RuleBody:
  case Parser::RulePipeline:
  case Parser::RuleFile: return skipToPipeline(parser);
  default: std::rethrow_exception(error); // every other rule is part of one of these
  }
}

// Stops at a statement, a ';' or the '}' that ends the body; steps over whole pairs of braces.
void ErrorStrategy::skipToStatement(antlr4::Parser* parser) {
  for (size_t depth = 0;; parser->consume()) {
    size_t kind = lookAhead(parser);
    if (opensNewPart(kind)) return;
    if (kind == Parser::OpenBrace) ++depth;
    if (depth > 0) {
      if (kind == Parser::CloseBrace) --depth;
      continue;
    }
    if (kind == Parser::CloseBrace || kind == Parser::Semicolon || startsStatement(parser)) return;
  }
}

void ErrorStrategy::skipToBody(antlr4::Parser* parser) {
  for (;; parser->consume()) {
    size_t kind = lookAhead(parser);
    if (kind == Parser::OpenBrace || kind == Parser::CloseBrace || opensNewPart(kind)) return;
  }
}

// Stops at what can start a part of the file; steps over whole pairs of braces, and over a '}' too many.
void ErrorStrategy::skipToPipeline(antlr4::Parser* parser) {
  for (size_t depth = 0;; parser->consume()) {
    size_t kind = lookAhead(parser);
    if (opensNewPart(kind) || (depth == 0 && isTopLevel(kind))) return;
    if (kind == Parser::OpenBrace) ++depth;
    if (kind == Parser::CloseBrace && depth > 0) --depth;
  }
}

} // namespace convoy
