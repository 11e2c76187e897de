// The words of syntax errors.
#pragma once
#include "ConvoyParser.h"
#include "parse/token_scan.h"

namespace convoy {

// Where the parser stands when it cannot go on.
struct SyntaxErrorSite {
  const ScannedTokens& tokens;
  size_t found;                              // the token that cannot follow
  size_t rule;                               // the innermost rule of the grammar
  size_t ruleStart;                          // that rule's first token
  const antlr4::misc::IntervalSet& expected; // kinds that could follow
};

// Reports what was expected, in the user's terms, and what was found.
void reportSyntaxError(const SyntaxErrorSite& site, DiagnosticEngine& diags);

} // namespace convoy
