// The files that a script imports.
#pragma once
#include "ast/ast.h"
#include "support/diagnostics.h"
#include <functional>
#include <string>
#include <vector>

namespace convoy {

struct ImportSearch {
  std::string scriptFolder;         // of the main script; "" is the current one
  std::vector<std::string> folders; // further ones, in order
  // Reads a file that is known to exist; null after a diagnostic.
  std::function<const SourceFile*(const std::string& path)> read;
};

// Finds, reads and parses what `main` imports, and what that imports: each file once, however it is called.
// Fills main.imported and the `file` of every import. A name is looked up beside the file that imports it,
// then in the script's folder and the further ones; it cannot lead out of these, by `..`, by an absolute path
// or by a symbolic link.
void loadImports(ast::File& main, const ImportSearch& search, DiagnosticEngine& diags);

} // namespace convoy
