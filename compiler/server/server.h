// The language server: `convoy lsp`.
#pragma once
#include "server/analysis.h"
#include <iosfwd>
#include <string>

namespace convoy::server {

struct ServerOptions {
  std::string version;
  AnalysisOptions analysis;
};

// Speaks the Language Server Protocol 3.17 on the streams until the editor says `exit` or closes the input.
// The exit status is the protocol's: 0 when `shutdown` came before, else 1. Nothing that a document or a
// message holds ends it.
int serve(std::istream& in, std::ostream& out, const ServerOptions& options);

} // namespace convoy::server
