// Files of the ONNX format made for tests, field by field: right ones and wrong ones.
#pragma once
#include "onnx/model.h"
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace convoy::onnx::test {

// The bytes of a message, made from its front to its end.
class Encoded {
public:
  Encoded& varint(uint64_t number); // without a field
  Encoded& bytes(std::string_view bytes);
  Encoded& tag(uint32_t field, uint32_t wire) { return varint(uint64_t{field} << 3 | wire); }

  Encoded& integer(uint32_t field, int64_t number);
  Encoded& real(uint32_t field, float number);
  Encoded& text(uint32_t field, std::string_view text);
  Encoded& message(uint32_t field, const Encoded& message) { return text(field, message.str()); }
  Encoded& integers(uint32_t field, const std::vector<int64_t>& numbers); // packed
  template <typename Number> Encoded& fixed(uint32_t field, const std::vector<Number>& numbers) {
    return text(field, {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)});
  }

  const std::string& str() const { return bytes_; }

private:
  std::string bytes_;
};

// TensorProto with name, type and shape; its elements are to be added.
Encoded tensor(DataType type, const std::vector<int64_t>& dims, std::string_view name = "w");
// ValueInfoProto of a float32 tensor. -1: a dimension without a value, named "N".
Encoded value(std::string_view name, const std::vector<int64_t>& dims);
// NodeProto with attributes (field 5) to be added.
Encoded node(std::string_view op, const std::vector<std::string>& inputs,
             const std::vector<std::string>& outputs, std::string_view name = "n");
// AttributeProto with a type; its value is to be added.
Encoded attribute(std::string_view name, int64_t type);
// ModelProto of opset 13 around a GraphProto.
Encoded model(const Encoded& graph);
Encoded graphOf(const Encoded& tensor);     // a graph with one initializer
Encoded graphOfNode(const Encoded& node);   // with one node
Encoded nodeWith(const Encoded& attribute); // a node "n" with one attribute

// x of [N, 1, 4, 4], Conv with a float weight of [2, 1, 3, 3] and pads, then Relu: y.
Encoded smallModel();

// What the decoder says; "" when it takes the file.
std::string problemOf(const Encoded& model);
std::string tensorProblem(const Encoded& tensor); // in a graph, without "tensor 'w': " before it

// The decoded file, which must be right.
Model decoded(const Encoded& model);
Tensor decodedTensor(const Encoded& tensor);

template <typename Number> std::string bytesOf(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

} // namespace convoy::onnx::test
