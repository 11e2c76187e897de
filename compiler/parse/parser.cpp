#include "parse/parser.h"
#include "parse/ast_builder.h"
#include "parse/error_strategy.h"
#include "parse/limits.h"
#include "support/internal_error.h"
#include <map>
#include <mutex>

namespace convoy {
namespace {

// ANTLR's view of the scanned tokens.
std::vector<std::unique_ptr<antlr4::Token>> antlrTokens(const ScannedTokens& tokens) {
  std::vector<std::unique_ptr<antlr4::Token>> list;
  list.reserve(tokens.size());
  for (const ScannedToken& token : tokens.list()) {
    auto copy = std::make_unique<antlr4::CommonToken>(token.kind);
    copy->setStartIndex(token.begin);
    copy->setStopIndex(static_cast<size_t>(token.end) - 1);
    list.push_back(std::move(copy));
  }
  return list;
}

std::unique_ptr<ast::File> parseTokens(const ScannedTokens& tokens, DiagnosticEngine& diags) {
  // Parsers share what they have learnt about the grammar, and this version of ANTLR looks at some of it
  // without a lock. Parsing takes a small part of a compilation, so one at a time will do.
  static std::mutex onlyOne;
  std::lock_guard<std::mutex> guard(onlyOne);
  antlr4::ListTokenSource source(antlrTokens(tokens));
  antlr4::CommonTokenStream stream(&source);
  grammar::ConvoyParser parser(&stream);
  parser.removeErrorListeners();
  parser.setErrorHandler(std::make_shared<ErrorStrategy>(tokens, diags));
  try {
    return buildAst(*parser.file(), tokens, diags);
  } catch (const TooManySyntaxErrors&) {
    auto nothing = std::make_unique<ast::File>();
    nothing->source = &tokens.file();
    return nothing;
  }
}

// In the order of the text, and not more than a person wants to read at once.
void passOn(DiagnosticEngine& from, DiagnosticEngine& to) {
  std::multimap<uint32_t, std::unique_ptr<Diagnostic>> found; // of equal places the first stays first
  for (std::unique_ptr<Diagnostic>& diagnostic : from.release()) {
    uint32_t begin = diagnostic->labels.front().location.begin;
    found.emplace(begin, std::move(diagnostic));
  }
  size_t shown = 0;
  for (auto& [begin, diagnostic] : found) {
    if (shown == ParseLimits::errors) {
      to.report(diag::TooManyErrors, diagnostic->labels.front().location);
      return;
    }
    to.adopt(std::move(diagnostic));
    ++shown;
  }
}

} // namespace

std::unique_ptr<ast::File> parse(const SourceFile& file, DiagnosticEngine& diags) {
  auto result = std::make_unique<ast::File>();
  result->source = &file;
  DiagnosticEngine found;
  try {
    ScannedTokens tokens(file);
    if (scanTokens(tokens, found) && checkNesting(tokens, found)) result = parseTokens(tokens, found);
  } catch (const antlr4::RuntimeException& error) {
    internalError(std::string("the parser stopped: ") + error.what());
  }
  passOn(found, diags);
  return result;
}

} // namespace convoy
