// AST to graph IR: names, compile-time values, types, shapes, parameters.
#pragma once
#include "ast/ast.h"
#include "graph/graph.h"
#include "support/diagnostics.h"
#include <optional>
#include <string>

namespace convoy {

struct SemaOptions {
  std::string pipeline;             // which one; needed when the file has several
  std::optional<uint64_t> initSeed; // --init random:SEED fills parameters that have no values
};

// nullopt after an error. Parameters without values stay empty (ParameterData::data).
std::optional<graph::Graph> analyze(const ast::File& file, const SemaOptions& options,
                                    DiagnosticEngine& diags);

namespace sema {
// Fills the parameters that have no numbers, uniformly in +-sqrt(3 / fan-in of their layer). The numbers
// depend on the seed and the parameter's name alone.
void initializeRandom(graph::Graph& graph, uint64_t seed, DiagnosticEngine& diags);
} // namespace sema

} // namespace convoy
