// The parser's tree to the AST.
#pragma once
#include "ConvoyParser.h"
#include "ast/ast.h"
#include "parse/token_scan.h"

namespace convoy {

// Leaves out the statements and pipelines in which the parser found errors. Reports what the grammar cannot
// say.
std::unique_ptr<ast::File> buildAst(grammar::ConvoyParser::FileContext& tree, const ScannedTokens& tokens,
                                    DiagnosticEngine& diags);

} // namespace convoy
