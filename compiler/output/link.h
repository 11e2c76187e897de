// Units to one object file, an executable or a shared library, by lld.
//
// An executable is the units, libconvoy_program.a (its main() calls convoy_command with the pipeline), and
// the C++ library as an archive: only libc, libm and libpthread stay dynamic. clang drives the link, because
// it knows where the system keeps crt1.o, libgcc and the C library.
#pragma once
#include "output/compile.h"
#include "support/diagnostics.h"
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace convoy {

struct LinkContext {
  DiagnosticEngine& diags;
  std::string output;                                  // the name to show in diagnostics
  std::function<void(const std::string& command)> log; // called with each command line, may be empty
};

// The bytes of the result; nullopt after a diagnostic.

// One relocatable object for any ELF target.
std::optional<std::string> linkObject(const std::vector<CompiledUnit>& units, const LinkContext& context);
// For this kind of machine. `pipelineSymbol` is the descriptor, such as "edges_pipeline".
std::optional<std::string> linkExecutable(const std::vector<CompiledUnit>& units,
                                          const std::string& pipelineSymbol, const LinkContext& context);
// For this kind of machine. Exports `symbols` and nothing else.
std::optional<std::string> linkShared(const std::vector<CompiledUnit>& units,
                                      const std::vector<std::string>& symbols, const std::string& soname,
                                      const LinkContext& context);

// Whether the target is this kind of machine: its processor family and operating system.
bool canLinkFor(const std::string& triple);

} // namespace convoy
