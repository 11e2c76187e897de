// Shape rules of quantized layers, and what others ask of quantized operands.
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"

namespace convoy::ops {

namespace {

// The kind of elements that the attribute `type` says; nullopt after a diagnostic.
std::optional<Element> elementOf(ShapeRequest& request) {
  const auto& word = request.attributes.get<std::string>("type");
  const std::optional<Element> element = elementNamed(word);
  if (element == Element::U8 || element == Element::I8) return element;
  request.diags.report(diag::UnknownWord, request.attributeLocation("type"), "type", word)
      .help("write u8 or i8");
  return std::nullopt;
}

bool zeroPointInRange(ShapeRequest& request, const char* op, const char* name, Element element) {
  const auto zero = request.attributes.get<int64_t>(name);
  const int64_t low = lowestOf(element), high = highestOf(element);
  if (low <= zero && zero <= high) return true;
  request.diags.report(diag::AttributeOutOfRange, request.attributeLocation(name), op, name,
                       std::to_string(low) + " to " + std::to_string(high), zero);
  return false;
}

// A factor between whole numbers and what they stand for. So far from the ends of float32's range that what
// is flushed to zero would have been rounded to zero, and what overflows is beyond every whole number.
bool scaleInRange(ShapeRequest& request, const char* op, const char* name) {
  constexpr double least = 1e-36, most = 1e36;
  if (!request.attributes.has(name)) {
    missingAttribute(request, op, name);
    return false;
  }
  const auto scale = request.attributes.get<double>(name);
  if (least <= scale && scale <= most) return true;
  const std::string range = scale <= 0 ? "a number above 0" : shortest(least) + " to " + shortest(most);
  request.diags.report(diag::NumberOutOfRange, request.attributeLocation(name), op, name, range,
                       shortest(scale));
  return false;
}

// Sums of so many products of 8-bit numbers with a zero point in between, and a bias, fit 32 bits.
bool sumFits(ShapeRequest& request, const char* op, const ParameterSpec& weight) {
  constexpr int64_t most = ((int64_t(1) << 31) - 1 - (int64_t(1) << 24)) / (255 * 128);
  int64_t terms = 1;
  for (size_t axis = 1; axis < weight.shape.size(); ++axis) terms *= weight.shape[axis];
  if (terms <= most) return true;
  request.misfits = {0};
  request.diags.report(diag::QuantizedTerms, request.location, op, terms, most);
  return false;
}

// Weight, multiplier and bias of a layer that sums products of whole numbers, and its zero points.
bool resolveSums(ShapeRequest& request, const char* op, ParameterSpec weight, bool bias) {
  const auto element = elementOf(request);
  if (!element || !zeroPointInRange(request, op, "input_zero_point", request.operands[0].element) ||
      !zeroPointInRange(request, op, "zero_point", *element) || !checkParameterCount(request, op, weight) ||
      !sumFits(request, op, weight))
    return false;
  const int64_t results = weight.shape[0];
  weight.element = Element::I8;
  request.parameters.push_back(std::move(weight));
  request.parameters.push_back({"multiplier", {results}});
  if (bias) request.parameters.push_back({"bias", {results}, Element::I32});
  Attributes resolved;
  for (const char* name : {"input_zero_point", "zero_point"})
    resolved.set(name, request.attributes.get<int64_t>(name));
  resolved.set("type", request.attributes.get<std::string>("type"));
  request.attributes = resolved;
  return true;
}

} // namespace

std::optional<TensorType> quantizeShape(ShapeRequest& request) {
  const auto element = elementOf(request);
  if (!element || !scaleInRange(request, "quantize", "scale") ||
      !zeroPointInRange(request, "quantize", "zero_point", *element))
    return std::nullopt;
  return TensorType{request.operands[0].dims};
}

std::optional<TensorType> dequantizeShape(ShapeRequest& request) {
  if (!scaleInRange(request, "dequantize", "scale") ||
      !zeroPointInRange(request, "dequantize", "zero_point", request.operands[0].element))
    return std::nullopt;
  return TensorType{request.operands[0].dims};
}

std::optional<TensorType> quantizedAddShape(ShapeRequest& request) {
  constexpr const char* op = "quantized_add";
  const auto element = elementOf(request);
  if (!element || !scaleInRange(request, op, "a_multiplier") || !scaleInRange(request, op, "b_multiplier") ||
      !zeroPointInRange(request, op, "a_zero_point", request.operands[0].element) ||
      !zeroPointInRange(request, op, "b_zero_point", request.operands[1].element) ||
      !zeroPointInRange(request, op, "zero_point", *element))
    return std::nullopt;
  return broadcastShape(request, op, op);
}

std::optional<TensorType> quantizedConvShape(ShapeRequest& request) {
  constexpr const char* op = "quantized_conv";
  auto conv = resolveConv(request, op, 2);
  if (!conv || !resolveSums(request, op, conv->weight, conv->bias)) return std::nullopt;
  conv->window.store(request.attributes);
  request.attributes.set("groups", conv->groups);
  return conv->result;
}

std::optional<TensorType> quantizedDenseShape(ShapeRequest& request) {
  constexpr const char* op = "quantized_dense";
  auto dense = resolveDense(request, op, 2);
  if (!dense || !resolveSums(request, op, dense->weight, dense->bias)) return std::nullopt;
  return dense->result;
}

bool keepsWhole(ShapeRequest& request, const char* op, const char* name, double number) {
  const TensorType& operand = request.operands[0];
  if (!operand.quantized() || isWholeIn(operand.element, number)) return true;
  request.diags.report(diag::NumberOutOfRange, request.attributeLocation(name), op, name,
                       "whole numbers from " + std::to_string(lowestOf(operand.element)) + " to " +
                           std::to_string(highestOf(operand.element)) + " for " + operand.str(),
                       shortest(number));
  return false;
}

} // namespace convoy::ops
