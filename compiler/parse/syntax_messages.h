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
  size_t parentRule;                         // the rule around it; of the file: itself
  size_t ruleStart;                          // that rule's first token
  const antlr4::misc::IntervalSet& expected; // kinds that could follow
};

// Whether the token is the '=' of a statement whose name stands first on its line, right after an expression
// that lacks its end: `y = x |>`, and on the next line `z = ...`.
bool startsNextStatement(const ScannedTokens& tokens, size_t index);

// Reports what was expected, in the user's terms, and what was found.
void reportSyntaxError(const SyntaxErrorSite& site, DiagnosticEngine& diags);

// A token of this kind is a word that the grammar keeps for itself.
bool isReserved(size_t kind);

} // namespace convoy
