// Graph IR: what a pipeline computes, and nothing about how. A directed acyclic graph of layers in
// topological order. Names, shapes, parameters and padding are resolved; the batch is implicit everywhere.
#pragma once
#include "ops/op_table.h"
#include "support/call_edits.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace convoy::graph {

using ValueId = uint32_t;

// A parameter's numbers, float32 in PyTorch's layout. Shared: copies of a graph do not copy weights.
// Empty data with a shape means "not given" (fine for check and emit, an error for build and run).
struct ParameterData {
  std::vector<float> data;
  bool literal = false; // written in the script: may be specialised on
};

struct Value {
  enum Kind { Input, Parameter, Node } kind;
  std::string name; // unique in its graph: "photo", "c1.weight", "conv_1"
  TensorType type;  // Parameter: every dim constant, dims[0] the slowest
  Location location;
  // Of a run-time scalar: what it is when the caller gives nothing. Finite.
  std::optional<float> defaultValue;
  // Node only. Operands are activations first, then the parameters in the order of the shape rule
  // (conv and dense: x, weight [, bias]). A number beside a tensor (`2 - x`) is a literal parameter of shape
  // [1], which broadcasts, as an operand in its written place.
  OpKind op{};
  std::vector<ValueId> operands;
  Attributes attributes;
  WrittenAttributes written; // where the script writes them; empty otherwise
  // Parameter only.
  std::shared_ptr<const ParameterData> data;
};

struct Output {
  std::string name;
  ValueId value;
  ImageKind image = ImageKind::None; // how the interface shows it
  // No result, but a layer that is kept to be looked at. These come last; texts of graphs have them as any
  // other output.
  bool kept = false;
};

// Compared when a compiled program starts, before any work.
struct EntryCheck {
  ShapeRequest::RuntimeCheck check;
  Location location;
};

struct Graph {
  std::string name;
  std::vector<Value> values; // the inputs, then the others; operands come before their users
  std::vector<ValueId> inputs;
  std::vector<Output> outputs;
  std::vector<EntryCheck> checks;

  const Value& value(ValueId id) const { return values[id]; }
  // Run-time sizes in the order of their first use by the inputs; this order is the one of the compiled ABI.
  std::vector<std::string> symbols() const;
  // For each value, the nodes that read it.
  std::vector<std::vector<ValueId>> users() const;
};

// A name as texts have it: as it is where all its letters are plain, else in quotes.
std::string nameText(const std::string& name);
// Text form; see reader.h. The numbers of parameters that have more than 64 are elided unless `full`.
std::string print(const Graph& graph, bool full = false);

// Problems found, one sentence each; empty when the graph is well formed: structure (names, order), nodes
// (operands, attributes, types and parameters as the shape rules say, every check that they ask for),
// interface.
std::vector<std::string> verify(const Graph& graph);

} // namespace convoy::graph
