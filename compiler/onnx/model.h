// What a file of the ONNX format holds: the messages of onnx.proto that a network needs, read with limits.
// Nothing is understood here: operators, shapes and types are the importer's.
#pragma once
#include "command/result.h"
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace convoy::onnx {

using command::Result;

// TensorProto.DataType, by its numbers.
enum class DataType : int32_t {
  Undefined = 0,
  Float = 1,
  Uint8 = 2,
  Int8 = 3,
  Uint16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  String = 8,
  Bool = 9,
  Float16 = 10,
  Double = 11,
  Uint32 = 12,
  Uint64 = 13,
  Complex64 = 14,
  Complex128 = 15,
  Bfloat16 = 16,
};
std::string nameOf(DataType type); // "float32", "int64"; of others "type 17"
bool isInteger(DataType type);     // truth values are

// Numbers in C order. Every dimension is at least 0, and `bytes` holds exactly all elements, little-endian,
// wherever the file had them (typed fields, raw_data, or an external file). Tensors of strings, and of types
// that are not known, have no bytes.
struct Tensor {
  std::string name;
  DataType type = DataType::Undefined;
  std::vector<int64_t> dims;
  std::string_view bytes;
  std::shared_ptr<const void> owner; // of what `bytes` points into

  int64_t elements() const;
  bool isNumeric() const; // one that floats() takes
  // Rounded to float32; `isNumeric()`.
  std::vector<float> floats() const;
  // Of an integer type. nullopt where an unsigned 64-bit number is too large.
  std::optional<std::vector<int64_t>> integers() const;
};

struct Attribute {
  enum Kind { Unknown, Float, Int, String, TensorValue, Graph, Floats, Ints, Strings } kind = Unknown;
  std::string name;
  float number = 0;
  int64_t integer = 0;
  std::string text;
  Tensor tensor;
  std::vector<float> numbers;
  std::vector<int64_t> integers;
  std::vector<std::string> texts;
};

struct Node {
  std::string name;                         // may be empty
  std::string op, domain;                   // the ONNX domain is "", also when it was "ai.onnx"
  std::vector<std::string> inputs, outputs; // an empty name: left out
  std::vector<Attribute> attributes;

  const Attribute* attribute(std::string_view name) const; // null: not there
};

struct Dimension {
  std::optional<int64_t> value; // at least 0
  std::string symbol;           // when it has no value; may be empty too
};

struct ValueInfo {
  std::string name;
  bool isTensor = true; // otherwise a sequence, a map, ...
  DataType type = DataType::Undefined;
  std::optional<std::vector<Dimension>> shape; // none: nothing is known, not even the rank
};

struct Graph {
  std::string name;
  std::vector<Node> nodes; // in the file's order
  std::vector<Tensor> initializers;
  std::vector<ValueInfo> inputs, outputs, values;
};

struct Model {
  int64_t irVersion = 0;
  std::string producer, producerVersion;
  std::map<std::string, int64_t> opsets; // domain to version; the ONNX domain is ""
  bool hasFunctions = false;
  Graph graph;
};

// What a file may hold before it is refused.
struct Limits {
  static constexpr uint64_t fileSize = uint64_t{2} << 30;      // bytes, as of the format itself
  static constexpr uint64_t externalSize = uint64_t{16} << 30; // of all tensors in external files
  static constexpr size_t nodes = 100'000, attributes = 200'000, tensors = 100'000, values = 200'000;
  static constexpr size_t names = 1'000'000; // of nodes' inputs and outputs, texts, dimensions of values
  static constexpr size_t numbers = 1 << 24; // in lists of attributes
  static constexpr size_t dimensions = 64, nameLength = 1024; // of one tensor, of one name
};

// Reads a model from a regular file. External data is read from regular files below the model's folder (no
// absolute path, no "..", no link that leads out of it), as the offset and length say. Errors are one
// sentence without the file's name; names in them are escaped.
Result<Model> readModel(const std::string& path);
// Of a file's bytes; a model with external data is an error. `bytes` need not live on.
Result<Model> readModel(const std::shared_ptr<const std::string>& bytes);
// A TensorProto in a file of its own, as the test data of ONNX has them.
Result<Tensor> readTensor(const std::string& path);

} // namespace convoy::onnx
