#include "reference/interpreter.h"
#include "reference/layers.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cmath>

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
    auto operand = [&](size_t i) -> const Tensor& { return values_[value.operands[i]]; };
    auto optional = [&](size_t i) { return i < value.operands.size() ? &operand(i) : nullptr; };
    auto window = [&] { return windowTable(value.attributes, operand(0).shape, result.shape, sizes_); };
    auto map = [&](auto function) {
      std::transform(operand(0).data.begin(), operand(0).data.end(), result.data.begin(), function);
    };
    auto zip = [&](auto function) {
      const double *a = operand(0).data.data(), *b = operand(1).data.data();
      forEachPair(broadcastOf(operand(0), operand(1), result),
                  [&](int64_t at, int64_t i, int64_t j) { result.data[at] = function(a[i], b[j]); });
    };
    switch (value.op) {
    case OpKind::Conv:
      return convolve(operand(0), operand(1), optional(2), value.attributes.get<int64_t>("groups"), window(),
                      result);
    case OpKind::MaxPool: return maxPool(operand(0), window(), result);
    case OpKind::AvgPool:
      return averagePool(operand(0), window(), value.attributes.get<bool>("count_include_pad"), result);
    case OpKind::GlobalMaxPool: return globalMax(operand(0), result);
    case OpKind::GlobalAvgPool: return globalAverage(operand(0), result);
    case OpKind::Relu: return map([](double x) { return maximum(x, 0); });
    case OpKind::Clamp: {
      double low = static_cast<float>(value.attributes.get<double>("low"));
      double high = static_cast<float>(value.attributes.get<double>("high"));
      return map([=](double x) { return x < low ? low : x > high ? high : x; });
    }
    case OpKind::Abs: return map([](double x) { return std::fabs(x); });
    case OpKind::Sqrt: return map([](double x) { return std::sqrt(x); });
    case OpKind::Add: return zip([](double a, double b) { return a + b; });
    case OpKind::Sub: return zip([](double a, double b) { return a - b; });
    case OpKind::Mul: return zip([](double a, double b) { return a * b; });
    case OpKind::Div: return zip([](double a, double b) { return a / b; });
    case OpKind::Less: return zip([](double a, double b) { return a < b ? 1. : 0.; });
    case OpKind::LessEqual: return zip([](double a, double b) { return a <= b ? 1. : 0.; });
    case OpKind::Greater: return zip([](double a, double b) { return a > b ? 1. : 0.; });
    case OpKind::GreaterEqual: return zip([](double a, double b) { return a >= b ? 1. : 0.; });
    case OpKind::Equal: return zip([](double a, double b) { return a == b ? 1. : 0.; });
    case OpKind::NotEqual: return zip([](double a, double b) { return a != b ? 1. : 0.; });
    case OpKind::Select: return select(operand(0), operand(1), operand(2), result);
    case OpKind::BatchNorm:
      return batchNorm(operand(0), {&operand(1), &operand(2), &operand(3), &operand(4)},
                       value.attributes.get<double>("epsilon"), result);
    case OpKind::Luminance: return luminance(operand(0), result);
    case OpKind::Concat: {
      std::vector<const Tensor*> parts;
      for (size_t i = 0; i < value.operands.size(); ++i) parts.push_back(&operand(i));
      return concat(parts, result);
    }
    case OpKind::Flatten: result.data = operand(0).data; return;
    case OpKind::Dense: return dense(operand(0), operand(1), optional(2), result);
    case OpKind::Softmax: return softmax(operand(0), result);
    }
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
