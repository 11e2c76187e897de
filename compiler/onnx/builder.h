// The graph of a model, while it is made: layers by the op table's shape rules, values by what their names
// stand for. Private to onnx/.
//
// The batch. Convoy's values are of one item, and no layer mixes items. So the first dimension of every input
// is the batch, and of every value that is computed from it; where a model does not go that way, and all its
// sizes are known, its whole tensors are the items.
#pragma once
#include "onnx/value.h"
#include "support/diagnostics.h"
#include <map>
#include <optional>
#include <set>
#include <string>

namespace convoy::onnx {

// Why a node cannot be part of a graph: a sentence without a full stop. It is thrown by the functions that
// translate operators, and by what they call, and caught where nodes are gone through, which lists all of
// them.
struct Refused {
  std::string why;
};

class Builder {
public:
  // `batch`: none where whole tensors are the items.
  Builder(std::string name, std::optional<Size> batch);

  bool isBatched() const { return batch_.has_value(); }
  const std::optional<Size>& batch() const { return batch_; }
  // The dimensions of one item. Refuses what has no batch.
  Dims itemOf(const Dims& dims) const;
  // ... and back.
  Dims wholeOf(const Dims& item) const;
  // Where the axis of the whole tensor is among those of an item. Refuses the batch.
  size_t itemAxis(size_t axis) const;

  Value input(const std::string& name, DataType type, const Dims& dims);
  void output(const std::string& name, const Value& value);

  // The value as an item of this shape, with as many elements. An item of one element may have no dimensions:
  // it is a tensor[1].
  graph::ValueId item(const Value& value, const Dims& shape);
  // ... of its own shape.
  graph::ValueId item(const Value& value) { return item(value, itemOf(value.dims)); }
  // The value of the graph, with the dimensions of its item.
  Value computed(graph::ValueId id, const Dims& item, DataType type = DataType::Float) const;
  Value computed(graph::ValueId id) const { return computed(id, graph_.value(id).type.dims); }
  const TensorType& typeOf(graph::ValueId id) const { return graph_.value(id).type; }

  // What the layers that follow are called: one with parameters has the name itself, or the one that its
  // weight says
  // ("c1" of "c1.weight"); the others are numbered by kind, as in a script.
  void startNode(const std::string& name) { node_ = name; }
  // A layer with these attributes, as a script writes them; those that are left out have their defaults.
  // `parameters`: as many as the layer has, in its order; `weightName`: that of the first one in the model.
  graph::ValueId layer(OpKind op, std::vector<graph::ValueId> operands, Attributes attributes = {},
                       const std::vector<std::shared_ptr<const graph::ParameterData>>& parameters = {},
                       const std::string& weightName = {});
  // A number as an operand of a layer.
  graph::ValueId number(float value);
  // Numbers of a shape as an operand of an element-wise layer.
  graph::ValueId parameter(std::shared_ptr<const graph::ParameterData> data, const Dims& shape,
                           const std::string& name);

  graph::Graph take();

private:
  graph::ValueId add(graph::Value value);
  std::string unused(const std::string& name);
  std::string automatic(const std::string& kind);
  static void checkSize(const TensorType& type);

  graph::Graph graph_;
  std::optional<Size> batch_;
  std::set<std::string> names_;
  std::map<std::string, int64_t> counters_; // layers of each kind
  std::map<std::string, int64_t> suffixes_; // the last one that made a name unused
  std::string node_;
};

} // namespace convoy::onnx
