// A node of a model, as the functions that translate operators see it: its operands by place, its attributes
// by name, and what its results are. Private to onnx/.
#pragma once
#include "onnx/builder.h"

namespace convoy::onnx {

class NodeCall {
public:
  NodeCall(Builder& builder, const Node& node, int64_t version, std::vector<Value> operands)
      : b(builder), node_(node), version_(version), operands_(std::move(operands)),
        results_(node.outputs.size()) {}

  Builder& b;

  int64_t version() const { return version_; } // of the operators of the model

  // ---- operands ----
  size_t count() const { return operands_.size(); }
  bool has(size_t place) const { return place < operands_.size() && operands_[place].kind != Value::Nothing; }
  // Refuses what is left out.
  const Value& operand(size_t place) const;
  const std::string& operandName(size_t place) const { return node_.inputs[place]; }
  // Refuses what is computed.
  const Value& constant(size_t place) const;
  std::vector<Size> sizes(size_t place) const;       // whole numbers, which may depend on run-time sizes
  std::vector<int64_t> integers(size_t place) const; // whole numbers
  int64_t integer(size_t place) const;               // one whole number
  float number(size_t place) const;                  // one number
  std::shared_ptr<const graph::ParameterData> numbers(size_t place) const;
  // The operand as an item, of its own shape. Refuses constants.
  graph::ValueId item(size_t place) const { return b.item(operand(place)); }

  // ---- attributes; refused where they are of another kind ----
  bool hasAttribute(const char* name) const { return node_.attribute(name) != nullptr; }
  int64_t attribute(const char* name, int64_t fallback) const;
  float attribute(const char* name, float fallback) const;
  std::string attribute(const char* name, const char* fallback) const;
  std::vector<int64_t> attribute(const char* name, std::vector<int64_t> fallback) const;
  std::vector<float> numbersOf(const char* name) const;
  const Attribute* written(const char* name) const { return node_.attribute(name); }
  // An axis attribute, counted from the end where it is negative; `rank`: of what it is an axis of.
  size_t axis(int64_t axis, size_t rank) const;

  // ---- results ----
  void result(Value value) { result(0, std::move(value)); }
  void result(size_t place, Value value);
  void result(graph::ValueId id) { result(b.computed(id)); }
  // Of the same dimensions as a value.
  void resultLike(const Value& like, graph::ValueId id) { result(b.computed(id, b.itemOf(like.dims))); }
  size_t resultCount() const { return results_.size(); }
  const std::vector<Value>& results() const { return results_; }

private:
  const Attribute* checked(const char* name, Attribute::Kind kind) const;

  const Node& node_;
  int64_t version_;
  std::vector<Value> operands_, results_;
};

// An operator of ONNX: what makes its layers, and constants of it where all operands are.
struct Operator {
  const char* name;
  void (*translate)(NodeCall& call);
  int64_t since = 1; // the oldest version of the operators in which it means what is read here
};

// The tables, by topic.
const std::vector<Operator>& windowOperators(); // operators_window.cpp: Conv, pools
const std::vector<Operator>& pointOperators();  // operators_point.cpp: activations, arithmetic
const std::vector<Operator>&
channelOperators(); // operators_channel.cpp: normalization, softmax, reductions, matrices
const std::vector<Operator>&
shapeOperators();                             // operators_shape.cpp: shapes of values, and arithmetic on them
const std::vector<Operator>& moveOperators(); // operators_move.cpp: elements moved

// null: there is none.
const Operator* findOperator(const std::string& name);

} // namespace convoy::onnx
