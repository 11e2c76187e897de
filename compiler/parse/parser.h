// Source text to AST. The only room that sees ANTLR.
#pragma once
#include "ast/ast.h"
#include "support/diagnostics.h"
#include <memory>

namespace convoy {

// Always returns what could be understood; callers look at diags.hasErrors(). Several errors are reported in
// one go, and none follows from another.
std::unique_ptr<ast::File> parse(const SourceFile& file, DiagnosticEngine& diags);

} // namespace convoy
