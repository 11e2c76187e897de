// What the names of a model stand for while its graph is made. Private to onnx/.
#pragma once
#include "graph/graph.h"
#include "onnx/model.h"
#include <memory>
#include <vector>

namespace convoy::onnx {

using Dims = std::vector<Size>; // as ONNX has them, the batch among them

struct Value {
  enum Kind {
    Nothing,  // an operand that was left out, or a result that no layer makes
    Unknown,  // of a node that was refused: whatever is made of it is unknown too
    Constant, // known when compiling
    Computed, // by the graph
  } kind = Nothing;
  DataType type = DataType::Float;
  Dims dims;
  std::string name; // Constant: what the model calls it; may be empty

  // Constant: `numbers` of the types of real numbers, `sizes` of whole numbers and truth values, which may
  // depend on run-time sizes.
  std::shared_ptr<const graph::ParameterData> numbers;
  std::shared_ptr<const std::vector<Size>> sizes;

  // Computed: the elements of this value of the graph, in its order; its shape may be another one.
  graph::ValueId id = 0;

  bool isConstant() const { return kind == Constant; }
  bool isComputed() const { return kind == Computed; }
  size_t rank() const { return dims.size(); }
};

Size elementsOf(const Dims& dims);
std::string textOf(const Dims& dims); // "[N, 3, 224, 224]"

Value constantOf(const Tensor& tensor); // Unknown where it has no numbers
Value constantOf(std::vector<Size> sizes, Dims dims, DataType type = DataType::Int64);
Value constantOf(std::vector<float> numbers, Dims dims);

} // namespace convoy::onnx
