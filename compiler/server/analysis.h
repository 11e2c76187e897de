// What the front end says about one text: the same phases as `convoy check`.
#pragma once
#include "ast/ast.h"
#include "sema/facts.h"
#include "sema/sema.h"
#include "support/diagnostics.h"
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace convoy::server {

struct AnalysisOptions {
  SemaOptions sema;                       // `pipeline` is not read: each pipeline of a file is looked at
  std::vector<std::string> importFolders; // -I
};

struct Analysis {
  Analysis() = default;
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;

  SourceManager sources;
  const SourceFile* file = nullptr;
  std::unique_ptr<ast::File> syntax; // never null
  DiagnosticEngine diags;
  bool parsed = false;            // without syntax errors
  std::vector<sema::Facts> facts; // one for each pipeline; empty when there are syntax errors or bad imports
  std::vector<std::string> imports; // canonical paths of the files that were read

  // The facts of a place, of the first pipeline that came there.
  const sema::Facts* factsAt(Location where) const;
};

// The text of an editor's buffer, by canonical path; nullopt when the file is not open.
using OpenTexts = std::function<std::optional<std::string>(const std::string& path)>;

// A file without a pipeline is one that others import: its definitions are looked at. In a file with several,
// each is. An empty file is not an error yet.
std::unique_ptr<Analysis> analyzeText(const std::string& path, std::string text,
                                      const AnalysisOptions& options, const OpenTexts& openTexts);

} // namespace convoy::server
