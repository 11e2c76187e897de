#include "reference/interpreter.h"
#include "reference/layers.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy::reference {

int64_t Tensor::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape) count *= extent;
  return count;
}

namespace {

class Interpreter {
public:
  Interpreter(const graph::Graph& graph, const std::map<std::string, int64_t>& sizes)
      : graph_(graph), sizes_(sizes) {}

  std::vector<Tensor> run(const std::vector<Tensor>& inputs) {
    require(inputs.size() == graph_.inputs.size(), "an input is missing");
    for (size_t i = inputs.size(); i-- > 0;)
      if (!graph_.value(graph_.inputs[i]).type.scalar) batch_ = inputs[i].batch;
    values_.resize(graph_.values.size());
    for (size_t i = 0; i < inputs.size(); ++i) {
      Tensor& value = values_[graph_.inputs[i]];
      const TensorType& type = graph_.value(graph_.inputs[i]).type;
      value = allocate(type, batch_);
      if (type.scalar) {
        require(inputs[i].data.size() == 1, "a scalar is one number");
        std::fill(value.data.begin(), value.data.end(),
                  static_cast<double>(static_cast<float>(inputs[i].data[0])));
        continue;
      }
      require(inputs[i].batch == batch_ && inputs[i].data.size() == value.data.size(),
              "an input of another size");
      std::transform(inputs[i].data.begin(), inputs[i].data.end(), value.data.begin(),
                     [](double x) { return static_cast<double>(static_cast<float>(x)); });
    }
    for (graph::ValueId id = 0; id < graph_.values.size(); ++id) {
      const graph::Value& value = graph_.value(id);
      if (value.kind == graph::Value::Parameter) parameter(value, values_[id]);
      if (value.kind != graph::Value::Node) continue;
      Tensor result = allocate(value.type, batch_);
      node(value, result);
      values_[id] = std::move(result);
    }
    return std::move(values_);
  }

private:
  Tensor allocate(const TensorType& type, int64_t batch) const {
    Tensor tensor;
    tensor.batch = batch;
    for (const Size& dim : type.dims) {
      auto extent = dim.evaluate(sizes_);
      require(extent && *extent >= 0, "a size that cannot be evaluated");
      tensor.shape.push_back(*extent);
    }
    tensor.data.resize(static_cast<size_t>(batch * tensor.elements()));
    return tensor;
  }

  void parameter(const graph::Value& value, Tensor& tensor) const {
    tensor = allocate(value.type, 1);
    require(value.data && value.data->data.size() == tensor.data.size(), "a parameter has no numbers");
    std::copy(value.data->data.begin(), value.data->data.end(), tensor.data.begin());
  }

  void node(const graph::Value& value, Tensor& result) const {
    LayerCall call{value, {}, sizes_};
    for (graph::ValueId id : value.operands) call.operands.push_back(&values_[id]);
    referenceOf(value.op).evaluate(call, result);
  }

  const graph::Graph& graph_;
  const std::map<std::string, int64_t>& sizes_;
  int64_t batch_ = 1;
  std::vector<Tensor> values_;
};

} // namespace

std::vector<Tensor> evaluate(const graph::Graph& graph, const std::vector<Tensor>& inputs,
                             const std::map<std::string, int64_t>& sizes) {
  return Interpreter(graph, sizes).run(inputs);
}

} // namespace convoy::reference
