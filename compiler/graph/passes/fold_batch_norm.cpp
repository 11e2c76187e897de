#include "graph/passes/fold_batch_norm.h"
#include <cmath>
#include <set>

namespace convoy::graph {

namespace {

using Numbers = std::vector<float>;

class Folder {
public:
  // What becomes of a layer: part of the one before it, where that can be; or a product and a sum.
  enum Mode { Fold, Expand };
  Folder(const Graph& graph, Mode mode)
      : graph_(graph), mode_(mode), users_(graph.users()), moved_(graph.values.size()),
        normOf_(graph.values.size()) {
    for (const Output& output : graph.outputs) outputs_.insert(output.value);
    for (const Value& value : graph.values) names_.insert(value.name);
  }

  Graph run() {
    for (ValueId id = 0; id < graph_.values.size(); ++id)
      if (mode_ == Fold && isNorm(id))
        if (ValueId before = graph_.value(id).operands[0]; canTake(before)) normOf_[before] = id;
    result_.name = graph_.name;
    result_.checks = graph_.checks;
    for (ValueId id = 0; id < graph_.values.size(); ++id) place(id);
    for (ValueId input : graph_.inputs) result_.inputs.push_back(moved_[input]);
    for (Output output : graph_.outputs) {
      output.value = moved_[output.value];
      result_.outputs.push_back(output);
    }
    return std::move(result_);
  }

private:
  bool isNorm(ValueId id) const {
    const Value& value = graph_.value(id);
    return value.kind == Value::Node && (value.op == OpKind::BatchNorm || value.op == OpKind::Normalize);
  }

  // Whether nothing but one such layer sees the result of this layer.
  bool canTake(ValueId id) const {
    const Value& value = graph_.value(id);
    bool linear =
        value.kind == Value::Node &&
        (value.op == OpKind::Conv || value.op == OpKind::TransposedConv || value.op == OpKind::Dense);
    return linear && users_[id].size() == 1 && !outputs_.count(id);
  }

  // Parameters that are made anew where they are needed, and not copied.
  bool isReplaced(ValueId id) const {
    if (graph_.value(id).kind != Value::Parameter || users_[id].empty()) return false;
    for (ValueId user : users_[id])
      if (!normOf_[user] && (!isNorm(user) || isKept(user))) return false;
    return true;
  }

  bool isKept(ValueId norm) const { return mode_ == Fold && normOf_[graph_.value(norm).operands[0]] != norm; }

  void place(ValueId id) {
    const Value& value = graph_.value(id);
    if (isReplaced(id)) return;
    if (normOf_[id]) return fold(id, *normOf_[id]);
    if (!isNorm(id) || isKept(id)) {
      Value copy = value;
      for (ValueId& operand : copy.operands) operand = moved_[operand];
      moved_[id] = add(std::move(copy));
    } else if (ValueId before = value.operands[0]; normOf_[before] == id) {
      moved_[id] = moved_[before];
    } else {
      moved_[id] = scaleAndShift(value);
    }
  }

  void fold(ValueId id, ValueId norm) {
    Value layer = graph_.value(id);
    const Value& weight = graph_.value(layer.operands[1]);
    const Value* bias = layer.operands.size() > 2 ? &graph_.value(layer.operands[2]) : nullptr;
    auto channels = static_cast<size_t>(layer.type.channels());
    Numbers weights = weight.data->data, sums;
    bool given = scaling(graph_.value(norm)) && !weights.empty() && !(bias && bias->data->data.empty());
    if (given) {
      for (size_t i = 0; i < weights.size(); ++i)
        weights[i] = static_cast<float>(weights[i] * scale_[filterOf(layer, weight, i)]);
      for (size_t c = 0; c < channels; ++c)
        sums.push_back(static_cast<float>((bias ? bias->data->data[c] : 0.) * scale_[c] + shift_[c]));
    }
    std::string biasName = bias ? bias->name : unused(layer.name + ".bias");
    ValueId first = moved_[layer.operands[0]];
    ValueId newWeight =
        parameter(weight.name, weight.type.dims, given ? weights : Numbers(), weight.location);
    ValueId newBias =
        parameter(biasName, {layer.type.channels()}, std::move(sums), bias ? bias->location : layer.location);
    layer.operands = {first, newWeight, newBias};
    moved_[id] = add(std::move(layer));
  }

