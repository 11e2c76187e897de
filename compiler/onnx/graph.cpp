// GraphProto and what it has.
#include "command/text.h"
#include "onnx/decode.h"
#include <cstring>
#include <set>
#include <utility>

namespace convoy::onnx {

namespace {

std::string readListedName(Message& field, Decoding& decoding) {
  return decoding.names.take(decoding.faults) ? readName(field, decoding) : "";
}

// AttributeProto. Kinds are numbered like its types, and the field of each kind's value is the next number.
class AttributeReader {
public:
  AttributeReader(Message message, Decoding& decoding) : message_(message), decoding_(decoding) {}

  Attribute read() {
    while (message_.next()) readField();
    checkKind();
    decoding_.faults.within("attribute " + command::quoted(attribute_.name));
    return std::move(attribute_);
  }

private:
  void readField() {
    Faults& faults = decoding_.faults;
    const uint32_t kind = message_.field() - 1; // of fields 2 to 9
    if (kind >= Attribute::Float && kind <= Attribute::Strings) {
      if (found_ != Attribute::Unknown && found_ != kind) faults.refuse("it has values of two kinds");
      if (found_ == Attribute::TensorValue) faults.refuse("it has two tensors");
      found_ = kind;
    }
    switch (message_.field()) {
    case 1: attribute_.name = readName(message_, decoding_); break;
    case 2: attribute_.number = message_.real(); break;
    case 3: attribute_.integer = message_.integer(); break;
    case 4: attribute_.text = message_.bytes(); break;
    case 5: attribute_.tensor = readTensor(message_.message(), decoding_); break;
    case 6: message_.bytes(); break;
    case 7: readNumbers(Wire::Fixed32, attribute_.numbers); break;
    case 8: readNumbers(Wire::Varint, attribute_.integers); break;
    case 9:
      if (decoding_.names.take(faults)) attribute_.texts.emplace_back(message_.bytes());
      break;
    case 20:
      // Others than those of the format say nothing.
      if (const auto type = static_cast<uint32_t>(message_.integer()); type <= 14) type_ = type;
      break;
    case 21:
      if (!message_.bytes().empty()) faults.refuse("its value is an attribute of a function");
      break;
    }
  }

  template <typename Number> void readNumbers(Wire wire, std::vector<Number>& numbers) {
    if (!decoding_.numbers.take(decoding_.faults, message_.count(wire))) return;
    message_.eachNumber(wire, [&](uint64_t bits) {
      Number number;
      std::memcpy(&number, &bits, sizeof number); // the lower half for float32
      numbers.push_back(number);
    });
  }

  // The first files had no types: the kind is that of the value.
  void checkKind() {
    if (type_ == 0) type_ = found_;
    if (type_ <= Attribute::Strings) attribute_.kind = static_cast<Attribute::Kind>(type_);
    if (found_ != Attribute::Unknown && found_ != type_)
      decoding_.faults.refuse("its value is not of the kind that it says");
  }

