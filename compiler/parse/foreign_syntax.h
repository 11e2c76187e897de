// What people write who come from other languages: the remedy for a token that cannot follow.
#pragma once
#include "parse/syntax_messages.h"

namespace convoy {

// Adds how the language says what was most likely meant. False, and nothing is added, when nothing is known
// about it. `index` is the token that the message is about.
bool adviseOnForeignSyntax(const SyntaxErrorSite& site, size_t index, DiagnosticBuilder& built);

// The same for a statement that begins with an expression: `let y = ...`, `y += x`, `print(y)`.
bool adviseOnForeignStatement(const ScannedTokens& tokens, size_t start, DiagnosticBuilder& built);

// Help for a character that no token has, or nullptr.
const char* helpForStrayCharacter(std::string_view character);

} // namespace convoy
