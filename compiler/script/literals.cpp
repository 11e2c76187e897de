// Numbers, sizes and kernels as a script writes them.
#include "script/arguments.h"
#include <algorithm>
#include <cmath>

namespace convoy::script {

namespace {

// Text of digits alone is an integer, which has no minus zero and only 63 bits.
template <typename Number> std::optional<std::string> number(Number value) {
  if (!std::isfinite(value)) return std::nullopt;
  std::string text = shortest(value);
  const bool whole = text.find_first_not_of("-0123456789") == std::string::npos;
  constexpr size_t safeDigits = 16;
  return whole && (text.size() > safeDigits || text == "-0") ? text + ".0" : text;
}

// The numbers of `shape`, from `at` on, in brackets.
std::string nested(const std::vector<float>& numbers, const std::vector<int64_t>& shape, size_t axis,
                   size_t& at) {
  if (axis == shape.size()) return *number(numbers[at++]);
  std::string text = "[";
  for (int64_t i = 0; i < shape[axis]; ++i) text += (i ? ", " : "") + nested(numbers, shape, axis + 1, at);
  return text + "]";
}

} // namespace

std::optional<std::string> numberText(double value) { return number(value); }
std::optional<std::string> numberText(float value) { return number(value); }

std::string sizeText(const std::vector<int64_t>& extents) {
  const bool token = !extents.empty() && extents[0] != 0; // 0x1 begins like a hexadecimal number
  std::string text;
  for (int64_t extent : extents) text += (text.empty() ? "" : token ? "x" : ", ") + std::to_string(extent);
  return token || extents.size() == 1 ? text : "size(" + text + ")";
}

bool hasLiteralKernel(const graph::Graph& graph, const graph::Value& node) {
  if (node.op != OpKind::Conv && node.op != OpKind::TransposedConv) return false;
  const graph::ParameterData& data = *graph.value(node.operands[1]).data;
  return data.literal && !data.data.empty() &&
         std::all_of(data.data.begin(), data.data.end(), [](float x) { return std::isfinite(x); });
}

std::string kernelText(const graph::Graph& graph, const graph::Value& node) {
  const graph::Value& weight = graph.value(node.operands[1]);
  const std::vector<float>& numbers = weight.data->data;
  std::vector<int64_t> shape;
  for (const Size& dim : weight.type.dims) shape.push_back(dim.known());
  const int64_t groups = node.attributes.get<int64_t>("groups"),
                channels = graph.value(node.operands[0]).type.channels(), filters = node.type.channels();
  const size_t taps = numbers.size() / static_cast<size_t>(shape[0] * shape[1]);
  bool same = groups == channels && filters == channels; // one kernel for every channel
  for (size_t i = taps; same && i < numbers.size(); ++i)
    same = numbers[i] == numbers[i % taps] && std::signbit(numbers[i]) == std::signbit(numbers[i % taps]);
  if (same)
    shape.erase(shape.begin(), shape.begin() + 2);
  else if (channels == 1 && node.op == OpKind::Conv)
    shape.erase(shape.begin() + 1); // several filters of one channel
  size_t at = 0;
  return nested(numbers, shape, 0, at);
}

} // namespace convoy::script
