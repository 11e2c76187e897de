#include "texts.h"
#include <algorithm>
#include <cstring>
#include <map>
#include <sstream>

namespace convoy::onnx::test {

namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (char byte : bytes)
    for (int shift : {4, 0}) text += "0123456789abcdef"[byte >> shift & 15];
  return text;
}

template <typename Number> std::string bytesOf(const Number& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

template <typename Strings> std::string named(const Strings& names) {
  std::string text;
  for (const auto& name : names) text += " <" + hex(name) + ">";
  return text;
}

// An attribute's line, for both sides; what its kind does not have is not looked at.
struct AttributeText {
  int kind;
  std::string name, number, text, tensor, numbers, integers, texts;
  int64_t integer;

  std::string str() const {
    const std::string values[] = {"",       number, std::to_string(integer), text, tensor, "", numbers,
                                  integers, texts};
    return "  attribute <" + hex(name) + "> kind " + std::to_string(kind) + " " + values[kind] + "\n";
  }
};

std::string domainText(const std::string& domain) { return hex(domain == "ai.onnx" ? "" : domain); }

} // namespace

std::string textOf(const Tensor& tensor) {
  std::ostringstream text;
  text << "tensor <" << hex(tensor.name) << "> " << static_cast<int32_t>(tensor.type);
  for (int64_t dim : tensor.dims) text << " " << dim;
  text << " = " << hex(tensor.bytes);
  return text.str();
}

namespace {

std::string textOf(const Attribute& attribute) {
  std::string numbers, integers;
  for (float number : attribute.numbers) numbers += bytesOf(number);
  for (int64_t integer : attribute.integers) integers += " " + std::to_string(integer);
  return AttributeText{static_cast<int>(attribute.kind),
                       attribute.name,
                       hex(bytesOf(attribute.number)),
                       hex(attribute.text),
                       test::textOf(attribute.tensor),
                       hex(numbers),
                       integers,
                       named(attribute.texts),
                       attribute.integer}
      .str();
}

std::string textOf(const ValueInfo& value) {
  std::ostringstream text;
  text << " <" << hex(value.name) << "> ";
  if (!value.isTensor) return text.str() + "no tensor\n";
  text << static_cast<int32_t>(value.type);
  if (!value.shape)
    text << " of any shape";
  else
    for (const Dimension& dimension : *value.shape)
      if (dimension.value)
        text << " " << *dimension.value;
      else
        text << " <" << hex(dimension.symbol) << ">";
  return text.str() + "\n";
}

} // namespace

std::string textOf(const Model& model) {
  std::ostringstream text;
  text << "model " << model.irVersion << " <" << hex(model.producer) << "> <" << hex(model.producerVersion)
       << "> " << (model.hasFunctions ? "with functions\n" : "\n");
  for (const auto& [domain, version] : model.opsets)
    text << "opset <" << hex(domain) << "> " << version << "\n";
  text << "graph <" << hex(model.graph.name) << ">\n";
  for (const Node& node : model.graph.nodes) {
    text << "node <" << hex(node.name) << "> <" << hex(node.op) << "> <" << hex(node.domain) << ">"
         << named(node.inputs) << " ->" << named(node.outputs) << "\n";
    for (const Attribute& attribute : node.attributes) text << textOf(attribute);
  }
  for (const Tensor& tensor : model.graph.initializers) text << textOf(tensor) << "\n";
  for (const ValueInfo& value : model.graph.inputs) text << "input" << textOf(value);
  for (const ValueInfo& value : model.graph.outputs) text << "output" << textOf(value);
  for (const ValueInfo& value : model.graph.values) text << "value" << textOf(value);
  return text.str();
}

namespace {

// Elements of a repeated field, each as the bytes of a Stored; nullopt when one does not fit.
template <typename Stored, typename Numbers> std::optional<std::string> stored(const Numbers& numbers) {
  std::string bytes;
  for (const auto number : numbers) {
    const auto narrow = static_cast<Stored>(number);
    if (narrow != number) return std::nullopt;
    bytes += bytesOf(narrow);
  }
  return bytes;
}

template <typename Reals> std::string bitsOf(const Reals& reals) {
  std::string bytes;
  for (const auto real : reals) bytes += bytesOf(real); // NaN is no reason to differ
  return bytes;
}

struct Elements {
  std::optional<std::string> bytes;
  int64_t size = 0; // of one
};

// From the field that the description of the format names for the type.
Elements typedElements(const kept::TensorProto& tensor) {
  using Proto = kept::TensorProto;
  switch (tensor.data_type()) {
  case Proto::FLOAT: return {bitsOf(tensor.float_data()), 4};
  case Proto::COMPLEX64: return {bitsOf(tensor.float_data()), 8};
  case Proto::DOUBLE: return {bitsOf(tensor.double_data()), 8};
  case Proto::COMPLEX128: return {bitsOf(tensor.double_data()), 16};
  case Proto::INT32: return {stored<int32_t>(tensor.int32_data()), 4};
  case Proto::INT16: return {stored<int16_t>(tensor.int32_data()), 2};
  case Proto::INT8: return {stored<int8_t>(tensor.int32_data()), 1};
  case Proto::UINT16:
  case Proto::FLOAT16:
  case Proto::BFLOAT16: return {stored<uint16_t>(tensor.int32_data()), 2};
  case Proto::UINT8: return {stored<uint8_t>(tensor.int32_data()), 1};
  case Proto::BOOL: return {stored<bool>(tensor.int32_data()), 1};
  case Proto::INT64: return {stored<int64_t>(tensor.int64_data()), 8};
  case Proto::UINT32: return {stored<uint32_t>(tensor.uint64_data()), 4};
  case Proto::UINT64: return {stored<uint64_t>(tensor.uint64_data()), 8};
  }
  return {std::nullopt, 0};
}

} // namespace