  // The filter to which a number of the weight belongs.
  static size_t filterOf(const Value& layer, const Value& weight, size_t number) {
    const size_t filters = static_cast<size_t>(layer.type.channels()), all = weight.data->data.size();
    if (layer.op != OpKind::TransposedConv) return number / (all / filters);
    const auto groups = static_cast<size_t>(layer.attributes.get<int64_t>("groups")),
               channels = static_cast<size_t>(weight.type.channels()), perGroup = filters / groups;
    const size_t taps = all / channels / perGroup, channel = number / (taps * perGroup);
    return channel / (channels / groups) * perGroup + number / taps % perGroup;
  }

  ValueId scaleAndShift(const Value& norm) {
    scaling(norm);
    std::vector<Size> dims = {norm.type.channels()};
    auto rounded = [](const std::vector<double>& numbers) { return Numbers(numbers.begin(), numbers.end()); };
    Value product;
    product.kind = Value::Node;
    product.op = OpKind::Mul;
    product.name = unused(norm.name + ".scaled");
    product.type = norm.type;
    product.location = norm.location;
    product.operands = {moved_[norm.operands[0]],
                        parameter(unused(norm.name + ".scale"), dims, rounded(scale_), norm.location)};
    Value sum = product;
    ValueId scaled = add(std::move(product));
    sum.op = OpKind::Add;
    sum.name = norm.name;
    sum.operands = {scaled, parameter(unused(norm.name + ".shift"), dims, rounded(shift_), norm.location)};
    return add(std::move(sum));
  }

  // Fills scale_ and shift_, the numbers of y = x * scale + shift. False when they are not known.
  bool scaling(const Value& norm) {
    scale_.clear(), shift_.clear();
    if (norm.op == OpKind::Normalize) {
      const auto &means = norm.attributes.get<std::vector<double>>("mean"),
                 &divisors = norm.attributes.get<std::vector<double>>("std");
      for (size_t c = 0; c < means.size(); ++c) {
        scale_.push_back(1 / double(static_cast<float>(divisors[c])));
        shift_.push_back(-double(static_cast<float>(means[c])) * scale_[c]);
      }
      return true;
    }
    const Numbers* numbers[4];
    for (size_t i = 0; i < 4; ++i) {
      numbers[i] = &graph_.value(norm.operands[i + 1]).data->data;
      if (numbers[i]->empty()) return false;
    }
    double epsilon = static_cast<float>(norm.attributes.get<double>("epsilon"));
    for (size_t c = 0; c < numbers[0]->size(); ++c) {
      scale_.push_back((*numbers[0])[c] / std::sqrt((*numbers[3])[c] + epsilon));
      shift_.push_back((*numbers[1])[c] - (*numbers[2])[c] * scale_[c]);
    }
    return true;
  }

  std::string unused(const std::string& name) {
    std::string candidate = name;
    for (int i = 2; !names_.insert(candidate).second; ++i) candidate = name + "_" + std::to_string(i);
    return candidate;
  }

  ValueId parameter(const std::string& name, std::vector<Size> dims, Numbers numbers, Location location) {
    auto data = std::make_shared<ParameterData>();
    data->data = std::move(numbers);
    Value value;
    value.kind = Value::Parameter;
    value.name = name;
    value.type.dims = std::move(dims);
    value.location = location;
    value.data = std::move(data);
    return add(std::move(value));
  }

  ValueId add(Value value) {
    result_.values.push_back(std::move(value));
    return static_cast<ValueId>(result_.values.size() - 1);
  }

  const Graph& graph_;
  const Mode mode_;
  std::vector<std::vector<ValueId>> users_;
  std::vector<ValueId> moved_;                 // values of the graph in the result
  std::vector<std::optional<ValueId>> normOf_; // what a layer takes in
  std::set<ValueId> outputs_;
  std::set<std::string> names_;
  std::vector<double> scale_, shift_;
  Graph result_;
};

} // namespace

Graph foldBatchNorm(const Graph& graph) { return Folder(graph, Folder::Fold).run(); }
Graph expandBatchNorm(const Graph& graph) { return Folder(graph, Folder::Expand).run(); }

} // namespace convoy::graph
