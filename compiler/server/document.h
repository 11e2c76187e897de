// A text that is open in an editor, and how that editor talks.
#pragma once
#include "server/analysis.h"
#include "server/positions.h"

namespace convoy::server {

// What was agreed on when the session began.
struct Client {
  Encoding encoding = Encoding::Utf16;
  bool markdown = true; // in hovers; else plain text
};

struct Document {
  std::string uri, path; // the path is canonical; a name without folder for texts that are no files
  std::string text;
  std::optional<int64_t> version;
  std::shared_ptr<const Analysis> analysis; // of `text`; null after an internal error

  const SourceFile& file() const { return *analysis->file; }
};

// The URI of a file that is part of the document's analysis.
std::string uriOf(const Document& document, const SourceFile* file);
// {uri, range}
Json locationOf(const Document& document, Location where, const Client& client);

// The answers to requests about a document, whose analysis is there. null where there is nothing to say.
Json diagnosticsOf(const Document& document, const Client& client);
Json hoverAt(const Document& document, uint32_t offset, const Client& client);
// `analyze` looks at another text in the document's place.
using Analyze = std::function<std::unique_ptr<Analysis>(std::string text)>;
Json completionsAt(const Document& document, uint32_t offset, const Client& client, const Analyze& analyze);
Json definitionAt(const Document& document, uint32_t offset, const Client& client);
Json symbolsOf(const Document& document, const Client& client);
Json formattingOf(const Document& document, const Client& client);
Json fixesIn(const Document& document, Location range, const Client& client);

// One diagnostic as the protocol has it; its range is in the document, whatever file it is about.
Json diagnosticJson(const Document& document, const Diagnostic& diagnostic, const Client& client);

} // namespace convoy::server
