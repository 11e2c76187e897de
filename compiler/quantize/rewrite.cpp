#include "quantize/rewrite.h"
#include "quantize/sums.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

namespace convoy::quantize {

namespace {

constexpr int stepsOf(Element element) { return element == Element::U8 ? 255 : 127; }

// The number of few decimals that float32 holds as it holds this one.
double inFewDecimals(double number) {
  return std::strtod(shortest(static_cast<float>(number)).c_str(), nullptr);
}

class Rewriter {
public:
  Rewriter(const graph::Graph& graph, const Plan& plan, const std::vector<Scale>& scales)
      : graph_(graph), plan_(plan), scales_(scales) {
    for (const graph::Value& value : graph.values) names_.insert(value.name);
  }

  Rewritten run() {
    result_.graph.name = graph_.name;
    result_.graph.checks = graph_.checks;
    for (ValueId id = 0; id < graph_.values.size(); ++id)
      if (graph_.value(id).kind != graph::Value::Parameter) place(id);
    for (ValueId input : graph_.inputs) result_.graph.inputs.push_back(real_.at(input));
    for (const graph::Output& output : graph_.outputs)
      result_.graph.outputs.push_back({output.name, real(output.value), output.image});
    return std::move(result_);
  }

private:
  const Scale& scaleOf(ValueId id) const { return scales_[*plan_.group[id]]; }

  void place(ValueId id) {
    const graph::Value& value = graph_.value(id);
    if (value.kind == graph::Value::Input) {
      real_[id] = add(value);
      return;
    }
    const Layer& layer = plan_.layers[id];
    switch (layer.role) {
    case Role::Float: {
      graph::Value copy = value;
      for (ValueId& operand : copy.operands) operand = real(operand);
      real_[id] = add(std::move(copy));
      return;
    }
    case Role::Sum: result_.whole[layer.result] = limited(sum(value, layer.result), id, layer.result); return;
    case Role::Add:
      result_.whole[layer.result] = limited(sumOfTwo(value, layer.result), id, layer.result);
      return;
    case Role::Keep: result_.whole[id] = kept(value); return;
    case Role::Fused: return; // it is there already
    }
  }

  // The number itself, of what is in 8 bits made where it is first wanted.
  ValueId real(ValueId id) {
    if (const auto found = real_.find(id); found != real_.end()) return found->second;
    const graph::Value& value = graph_.value(id);
    if (value.kind == graph::Value::Parameter) return real_[id] = add(value);
    Attributes attributes;
    attributes.set("scale", scaleOf(id).scale);
    attributes.set("zero_point", int64_t(0));
    return real_[id] = node(OpKind::Dequantize, unused(value.name + ".dequantize"), value.location,
                            {result_.whole.at(id)}, attributes);
  }

  ValueId whole(ValueId id) {
    if (const auto found = result_.whole.find(id); found != result_.whole.end()) return found->second;
    const graph::Value& value = graph_.value(id);
    Attributes attributes;
    attributes.set("scale", scaleOf(id).scale);
    attributes.set("zero_point", int64_t(0));
    setType(attributes, id);
    return result_.whole[id] = node(OpKind::Quantize, unused(value.name + ".quantize"), value.location,
                                    {real(id)}, attributes);
  }

  void setType(Attributes& attributes, ValueId id) const {
    attributes.set("type", std::string(convoy::nameOf(scaleOf(id).element)));
  }

  ValueId sum(const graph::Value& value, ValueId result) {
    const bool conv = value.op == OpKind::Conv;
    const graph::Value& weight = graph_.value(value.operands[1]);
    const graph::Value* bias = value.operands.size() > 2 ? &graph_.value(value.operands[2]) : nullptr;
    const ValueId x = whole(value.operands[0]);
    const auto filters = static_cast<size_t>(value.type.channels());
    WholeParameters made = wholeParameters(weight.data->data, bias ? &bias->data->data : nullptr, filters,
                                           scaleOf(value.operands[0]).scale, scaleOf(result).scale);
    Attributes attributes = value.attributes;
    attributes.erase("border");
    attributes.set("input_zero_point", int64_t(0));
    attributes.set("zero_point", int64_t(0));
    setType(attributes, result);
    std::vector<ValueId> operands = {x, parameter(weight, weight.name, std::move(made.weight), Element::I8)};
    const std::vector<Size> each = {value.type.dims[0]};
    operands.push_back(parameter(weight, unused(value.name + ".multiplier"), std::move(made.multiplier),
                                 Element::F32, &each));
    if (bias) operands.push_back(parameter(*bias, bias->name, std::move(made.bias), Element::I32));
    return node(conv ? OpKind::QuantizedConv : OpKind::QuantizedDense, value.name, value.location, operands,
                attributes);
  }

