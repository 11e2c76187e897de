// A case's graph through the compiler for one target, with every text on the way read back.
#pragma once
#include "codegen/descriptor.h"
#include "graph/graph.h"
#include "modes.h"
#include "output/compile.h"
#include "support/source.h"
#include "target/target.h"
#include <memory>

namespace convoy::sweep {

// A script's graph; problems are thrown as std::runtime_error.
struct Parsed {
  std::unique_ptr<SourceFile> file; // locations point into it
  graph::Graph graph;
};
Parsed parseScript(const std::string& name, const std::string& text);

struct Program {
  std::string prefix;
  std::vector<CompiledUnit> units;
  PipelineDescription description;
  std::vector<std::string> exports; // with the descriptor
};
// The graph's parameters must have their numbers. Throws unless the schedule and the loop IR print as texts
// that say the same and verify. Without a mode the schedule is the compiler's choice of
// direct sums.
Program compileGraph(const graph::Graph& graph, const Target& target, int optimize,
                     const Mode* mode = nullptr);
// A graph that was rewritten, in this schedule.
Program compileScheduled(const graph::Graph& graph, const schedule::Schedule& schedule, const Target& target,
                         int optimize);
// A machine with so little cache that small tensors go past it. Caches change no result.
Target withSmallCaches(Target target);
// Throws unless the graph prints as a text, and is written as a script, that say the same.
void checkGraphText(const graph::Graph& graph);

} // namespace convoy::sweep