  Message message_;
  Decoding& decoding_;
  Attribute attribute_;
  uint32_t type_ = 0;                   // as it says; 0: it does not
  uint32_t found_ = Attribute::Unknown; // by the values there are
};

Node readNode(Message message, size_t index, Decoding& decoding) {
  Faults& faults = decoding.faults;
  Node node;
  while (message.next()) switch (message.field()) {
    case 1: node.inputs.push_back(readListedName(message, decoding)); break;
    case 2: node.outputs.push_back(readListedName(message, decoding)); break;
    case 3: node.name = readName(message, decoding); break;
    case 4: node.op = readName(message, decoding); break;
    case 5:
      if (decoding.attributes.take(faults))
        node.attributes.push_back(AttributeReader(message.message(), decoding).read());
      break;
    case 7: node.domain = readDomain(message, decoding); break;
    }
  if (node.op.empty()) faults.refuse("it has no operator");
  std::set<std::string_view> names;
  for (const Attribute& attribute : node.attributes)
    if (!names.insert(attribute.name).second)
      faults.refuse("two of its attributes are named " + command::quoted(attribute.name));
  faults.within("node " + (node.name.empty() ? std::to_string(index) : command::quoted(node.name)));
  return node;
}

Dimension readDimension(Message message, Decoding& decoding) {
  Dimension dimension;
  while (message.next()) switch (message.field()) {
    case 1: dimension = {message.integer(), ""}; break;
    case 2: dimension = {std::nullopt, readName(message, decoding)}; break;
    }
  if (dimension.value < 0) dimension.value.reset(); // how some exporters say that it is not known
  return dimension;
}

std::vector<Dimension> readShape(Message message, Decoding& decoding) {
  std::vector<Dimension> shape;
  while (message.next())
    if (message.field() == 1) {
      if (shape.size() == Limits::dimensions)
        decoding.faults.refuse("it has more than " + std::to_string(Limits::dimensions) + " dimensions");
      if (!decoding.names.take(decoding.faults)) break;
      shape.push_back(readDimension(message.message(), decoding));
    }
  return shape;
}

// TypeProto: a tensor's type, or one of those that are made of others.
void readType(Message message, Decoding& decoding, ValueInfo& value) {
  size_t types = 0;
  while (message.next()) switch (message.field()) {
    case 1:
      ++types;
      for (Message tensor = message.message(); tensor.next();) switch (tensor.field()) {
        case 1: value.type = static_cast<DataType>(tensor.integer()); break;
        case 2:
          if (value.shape) decoding.faults.refuse("it has two shapes");
          value.shape = readShape(tensor.message(), decoding);
          break;
        }
      break;
    case 4: // a sequence
    case 5: // a map
    case 8: // a sparse tensor
    case 9: // an optional value
      ++types;
      message.bytes();
      value.isTensor = false;
      break;
    }
  if (types > 1) decoding.faults.refuse("it has two types");
}

ValueInfo readValue(Message message, Decoding& decoding) {
  ValueInfo value;
  if (!decoding.values.take(decoding.faults)) return value;
  bool typed = false;
  while (message.next()) switch (message.field()) {
    case 1: value.name = readName(message, decoding); break;
    case 2:
      if (std::exchange(typed, true)) decoding.faults.refuse("it has two types");
      readType(message.message(), decoding, value);
      break;
    }
  decoding.faults.within("value " + command::quoted(value.name));
  return value;
}

// Every value has one origin: a node, an initializer, or an input of the graph, whose default an initializer
// may be.
void checkOrigins(const Graph& graph, Faults& faults) {
  std::set<std::string_view> inputs, others;
  const auto addTo = [&](std::set<std::string_view>& names, const std::string& name) {
    if (!names.insert(name).second) faults.refuse("two of its values are named " + command::quoted(name));
  };
  for (const ValueInfo& input : graph.inputs) addTo(inputs, input.name);
  for (const Tensor& initializer : graph.initializers) addTo(others, initializer.name);
  others.insert(inputs.begin(), inputs.end());
  for (const Node& node : graph.nodes)
    for (const std::string& output : node.outputs)
      if (!output.empty()) addTo(others, output);
}

} // namespace

std::string readName(Message& field, Decoding& decoding) {
  const std::string_view name = field.bytes();
  if (name.size() > Limits::nameLength)
    decoding.faults.refuse("it has a name of more than " + std::to_string(Limits::nameLength) + " bytes");
  return std::string(name.substr(0, Limits::nameLength));
}

std::string readDomain(Message& field, Decoding& decoding) {
  std::string domain = readName(field, decoding);
  return domain == "ai.onnx" ? "" : domain;
}

Graph readGraph(Message message, Decoding& decoding) {
  Graph graph;
  while (message.next()) switch (message.field()) {
    case 1:
      if (decoding.nodes.take(decoding.faults))
        graph.nodes.push_back(readNode(message.message(), graph.nodes.size(), decoding));
      break;
    case 2: graph.name = readName(message, decoding); break;
    case 5: graph.initializers.push_back(readTensor(message.message(), decoding)); break;
    case 11: graph.inputs.push_back(readValue(message.message(), decoding)); break;
    case 12: graph.outputs.push_back(readValue(message.message(), decoding)); break;
    case 13: graph.values.push_back(readValue(message.message(), decoding)); break;
    case 15: decoding.faults.refuse("it has sparse initializers, which are not supported"); break;
    }
  if (!decoding.faults) checkOrigins(graph, decoding.faults);
  return graph;
}

const Attribute* Node::attribute(std::string_view name) const {
  for (const Attribute& attribute : attributes)
    if (attribute.name == name) return &attribute;
  return nullptr;
}

} // namespace convoy::onnx
