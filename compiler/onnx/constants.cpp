#include "onnx/constants.h"
#include "onnx/builder.h"
#include "onnx/layers.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace convoy::onnx {

namespace {

constexpr size_t mostElements = size_t{1} << 28; // of what is computed here

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

std::vector<int64_t> knownDims(const Dims& dims) {
  std::vector<int64_t> known;
  size_t count = 1;
  for (const Size& dim : dims) {
    known.push_back(knownOf(dim));
    if (known.back() < 0 || __builtin_mul_overflow(count, static_cast<size_t>(known.back()), &count) ||
        count > mostElements)
      throw Refused{"a value that is known when compiling is too large: " + textOf(dims)};
  }
  return known;
}

// Places in a value of `from` of the elements of `dims`, with broadcast.
std::vector<size_t> repeated(const Dims& from, const Dims& dims) {
  const size_t missing = dims.size() - from.size();
  return placesOf(from, dims, [&](const std::vector<int64_t>& index) {
    std::vector<int64_t> at(index.begin() + static_cast<long>(missing), index.end());
    for (size_t axis = 0; axis < from.size(); ++axis)
      if (from[axis] == Size(1)) at[axis] = 0;
    return at;
  });
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

std::vector<size_t> placesOf(const Dims& from, const Dims& dims,
                             const std::function<std::vector<int64_t>(const std::vector<int64_t>&)>& index) {
  const std::vector<int64_t> extents = knownDims(dims), source = knownDims(from);
  size_t count = 1;
  for (int64_t extent : extents) count *= static_cast<size_t>(extent);
  std::vector<size_t> places;
  places.reserve(count);
  std::vector<int64_t> at(extents.size(), 0);
  while (places.size() < count) {
    const std::vector<int64_t> there = index(at);
    size_t place = 0;
    for (size_t axis = 0; axis < source.size(); ++axis)
      place = place * static_cast<size_t>(source[axis]) + static_cast<size_t>(there[axis]);
    places.push_back(place);
    for (size_t axis = extents.size(); axis-- > 0;) {
      if (++at[axis] < extents[axis]) break;
      at[axis] = 0;
    }
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
  const std::vector<size_t> first = repeated(left.dims, dims), second = repeated(right.dims, dims);
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
  const std::vector<size_t> at = repeated(condition.dims, dims), a = repeated(yes.dims, dims),
                            b = repeated(no.dims, dims);
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
