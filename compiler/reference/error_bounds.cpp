// How far compiled code may be from the reference: each layer's bound, carried through the graph.
#include "reference/forms.h"
#include "reference/layers.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::reference {

namespace {

class Bounds {
public:
  Bounds(const graph::Graph& graph, const std::vector<Tensor>& values,
         const std::map<std::string, int64_t>& sizes, const GraphForms& forms)
      : graph_(graph), values_(values), sizes_(sizes), forms_(forms) {}

  std::vector<Tensor> run() {
    for (graph::ValueId id = 0; id < graph_.values.size(); ++id) {
      Tensor error = values_[id];
      std::fill(error.data.begin(), error.data.end(), 0.0);
      if (graph_.value(id).kind == graph::Value::Node) node(id, error);
      errors_.push_back(std::move(error));
    }
    return std::move(errors_);
  }

private:
  LayerForms formsOf(graph::ValueId id) const {
    auto known = forms_.find(id);
    return known == forms_.end() ? LayerForms{} : known->second;
  }

  double termsOf(const graph::Value& value) const {
    const bool sums =
        value.kind == graph::Value::Node &&
        (value.op == OpKind::Conv || value.op == OpKind::TransposedConv || value.op == OpKind::Dense);
    if (!sums) return 0;
    const graph::Value& weight = graph_.value(value.operands[1]);
    return static_cast<double>(weight.type.elements().known()) / static_cast<double>(value.type.channels());
  }

  void node(graph::ValueId id, Tensor& error) {
    const graph::Value& node = graph_.value(id);
    BoundCall call{{node, {}, sizes_}, {}, values_[id], formsOf(id), termsOf(graph_.value(node.operands[0]))};
    std::vector<Tensor> taken(node.operands.size()); // errors of operands that are rounded
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const graph::ValueId operand = node.operands[i];
      call.operands.push_back(&values_[operand]);
      call.errors.push_back(&errors_[operand]);
      const NumberForm form = call.forms.operand(i);
      // What memory has in this form is not rounded again.
      if (form == NumberForm::Float32 || form == formsOf(operand).result) continue;
      const bool known = graph_.value(operand).kind != graph::Value::Parameter || !call.forms.scaledWeight;
      taken[i] = (known ? takenIn : takenInSome)(form, values_[operand], errors_[operand]);
      call.errors[i] = &taken[i];
    }
    referenceOf(node.op).bound(call, error);
    if (call.forms.result != NumberForm::Float32) error = takenIn(call.forms.result, values_[id], error);
    // What may be too large for float32 has no bound, and neither has what comes of it: 0 * infinity is a
    // NaN.
    for (size_t i = 0; i < error.data.size(); ++i)
      if (std::isnan(error.data[i]) ||
          std::fabs(values_[id].data[i]) + error.data[i] > std::numeric_limits<float>::max())
        error.data[i] = std::numeric_limits<double>::infinity();
  }

  const graph::Graph& graph_;
  const std::vector<Tensor>& values_;
  const std::map<std::string, int64_t>& sizes_;
  const GraphForms& forms_;
  std::vector<Tensor> errors_;
};

} // namespace

std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values,
                                const std::map<std::string, int64_t>& sizes, const GraphForms& forms) {
  return Bounds(graph, values, sizes, forms).run();
}

std::vector<Tensor> errorBounds(const graph::Graph& graph, const std::vector<Tensor>& values,
                                const GraphForms& forms) {
  std::map<std::string, int64_t> sizes;
  for (graph::ValueId input : graph.inputs)
    for (size_t axis = 0; axis < values[input].shape.size(); ++axis) {
      const Size& dim = graph.value(input).type.dims[axis];
      if (!dim.isConstant()) sizes[*dim.symbols().begin()] = values[input].shape[axis];
    }
  return errorBounds(graph, values, sizes, forms);
}

} // namespace convoy::reference
