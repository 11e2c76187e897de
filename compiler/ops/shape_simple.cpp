// Shape rules of the layers without a window.
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"
#include "support/call_edits.h"

namespace convoy::ops {

namespace {

TensorType plain(const TensorType& type) { return {type.dims, ImageKind::None}; }

void labelOperands(ShapeRequest& request, DiagnosticBuilder report) {
  for (size_t i = 0; i < request.operands.size(); ++i) labelOperand(request, report, i);
}

// The extent that two operands share on an axis: equal, or checked to be when the program runs. nullopt: they
// differ.
std::optional<Size> agree(ShapeRequest& request, const char* op, const std::string& axis, const Size& a,
                          const Size& b) {
  if (a == b) return a;
  Size difference = a - b;
  auto low = difference.lowerBound(), high = difference.upperBound();
  if ((low && *low > 0) || (high && *high < 0)) return std::nullopt;
  // One order for both, so that equal checks are found to be equal.
  bool swap = b.isConstant() ? false : a.isConstant() || b.str() < a.str();
  request.checks.push_back(
      {ShapeRequest::RuntimeCheck::Equal, swap ? b : a, swap ? a : b,
       std::string(op) + " '" + request.layer + "' needs operands of equal size along " + axis});
  return b.isConstant() ? b : a;
}

// The stride with which a window of one position makes the size of `to` from that of `from`; nullopt: none
// does.
std::optional<int64_t> strideBetween(const TensorType& from, const TensorType& to) {
  std::optional<int64_t> stride;
  for (int axis = 0; axis < from.spatialRank(); ++axis) {
    int64_t wanted = 1;
    if (from.spatial(axis) != to.spatial(axis)) {
      const auto before = from.spatial(axis).constant(), after = to.spatial(axis).constant();
      if (!before || !after) return std::nullopt;
      wanted = (*before + *after - 1) / *after;
      if ((*before + wanted - 1) / wanted != *after) return std::nullopt;
    }
    if (stride.value_or(wanted) != wanted) return std::nullopt;
    stride = wanted;
  }
  return stride;
}

// The remedy of residual networks: a convolution that gives one the channels and the size of the other.
void adviseProjection(DiagnosticBuilder& report, const TensorType& left, const TensorType& right) {
  if (left.spatialRank() != 2 || right.spatialRank() != 2) return;
  const bool leftFirst = left.channels() <= right.channels();
  for (const bool isLeft : {leftFirst, !leftFirst}) {
    const TensorType &from = isLeft ? left : right, &to = isLeft ? right : left;
    const auto stride = strideBetween(from, to);
    if (!stride) continue;
    std::string call = "conv(" + std::to_string(to.channels()) + ", kernel: 1x1";
    if (*stride > 1) call += ", stride: " + std::to_string(*stride);
    report.help("to add them, lead " + from.str() + " through `" + call + ")`");
    return;
  }
}

// What two operands are together; tensor[C] aligns with the channels, other ranks must be equal. `op` names
// the layer in checks; diagnostics show its symbol, as it was written.
std::optional<TensorType> broadcast(ShapeRequest& request, const char* op, const char* symbol,
                                    const TensorType& left, const TensorType& right) {
  const TensorType& longer = left.dims.size() >= right.dims.size() ? left : right;
  const TensorType& shorter = left.dims.size() >= right.dims.size() ? right : left;
  if (shorter.dims.size() != longer.dims.size() && shorter.dims.size() != 1) {
    labelOperands(request,
                  request.diags.report(diag::RanksDiffer, request.location, symbol, left.str(), right.str()));
    return std::nullopt;
  }
  TensorType result = plain(longer);
  for (size_t axis = 0; axis < shorter.dims.size(); ++axis) {
    const Size &a = left.dims[axis], &b = right.dims[axis];
    if (a == Size(1))
      result.dims[axis] = b;
    else if (b == Size(1))
      result.dims[axis] = a;
    else if (auto same = agree(request, op, axisName(longer, static_cast<int>(axis)), a, b))
      result.dims[axis] = *same;
    else {
      request.misfits = {static_cast<int>(axis)};
      auto report =
          request.diags.report(diag::ShapesDiffer, request.location, symbol, left.str(), right.str(),
                               axisName(longer, static_cast<int>(axis)), a.str(), b.str());
      labelOperands(request, report);
      if (std::string_view(symbol) == "+") adviseProjection(report, left, right);
      return std::nullopt;
    }
  }
  return result;
}

} // namespace

std::optional<TensorType> broadcastShape(ShapeRequest& request, const char* op, const char* symbol) {
  std::optional<TensorType> result = request.operands[0];
  for (size_t i = 1; i < request.operands.size() && result; ++i)
    result = broadcast(request, op, symbol, *result, request.operands[i]);
  return result;
}

std::optional<TensorType> addShape(ShapeRequest& request) { return broadcastShape(request, "add", "+"); }
std::optional<TensorType> subShape(ShapeRequest& request) { return broadcastShape(request, "sub", "-"); }
std::optional<TensorType> mulShape(ShapeRequest& request) { return broadcastShape(request, "mul", "*"); }
std::optional<TensorType> divShape(ShapeRequest& request) { return broadcastShape(request, "div", "/"); }

std::optional<TensorType> powShape(ShapeRequest& request) { return broadcastShape(request, "pow", "pow"); }
std::optional<TensorType> minShape(ShapeRequest& request) { return broadcastShape(request, "min", "min"); }
std::optional<TensorType> maxShape(ShapeRequest& request) { return broadcastShape(request, "max", "max"); }

std::optional<TensorType> compareShape(ShapeRequest& request) {
  return broadcastShape(request, "comparison", "a comparison");
}
std::optional<TensorType> selectShape(ShapeRequest& request) {
  return broadcastShape(request, "select", "select");
}

std::optional<TensorType> preluShape(ShapeRequest& request) {
  const bool shared = request.attributes.get<bool>("shared");
  request.parameters.push_back({"weight", {shared ? 1 : request.operands[0].channels()}});
  return plain(request.operands[0]);
}

std::optional<TensorType> sameShape(ShapeRequest& request) { return plain(request.operands[0]); }

std::optional<TensorType> clampShape(ShapeRequest& request) {
  for (const char* name : {"low", "high"})
    if (!request.attributes.has(name)) {
      missingAttribute(request, "clamp", name);
      return std::nullopt;
    }
  double low = request.attributes.get<double>("low"), high = request.attributes.get<double>("high");
  if (!(low <= high)) {
    request.diags.report(diag::EmptyClamp, request.attributeLocation("low"), shortest(low), shortest(high))
        .help("the low limit comes first: clamp(" + shortest(high) + ", " + shortest(low) + ")");
    return std::nullopt;
  }
  if (!keepsWhole(request, "clamp", "low", low) || !keepsWhole(request, "clamp", "high", high))
    return std::nullopt;
  Attributes resolved;
  resolved.set("low", low);
  resolved.set("high", high);
  request.attributes = resolved;
  return plain(request.operands[0]);
}

std::optional<TensorType> concatShape(ShapeRequest& request) {
  TensorType result = plain(request.operands[0]);
  int64_t channels = 0;
  for (size_t i = 0; i < request.operands.size(); ++i) {
    const TensorType& operand = request.operands[i];
    if (operand.dims.size() != result.dims.size()) {
      labelOperands(request, request.diags.report(diag::RanksDiffer, request.location, "concat",
                                                  request.operands[0].str(), operand.str()));
      return std::nullopt;
    }
    channels += operand.channels();
    for (size_t axis = 1; axis < result.dims.size(); ++axis) {
      std::string name = axisName(result, static_cast<int>(axis));
      auto same = agree(request, "concat", name, result.dims[axis], operand.dims[axis]);
      if (!same) {
        request.misfits = {static_cast<int>(axis)};
        labelOperands(request, request.diags.report(diag::ShapesDiffer, request.location, "concat",
                                                    request.operands[0].str(), operand.str(), name,
                                                    result.dims[axis].str(), operand.dims[axis].str()));
        return std::nullopt;
      }
      result.dims[axis] = *same;
    }
  }
  result.dims[0] = channels;
  return result;
}

std::optional<TensorType> flattenShape(ShapeRequest& request) {
  auto count = request.operands[0].elements().constant();
  if (!count) {
    wrongOperand(request, "flatten", "sizes that are known when compiling", 0)
        .help("write them in the type of the input, such as image[rgb, 224, 224]")
        .help("or average over height and width before it: global_avg_pool");
    return std::nullopt;
  }
  return TensorType{{Size(*count)}, ImageKind::None};
}

// What makes a tensor[C] of one with height and width; sizes that are not known yet cannot be flattened.
static void proposeFlatten(const ShapeRequest& request, DiagnosticBuilder report) {
  const bool known = request.operands[0].elements().isConstant();
  const auto flatten = insertBefore(request.location, "flatten");
  const auto pool = insertBefore(request.location, "global_avg_pool |> flatten");
  if (!flatten || !pool) {
    report.help(std::string(known ? "`flatten` or " : "") +
                "`global_avg_pool |> flatten` before it makes one");
    return;
  }
  if (known) report.fix("`flatten` before it makes one", {*flatten});
  const std::string average = "`global_avg_pool` before it averages over height and width";
  if (known)
    report.propose(average, {*pool});
  else
    report.fix(average, {*pool});
}

std::optional<SummedShape> resolveDense(ShapeRequest& request, const char* op, size_t parameters) {
  if (request.operands[0].spatialRank() != 0) {
    proposeFlatten(request, wrongOperand(request, op, "a tensor[C], without height and width", 0));
    return std::nullopt;
  }
  bool isNode = request.operands.size() > 1 && !request.attributes.has("units");
  int64_t units = 0, channels = request.operands[0].channels();
  if (isNode)
    units = request.operands[1].channels();
  else if (!integerAttribute(request, op, "units", 1, units))
    return std::nullopt;
  bool bias = isNode ? request.operands.size() > 1 + parameters : request.attributes.get<bool>("bias");
  constexpr int64_t limit = int64_t(1) << 32;
  int64_t count;
  if (__builtin_mul_overflow(units, channels, &count) || count > limit) {
    request.misfits = {0};
    request.diags.report(diag::TooManyParameters, request.location, op, limit)
        .note("it has one for each of " + counted(channels, "input") + " and " + counted(units, "unit"));
    return std::nullopt;
  }
  return SummedShape{{"weight", {units, channels}}, bias, {{Size(units)}}};
}

std::optional<TensorType> denseShape(ShapeRequest& request) {
  const auto dense = resolveDense(request, "dense", 1);
  if (!dense) return std::nullopt;
  request.parameters.push_back(dense->weight);
  if (dense->bias) request.parameters.push_back({"bias", {dense->weight.shape[0]}});
  request.attributes = {};
  return dense->result;
}

} // namespace convoy::ops
