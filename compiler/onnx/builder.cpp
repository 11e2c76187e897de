#include "onnx/builder.h"
#include <algorithm>

namespace convoy::onnx {

using graph::ValueId;

namespace {

constexpr size_t mostValues = 40'000;

std::string withoutEnding(const std::string& text, const std::string& ending) {
  const bool ends =
      text.size() > ending.size() && text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
  return ends ? text.substr(0, text.size() - ending.size()) : std::string();
}

} // namespace

Builder::Builder(std::string name, std::optional<Size> batch) : batch_(std::move(batch)) {
  graph_.name = std::move(name);
}

Dims Builder::itemOf(const Dims& dims) const {
  if (!batch_) return dims;
  if (dims.empty() || dims[0] != *batch_)
    throw Refused{"its operand " + textOf(dims) + " does not begin with the batch"};
  return {dims.begin() + 1, dims.end()};
}

Dims Builder::wholeOf(const Dims& item) const {
  Dims dims = item;
  if (batch_) dims.insert(dims.begin(), *batch_);
  return dims;
}

size_t Builder::itemAxis(size_t axis) const {
  if (!batch_) return axis;
  if (axis == 0) throw Refused{"it works along the batch"};
  return axis - 1;
}

Value Builder::input(const std::string& name, DataType type, const Dims& dims) {
  graph::Value value;
  value.kind = graph::Value::Input;
  value.name = name;
  value.type.dims = itemOf(dims);
  if (value.type.dims.empty() && batch_) throw Refused{"it has no dimensions beside the batch"};
  if (value.type.dims.empty()) value.type.dims = {1};
  if (!value.type.dims[0].isConstant()) throw Refused{"its channels are not known"};
  for (const Size& dim : value.type.dims)
    if (auto high = dim.upperBound(); high && *high < 1) throw Refused{"it has no elements"};
  checkSize(value.type);
  const ValueId id = add(std::move(value));
  graph_.inputs.push_back(id);
  return computed(id, itemOf(dims), type);
}

void Builder::output(const std::string& name, const Value& value) {
  Dims shape = itemOf(value.dims);
  // What has no place in a type is what is left of a longer shape: its elements are in the same order.
  const TensorType& has = graph_.value(value.id).type;
  const bool fits = !shape.empty() && shape.size() <= 4 && shape[0].isConstant();
  graph_.outputs.push_back({name, fits && has.dims != shape ? item(value, shape) : value.id});
}

ValueId Builder::item(const Value& value, const Dims& shape) {
  if (!value.isComputed()) throw Refused{"it takes a value that is known when compiling"};
  const Dims wanted = shape.empty() ? Dims{1} : shape;
  const TensorType& type = graph_.value(value.id).type;
  if (type.dims == wanted) return value.id;
  if (wanted.size() > 4)
    throw Refused{"its operand has more than 4 dimensions beside the batch: " + textOf(wanted)};
  if (!wanted[0].isConstant())
    throw Refused{"the first dimension of its operand beside the batch, the channels, is not known: " +
                  textOf(wanted)};
  if (wanted.size() == 1) return layer(OpKind::Flatten, {value.id});
  Attributes attributes;
  attributes.set("shape", wanted);
  return layer(OpKind::Reshape, {value.id}, attributes);
}

Value Builder::computed(ValueId id, const Dims& item, DataType type) const {
  Value value;
  value.kind = Value::Computed;
  value.type = type;
  value.dims = wholeOf(item);
  value.id = id;
  return value;
}

ValueId Builder::layer(OpKind op, std::vector<ValueId> operands, Attributes attributes,
                       const std::vector<std::shared_ptr<const graph::ParameterData>>& parameters,
                       const std::string& weightName) {
  const OpInfo& row = opInfo(op);
  for (const AttributeSpec& spec : row.attributes)
    if (spec.fallback && !attributes.has(spec.name)) attributes.set(spec.name, spec.defaultValue());

  graph::Value value;
  value.kind = graph::Value::Node;
  value.operands = std::move(operands);
  if (parameters.empty()) {
    value.name = automatic(row.name);
  } else {
    const std::string ofWeight = withoutEnding(weightName, ".weight");
    value.name = unused(!ofWeight.empty() ? ofWeight : node_);
  }
  ++counters_[row.name];
  value.attributes = std::move(attributes);

  std::vector<TensorType> types;
  for (ValueId operand : value.operands) types.push_back(graph_.value(operand).type);
  DiagnosticEngine diags;
  ShapeRequest request{types, value.attributes, {}, diags, value.name};
  const std::optional<TensorType> type = resultType(row, request);
  if (!type) throw Refused{diags.all().front()->message};
  checkSize(*type);
  if (graph_.values.size() > mostValues)
    throw Refused{"there are more than " + std::to_string(mostValues) + " layers and weights before it"};
  value.type = *type;
  value.op = request.makes.value_or(row.nodeKind());
  if (request.parameters.size() != parameters.size())
    throw Refused{"its weights are not all known when compiling"};
  names_.insert(value.name);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterSpec& spec = request.parameters[i];
    const Size count = elementsOf({spec.shape.begin(), spec.shape.end()});
    if (count != Size(static_cast<int64_t>(parameters[i]->data.size())))
      throw Refused{"its " + spec.name + " has " + std::to_string(parameters[i]->data.size()) +
                    " numbers, not " + count.str()};
    graph::Value parameter;
    parameter.kind = graph::Value::Parameter;
    parameter.name = unused(value.name + "." + spec.name);
    parameter.type.dims.assign(spec.shape.begin(), spec.shape.end());
    parameter.data = parameters[i];
    value.operands.push_back(add(std::move(parameter)));
  }
  for (ShapeRequest::RuntimeCheck& check : request.checks) {
    const bool known =
        std::any_of(graph_.checks.begin(), graph_.checks.end(), [&](const graph::EntryCheck& entry) {
          return entry.check.kind == check.kind && entry.check.left == check.left &&
                 entry.check.right == check.right;
        });
    if (!known) graph_.checks.push_back({std::move(check), {}});
  }
  return add(std::move(value));
}

