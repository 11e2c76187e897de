#include "encoder.h"
#include <cstring>
#include <gtest/gtest.h>

namespace convoy::onnx::test {

Encoded& Encoded::varint(uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes_ += static_cast<char>((number & 0x7F) | 0x80);
  bytes_ += static_cast<char>(number);
  return *this;
}

Encoded& Encoded::bytes(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}

Encoded& Encoded::integer(uint32_t field, int64_t number) {
  return tag(field, 0).varint(static_cast<uint64_t>(number));
}

Encoded& Encoded::real(uint32_t field, float number) {
  return tag(field, 5).bytes({reinterpret_cast<const char*>(&number), sizeof number});
}

Encoded& Encoded::text(uint32_t field, std::string_view text) {
  return tag(field, 2).varint(text.size()).bytes(text);
}

Encoded& Encoded::integers(uint32_t field, const std::vector<int64_t>& numbers) {
  Encoded packed;
  for (int64_t number : numbers) packed.varint(static_cast<uint64_t>(number));
  return message(field, packed);
}

Encoded tensor(DataType type, const std::vector<int64_t>& dims, std::string_view name) {
  return Encoded().integers(1, dims).integer(2, static_cast<int64_t>(type)).text(8, name);
}

Encoded value(std::string_view name, const std::vector<int64_t>& dims) {
  Encoded shape;
  for (int64_t dim : dims) shape.message(1, dim < 0 ? Encoded().text(2, "N") : Encoded().integer(1, dim));
  const Encoded type = Encoded().integer(1, 1).message(2, shape);
  return Encoded().text(1, name).message(2, Encoded().message(1, type));
}

Encoded node(std::string_view op, const std::vector<std::string>& inputs,
             const std::vector<std::string>& outputs, std::string_view name) {
  Encoded node;
  for (const std::string& input : inputs) node.text(1, input);
  for (const std::string& output : outputs) node.text(2, output);
  return node.text(3, name).text(4, op);
}

Encoded attribute(std::string_view name, int64_t type) { return Encoded().text(1, name).integer(20, type); }

Encoded model(const Encoded& graph) {
  return Encoded().integer(1, 8).text(2, "test").message(7, graph).message(8, Encoded().integer(2, 13));
}

Encoded graphOf(const Encoded& tensor) { return Encoded().message(5, tensor); }
Encoded graphOfNode(const Encoded& node) { return Encoded().message(1, node); }
Encoded nodeWith(const Encoded& attribute) { return node("Conv", {"x"}, {"y"}).message(5, attribute); }

Encoded smallModel() {
  Encoded conv =
      node("Conv", {"x", "w"}, {"t"}, "conv1").message(5, attribute("pads", 7).integers(8, {1, 1, 1, 1}));
  Encoded weight = tensor(DataType::Float, {2, 1, 3, 3}).fixed<float>(4, std::vector<float>(18, 0.5f));
  return model(Encoded()
                   .message(1, conv)
                   .message(1, node("Relu", {"t"}, {"y"}, "relu1"))
                   .text(2, "small")
                   .message(5, weight)
                   .message(11, value("x", {-1, 1, 4, 4}))
                   .message(12, value("y", {-1, 2, 4, 4})));
}

std::string problemOf(const Encoded& model) {
  Result<Model> read = readModel(std::make_shared<std::string>(model.str()));
  return read ? "" : read.error().text;
}

std::string tensorProblem(const Encoded& tensor) {
  const std::string problem = problemOf(model(graphOf(tensor))), prefix = "tensor 'w': ";
  return problem.rfind(prefix, 0) == 0 ? problem.substr(prefix.size()) : problem;
}

Model decoded(const Encoded& model) {
  Result<Model> read = readModel(std::make_shared<std::string>(model.str()));
  if (!read) return ADD_FAILURE() << read.error().text, Model();
  return std::move(*read);
}

Tensor decodedTensor(const Encoded& tensor) {
  Model read = decoded(model(graphOf(tensor)));
  return read.graph.initializers.empty() ? Tensor() : std::move(read.graph.initializers[0]);
}

} // namespace convoy::onnx::test
