#include "sema/value.h"
#include <algorithm>
#include <limits>

namespace convoy::sema {

namespace {

std::string sizeText(const SizeTuple& value) {
  std::string text;
  for (int64_t extent : value.extents) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

// A whole number shows that it is no integer: "32.0".
std::string decimal(double value) {
  std::string text = shortest(value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

struct Description {
  const graph::Graph& graph;
  std::string operator()(const Poison&) const { return "an error"; }
  std::string operator()(int64_t value) const { return "the integer " + std::to_string(value); }
  std::string operator()(double value) const { return "the number " + decimal(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const { return "the text " + quoted(value); }
  std::string operator()(const SizeTuple& value) const { return "the size " + sizeText(value); }
  std::string operator()(const List& value) const {
    return "a list of " + std::to_string(value.elements->size());
  }
  std::string operator()(const Tensor& value) const {
    const graph::Value& tensor = graph.value(value.id);
    if (tensor.kind == graph::Value::Parameter)
      return "the parameter '" + tensor.name + "', a " + tensor.type.str();
    return tensor.type.scalar ? "the run-time scalar '" + tensor.name + "'" : tensor.type.str();
  }
  std::string operator()(const RunTimeSize& value) const {
    return value.size.str() + ", which is known only when the pipeline runs";
  }
  std::string operator()(const Record& value) const {
    std::string names;
    for (const auto& field : *value.fields) names += (names.empty() ? "" : ", ") + field.first;
    return std::to_string(value.fields->size()) + " outputs (" + names + ")";
  }
};

} // namespace

List makeList(std::vector<Value> elements) {
  List list;
  for (const Value& element : elements) {
    auto* inner = element.as<List>();
    if (inner) list.depth = std::max(list.depth, inner->depth + 1);
    if (__builtin_add_overflow(list.nodes, inner ? inner->nodes : 1, &list.nodes))
      list.nodes = std::numeric_limits<int64_t>::max();
  }
  list.elements = std::make_shared<const std::vector<Value>>(std::move(elements));
  return list;
}

std::optional<std::string> textOf(const Value& value) {
  if (auto* integer = value.as<int64_t>()) return std::to_string(*integer);
  if (auto* real = value.as<double>()) return shortest(*real);
  if (auto* boolean = value.as<bool>()) return std::string(*boolean ? "true" : "false");
  if (auto* text = value.as<std::string>()) return *text;
  if (auto* size = value.as<SizeTuple>()) return sizeText(*size);
  return std::nullopt;
}

std::string describe(const Value& value, const graph::Graph& graph) {
  return std::visit(Description{graph}, value.data);
}

} // namespace convoy::sema
