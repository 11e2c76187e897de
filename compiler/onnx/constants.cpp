#include "onnx/constants.h"
#include "onnx/builder.h"
#include "onnx/layers.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace convoy::onnx {

namespace {

constexpr size_t mostElements = size_t{1} << 28; // of a constant

int64_t knownOf(const Size& size) {
  if (!size.isConstant()) throw Refused{"it depends on sizes that are known only when the pipeline runs"};
  return size.known();
}

// Integer arithmetic, of sizes that may depend on run-time ones.
Size combinedSizes(OpKind op, const Size& a, const Size& b) {
  auto truth = [](bool holds) { return Size(holds ? 1 : 0); };
  switch (op) {
  case OpKind::Add: return a + b;
  case OpKind::Sub: return a - b;
  case OpKind::Mul: return a * b;
  case OpKind::Min: return Size::min(a, b);
  case OpKind::Max: return Size::max(a, b);
  case OpKind::Div: {
    const int64_t divisor = knownOf(b);
    if (divisor == 0) throw Refused{"it divides by 0"};
    if (a.isConstant()) return a.known() / divisor; // towards 0
    const auto low = a.lowerBound();
    if (divisor < 0 || !low || *low < 0) throw Refused{"it divides a size that may be negative"};
    return Size::floorDiv(a, divisor);
  }
  case OpKind::Equal:
    if (a == b) return 1;
    return truth(knownOf(a) == knownOf(b));
  case OpKind::Less: return truth(knownOf(a) < knownOf(b));
  case OpKind::LessEqual: return truth(knownOf(a) <= knownOf(b));
  case OpKind::Greater: return truth(knownOf(a) > knownOf(b));
  case OpKind::GreaterEqual: return truth(knownOf(a) >= knownOf(b));
  case OpKind::NotEqual: return truth(knownOf(a) != knownOf(b));
  default: throw Refused{"it computes whole numbers in a way that is not known here"};
  }
}

float combinedNumbers(OpKind op, float a, float b) {
  switch (op) {
  case OpKind::Add: return a + b;
  case OpKind::Sub: return a - b;
  case OpKind::Mul: return a * b;
  case OpKind::Div: return a / b;
  case OpKind::Pow: return std::pow(a, b);
  case OpKind::Min: return std::isnan(a) || a < b ? a : b;
  case OpKind::Max: return std::isnan(a) || a > b ? a : b;
  case OpKind::Less: return a < b ? 1 : 0;
  case OpKind::LessEqual: return a <= b ? 1 : 0;
  case OpKind::Greater: return a > b ? 1 : 0;
  case OpKind::GreaterEqual: return a >= b ? 1 : 0;
  case OpKind::Equal: return a == b ? 1 : 0;
  case OpKind::NotEqual: return a != b ? 1 : 0;
  default: throw Refused{"it computes numbers that are known when compiling in a way that is not known here"};
  }
}

} // namespace

double decimal(float number) { return std::strtod(shortest(number).c_str(), nullptr); }

float numberOf(const Value& constant) {
  return constant.numbers ? constant.numbers->data[0] : static_cast<float>(knownOf((*constant.sizes)[0]));
}

std::vector<float> floatsOf(const Value& constant) {
  if (constant.numbers) return constant.numbers->data;
  std::vector<float> numbers;
  for (const Size& size : *constant.sizes) numbers.push_back(static_cast<float>(knownOf(size)));
  return numbers;
}

std::vector<size_t> stepsOf(const Dims& dims) {
  std::vector<size_t> steps(dims.size(), 1);
  for (size_t axis = dims.size(); axis-- > 1;)
    steps[axis - 1] = steps[axis] * static_cast<size_t>(knownOf(dims[axis]));
  return steps;
}

Offsets repeated(const Dims& from, const Dims& dims) {
  const std::vector<size_t> steps = stepsOf(from);
  const size_t missing = dims.size() - from.size();
  Offsets offsets;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    const int64_t extent = knownOf(dims[axis]);
    if (extent < 0 || static_cast<size_t>(extent) > mostElements)
      throw Refused{"a value that is known when compiling is too large: " + textOf(dims)};
    const bool moves = axis >= missing && from[axis - missing] != Size(1);
    offsets.emplace_back(static_cast<size_t>(extent), 0);
    for (size_t i = 0; moves && i < offsets.back().size(); ++i) offsets.back()[i] = i * steps[axis - missing];
  }
  return offsets;
}

std::vector<size_t> placesOf(const Offsets& offsets) {
  std::vector<size_t> places = {0};
  for (const std::vector<size_t>& axis : offsets) {
    size_t count;
    if (__builtin_mul_overflow(places.size(), axis.size(), &count) || count > mostElements)
      throw Refused{"a value that is known when compiling is too large"};
    std::vector<size_t> next;
    next.reserve(count);
    for (size_t place : places)
      for (size_t offset : axis) next.push_back(place + offset);
    places = std::move(next);
  }
  return places;
}

