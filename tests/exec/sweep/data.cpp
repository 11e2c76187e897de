#include "data.h"
#include "reference/forms.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace convoy::sweep {

namespace {

using graph::Graph;
using graph::Value;
using reference::NumberForm;
using reference::Tensor;

// Largest input and largest weight of a level. The last one has few weights that are not zero.
struct Amplitude {
  int64_t input, weight;
};
constexpr Amplitude amplitudes[lastLevel + 1] = {{500, 7}, {60, 5}, {9, 3}, {4, 2}, {2, 1}, {1, 1}, {1, 1}};

float realNumber(Random& random) {
  return static_cast<float>(random.between(-(1 << 23), 1 << 23)) * 0x1p-23f;
}

bool startsWith(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

// An input's name says what numbers it takes: divisors are not zero, squares have exact roots, wide ones are
// some hundreds.
float inputNumber(Random& random, const std::string& name, Fill fill, int level) {
  const bool divisor = startsWith(name, "divisor"), square = startsWith(name, "square");
  if (fill == Fill::Reals) {
    float number = realNumber(random);
    if (startsWith(name, "wide")) return 400 * number;
    if (divisor) return number < 0 ? number - 0.5f : number + 0.5f;
    return square ? std::fabs(number) : number;
  }
  if (fill == Fill::Specials && random.chance(5)) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    return std::vector<float>{std::nanf(""), -std::nanf(""), infinity,
                              -infinity}[static_cast<size_t>(random.between(0, 3))];
  }
  int64_t most = amplitudes[level].input, number = random.between(-most, most);
  if (square) number = std::abs(number) % 23, number *= number;
  if (divisor && number == 0) number = 1;
  return static_cast<float>(number);
}

// ---- how exact the reference's doubles are ----

// Exact: the doubles are the float32 numbers that code computes. Stored: they were, before they were rounded
// to another form when they were written. Rounded: code rounds the double once.
// (Rounding the exact result of one operation to double and then to float32 is the same as rounding it to
// float32 at once, since 53 >= 2 * 24 + 2.) Real: code and reference differ by more than that.
enum class Precision { Exact, Stored, Rounded, Real };

// The fewest binary digits behind the point that all numbers have; -1: more than any exact sum takes.
int fractionBits(const std::vector<double>& numbers) {
  int bits = 0;
  for (double number : numbers)
    while (std::isfinite(number) && std::ldexp(number, bits) != std::nearbyint(std::ldexp(number, bits)))
      if (++bits > 20) return -1;
  return bits;
}

double largest(const std::vector<double>& numbers) { // of the finite ones
  double most = 0;
  for (double number : numbers)
    if (std::isfinite(number)) most = std::max(most, std::fabs(number));
  return most;
}

bool isFloat(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double x) {
    return std::isnan(x) || static_cast<double>(static_cast<float>(x)) == x;
  });
}

class Classifier {
public:
  Classifier(const Graph& graph, const std::vector<Tensor>& values, const reference::GraphForms& forms)
      : graph_(graph), values_(values), forms_(forms) {}

  std::vector<Precision> run() {
    precision_.assign(graph_.values.size(), Precision::Exact);
    for (graph::ValueId id = 0; id < graph_.values.size(); ++id) {
      if (graph_.value(id).kind != Value::Node) continue;
      auto forms = forms_.find(id);
      own_ = forms == forms_.end() ? reference::LayerForms{} : forms->second;
      precision_[id] = node(graph_.value(id), values_[id]);
      if (hasForm(id, own_.result)) continue;
      precision_[id] = precision_[id] == Precision::Exact ? Precision::Stored : Precision::Real;
    }
    return std::move(precision_);
  }
  bool tooLarge() const { return tooLarge_; }

private:
  // Its numbers lose nothing in this form.
  bool hasForm(graph::ValueId id, NumberForm form) const {
    const std::vector<double>& numbers = values_[id].data;
    return form == NumberForm::Float32 || std::all_of(numbers.begin(), numbers.end(), [&](double x) {
             return std::isnan(x) || reference::inForm(form, x) == x;
           });
  }

