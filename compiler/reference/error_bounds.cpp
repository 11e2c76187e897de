// How far direct float32 arithmetic may be from the reference: each layer's bound, carried through the graph.
#include "reference/layers.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values,
                                const std::map<std::string, int64_t>& sizes) {
  std::vector<Tensor> errors;
  for (graph::ValueId id = 0; id < graph.values.size(); ++id) {
    Tensor error = values[id];
    std::fill(error.data.begin(), error.data.end(), 0.0);
    const graph::Value& node = graph.value(id);
    if (node.kind == graph::Value::Node) {
      BoundCall call{{node, {}, sizes}, {}, values[id]};
      for (graph::ValueId operand : node.operands) {
        call.operands.push_back(&values[operand]);
        call.errors.push_back(&errors[operand]);
      }
      referenceOf(node.op).bound(call, error);
      // What may be too large for float32 has no bound, and neither has what comes of it: 0 * infinity is a
      // NaN.
      for (size_t i = 0; i < error.data.size(); ++i)
        if (std::isnan(error.data[i]) ||
            std::fabs(values[id].data[i]) + error.data[i] > std::numeric_limits<float>::max())
          error.data[i] = std::numeric_limits<double>::infinity();
    }
    errors.push_back(std::move(error));
  }
  return errors;
}

std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values) {
  std::map<std::string, int64_t> sizes;
  for (graph::ValueId input : graph.inputs)
    for (size_t axis = 0; axis < values[input].shape.size(); ++axis) {
      const Size& dim = graph.value(input).type.dims[axis];
      if (!dim.isConstant()) sizes[*dim.symbols().begin()] = values[input].shape[axis];
    }
  return errorBounds(graph, values, sizes);
}

} // namespace convoy::reference
