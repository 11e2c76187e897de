#include "driver/commands.h"
#include "server/server.h"
#include <iostream>

namespace convoy::driver {

int runLanguageServer(const Options& options) {
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  server::ServerOptions serverOptions;
  serverOptions.version = CONVOY_VERSION;
  serverOptions.analysis.sema.defines = options.defines;
  serverOptions.analysis.importFolders = options.importFolders;
  return server::serve(std::cin, std::cout, serverOptions);
}

} // namespace convoy::driver
