// AST to graph IR: names, compile-time values, types, shapes, parameters.
#pragma once
#include "ast/ast.h"
#include "graph/graph.h"
#include "support/diagnostics.h"
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace convoy {

namespace sema {
class Facts;
}

struct SemaOptions {
  std::string pipeline;             // which one; needed when the file has several
  std::optional<uint64_t> initSeed; // --init random:SEED fills parameters that have no values
  std::vector<std::pair<std::string, std::string>> defines; // -D NAME=VALUE: other values for constants
};

// Work that elaboration may do before it gives up with a diagnostic.
struct ElaborationLimits {
  static constexpr int64_t steps = 1'000'000;  // expressions, statements, turns of loops, elements of lists
  static constexpr int64_t layers = 10'000;    // of one pipeline
  static constexpr int64_t depth = 2'000;      // expressions inside each other, through calls
  static constexpr int64_t calls = 200;        // of blocks inside each other
  static constexpr int64_t listDepth = 16;     // lists in lists
  static constexpr int64_t textLength = 1'000; // bytes
  static constexpr int64_t literalNumbers = 1 << 28; // of all kernels that are written as values
};

// nullopt after an error. Parameters without values stay empty (ParameterData::data). `facts`, when given,
// gets what was met on the way, also when there are errors.
std::optional<graph::Graph> analyze(const ast::File& file, const SemaOptions& options,
                                    DiagnosticEngine& diags, sema::Facts* facts = nullptr);

// What is wrong with a file of blocks and constants, which others import: it needs no pipeline.
void checkDefinitions(const ast::File& file, const SemaOptions& options, DiagnosticEngine& diags,
                      sema::Facts* facts = nullptr);

namespace sema {
// What a parameter of a block can be: "tensor", "int", ...
const std::vector<std::string>& parameterTypes();

// Fills the parameters that have no numbers, uniformly in +-sqrt(3 / fan-in of their layer). The numbers
// depend on the seed and the parameter's name alone.
void initializeRandom(graph::Graph& graph, uint64_t seed, DiagnosticEngine& diags);
} // namespace sema

} // namespace convoy