  Precision worst(const Value& node) const {
    Precision worst = Precision::Exact;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const Precision operand = precision_[node.operands[i]];
      const bool lost = operand == Precision::Stored || !hasForm(node.operands[i], own_.operand(i));
      worst = std::max(worst, lost ? Precision::Real : operand);
    }
    return worst;
  }

  // No product of low halves is left out.
  bool hasAllProducts(const Value& node) const {
    return own_.operand(1) != NumberForm::Split || hasForm(node.operands[0], NumberForm::Bf16) ||
           hasForm(node.operands[1], NumberForm::Bf16);
  }

  // `terms` products of an element of operand 0 with a number of at most `weight` in `weightBits`, and
  // `start`.
  bool sumIsExact(const Value& node, double terms, double weight, int weightBits, double start) {
    const std::vector<double>& x = values_[node.operands[0]].data;
    int bits = fractionBits(x);
    double border =
        node.attributes.has("border") ? std::fabs(node.attributes.get<Border>("border").value) : 0;
    if (bits < 0 || weightBits < 0) return false;
    // The high half of a number may be larger than the number.
    if (own_.operand(1) == NumberForm::Split) terms *= 1 + 0x1p-5;
    bool fits =
        std::ldexp(terms * std::max(largest(x), border) * weight + start, bits + weightBits) <= 0x1p24;
    tooLarge_ |= !fits;
    return fits;
  }

  Precision node(const Value& node, const Tensor& y) {
    const Precision operands = worst(node);
    const Precision once = operands != Precision::Exact ? Precision::Real
                           : isFloat(y.data)            ? Precision::Exact
                                                        : Precision::Rounded;
    const OpInfo& row = opInfo(node.op);
    switch (row.rounding) {
    case Rounding::None: return operands;
    case Rounding::Once: return once;
    case Rounding::Decides: return operands == Precision::Exact ? Precision::Exact : Precision::Real;
    case Rounding::Many: return Precision::Real;
    case Rounding::Sum: break;
    }
    const Tensor& x = values_[node.operands[0]];
    if (node.operands.size() > 1) { // with weights
      const Tensor& w = values_[node.operands[1]];
      const std::vector<double> none,
          &bias = node.operands.size() > 2 ? values_[node.operands[2]].data : none;
      double terms = static_cast<double>(w.elements() / w.shape[0]);
      if (row.form == OpForm::Transposed) // [channels][filters / groups][..kernel]
        terms = static_cast<double>(w.elements() / w.shape[1] / node.attributes.get<int64_t>("groups"));
      bool exact = sumIsExact(node, terms, largest(w.data), fractionBits(w.data), largest(bias));
      exact &= isFloat(y.data) && hasAllProducts(node) && own_.winograd == 0;
      return exact && operands == Precision::Exact ? Precision::Exact : Precision::Real;
    }
    double terms = static_cast<double>(x.elements() / std::max<int64_t>(1, y.elements()));
    if (row.form == OpForm::Window) {
      terms = 1;
      for (int64_t k : node.attributes.get<std::vector<int64_t>>("kernel")) terms *= static_cast<double>(k);
    }
    return sumIsExact(node, terms, 1, 0, 0) ? once : Precision::Real;
  }

  const Graph& graph_;
  const std::vector<Tensor>& values_;
  const reference::GraphForms& forms_;
  reference::LayerForms own_; // of the layer that is looked at
  std::vector<Precision> precision_;
  bool tooLarge_ = false;
};

// Of layers that sum products of whole numbers: the weights and biases are such, and the multipliers bring
// the sums into the range of a byte, mostly.
// Those of layers called balanced sum up as far as they can, and then back to little.
void addWholeNumbers(const Graph& graph, uint64_t seed, Parameters& all) {
  for (const Value& node : graph.values) {
    if (node.kind != Value::Node || opInfo(node.op).elements != Elements::Whole) continue;
    for (size_t i = 1; i < node.operands.size(); ++i) {
      const Value& value = graph.value(node.operands[i]);
      if (value.kind != Value::Parameter || (value.data && value.data->literal)) continue;
      Random random(seed + node.operands[i]);
      const TensorType& weight = graph.value(node.operands[1]).type;
      const double terms = static_cast<double>(*weight.elements().constant() / weight.channels());
      auto data = std::make_shared<graph::ParameterData>();
      data->data.resize(static_cast<size_t>(*value.type.elements().constant()));
      const bool balanced = startsWith(node.name, "balanced");
      const auto perResult = static_cast<size_t>(terms);
      for (float& number : data->data) {
        const auto place = static_cast<size_t>(&number - data->data.data());
        if (balanced)
          number = value.type.element == Element::I8    ? place % perResult < perResult / 2 ? 127.0f : -127.0f
                   : value.type.element == Element::I32 ? 0
                                                        : 0.05f;
        else if (value.type.element == Element::I8)
          number = static_cast<float>(random.between(-128, 127));
        else if (value.type.element == Element::I32)
          number = static_cast<float>(random.between(-9000, 9000));
        else
          number =
              static_cast<float>(0.0001 * static_cast<double>(random.between(20, 200)) / std::sqrt(terms));
      }
      all[node.operands[i]] = std::move(data);
    }
  }
}

} // namespace

