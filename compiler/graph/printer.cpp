#include "graph/graph.h"
#include <cctype>

namespace convoy::graph {

std::string nameText(const std::string& name) {
  bool plain = !name.empty();
  for (char c : name)
    plain = plain &&
            (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '/' || c == '-');
  return plain ? name : quoted(name);
}

namespace {

template <typename T, typename Text> std::string joined(const std::vector<T>& items, Text text) {
  std::string all;
  for (const T& item : items) all += (all.empty() ? "" : ", ") + text(item);
  return all;
}

class Printer {
public:
  Printer(const Graph& graph, bool full) : graph_(graph), full_(full) {}

  std::string print() {
    text_ = "graph @" + nameText(graph_.name) + "(" +
            joined(graph_.inputs, [&](ValueId id) { return input(graph_.value(id)); }) + ") {\n";
    for (const Value& value : graph_.values) {
      if (value.kind == Value::Parameter) parameter(value);
      if (value.kind == Value::Node) node(value);
    }
    for (const EntryCheck& entry : graph_.checks) check(entry.check);
    text_ += "  return (" + joined(graph_.outputs, [&](const Output& output) { return result(output); }) +
             ")\n}\n";
    return text_;
  }

private:
  std::string reference(ValueId id) const { return "%" + nameText(graph_.value(id).name); }

  std::string input(const Value& value) const {
    std::string text = "%" + nameText(value.name) + ": " + value.type.fullText();
    if (value.defaultValue) text += " = " + shortest(*value.defaultValue);
    return text;
  }

  void parameter(const Value& value) {
    text_ += "  param %" + nameText(value.name) + " : " + nameOf(value.type.element) + "[" +
             joined(value.type.dims, [](const Size& dim) { return dim.str(); }) + "]";
    if (value.data && value.data->literal) text_ += " literal";
    if (value.data && !value.data->data.empty()) {
      const std::vector<float>& numbers = value.data->data;
      if (numbers.size() <= kShown || full_)
        text_ += " = [" + joined(numbers, [](float number) { return shortest(number); }) + "]";
      else
        text_ += " = <" + std::to_string(numbers.size()) + " numbers>";
    }
    text_ += "\n";
  }

  void node(const Value& value) {
    text_ += "  %" + nameText(value.name) + " = " + opInfo(value.op).name + "(" +
             joined(value.operands, [&](ValueId id) { return reference(id); }) + ")";
    if (!value.attributes.all().empty())
      text_ += " {" +
               joined(value.attributes.all(),
                      [](const auto& item) { return item.first + ": " + str(item.second); }) +
               "}";
    text_ += " : " + value.type.fullText() + "\n";
  }

  void check(const ShapeRequest::RuntimeCheck& check) {
    bool equal = check.kind == ShapeRequest::RuntimeCheck::Equal;
    text_ += "  check " + check.left.str() + (equal ? " == " : " >= ") + check.right.str() + ", " +
             quoted(check.message) + "\n";
  }

  std::string result(const Output& output) const {
    std::string text = nameText(output.name) + ": " + reference(output.value);
    if (output.image != ImageKind::None) text += std::string(" as image[") + nameOf(output.image) + "]";
    return text;
  }

  static constexpr size_t kShown = 64;
  const Graph& graph_;
  bool full_;
  std::string text_;
};

} // namespace

std::string print(const Graph& graph, bool full) { return Printer(graph, full).print(); }

} // namespace convoy::graph
