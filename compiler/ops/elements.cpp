// What the elements of a layer's operands may be, and what those of its result are.
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"
#include "support/internal_error.h"

namespace convoy {

void ops::refuseQuantized(ShapeRequest& request, const std::string& op, size_t operand) {
  auto report =
      request.diags.report(diag::QuantizedOperand, request.location, op, request.operands[operand].str());
  ops::labelOperand(request, report, operand);
  report.help("`dequantize(x, scale, zero_point)` gives the numbers that its whole numbers stand for");
}

namespace {

// Reports an operand whose elements the layer does not take.
void refuse(ShapeRequest& request, const OpInfo& info, size_t operand) {
  if (!request.operands[operand].quantized()) {
    ops::wrongOperand(request, info.name.c_str(), "a quantized tensor, of u8 or i8", operand)
        .help("`quantize(x, scale, zero_point)` makes one");
    return;
  }
  ops::refuseQuantized(request, info.name, operand);
}

// Whether all operands are of the kind of elements that the layer takes.
bool takes(const OpInfo& info, ShapeRequest& request) {
  const auto activations =
      static_cast<size_t>(activationCount(info, static_cast<int>(request.operands.size())));
  for (size_t i = 0; i < activations; ++i) {
    const TensorType& operand = request.operands[i];
    switch (info.elements) {
    case Elements::Float:
    case Elements::Quantizes:
      if (!operand.quantized()) continue;
      return refuse(request, info, i), false;
    case Elements::Dequantizes:
    case Elements::Whole:
      if (operand.quantized()) continue;
      return refuse(request, info, i), false;
    case Elements::Keeps:
      if (operand.element == request.operands[0].element) continue;
      request.diags.report(diag::ElementsDiffer, request.location, info.name, request.operands[0].str(),
                           operand.str());
      return false;
    }
  }
  return true;
}

} // namespace

std::optional<TensorType> resultType(const OpInfo& info, ShapeRequest& request) {
  if (!takes(info, request)) return std::nullopt;
  std::optional<TensorType> type = info.shape(request);
  if (!type) return std::nullopt;
  switch (info.elements) {
  case Elements::Float:
  case Elements::Dequantizes: type->element = Element::F32; break;
  case Elements::Keeps: type->element = request.operands[0].element; break;
  case Elements::Quantizes:
  case Elements::Whole: {
    const auto element = elementNamed(request.attributes.get<std::string>("type"));
    require(element.has_value(), "a shape rule lets an unknown type of elements pass");
    type->element = *element;
    break;
  }
  }
  return type;
}

} // namespace convoy
