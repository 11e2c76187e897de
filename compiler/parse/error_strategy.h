// How the parser goes on after a syntax error: at the next statement, or at the next pipeline.
#pragma once
#include "parse/syntax_messages.h"

namespace convoy {

// Thrown out of the parser when it has found more errors than will be shown.
struct TooManySyntaxErrors {};

// An error ends the innermost statement, signature or body; what is left of that is skipped, and nothing more
// is said until a token fits again. No token is ever invented or dropped to make text fit.
class ErrorStrategy : public antlr4::DefaultErrorStrategy {
public:
  ErrorStrategy(const ScannedTokens& tokens, DiagnosticEngine& diags) : tokens_(tokens), diags_(diags) {}

  void sync(antlr4::Parser* parser) override;
  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) override;
  void recover(antlr4::Parser* parser, std::exception_ptr error) override;
  antlr4::Token* recoverInline(antlr4::Parser* parser) override;

private:
  bool startsStatement(antlr4::Parser* parser) const;
  bool returnToStatement(antlr4::Parser* parser);
  void report(antlr4::Parser* parser, const antlr4::misc::IntervalSet& expected);
  void skipToStatement(antlr4::Parser* parser);
  void skipToBody(antlr4::Parser* parser);
  void skipToPipeline(antlr4::Parser* parser);

  const ScannedTokens& tokens_;
  DiagnosticEngine& diags_;
  size_t reported_ = 0;
  bool bodyLeftOpen_ = false; // the last error was a '}' that is missing before a new part
};

} // namespace convoy
