#include "parse/error_strategy.h"
#include "parse/limits.h"
#include <utility>

namespace convoy {

using Parser = grammar::ConvoyParser;
using antlr4::misc::IntervalSet;

static size_t lookAhead(antlr4::Parser* parser) { return parser->getTokenStream()->LA(1); }
static size_t currentRule(antlr4::Parser* parser) { return parser->getRuleContext()->getRuleIndex(); }
static constexpr size_t endOfFile = antlr4::Token::EOF;

// Words that start something at the top of a file.
static bool isTopLevel(size_t kind) {
  return kind == Parser::Pipeline || kind == Parser::Block || kind == Parser::Weights ||
         kind == Parser::Import || kind == Parser::Const;
}
// Of these, the ones that can stand nowhere else, so that they end even what is still open.
static bool opensNewPart(size_t kind) {
  return kind == Parser::Pipeline || kind == Parser::Block || kind == endOfFile;
}

static size_t position(antlr4::Parser* parser) { return parser->getCurrentToken()->getTokenIndex(); }

// `return`, `for`, `name =` or `name, name =`, but not the `name =` of someone who writes arguments like
// that.
bool ErrorStrategy::startsStatement(antlr4::Parser* parser) const {
  size_t here = position(parser), kind = tokens_[here].kind;
  if (kind == Parser::Return) return true;
  if (kind == Parser::For || kind == Parser::If) return tokens_.firstOnLine(here);
  if (kind != Parser::Name) return false;
  size_t before = here > 0 ? tokens_[here - 1].kind : endOfFile;
  if (before == Parser::Comma || before == Parser::OpenParen) return false;
  size_t next =
      here + 1; // the last token is the end of the file, so there is always one after a name or a comma
  while (tokens_[next].kind == Parser::Comma && tokens_[next + 1].kind == Parser::Name) next += 2;
  return tokens_[next].kind == Parser::Assign;
}

// An unfinished expression takes the name that begins the next line; the '=' behind it tells. Goes back to
// that name.
bool ErrorStrategy::returnToStatement(antlr4::Parser* parser) {
  if (!startsNextStatement(tokens_, position(parser))) return false;
  parser->getTokenStream()->seek(position(parser) - 1);
  return true;
}

// Marks the statement that was read last as broken: it took a name that was not its own.
static void spoilLastPart(antlr4::Parser* parser) {
  auto* last = dynamic_cast<antlr4::ParserRuleContext*>(parser->getContext()->children.back());
  if (last) last->exception = std::make_exception_ptr(antlr4::InputMismatchException(parser));
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
    if (rule == Parser::RuleBody && returnToStatement(parser)) {
      spoilLastPart(parser);
      continue;
    }
    parser->consume();
    if (rule == Parser::RuleBody)
      skipToStatement(parser);
    else
      skipToPipeline(parser);
  }
}

antlr4::Token* ErrorStrategy::recoverInline(antlr4::Parser* parser) {
  throw antlr4::InputMismatchException(parser);
}

void ErrorStrategy::reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) {
  report(parser, error.getExpectedTokens());
}

void ErrorStrategy::report(antlr4::Parser* parser, const IntervalSet& expected) {
  if (inErrorRecoveryMode(parser)) return;
  beginErrorCondition(parser);
  size_t found = position(parser);
  if (tokens_[found].reported) return;
  if (++reported_ > ParseLimits::errors + 1) throw TooManySyntaxErrors();
  size_t start = parser->getContext()->getStart()->getTokenIndex();
  auto* parent = dynamic_cast<antlr4::ParserRuleContext*>(parser->getRuleContext()->parent);
  size_t rule = currentRule(parser), parentRule = parent ? parent->getRuleIndex() : rule;
  // What follows a block inside of a pipeline belongs to the pipeline, which was ended before the block.
  if (rule == Parser::RuleFile && std::exchange(bodyLeftOpen_, false)) return;
  bodyLeftOpen_ = rule == Parser::RuleBody && opensNewPart(tokens_[found].kind);
  reportSyntaxError({tokens_, found, rule, parentRule, start, expected}, diags_);
}

// The body of a loop or condition, not that of a pipeline or block.
static bool isInsideStatement(antlr4::Parser* parser) {
  auto* parent = dynamic_cast<antlr4::ParserRuleContext*>(parser->getRuleContext()->parent);
  return parent &&
         (parent->getRuleIndex() == Parser::RuleLoop || parent->getRuleIndex() == Parser::RuleConditional);
}

// Ends the rules that are not worth resuming, up to one that is.
void ErrorStrategy::recover(antlr4::Parser* parser, std::exception_ptr error) {
  switch (currentRule(parser)) {
  case Parser::RuleStatement: return skipToStatement(parser);
  case Parser::RuleSignature:
  case Parser::RuleBlockSignature: return skipToBody(parser);
  case Parser::RuleBody:
    if (isInsideStatement(parser)) std::rethrow_exception(error);
    return skipToPipeline(parser);
  case Parser::RulePipeline:
  case Parser::RuleBlock:
  case Parser::RuleConstant:
  case Parser::RuleImportFile:
  case Parser::RuleWeights:
  case Parser::RuleFile: return skipToPipeline(parser);
  default: std::rethrow_exception(error); // every other rule is part of one of these
  }
}

// Stops at a statement, a ';' or the '}' that ends the body; steps over whole pairs of braces and
// parentheses.
void ErrorStrategy::skipToStatement(antlr4::Parser* parser) {
  if (returnToStatement(parser)) return;
  for (size_t depth = 0, parentheses = 0;; parser->consume()) {
    size_t kind = lookAhead(parser);
    if (opensNewPart(kind)) return;
    if (kind == Parser::OpenBrace) ++depth;
    if (depth > 0) {
      if (kind == Parser::CloseBrace) --depth;
      continue;
    }
    if (kind == Parser::OpenParen) ++parentheses;
    if (kind == Parser::CloseParen && parentheses > 0) --parentheses;
    const bool ends = kind == Parser::Semicolon && parentheses == 0; // not that of `for (i = 0; i < 3; i++)`
    if (kind == Parser::CloseBrace || ends || startsStatement(parser)) return;
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
    if (opensNewPart(kind)) return;
    // `from filters import blur` has one mistake.
    if (depth == 0 && isTopLevel(kind) && tokens_.firstOnLine(position(parser))) return;
    if (kind == Parser::OpenBrace) ++depth;
    if (kind == Parser::CloseBrace && depth > 0) --depth;
  }
}

} // namespace convoy
