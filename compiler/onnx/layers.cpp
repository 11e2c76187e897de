#include "onnx/layers.h"
#include "onnx/constants.h"
#include <algorithm>
#include <numeric>

namespace convoy::onnx {

using graph::ValueId;

ValueId absolutePower(Builder& b, ValueId x, int64_t p) {
  constexpr int64_t largest = 64;
  if (p < 1 || p > largest)
    throw Refused{"its attribute 'p' is " + std::to_string(p) + ", and there are powers from 1 to 64"};
  if (p == 2) return b.layer(OpKind::Mul, {x, x});
  const ValueId absolute = p % 2 ? b.layer(OpKind::Abs, {x}) : x;
  return p == 1 ? absolute : b.layer(OpKind::Pow, {absolute, b.number(static_cast<float>(p))});
}

ValueId rootOf(Builder& b, ValueId x, int64_t p) {
  if (p == 1) return x;
  if (p == 2) return b.layer(OpKind::Sqrt, {x});
  return b.layer(OpKind::Pow, {x, b.number(1 / static_cast<float>(p))});
}

namespace {

Dims reordered(const Dims& dims, const std::vector<int64_t>& order) {
  Dims result;
  for (int64_t axis : order) result.push_back(dims[static_cast<size_t>(axis)]);
  return result;
}

// Whether only axes of one element move.
bool keepsOrder(const Dims& dims, const std::vector<int64_t>& order) {
  int64_t last = -1;
  for (int64_t axis : order) {
    if (dims[static_cast<size_t>(axis)] == Size(1)) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

} // namespace

ValueId transposed(Builder& b, ValueId x, const std::vector<int64_t>& order) {
  const Dims dims = b.typeOf(x).dims;
  if (keepsOrder(dims, order)) return b.item(b.computed(x), reordered(dims, order));
  Attributes attributes;
  attributes.set("order", order);
  return b.layer(OpKind::Transpose, {x}, attributes);
}

Value alongAxis(Builder& b, const Value& value, size_t axis, const std::function<ValueId(ValueId)>& make) {
  Dims dims = b.itemOf(value.dims);
  const auto at = dims.begin() + static_cast<long>(axis);
  const Size before = elementsOf({dims.begin(), at}), behind = elementsOf({at + 1, dims.end()});
  Dims shape = {dims[axis]};
  ValueId result;
  if (before == Size(1)) { // the axis is the channels already; the axes behind it stay as they are
    if (dims.size() - axis <= 4)
      shape.insert(shape.end(), at + 1, dims.end());
    else
      shape.push_back(behind);
    result = make(b.item(value, shape));
  } else if (behind == Size(1)) {
    result = transposed(b, make(transposed(b, b.item(value, {before, dims[axis]}), {1, 0})), {1, 0});
  } else {
    result =
        transposed(b, make(transposed(b, b.item(value, {before, dims[axis], behind}), {1, 0, 2})), {1, 0, 2});
  }
  const Size left = before == Size(1) ? b.typeOf(result).dims[0] : b.typeOf(result).dims[1];
  dims[axis] = left;
  return b.computed(result, dims, value.type);
}

Value part(Builder& b, const Value& value, size_t axis, const Size& from, const Size& to) {
  Dims dims = b.itemOf(value.dims);
  if (from == Size(0) && to == dims[axis]) return value;
  const Size extent = to - from;
  if (auto high = extent.upperBound(); high && *high < 1) throw Refused{"nothing is left of its operand"};
  const bool isFirst = axis == 0 && from.isConstant() && to.isConstant();
  Attributes attributes;
  ValueId result;
  if (isFirst) {
    attributes.set("from", from.known());
    attributes.set("to", to.known());
    result = b.layer(OpKind::Slice, {b.item(value)}, attributes);
  } else { // positions; the channels are among them behind one channel
    Dims shape = dims;
    if (axis == 0 || !dims[0].isConstant()) shape.insert(shape.begin(), 1);
    const size_t at = axis + shape.size() - dims.size();
    std::vector<Size> begin(shape.size() - 1, 0), size(shape.begin() + 1, shape.end());
    begin[at - 1] = from;
    size[at - 1] = extent;
    attributes.set("begin", begin);
    attributes.set("size", size);
    result = b.layer(OpKind::Crop, {b.item(value, shape)}, attributes);
  }
  dims[axis] = extent;
  return b.computed(result, dims, value.type);
}

Value picked(Builder& b, const Value& value, size_t axis, const std::vector<int64_t>& places) {
  constexpr size_t most = 256; // pieces
  return alongAxis(b, value, axis, [&](ValueId x) {
    std::vector<ValueId> pieces;
    for (size_t from = 0; from < places.size();) {
      size_t to = from + 1;
      while (to < places.size() && places[to] == places[to - 1] + 1) ++to;
      Attributes attributes;
      attributes.set("from", places[from]);
      attributes.set("to", places[to - 1] + 1);
      pieces.push_back(b.layer(OpKind::Slice, {x}, attributes));
      if (pieces.size() > most)
        throw Refused{"it takes more than " + std::to_string(most) + " separate elements"};
      from = to;
    }
    return pieces.size() == 1 ? pieces[0] : b.layer(OpKind::Concat, pieces);
  });
}

Dims broadcast(const Dims& left, const Dims& right) {
  const Dims &longer = left.size() >= right.size() ? left : right,
             &shorter = left.size() >= right.size() ? right : left;
  Dims dims = longer;
  const size_t missing = longer.size() - shorter.size();
  for (size_t axis = 0; axis < shorter.size(); ++axis) {
    Size& dim = dims[missing + axis];
    const Size& other = shorter[axis];
    if (dim == other || other == Size(1)) continue;
    if (dim == Size(1))
      dim = other;
    else if (dim.isConstant() && other.isConstant())
      throw Refused{"its operands " + textOf(left) + " and " + textOf(right) + " do not fit together"};
    else if (other.isConstant())
      dim = other; // checked when the program starts
  }
  return dims;
}

namespace {

// A constant as the operand of a layer whose results have these dimensions.
ValueId constantOperand(Builder& b, const Value& constant, const Dims& dims) {
  if (elementsOf(constant.dims) == Size(1)) return b.number(numberOf(constant));
  Dims shape = constant.dims;
  shape.insert(shape.begin(), dims.size() - shape.size(), Size(1));
  if (b.isBatched()) {
    if (shape[0] != Size(1))
      throw Refused{"its numbers " + textOf(constant.dims) + " differ along the batch"};
    shape.erase(shape.begin());
  }
  // One number for each channel is repeated along the positions.
  const bool ofChannels =
      std::all_of(shape.begin() + 1, shape.end(), [](const Size& dim) { return dim == Size(1); });
  if (ofChannels) shape.resize(1);
  if (shape.size() > 4) throw Refused{"its numbers have more than 4 dimensions: " + textOf(shape)};
  auto data = std::make_shared<graph::ParameterData>();
  data->data = floatsOf(constant);
  return b.parameter(std::move(data), shape, constant.name);
}

ValueId computedOperand(Builder& b, const Value& value, const Dims& dims) {
  Dims shape = value.dims;
  if (shape.size() < dims.size()) {
    if (b.isBatched()) throw Refused{"its operand " + textOf(value.dims) + " is repeated along the batch"};
    shape.insert(shape.begin(), dims.size() - shape.size(), Size(1));
  }
  return b.item(value, b.itemOf(shape));
}

} // namespace

Value combined(Builder& b, OpKind op, const Value& left, const Value& right) {
  if (left.isConstant() && right.isConstant()) return combinedConstants(op, left, right);
  const Dims dims = broadcast(left.dims, right.dims);
  const Value& computed = left.isComputed() ? left : right;
  // Shapes that are the same, and numbers, go with any shape that the elements have in the graph.
  auto isPlain = [&](const Value& value) {
    return value.isComputed() ? value.dims == computed.dims : elementsOf(value.dims) == Size(1);
  };
  const bool plain = isPlain(left) && isPlain(right) && dims == computed.dims;
  auto operand = [&](const Value& value) {
    if (value.isConstant()) return constantOperand(b, value, dims);
    return plain ? b.item(value, b.typeOf(computed.id).dims) : computedOperand(b, value, dims);
  };
  const ValueId first = operand(left), second = operand(right);
  return b.computed(b.layer(op, {first, second}), b.itemOf(dims), computed.type);
}

Value combined(Builder& b, OpKind op, const Value& left, float right) {
  return combined(b, op, left, constantOf(std::vector<float>{right}, {}));
}

Value mapped(Builder& b, OpKind op, const Value& value, const Attributes& attributes) {
  if (value.isConstant()) return mappedConstant(op, value);
  return b.computed(b.layer(op, {value.id}, attributes), b.itemOf(value.dims), value.type);
}

std::optional<Size> quotient(const Size& size, const Size& divisor) {
  if (size == divisor) return Size(1);
  if (!divisor.isConstant() || divisor.known() < 1) return std::nullopt;
  const Size result = Size::floorDiv(size, divisor.known());
  if (result * divisor != size) return std::nullopt;
  return result;
}

} // namespace convoy::onnx
