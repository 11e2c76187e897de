#include "graph/verify.h"
#include <algorithm>

namespace convoy::graph {

namespace {

bool hasForm(const Attribute& attribute, ResolvedSpec::Form form) {
  switch (form) {
  case ResolvedSpec::Bool: return std::holds_alternative<bool>(attribute);
  case ResolvedSpec::Int: return std::holds_alternative<int64_t>(attribute);
  case ResolvedSpec::Float: return std::holds_alternative<double>(attribute);
  case ResolvedSpec::Text: return std::holds_alternative<std::string>(attribute);
  case ResolvedSpec::Numbers: return std::holds_alternative<std::vector<double>>(attribute);
  case ResolvedSpec::Ints: return std::holds_alternative<std::vector<int64_t>>(attribute);
  case ResolvedSpec::Sizes: return std::holds_alternative<std::vector<Size>>(attribute);
  case ResolvedSpec::Border: return std::holds_alternative<Border>(attribute);
  }
  return false;
}

std::string shapeText(const std::vector<int64_t>& shape) {
  std::string text;
  for (int64_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + text + "]";
}

class NodeVerifier {
public:
  NodeVerifier(const Graph& graph, const Value& node, Problems& problems)
      : graph_(graph), node_(node), row_(opInfo(node.op)), problems_(problems) {}

  void verify() {
    if (!operandCount() || !attributes() || !scalars() || !besideTensors()) return;
    shape();
  }

private:
  void problem(const std::string& what) {
    problems_.push_back(std::string(row_.name) + " '" + node_.name + "': " + what);
  }

  bool operandCount() {
    int count = static_cast<int>(node_.operands.size());
    if (count >= row_.minOperands) return true;
    problem("it has " + std::to_string(count) + " operands and needs " + std::to_string(row_.minOperands));
    return false;
  }

  bool attributes() {
    bool good = true;
    auto fail = [&](const std::string& what) {
      problem(what);
      good = false;
    };
    size_t known = 0;
    for (const ResolvedSpec& spec : row_.resolved) {
      const Attribute* attribute = node_.attributes.find(spec.name);
      if (attribute) ++known;
      if (!attribute && !spec.optional) fail("the attribute '" + spec.name + "' is missing");
      if (attribute && !hasForm(*attribute, spec.form))
        fail("the attribute '" + spec.name + "' is of another type");
    }
    for (const AttributeSpec& spec : row_.attributes) {
      if (spec.form != AttributeForm::Word || !good || !node_.attributes.has(spec.name)) continue;
      const auto& word = node_.attributes.get<std::string>(spec.name);
      if (std::count(spec.words.begin(), spec.words.end(), word) == 0)
        fail("the attribute '" + spec.name + "' cannot be " + quoted(word));
    }
    if (good && known != node_.attributes.all().size()) fail("it has an attribute that it should not have");
    return good;
  }

  // One number for the whole batch is repeated where the row repeats what has one element, and has no other
  // use.
  bool scalars() {
    if (node_.type.scalar) problem("its type is a scalar, which only an input can be");
    for (ValueId id : node_.operands) {
      if (!graph_.value(id).type.scalar || row_.isElementwise()) continue;
      problem("it needs a tensor and gets the scalar '" + graph_.value(id).name + "'");
      return false;
    }
    return true;
  }

  // A parameter that is an operand, and not the layer's own: it stands beside what items of the batch have,
  // and where the row repeats what is the same for all of them.
  bool besideTensors() {
    const auto count = static_cast<size_t>(activationCount(row_, static_cast<int>(node_.operands.size())));
    bool none = true, all = true;
    for (size_t i = 0; i < count; ++i)
      (graph_.value(node_.operands[i]).kind == Value::Parameter ? none : all) = false;
    if (none || (row_.isElementwise() && !all)) return true;
    problem("it needs a tensor and gets a parameter");
    return false;
  }

  // Runs the shape rule again and compares all that it says.
  void shape() {
    std::vector<TensorType> operands;
    for (ValueId id : node_.operands) operands.push_back(graph_.value(id).type);
    Attributes attributes = node_.attributes;
    DiagnosticEngine diags;
    ShapeRequest request{operands, attributes, {}, diags, node_.name};
    auto type = resultType(row_, request);
    if (!type) {
      problem(diags.all().empty() ? "its shape rule fails" : diags.all().front()->message);
      return;
    }
    if (!type->sameDims(node_.type) || type->element != node_.type.element ||
        node_.type.image != ImageKind::None)
      problem("its type is " + node_.type.fullText() + " and should be " + type->fullText());
    for (const ResolvedSpec& spec : row_.resolved) {
      const Attribute *written = node_.attributes.find(spec.name), *resolved = attributes.find(spec.name);
      std::string before = written ? str(*written) : "nothing", after = resolved ? str(*resolved) : "nothing";
      if (before != after)
        problem("the attribute '" + spec.name + "' is " + before + " and should be " + after);
    }
    parameters(request.parameters);
    for (const auto& check : request.checks) requireCheck(check);
  }

  void parameters(const std::vector<ParameterSpec>& specs) {
    size_t first = static_cast<size_t>(activationCount(row_, static_cast<int>(node_.operands.size())));
    if (node_.operands.size() != first + specs.size()) {
      problem("it has " + std::to_string(node_.operands.size() - first) + " parameters and needs " +
              std::to_string(specs.size()));
      return;
    }
    for (size_t i = 0; i < specs.size(); ++i) {
      const Value& parameter = graph_.value(node_.operands[first + i]);
      std::vector<Size> expected(specs[i].shape.begin(), specs[i].shape.end());
      if (parameter.kind != Value::Parameter)
        problem("its " + specs[i].name + " is not a parameter");
      else if (parameter.type.dims != expected || parameter.type.element != specs[i].element)
        problem("its " + specs[i].name + " is " + parameter.type.fullText() + " and should be " +
                shapeText(specs[i].shape) +
                (specs[i].element == Element::F32 ? "" : std::string(" ") + nameOf(specs[i].element)));
    }
  }

  void requireCheck(const ShapeRequest::RuntimeCheck& check) {
    for (const EntryCheck& entry : graph_.checks)
      if (entry.check.kind == check.kind && entry.check.left == check.left &&
          entry.check.right == check.right)
        return;
    bool equal = check.kind == ShapeRequest::RuntimeCheck::Equal;
    problem("the check " + check.left.str() + (equal ? " == " : " >= ") + check.right.str() + " is missing");
  }

  const Graph& graph_;
  const Value& node_;
  const OpInfo& row_;
  Problems& problems_;
};

void verifyParameter(const Value& value, Problems& problems) {
  int64_t count = 1;
  for (const Size& dim : value.type.dims) {
    auto extent = dim.constant();
    if (extent && *extent >= 1 && !__builtin_mul_overflow(count, *extent, &count)) continue;
    problems.push_back("the parameter '" + value.name + "' has a shape that is not constant and positive");
    return;
  }
  if (!value.data)
    problems.push_back("the parameter '" + value.name + "' has no data object");
  else if (!value.data->data.empty() && static_cast<int64_t>(value.data->data.size()) != count)
    problems.push_back("the parameter '" + value.name + "' has " + std::to_string(value.data->data.size()) +
                       " numbers and needs " + std::to_string(count));
  else if (value.type.element != Element::F32 &&
           !std::all_of(value.data->data.begin(), value.data->data.end(),
                        [&](float number) { return isWholeIn(value.type.element, number); }))
    problems.push_back("the parameter '" + value.name + "' has numbers that are no " +
                       nameOf(value.type.element));
}

} // namespace

void verifyNodes(const Graph& graph, Problems& problems) {
  for (const Value& value : graph.values) {
    if (value.kind == Value::Node) NodeVerifier(graph, value, problems).verify();
    if (value.kind == Value::Parameter) verifyParameter(value, problems);
  }
}

} // namespace convoy::graph
