// Graph IR back to a script: the way from a graph that no script made (an imported model, a quantized
// network) to one that people read, edit and compile.
//
//   weights "net.safetensors"
//
//   pipeline net(image: tensor[3, H, W]) -> tensor[16, _, _] {
//       relu_1 = image |> conv(16, kernel: 3x3, padding: 1, name: "c1") |> relu
//       ...
//   }
//
// A chain of layers of which each is the next one's only input is one statement; every other value has a
// name, made of the one that it has in the graph. Reading the script back gives the same nodes in the same
// order with the same numbers. What is not kept: names of operators (`+`), names that the script would give
// by itself inside of other blocks ("layer1.relu_2" may become "relu_5"), letters of names that a script
// cannot have, that several layers share a parameter, and that a parameter which is no kernel is a literal.
#pragma once
#include "graph/graph.h"
#include <optional>

namespace convoy::script {

// Numbers that the script reads from its file of weights.
struct StoredParameter {
  std::string name;     // "c1.weight"
  graph::ValueId value; // of the graph
};

struct Script {
  std::string text; // in canonical form
  std::vector<StoredParameter> parameters;
};

// `weightsFile` is what the script names, when there are parameters with numbers that are not kernels written
// as values. nullopt after diagnostics about what has no form in a script.
std::optional<Script> write(const graph::Graph& graph, const std::string& weightsFile,
                            DiagnosticEngine& diags);

} // namespace convoy::script
