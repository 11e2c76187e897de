// Warnings that need the script alone: values that nothing uses, words that mean something else elsewhere.
#pragma once
#include "ast/ast.h"
#include "support/diagnostics.h"

namespace convoy::sema {

// Looks at the blocks and pipelines of the file itself, each once and as it is written: what a branch uses is
// used, whether the branch is taken or not. Names that start with '_' are left alone. The file has no errors.
void warnOfScript(const ast::File& file, DiagnosticEngine& diags);

} // namespace convoy::sema
