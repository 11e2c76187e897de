#include "graph/verify.h"
#include <cmath>
#include <set>

namespace convoy::graph {

void verifyInterface(const Graph& graph, Problems& problems) {
  std::vector<std::string> order = graph.symbols();
  std::set<std::string> known(order.begin(), order.end());
  auto requireKnown = [&](const Size& size, const std::string& where) {
    for (const std::string& name : size.symbols())
      if (!known.count(name)) problems.push_back("the size '" + name + "' of " + where + " is no input's");
  };

  for (ValueId id : graph.inputs) {
    const Value& input = graph.value(id);
    for (const Size& dim : input.type.dims) {
      auto constant = dim.constant();
      bool isSymbol = !constant && dim.symbols().size() == 1 && dim == Size::symbol(*dim.symbols().begin());
      if (!isSymbol && (!constant || *constant < 1))
        problems.push_back("the input '" + input.name + "' has the size " + dim.str() +
                           ", which is neither positive nor a name");
    }
    bool image = input.type.image != ImageKind::None;
    if (image && (input.type.spatialRank() != 2 || input.type.channels() != channelsOf(input.type.image)))
      problems.push_back("the input '" + input.name + "' is no " + input.type.fullText());
    if (input.type.scalar && input.type.dims != scalarType().dims)
      problems.push_back("the input '" + input.name + "' is a scalar, but has dimensions");
    if (input.type.quantized())
      problems.push_back("the input '" + input.name + "' is " + input.type.fullText() + ", not float32");
    if (input.defaultValue && (!input.type.scalar || !std::isfinite(*input.defaultValue)))
      problems.push_back("the input '" + input.name + "' has a default that is no finite number of a scalar");
  }
  for (const Value& value : graph.values)
    for (const Size& dim : value.type.dims) requireKnown(dim, "'" + value.name + "'");
  for (const EntryCheck& entry : graph.checks) {
    requireKnown(entry.check.left, "a check");
    requireKnown(entry.check.right, "a check");
  }

  if (graph.outputs.empty()) problems.push_back("the graph has no outputs");
  for (const Output& output : graph.outputs) {
    const Value& value = graph.value(output.value);
    if (value.kind == Value::Parameter) problems.push_back("the output '" + output.name + "' is a parameter");
    if (value.type.scalar)
      problems.push_back("the output '" + output.name + "' is a scalar, which has no batch");
    bool image = output.image != ImageKind::None;
    if (image && (value.type.spatialRank() != 2 || value.type.channels() != channelsOf(output.image)))
      problems.push_back("the output '" + output.name + "' is " + value.type.fullText() +
                         ", which is no image[" + nameOf(output.image) + "]");
  }
}

} // namespace convoy::graph