std::optional<std::string> textOf(const kept::TensorProto& tensor) {
  std::ostringstream text;
  text << "tensor <" << hex(tensor.name()) << "> " << tensor.data_type();
  __int128 count = 1;
  bool negative = false;
  for (int64_t dim : tensor.dims()) {
    text << " " << dim;
    negative = negative || dim < 0;
    count = std::min<__int128>(count * dim, __int128{1} << 63);
  }
  if (negative || tensor.has_segment()) return std::nullopt;
  text << " = ";
  const bool isText = tensor.data_type() == kept::TensorProto::STRING;
  const bool known = tensor.data_type() > 0 && tensor.data_type() <= kept::TensorProto::BFLOAT16;
  if (!known) return count < __int128{1} << 63 ? std::optional(text.str()) : std::nullopt; // wherever it is
  if (tensor.data_location() != kept::TensorProto::DEFAULT) return std::nullopt;
  if (isText) return tensor.string_data_size() == count ? std::optional(text.str()) : std::nullopt;
  const Elements typed = typedElements(tensor);
  const std::optional<std::string> bytes = tensor.raw_data().empty() ? typed.bytes : tensor.raw_data();
  if (!bytes || static_cast<__int128>(bytes->size()) != count * typed.size) return std::nullopt;
  text << hex(*bytes);
  return text.str();
}

namespace {

// What the type says, or in the oldest files the only value there is.
int kindOf(const kept::AttributeProto& attribute) {
  if (attribute.type() > 8) return 0;
  if (attribute.type() > 0) return attribute.type();
  const bool present[] = {attribute.has_f(),         attribute.has_i(),           attribute.has_s(),
                          attribute.has_t(),         attribute.has_g(),           attribute.floats_size() > 0,
                          attribute.ints_size() > 0, attribute.strings_size() > 0};
  const auto* first = std::find(std::begin(present), std::end(present), true);
  return first == std::end(present) ? 0 : static_cast<int>(first - present) + 1;
}

std::optional<std::string> textOf(const kept::AttributeProto& attribute) {
  const std::optional<std::string> tensor = test::textOf(attribute.t());
  if (attribute.has_t() && !tensor) return std::nullopt;
  std::string integers;
  for (int64_t integer : attribute.ints()) integers += " " + std::to_string(integer);
  return AttributeText{kindOf(attribute),
                       attribute.name(),
                       hex(bytesOf(attribute.f())),
                       hex(attribute.s()),
                       attribute.has_t() ? *tensor : test::textOf(Tensor()),
                       hex(bitsOf(attribute.floats())),
                       integers,
                       named(attribute.strings()),
                       attribute.i()}
      .str();
}

std::string textOf(const kept::ValueInfoProto& value) {
  std::ostringstream text;
  text << " <" << hex(value.name()) << "> ";
  const kept::TypeProto& type = value.type();
  if (type.value_case() != kept::TypeProto::kTensorType &&
      type.value_case() != kept::TypeProto::VALUE_NOT_SET)
    return text.str() + "no tensor\n";
  text << type.tensor_type().elem_type();
  if (!type.tensor_type().has_shape()) text << " of any shape";
  for (const auto& dimension : type.tensor_type().shape().dim())
    if (dimension.has_dim_value() && dimension.dim_value() >= 0)
      text << " " << dimension.dim_value();
    else
      text << " <" << hex(dimension.dim_param()) << ">";
  return text.str() + "\n";
}

} // namespace

std::optional<std::string> textOf(const kept::ModelProto& model) {
  std::ostringstream text;
  text << "model " << model.ir_version() << " <" << hex(model.producer_name()) << "> <"
       << hex(model.producer_version()) << "> " << (model.functions_size() > 0 ? "with functions\n" : "\n");
  std::map<std::string, int64_t> opsets; // without the domain's second name
  for (const auto& opset : model.opset_import()) {
    int64_t& version = opsets[domainText(opset.domain())];
    version = std::max(version, opset.version());
  }
  for (const auto& [domain, version] : opsets) text << "opset <" << domain << "> " << version << "\n";
  text << "graph <" << hex(model.graph().name()) << ">\n";
  for (const auto& node : model.graph().node()) {
    text << "node <" << hex(node.name()) << "> <" << hex(node.op_type()) << "> <" << domainText(node.domain())
         << ">" << named(node.input()) << " ->" << named(node.output()) << "\n";
    for (const auto& attribute : node.attribute()) {
      const std::optional<std::string> line = textOf(attribute);
      if (!line) return std::nullopt;
      text << *line;
    }
  }
  for (const auto& tensor : model.graph().initializer()) {
    const std::optional<std::string> line = textOf(tensor);
    if (!line) return std::nullopt;
    text << *line << "\n";
  }
  for (const auto& value : model.graph().input()) text << "input" << textOf(value);
  for (const auto& value : model.graph().output()) text << "output" << textOf(value);
  for (const auto& value : model.graph().value_info()) text << "value" << textOf(value);
  return text.str();
}

} // namespace convoy::onnx::test