  ValueId sumOfTwo(const graph::Value& value, ValueId result) {
    const ValueId a = value.operands[0], b = value.operands[1];
    Attributes attributes;
    attributes.set("a_multiplier", inFewDecimals(scaleOf(a).scale / scaleOf(result).scale));
    attributes.set("b_multiplier", inFewDecimals(scaleOf(b).scale / scaleOf(result).scale));
    for (const char* name : {"a_zero_point", "b_zero_point", "zero_point"}) attributes.set(name, int64_t(0));
    setType(attributes, result);
    const ValueId x = whole(a), y = whole(b);
    return node(OpKind::QuantizedAdd, value.name, value.location, {x, y}, attributes);
  }

  // Where the range of the numbers, which others share, is not what the activation leaves, it is a layer.
  ValueId limited(ValueId made, ValueId id, ValueId result) {
    if (result == id) return made;
    const graph::Value& activation = graph_.value(result);
    const Scale& scale = scaleOf(result);
    const auto highest = static_cast<double>(highestOf(scale.element));
    const double most = std::min(std::nearbyint(mostOf(activation) / scale.scale), highest);
    if (scale.element == Element::U8 && most == highest) return made;
    return clamp(activation, made, most);
  }

  ValueId clamp(const graph::Value& activation, ValueId operand, double most) {
    Attributes attributes;
    attributes.set("low", 0.);
    attributes.set("high", most);
    return node(OpKind::Clamp, activation.name, activation.location, {operand}, attributes);
  }

  ValueId kept(const graph::Value& value) {
    std::vector<ValueId> operands;
    for (ValueId operand : value.operands) operands.push_back(whole(operand));
    if (value.op != OpKind::Relu)
      return node(value.op, value.name, value.location, operands, value.attributes);
    return clamp(value, operands[0],
                 static_cast<double>(highestOf(result_.graph.value(operands[0]).type.element)));
  }

  ValueId node(OpKind op, const std::string& name, Location location, const std::vector<ValueId>& operands,
               const Attributes& attributes) {
    graph::Value value;
    value.kind = graph::Value::Node;
    value.op = op;
    value.name = name;
    value.location = location;
    value.operands = operands;
    value.attributes = attributes;
    std::vector<TensorType> types;
    for (ValueId operand : operands) types.push_back(result_.graph.value(operand).type);
    DiagnosticEngine diags;
    ShapeRequest request{types, value.attributes, location, diags, name};
    const std::optional<TensorType> type = resultType(opInfo(op), request);
    require(type.has_value(), "a layer cannot be quantized as it was planned");
    value.type = *type;
    return add(std::move(value));
  }

  ValueId parameter(const graph::Value& like, const std::string& name, std::vector<float> numbers,
                    Element element, const std::vector<Size>* dims = nullptr) {
    graph::Value value = like;
    value.name = name;
    if (dims) value.type.dims = *dims;
    value.type.element = element;
    auto data = std::make_shared<graph::ParameterData>();
    data->data = std::move(numbers);
    value.data = std::move(data);
    return add(std::move(value));
  }

  std::string unused(const std::string& name) {
    std::string candidate = name;
    for (int i = 2; !names_.insert(candidate).second; ++i) candidate = name + "_" + std::to_string(i);
    return candidate;
  }

  ValueId add(graph::Value value) {
    result_.graph.values.push_back(std::move(value));
    return static_cast<ValueId>(result_.graph.values.size() - 1);
  }

  const graph::Graph& graph_;
  const Plan& plan_;
  const std::vector<Scale>& scales_;
  std::set<std::string> names_;
  std::map<ValueId, ValueId> real_; // a value of the network: its float32 numbers
  Rewritten result_;
};

} // namespace

std::vector<Scale> chooseScales(const Plan& plan, const std::map<ValueId, Histogram>& histograms) {
  std::vector<Scale> scales;
  for (const Group& group : plan.groups) {
    bool negative = group.hasNegative;
    for (const Observed& observed : group.observed)
      negative = negative || histograms.at(observed.value).low() < 0;
    Scale scale{1, negative ? Element::I8 : Element::U8};
    const int steps = stepsOf(scale.element);
    double limit = 0;
    for (const Observed& observed : group.observed)
      limit = std::max(limit, std::min(histograms.at(observed.value).limit(steps), observed.most));
    if (group.isImage && !negative && limit <= 1) limit = 1; // pictures of 8 bits are exact then
    constexpr double least = 1e-30; // of scales, so that their quotients stay in range
    if (limit > 0) scale.scale = inFewDecimals(std::max(limit / steps, least));
    scales.push_back(scale);
  }
  return scales;
}

Rewritten rewrite(const graph::Graph& graph, const Plan& plan, const std::vector<Scale>& scales) {
  return Rewriter(graph, plan, scales).run();
}

} // namespace convoy::quantize
