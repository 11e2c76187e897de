#include "inspect/compare.h"
#include "inspect/forms.h"
#include "support/internal_error.h"
#include <cmath>
#include <limits>

namespace convoy::inspect {

namespace {

using graph::Graph;
using graph::Value;
using graph::ValueId;
using reference::GraphForms;
using reference::Tensor;

// How much of its bound an error takes; above 1 it is wrong.
double shareOf(double error, double bound) {
  const bool none = !(bound < std::numeric_limits<double>::infinity()); // NaN comes from an infinite one
  if (error == 0 || none) return 0;
  return bound > 0 ? error / bound : std::numeric_limits<double>::infinity();
}

double errorOf(double expected, float actual) {
  if (std::isnan(expected) && std::isnan(actual)) return 0;
  if (actual == static_cast<float>(expected)) return 0;
  const double error = std::fabs(static_cast<double>(actual) - expected);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

std::vector<int64_t> placeOf(const Tensor& tensor, int64_t index) {
  std::vector<int64_t> place(tensor.shape.size() + 1);
  for (size_t axis = tensor.shape.size(); axis-- > 0; index /= tensor.shape[axis])
    place[axis + 1] = index % tensor.shape[axis];
  place[0] = index;
  return place;
}

// One kernel as a graph: what it reads from memory are the inputs.
class KernelGraph {
public:
  KernelGraph(const Graph& graph, const schedule::Kernel& kernel, const GraphForms& forms)
      : from_(graph), result_(kernel.result()) {
    graph_.name = graph.name;
    for (ValueId node : kernel.nodes) {
      Value copy = graph.value(node);
      for (ValueId& operand : copy.operands) operand = moved(operand);
      place_[node] = add(std::move(copy));
      if (auto known = forms.find(node); known != forms.end()) forms_[place_[node]] = known->second;
    }
    graph_.outputs = {{"result", place_.at(kernel.result()), ImageKind::None}};
  }

  Comparison compare(const std::vector<Computed>& values, const std::map<std::string, int64_t>& sizes) const {
    std::vector<Tensor> inputs;
    for (ValueId read : reads_) inputs.push_back(tensorOf(read, values.at(read), sizes));
    const std::vector<Tensor> expected = reference::evaluate(graph_, inputs, sizes);
    const std::vector<Tensor> bounds = reference::errorBounds(graph_, expected, sizes, forms_);
    const ValueId result = graph_.outputs[0].value;
    require(values.at(result_).numbers != nullptr, "the value of a kernel was not stored");
    return inspect::compare(graph_.value(result).name, expected[result], bounds[result],
                            values[result_].numbers);
  }

private:
  ValueId add(Value value) {
    graph_.values.push_back(std::move(value));
    return static_cast<ValueId>(graph_.values.size() - 1);
  }

  ValueId moved(ValueId operand) {
    auto known = place_.find(operand);
    if (known != place_.end()) return known->second;
    Value copy = from_.value(operand);
    const bool parameter = copy.kind == Value::Parameter;
    if (!parameter) {
      copy.kind = Value::Input;
      copy.operands.clear();
      reads_.push_back(operand);
    }
    const ValueId place = place_[operand] = add(std::move(copy));
    if (!parameter) graph_.inputs.push_back(place);
    return place;
  }

  Tensor tensorOf(ValueId id, const Computed& value, const std::map<std::string, int64_t>& sizes) const {
    Tensor tensor;
    const TensorType& type = from_.value(id).type;
    tensor.batch = type.scalar ? 1 : value.batch;
    for (const Size& dim : type.dims) {
      const std::optional<int64_t> extent = dim.evaluate(sizes);
      require(extent.has_value(), "a size that cannot be evaluated");
      tensor.shape.push_back(*extent);
    }
    require(value.numbers != nullptr, "a kernel reads a value that was not stored");
    tensor.data.assign(value.numbers, value.numbers + tensor.batch * tensor.elements());
    return tensor;
  }

  const Graph& from_;
  ValueId result_; // of the original
  Graph graph_;
  GraphForms forms_;                 // of graph_
  std::map<ValueId, ValueId> place_; // of the original's values
  std::vector<ValueId> reads_;       // the original's values that are inputs, in order
};

} // namespace

Comparison compare(const std::string& name, const Tensor& expected, const Tensor& bounds,
                   const float* actual) {
  Comparison result;
  result.name = name;
  result.shape = expected.shape;
  double worst = -1;
  for (size_t i = 0; i < expected.data.size(); ++i) {
    const double error = errorOf(expected.data[i], actual[i]), bound = bounds.data[i];
    const double share = shareOf(error, bound);
    if (error > result.largest || result.largestAt.empty()) {
      result.largest = error;
      result.largestAt = placeOf(expected, static_cast<int64_t>(i));
    }
    if (share > worst) worst = share, result.error = error, result.bound = bound;
    if (share <= 1) continue;
    if (result.wrong++ > 0) continue;
    result.at = placeOf(expected, static_cast<int64_t>(i));
    result.expected = expected.data[i], result.actual = static_cast<double>(actual[i]),
    result.allowed = bound;
  }
  return result;
}

std::vector<Comparison> compareKernels(const Graph& graph, const schedule::Schedule& schedule,
                                       const std::vector<Computed>& values,
                                       const std::map<std::string, int64_t>& sizes) {
  std::vector<Comparison> all;
  const GraphForms forms = formsOf(graph, schedule);
  for (const schedule::Kernel& kernel : schedule.kernels)
    if (kernel.algorithm != schedule::Algorithm::Reorder)
      all.push_back(KernelGraph(graph, kernel, forms).compare(values, sizes));
  return all;
}

} // namespace convoy::inspect