ValueId Builder::number(float value) {
  auto data = std::make_shared<graph::ParameterData>();
  data->literal = true;
  data->data = {value};
  graph::Value parameter;
  parameter.kind = graph::Value::Parameter;
  parameter.name = unused("number");
  parameter.type.dims = {1};
  parameter.data = std::move(data);
  return add(std::move(parameter));
}

ValueId Builder::parameter(std::shared_ptr<const graph::ParameterData> data, const Dims& shape,
                           const std::string& name) {
  graph::Value value;
  value.kind = graph::Value::Parameter;
  value.name = unused(name.empty() ? node_ : name);
  value.type.dims = shape;
  value.data = std::move(data);
  return add(std::move(value));
}

graph::Graph Builder::take() { return std::move(graph_); }

ValueId Builder::add(graph::Value value) {
  names_.insert(value.name);
  graph_.values.push_back(std::move(value));
  return static_cast<ValueId>(graph_.values.size() - 1);
}

std::string Builder::unused(const std::string& name) {
  if (!names_.count(name)) return name;
  int64_t& suffix = suffixes_.emplace(name, 1).first->second;
  std::string candidate;
  do candidate = name + "_" + std::to_string(++suffix);
  while (names_.count(candidate));
  return candidate;
}

// What no memory could hold, and sizes that are longer than anybody reads.
void Builder::checkSize(const TensorType& type) {
  constexpr int64_t mostElements = int64_t{1} << 44;
  constexpr size_t longest = 1000;
  int64_t elements = 1;
  for (const Size& dim : type.dims) {
    if (dim.str().size() > longest) throw Refused{"the sizes of its result are too complex"};
    if (__builtin_mul_overflow(elements, dim.constant().value_or(1), &elements) || elements > mostElements)
      throw Refused{"it is too large: " + type.str()};
  }
}

std::string Builder::automatic(const std::string& kind) {
  int64_t number = counters_[kind] + 1;
  while (names_.count(kind + "_" + std::to_string(number))) ++number;
  return kind + "_" + std::to_string(number);
}

} // namespace convoy::onnx
