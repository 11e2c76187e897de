// Units to one object file, an executable or a shared library, by lld; or to a static library.
//
// An executable is the units, libconvoy_program.a (its main() calls convoy_command with the pipeline), and
// the C++ library as an archive: only libc, libm and libpthread stay dynamic. clang drives the link, because
// it knows where the system keeps crt1.o, libgcc and the C library.
#pragma once
#include "output/artifact.h"
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

// All give nothing after a diagnostic.

// One relocatable object for any ELF target.
std::optional<Artifact> linkObject(const std::vector<CompiledUnit>& units, const LinkContext& context);
// A static library with a member per unit and a symbol table. `withRuntime`: the runtime library's members
// too, so that it needs no other library; for this kind of machine. The same units give the same bytes.
std::optional<Artifact> linkArchive(const std::vector<CompiledUnit>& units, bool withRuntime,
                                    const LinkContext& context);
// For this kind of machine. `pipelineSymbol` is the descriptor, such as "edges_pipeline".
std::optional<Artifact> linkExecutable(const std::vector<CompiledUnit>& units,
                                       const std::string& pipelineSymbol, const LinkContext& context);
// For this kind of machine. Exports `symbols` and nothing else.
std::optional<Artifact> linkShared(const std::vector<CompiledUnit>& units,
                                   const std::vector<std::string>& symbols, const std::string& soname,
                                   const LinkContext& context);

// Whether the target is this kind of machine: its processor family and operating system.
bool canLinkFor(const std::string& triple);

} // namespace convoy
