#include "onnx/node.h"
#include "onnx/constants.h"
#include "support/text.h"

namespace convoy::onnx {

namespace {

const char* placeName(size_t place) {
  static constexpr const char* names[] = {"first", "second", "third", "fourth", "fifth"};
  return place < 5 ? names[place] : "last";
}

} // namespace

const Value& NodeCall::operand(size_t place) const {
  if (!has(place)) throw Refused{std::string("its ") + placeName(place) + " operand is missing"};
  return operands_[place];
}

const Value& NodeCall::constant(size_t place) const {
  const Value& value = operand(place);
  if (value.isConstant()) return value;
  throw Refused{std::string("its ") + placeName(place) + " operand '" +
                escapeForTerminal(operandName(place)) + "' must be known when compiling"};
}

std::vector<Size> NodeCall::sizes(size_t place) const {
  const Value& value = constant(place);
  if (!value.sizes)
    throw Refused{std::string("its ") + placeName(place) + " operand is not of whole numbers"};
  return *value.sizes;
}

std::vector<int64_t> NodeCall::integers(size_t place) const {
  std::vector<int64_t> integers;
  for (const Size& size : sizes(place)) {
    if (!size.isConstant())
      throw Refused{std::string("its ") + placeName(place) +
                    " operand depends on sizes that are known only when the pipeline runs"};
    integers.push_back(size.known());
  }
  return integers;
}

int64_t NodeCall::integer(size_t place) const {
  const std::vector<int64_t> numbers = integers(place);
  if (numbers.size() != 1)
    throw Refused{std::string("its ") + placeName(place) + " operand is not one number"};
  return numbers[0];
}

float NodeCall::number(size_t place) const {
  const Value& value = constant(place);
  if (elementsOf(value.dims) != Size(1))
    throw Refused{std::string("its ") + placeName(place) + " operand is not one number"};
  return numberOf(value);
}

std::shared_ptr<const graph::ParameterData> NodeCall::numbers(size_t place) const {
  const Value& value = constant(place);
  if (!value.numbers)
    throw Refused{std::string("its ") + placeName(place) + " operand is of " + nameOf(value.type)};
  return value.numbers;
}

const Attribute* NodeCall::checked(const char* name, Attribute::Kind kind) const {
  const Attribute* attribute = node_.attribute(name);
  if (attribute && attribute->kind != kind)
    throw Refused{std::string("its attribute '") + name + "' is of another kind"};
  return attribute;
}

int64_t NodeCall::attribute(const char* name, int64_t fallback) const {
  const Attribute* attribute = checked(name, Attribute::Int);
  return attribute ? attribute->integer : fallback;
}

float NodeCall::attribute(const char* name, float fallback) const {
  const Attribute* attribute = checked(name, Attribute::Float);
  return attribute ? attribute->number : fallback;
}

std::string NodeCall::attribute(const char* name, const char* fallback) const {
  const Attribute* attribute = checked(name, Attribute::String);
  return attribute ? attribute->text : fallback;
}

std::vector<int64_t> NodeCall::attribute(const char* name, std::vector<int64_t> fallback) const {
  const Attribute* attribute = checked(name, Attribute::Ints);
  return attribute ? attribute->integers : fallback;
}

std::vector<float> NodeCall::numbersOf(const char* name) const {
  const Attribute* attribute = checked(name, Attribute::Floats);
  return attribute ? attribute->numbers : std::vector<float>();
}

size_t NodeCall::axis(int64_t axis, size_t rank) const {
  const auto count = static_cast<int64_t>(rank);
  if (axis < -count || axis >= count) throw Refused{"its operand has no axis " + std::to_string(axis)};
  return static_cast<size_t>(axis < 0 ? axis + count : axis);
}

void NodeCall::result(size_t place, Value value) {
  if (place < results_.size()) results_[place] = std::move(value);
}

const Operator* findOperator(const std::string& name) {
  for (const auto* table :
       {&windowOperators(), &pointOperators(), &channelOperators(), &shapeOperators(), &moveOperators()})
    for (const Operator& row : *table)
      if (name == row.name) return &row;
  return nullptr;
}

} // namespace convoy::onnx
