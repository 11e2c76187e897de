// Shapes: of values, as values, and arithmetic on them; views, which are the same elements in the same order.
#include "onnx/constants.h"
#include "onnx/layers.h"
#include "onnx/node.h"
#include <algorithm>
#include <limits>
#include <set>

namespace convoy::onnx {

namespace {

using Ints = std::vector<int64_t>;

constexpr int64_t mostElements = int64_t{1} << 32; // of a constant

void constant(NodeCall& call) {
  if (const Attribute* value = call.written("value"); value && value->kind == Attribute::TensorValue) {
    const Value made = constantOf(value->tensor);
    if (made.kind == Value::Unknown) throw Refused{"it is a tensor of " + nameOf(value->tensor.type)};
    return call.result(made);
  }
  if (call.hasAttribute("value_float"))
    return call.result(constantOf(std::vector<float>{call.attribute("value_float", 0.0f)}, {}));
  if (call.hasAttribute("value_int"))
    return call.result(constantOf(std::vector<Size>{call.attribute("value_int", int64_t(0))}, {}));
  if (call.hasAttribute("value_floats")) {
    const std::vector<float> numbers = call.numbersOf("value_floats");
    return call.result(constantOf(numbers, {static_cast<int64_t>(numbers.size())}));
  }
  if (call.hasAttribute("value_ints")) {
    const Ints numbers = call.attribute("value_ints", Ints());
    return call.result(constantOf(std::vector<Size>(numbers.begin(), numbers.end()),
                                  {static_cast<int64_t>(numbers.size())}));
  }
  throw Refused{"it holds neither a tensor nor numbers"};
}

void constantOfShape(NodeCall& call) {
  const std::vector<Size> sizes = call.sizes(0);
  Value one = constantOf(std::vector<float>{0}, {1});
  if (const Attribute* value = call.written("value"); value && value->kind == Attribute::TensorValue)
    one = constantOf(value->tensor);
  if (one.kind == Value::Unknown || elementsOf(one.dims) != Size(1))
    throw Refused{"its attribute 'value' is not one number"};
  const Dims dims(sizes.begin(), sizes.end());
  int64_t count = 1;
  for (const Size& size : sizes)
    if (!size.isConstant() || __builtin_mul_overflow(count, size.known(), &count) || count < 0 ||
        count > mostElements)
      throw Refused{"it makes a tensor that is too large, or known only when the pipeline runs: " +
                    textOf(dims)};
  const auto elements = static_cast<size_t>(count);
  Value value = one.sizes ? constantOf(std::vector<Size>(elements, (*one.sizes)[0]), dims, one.type)
                          : constantOf(std::vector<float>(elements, one.numbers->data[0]), dims);
  call.result(std::move(value));
}

void shape(NodeCall& call) {
  const Dims& dims = call.operand(0).dims;
  const auto rank = static_cast<int64_t>(dims.size());
  auto place = [&](const char* name, int64_t fallback) {
    const int64_t at = call.attribute(name, fallback);
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const int64_t start = place("start", 0), end = std::max(place("end", rank), start);
  call.result(constantOf(std::vector<Size>(dims.begin() + start, dims.begin() + end), {end - start}));
}

void sizeOf(NodeCall& call) {
  call.result(constantOf(std::vector<Size>{elementsOf(call.operand(0).dims)}, {}));
}

void range(NodeCall& call) {
  const Value &start = call.constant(0), &step = call.constant(2);
  if (start.sizes) {
    const int64_t first = call.integers(0)[0], last = call.integers(1)[0], by = call.integers(2)[0];
    constexpr int64_t most = 1 << 20;
    std::vector<Size> sizes;
    if (by == 0) throw Refused{"its step is 0"};
    for (int64_t at = first; (by > 0 ? at < last : at > last) && static_cast<int64_t>(sizes.size()) < most;
         at += by)
      sizes.push_back(at);
    const auto count = static_cast<int64_t>(sizes.size());
    return call.result(constantOf(std::move(sizes), {count}));
  }
  throw Refused{"it makes numbers of " + nameOf(step.type)};
}

// ---- views ----

void same(NodeCall& call) { call.result(call.operand(0)); }

void dropout(NodeCall& call) {
  const bool trains = call.has(2) && call.number(2) != 0;
  if (trains && (!call.has(1) || call.number(1) != 0)) throw Refused{"it is in training mode"};
  same(call);
}

Value viewed(Value value, Dims dims) {
  value.dims = std::move(dims);
  return value;
}

// All elements over some of the dimensions, symbol by symbol.
Size rest(Dims from, const Dims& known, const std::string& text) {
  Dims left;
  for (const Size& dim : known) {
    const auto at = std::find_if(from.begin(), from.end(), [&](const Size& other) { return other == dim; });
    if (at != from.end())
      from.erase(at);
    else
      left.push_back(dim);
  }
  const auto result = quotient(elementsOf(from), elementsOf(left));
  if (!result) throw Refused{"its elements do not fit into " + text};
  return *result;
}

void reshape(NodeCall& call) {
  const Value& x = call.operand(0);
  std::vector<Size> wanted;
  if (call.version() >= 5 || call.has(1)) {
    wanted = call.sizes(1);
  } else {
    const Ints written = call.attribute("shape", Ints());
    wanted.assign(written.begin(), written.end());
  }
  const bool keepsZero = call.attribute("allowzero", int64_t(0)) != 0;
  Dims dims, known;
  std::optional<size_t> open;
  for (size_t axis = 0; axis < wanted.size(); ++axis) {
    Size dim = wanted[axis];
    if (dim == Size(0) && !keepsZero) {
      if (axis >= x.rank()) throw Refused{"its shape keeps an axis that its operand has not"};
      dim = x.dims[axis];
    }
    if (dim == Size(-1)) {
      if (open) throw Refused{"its shape leaves two axes open"};
      open = axis;
      dims.push_back(1);
      continue;
    }
    dims.push_back(dim);
    known.push_back(dim);
  }
  if (open)
    dims[*open] = rest(x.dims, known, textOf(wanted));
  else if (elementsOf(dims) != elementsOf(x.dims))
    throw Refused{"the elements of " + textOf(x.dims) + " do not fit into " + textOf(dims)};
  if (x.isComputed()) call.b.itemOf(dims); // refuses another batch
  call.result(viewed(x, dims));
}

void flatten(NodeCall& call) {
  const Value& x = call.operand(0);
  const int64_t written = call.attribute("axis", int64_t(1));
  const auto rank = static_cast<int64_t>(x.rank());
  const int64_t axis = written < 0 ? written + rank : written;
  if (axis < 0 || axis > rank) throw Refused{"its operand has no axis " + std::to_string(written)};
  const auto at = x.dims.begin() + axis;
  const Dims dims = {elementsOf({x.dims.begin(), at}), elementsOf({at, x.dims.end()})};
  if (x.isComputed()) call.b.itemOf(dims);
  call.result(viewed(x, dims));
}

std::set<size_t> axesOf(const NodeCall& call, size_t rank) {
  std::set<size_t> axes;
  for (int64_t axis : call.has(1) ? call.integers(1) : call.attribute("axes", Ints()))
    axes.insert(call.axis(axis, rank));
  return axes;
}

void squeeze(NodeCall& call) {
  const Value& x = call.operand(0);
  std::set<size_t> axes = axesOf(call, x.rank());
  const bool all = axes.empty();
  Dims dims;
  for (size_t axis = 0; axis < x.rank(); ++axis) {
    const bool one = x.dims[axis] == Size(1), drops = all ? one : axes.count(axis) > 0;
    if (drops && !one) throw Refused{"it drops an axis of " + x.dims[axis].str() + " elements"};
    if (!drops) dims.push_back(x.dims[axis]);
  }
  if (x.isComputed()) call.b.itemOf(dims);
  call.result(viewed(x, dims));
}

void unsqueeze(NodeCall& call) {
  const Value& x = call.operand(0);
  const size_t count = call.has(1) ? call.integers(1).size() : call.attribute("axes", Ints()).size();
  const std::set<size_t> axes = axesOf(call, x.rank() + count);
  Dims dims;
  for (size_t axis = 0, from = 0; axis < x.rank() + axes.size(); ++axis)
    dims.push_back(axes.count(axis) ? Size(1) : x.dims[from++]);
  if (x.isComputed()) call.b.itemOf(dims);
  call.result(viewed(x, dims));
}

void expand(NodeCall& call) {
  const Value& x = call.operand(0);
  const std::vector<Size> sizes = call.sizes(1);
  const Dims dims = broadcast(x.dims, {sizes.begin(), sizes.end()});
  if (dims == x.dims) return call.result(x);
  if (!x.isConstant()) throw Refused{"it repeats elements of what is computed"};
  const size_t missing = dims.size() - x.rank();
  call.result(pickedConstant(x,
                             placesOf(x.dims, dims,
                                      [&](const Ints& index) {
                                        Ints at(index.begin() + static_cast<long>(missing), index.end());
                                        for (size_t axis = 0; axis < at.size(); ++axis)
                                          if (x.dims[axis] == Size(1)) at[axis] = 0;
                                        return at;
                                      }),
                             dims));
}

} // namespace

const std::vector<Operator>& shapeOperators() {
  static const std::vector<Operator> table = {
      {"Constant", constant},   {"ConstantOfShape", constantOfShape},
      {"Shape", shape},         {"Size", sizeOf},
      {"Range", range},         {"Identity", same},
      {"Dropout", dropout, 6},  {"Reshape", reshape},
      {"Flatten", flatten},     {"Squeeze", squeeze},
      {"Unsqueeze", unsqueeze}, {"Expand", expand},
  };
  return table;
}

} // namespace convoy::onnx
