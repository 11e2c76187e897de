// Limits on what strangers may feed to the compiler.
#pragma once
#include "parse/token_scan.h"

namespace convoy {

struct ParseLimits {
  static constexpr int64_t fileBytes = 16 << 20;
  static constexpr int64_t tokens = 1'000'000;
  static constexpr int64_t nesting = 200;    // open brackets
  static constexpr int64_t operators = 1000; // operators on the way from the root of an expression to a leaf
  static constexpr size_t errors = 20;       // reported at once
};

// Bounds the height of the tree that the parser will build, so that no recursion over it can exhaust the
// stack. Works on the tokens alone; false after a diagnostic.
bool checkNesting(const ScannedTokens& tokens, DiagnosticEngine& diags);

} // namespace convoy