Value pickedConstant(const Value& value, const std::vector<size_t>& places, const Dims& dims) {
  Value result;
  if (value.sizes) {
    std::vector<Size> sizes;
    for (size_t place : places) sizes.push_back((*value.sizes)[place]);
    result = constantOf(std::move(sizes), dims);
  } else {
    std::vector<float> numbers;
    for (size_t place : places) numbers.push_back(value.numbers->data[place]);
    result = constantOf(std::move(numbers), dims);
  }
  result.type = value.type;
  return result;
}

Value combinedConstants(OpKind op, const Value& left, const Value& right) {
  const Dims dims = broadcast(left.dims, right.dims);
  const std::vector<size_t> first = placesOf(repeated(left.dims, dims)),
                            second = placesOf(repeated(right.dims, dims));
  const bool compares = op == OpKind::Less || op == OpKind::LessEqual || op == OpKind::Greater ||
                        op == OpKind::GreaterEqual || op == OpKind::Equal || op == OpKind::NotEqual;
  Value result;
  if (left.sizes && right.sizes) {
    std::vector<Size> sizes;
    for (size_t i = 0; i < first.size(); ++i)
      sizes.push_back(combinedSizes(op, (*left.sizes)[first[i]], (*right.sizes)[second[i]]));
    result = constantOf(std::move(sizes), dims);
  } else {
    const std::vector<float> a = floatsOf(left), b = floatsOf(right);
    std::vector<float> numbers;
    for (size_t i = 0; i < first.size(); ++i)
      numbers.push_back(combinedNumbers(op, a[first[i]], b[second[i]]));
    result = constantOf(std::move(numbers), dims);
  }
  result.type = left.type;
  return compares ? castConstant(result, DataType::Bool) : result;
}

Value mappedConstant(const Value& value, const std::function<float(float)>& function) {
  std::vector<float> numbers = floatsOf(value);
  std::transform(numbers.begin(), numbers.end(), numbers.begin(), function);
  Value result = constantOf(std::move(numbers), value.dims);
  return value.sizes ? castConstant(result, value.type) : result;
}

Value mappedConstant(OpKind op, const Value& value) {
  switch (op) {
  case OpKind::Relu: return mappedConstant(value, [](float x) { return x < 0 ? 0 : x; });
  case OpKind::Abs: return mappedConstant(value, [](float x) { return std::fabs(x); });
  case OpKind::Sqrt: return mappedConstant(value, [](float x) { return std::sqrt(x); });
  case OpKind::Exp: return mappedConstant(value, [](float x) { return std::exp(x); });
  case OpKind::Log: return mappedConstant(value, [](float x) { return std::log(x); });
  case OpKind::Sigmoid: return mappedConstant(value, [](float x) { return 1 / (1 + std::exp(-x)); });
  case OpKind::Tanh: return mappedConstant(value, [](float x) { return std::tanh(x); });
  default: throw Refused{"its operand is known when compiling"};
  }
}

Value chosenConstant(const Value& condition, const Value& yes, const Value& no) {
  const Dims dims = broadcast(broadcast(condition.dims, yes.dims), no.dims);
  const std::vector<size_t> at = placesOf(repeated(condition.dims, dims)),
                            a = placesOf(repeated(yes.dims, dims)), b = placesOf(repeated(no.dims, dims));
  const std::vector<float> chooses = floatsOf(condition);
  Value result;
  if (yes.sizes && no.sizes) {
    std::vector<Size> sizes;
    for (size_t i = 0; i < at.size(); ++i)
      sizes.push_back(chooses[at[i]] != 0 ? (*yes.sizes)[a[i]] : (*no.sizes)[b[i]]);
    result = constantOf(std::move(sizes), dims);
  } else {
    const std::vector<float> first = floatsOf(yes), second = floatsOf(no);
    std::vector<float> numbers;
    for (size_t i = 0; i < at.size(); ++i)
      numbers.push_back(chooses[at[i]] != 0 ? first[a[i]] : second[b[i]]);
    result = constantOf(std::move(numbers), dims);
  }
  result.type = yes.type;
  return result;
}

Value castConstant(const Value& value, DataType type) {
  Value result = value;
  if (isInteger(type) && value.numbers) {
    std::vector<Size> sizes;
    constexpr float most = 9e18f;
    for (float number : value.numbers->data) {
      if (!(std::fabs(number) < most))
        throw Refused{"the number " + shortest(number) + " is no " + nameOf(type)};
      sizes.push_back(type == DataType::Bool ? number != 0 : static_cast<int64_t>(number));
    }
    result = constantOf(std::move(sizes), value.dims);
  } else if (type == DataType::Bool) {
    std::vector<Size> sizes;
    for (const Size& size : *value.sizes) {
      const auto low = size.lowerBound();
      sizes.push_back(low && *low > 0 ? 1 : knownOf(size) != 0);
    }
    result = constantOf(std::move(sizes), value.dims);
  } else if (!isInteger(type) && value.sizes) {
    result = constantOf(floatsOf(value), value.dims);
  }
  result.type = type;
  return result;
}

} // namespace convoy::onnx
