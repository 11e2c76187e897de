// Convoy as a C++ library: compiles pipelines in this process and runs them.
//
//   auto compiled = convoy::compileFile("edges.cvy");
//   if (!compiled) { for (auto& d : compiled.diagnostics()) std::cerr << d.rendered; return 1; }
//   convoy::Pipeline edges = *compiled;
//   convoy::Status status = edges.run({{"photo", photo}}, {{"result", result}});
//
// It needs C++17 and the standard library, with or without exceptions and RTTI. Nothing throws but
// Expected::value(), constructors of the standard library that find no memory, and what the caller's own
// functions throw outside of Convoy's. Link libconvoy.
#pragma once
#include "convoy/options.h"
#include "convoy/pipeline.h"
#include "convoy/stage.h"
#include "convoy/status.h"
#include "convoy/view.h"

namespace convoy {
inline namespace v1 {

// Compiles a script (or graph IR, when the name ends in .graph) for this processor and packs its parameters.
// Several threads may compile at once. What is wrong with the file is in the diagnostics; with a mistake of
// Convoy's own it is E0001.
Expected<Pipeline> compileFile(const std::string& path, const Options& options = {});

// The same for a text. `name` is what diagnostics call it; the files that the script names are looked for
// beside it.
Expected<Pipeline> compileSource(const std::string& text, const std::string& name = "source.cvy",
                                 const Options& options = {});

// The passes of the compiler, in their order. Some are for models or for texts of stages alone.
std::vector<Pass> passes();

// "0.1.0"
const char* version();

} // namespace v1
} // namespace convoy
