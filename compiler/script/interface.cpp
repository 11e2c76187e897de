#include "script/interface.h"
#include "script/arguments.h"
#include "script/names.h"
#include <algorithm>

namespace convoy::script {

using ShapeCheck = ShapeRequest::RuntimeCheck;

Interface::Interface(const graph::Graph& graph, const std::map<graph::ValueId, std::string>& names)
    : graph_(graph), names_(names) {
  std::map<std::string, int> places; // of each symbol
  for (graph::ValueId id : graph.inputs)
    for (const Size& dim : graph.value(id).type.dims)
      for (const std::string& symbol : dim.symbols()) ++places[symbol];
  std::set<std::string> taken;
  for (const std::string& symbol : graph.symbols()) {
    const bool unnamed = symbol.find('.') != std::string::npos && places[symbol] == 1;
    sizes_[symbol] = unnamed ? "" : unique(identifier(symbol), taken);
  }
}

// nullopt when a size in it has no name.
std::optional<std::string> Interface::written(const Size& size) const {
  std::map<std::string, Size> renamed;
  for (const std::string& symbol : size.symbols()) {
    const std::string& name = sizes_.at(symbol);
    if (name.empty()) return std::nullopt;
    renamed.emplace(symbol, Size::symbol(name));
  }
  return size.substitute(renamed).str();
}

std::string Interface::inputs() const {
  std::string text;
  for (graph::ValueId id : graph_.inputs)
    text += (text.empty() ? "" : ", ") + names_.at(id) + ": " + input(graph_.value(id));
  return text;
}

std::string Interface::input(const graph::Value& value) const {
  const TensorType& type = value.type;
  if (type.scalar) return "float" + (value.defaultValue ? " = " + *numberText(*value.defaultValue) : "");
  const bool image = type.image != ImageKind::None;
  std::string text = image ? std::string("image[") + nameOf(type.image) : "tensor[" + type.dims[0].str();
  std::string extents;
  bool any = false;
  for (size_t axis = 1; axis < type.dims.size(); ++axis) {
    const std::optional<std::string> extent = written(type.dims[axis]);
    any = any || extent;
    extents += ", " + extent.value_or("_");
  }
  return text + (image && !any ? "" : extents) + "]";
}

// Sizes that are numbers or names; more where the graph checks that the result has them.
std::string Interface::result(const graph::Output& output) const {
  const TensorType& type = graph_.value(output.value).type;
  const bool image = output.image != ImageKind::None;
  std::string extents;
  bool any = false;
  for (size_t axis = 1; axis < type.dims.size(); ++axis) {
    const Size& dim = type.dims[axis];
    const bool plain =
        dim.isConstant() || (dim.symbols().size() == 1 && dim == Size::symbol(*dim.symbols().begin()));
    std::optional<std::string> extent = plain ? written(dim) : std::nullopt;
    bool claimed = false;
    for (const graph::EntryCheck& entry : graph_.checks)
      if (entry.check.kind == ShapeCheck::Equal && entry.check.left == dim &&
          entry.check.message.find("the result '" + output.name + "' is declared") == 0)
        extent = written(entry.check.right), claimed = true;
    any = any || (claimed && extent) || (!image && extent);
    extents += ", " + extent.value_or("_");
  }
  if (image) return std::string("image[") + nameOf(output.image) + (any ? extents : "") + "]";
  return "tensor[" + type.dims[0].str() + extents + "]";
}

std::string Interface::results(const std::vector<std::string>& outputNames) const {
  if (outputNames.size() == 1 && outputNames[0].empty()) return result(graph_.outputs[0]);
  std::string text = "(";
  for (size_t i = 0; i < outputNames.size(); ++i)
    text += (i ? ", " : "") + outputNames[i] + ": " + result(graph_.outputs[i]);
  return text + ")";
}

std::vector<const graph::EntryCheck*> Interface::lostChecks() const {
  std::vector<ShapeCheck> made;
  for (const graph::Value& node : graph_.values) {
    if (node.kind != graph::Value::Node) continue;
    std::vector<TensorType> operands;
    for (graph::ValueId id : node.operands) operands.push_back(graph_.value(id).type);
    Attributes attributes = node.attributes;
    DiagnosticEngine quiet;
    ShapeRequest request{operands, attributes, {}, quiet, node.name};
    resultType(opInfo(node.op), request);
    made.insert(made.end(), request.checks.begin(), request.checks.end());
  }
  for (const graph::Output& output : graph_.outputs)
    for (const graph::EntryCheck& entry : graph_.checks) {
      const std::vector<Size>& dims = graph_.value(output.value).type.dims;
      if (entry.check.message.find("the result '" + output.name + "' is declared") == 0 &&
          std::count(dims.begin(), dims.end(), entry.check.left) && written(entry.check.right))
        made.push_back(entry.check);
    }
  std::vector<const graph::EntryCheck*> lost;
  for (const graph::EntryCheck& entry : graph_.checks)
    if (std::none_of(made.begin(), made.end(), [&](const ShapeCheck& check) {
          return check.kind == entry.check.kind && check.left == entry.check.left &&
                 check.right == entry.check.right;
        }))
      lost.push_back(&entry);
  return lost;
}

} // namespace convoy::script