Parameters makeParameters(const Graph& graph, Fill fill, int level, uint64_t seed) {
  Parameters all(graph.values.size());
  for (graph::ValueId id = 0; id < graph.values.size(); ++id) {
    const Value& value = graph.value(id);
    if (value.kind != Value::Parameter) continue;
    if (value.data && value.data->literal) {
      all[id] = value.data;
      continue;
    }
    Random random(seed + id);
    auto data = std::make_shared<graph::ParameterData>();
    data->data.resize(static_cast<size_t>(*value.type.elements().constant()));
    const int64_t most = amplitudes[level].weight;
    for (float& number : data->data) {
      number = fill == Fill::Reals ? realNumber(random) : static_cast<float>(random.between(-most, most));
      if (fill != Fill::Reals && level == lastLevel && random.chance(80)) number = 0;
      if (startsWith(value.name, "divisor")) number += number < 0 ? -0.5f : 0.5f;
    }
    all[id] = std::move(data);
  }
  addWholeNumbers(graph, seed, all);
  return all;
}

void useParameters(Graph& graph, const Parameters& parameters) {
  for (graph::ValueId id = 0; id < graph.values.size(); ++id)
    if (parameters[id]) graph.values[id].data = parameters[id];
}

std::optional<Trial> makeTrial(const Graph& graph, const Run& run, Fill fill, int level, uint64_t seed,
                               const reference::GraphForms& forms) {
  Trial trial;
  trial.run = run;
  trial.fill = fill;
  std::vector<Tensor> inputs;
  std::map<std::string, int64_t> sizes;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Value& value = graph.value(graph.inputs[i]);
    Tensor tensor;
    tensor.batch = value.type.scalar ? 1 : run.batch;
    for (const Size& dim : value.type.dims) {
      // A size that the script did not name is called after its input; the runs name axes alone.
      std::map<std::string, int64_t> bound = run.sizes;
      for (const std::string& symbol : dim.symbols())
        if (auto dot = symbol.rfind('.'); dot != std::string::npos && run.sizes.count(symbol.substr(dot + 1)))
          bound[symbol] = run.sizes.at(symbol.substr(dot + 1));
      auto extent = dim.evaluate(bound);
      if (!extent) throw std::runtime_error("the run does not say how large " + dim.str() + " is");
      tensor.shape.push_back(*extent);
      for (const std::string& symbol : dim.symbols()) sizes[symbol] = bound.at(symbol);
    }
    Random random(seed + 1000003 * (i + 1));
    std::vector<float> numbers(static_cast<size_t>(tensor.batch * tensor.elements()));
    for (float& number : numbers) number = inputNumber(random, value.name, fill, level);
    if (auto given = run.scalars.find(value.name); given != run.scalars.end()) numbers = {given->second};
    tensor.data.assign(numbers.begin(), numbers.end());
    trial.shapes.push_back(value.type.scalar ? std::vector<int64_t>() : tensor.shape);
    trial.inputs.push_back(std::move(numbers));
    inputs.push_back(std::move(tensor));
  }

  for (size_t i = 0; i < graph.checks.size() && trial.failedCheck < 0; ++i) {
    const ShapeRequest::RuntimeCheck& check = graph.checks[i].check;
    int64_t left = check.left.evaluate(sizes).value(), right = check.right.evaluate(sizes).value();
    bool holds = check.kind == ShapeRequest::RuntimeCheck::Equal ? left == right : left >= right;
    if (!holds) trial.failedCheck = static_cast<int>(i);
  }
  if (trial.failedCheck >= 0) return trial;

  const std::vector<Tensor> values = reference::evaluate(graph, inputs, sizes);
  Classifier classifier(graph, values, forms);
  const std::vector<Precision> precision = classifier.run();
  if (fill != Fill::Reals && classifier.tooLarge() && level < lastLevel) return std::nullopt;
  std::vector<Tensor> bounds;
  for (const graph::Output& output : graph.outputs) {
    const Tensor& value = values[output.value];
    Expected expected{value.shape, value.data, {}};
    if (fill == Fill::Specials) {
      for (graph::ValueId id = 0; id < graph.values.size(); ++id)
        if (precision[id] != Precision::Exact)
          throw std::runtime_error("a case with NaN and infinities is not exact");
    } else if (precision[output.value] == Precision::Stored) {
      const NumberForm form = forms.at(output.value).result;
      for (double& number : expected.values) number = reference::inForm(form, number);
    } else if (precision[output.value] == Precision::Real) {
      if (bounds.empty()) bounds = reference::errorBounds(graph, values, forms);
      expected.bounds = bounds[output.value].data;
      if (expected.bounds.empty()) expected.bounds.clear();
    }
    trial.outputs.push_back(std::move(expected));
  }
  return trial;
}

} // namespace convoy::sweep
