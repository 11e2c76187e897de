// The attributes of a node as the arguments of its call.
#pragma once
#include "graph/graph.h"
#include <functional>
#include <optional>

namespace convoy::script {

struct Argument {
  std::string name; // empty: it stands in its place
  std::string text;
};

struct CallContext {
  const graph::Graph& graph;
  const graph::Value& node;
  std::vector<ParameterSpec> parameters; // learned ones of the node, as its row names them
  // What stands for a size that is known only when the pipeline runs, `height(x)`; nullopt: no value that is
  // made before has it.
  std::function<std::optional<std::string>(const Size&)> extent;
};

// All that differ from their defaults. nullopt: some have no form in a script; `reason` says why then.
std::optional<std::vector<Argument>> arguments(const CallContext& context, std::string& reason);

// Whether the node's kernel is written as values.
bool hasLiteralKernel(const graph::Graph& graph, const graph::Value& node);
// The values of a kernel in brackets, as few levels as say the same.
std::string kernelText(const graph::Graph& graph, const graph::Value& node);

// A number as an expression; nullopt: infinities and NaN have none.
std::optional<std::string> numberText(double number);
std::optional<std::string> numberText(float number);
// "3", "3x1", "size(0, 1)"
std::string sizeText(const std::vector<int64_t>& extents);

} // namespace convoy::script
