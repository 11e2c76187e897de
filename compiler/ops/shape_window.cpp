// Shape rules of the layers that slide a window.
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"
#include "support/text.h"

namespace convoy::ops {

namespace {

TensorType withSpatial(Size channels, const std::vector<Size>& spatial) {
  TensorType type;
  type.dims.push_back(std::move(channels));
  type.dims.insert(type.dims.end(), spatial.begin(), spatial.end());
  return type;
}

} // namespace

bool divisible(ShapeRequest& request, int64_t count, const std::string& what, int64_t groups) {
  if (count % groups == 0) return true;
  if (what == "channel") request.misfits = {0};
  auto report = request.diags.report(diag::NotDivisible, request.attributeLocation("groups"), count,
                                     count == 1 ? what : what + "s", groups);
  labelOperand(request, report, 0);
  report.help("the number of groups must divide the channels and the filters");
  return false;
}

// The weight's extents, when their product is one that memory could hold.
bool checkParameterCount(ShapeRequest& request, const char* op, const ParameterSpec& spec) {
  constexpr int64_t limit = int64_t(1) << 32;
  int64_t count = 1;
  for (int64_t extent : spec.shape) {
    if (!__builtin_mul_overflow(count, extent, &count) && count <= limit) continue;
    request.misfits = {0};
    request.diags.report(diag::TooManyParameters, request.location, op, limit);
    return false;
  }
  return true;
}

std::optional<SummedShape> resolveConv(ShapeRequest& request, const char* op, size_t parameters) {
  if (!requireSpatial(request, op)) return std::nullopt;
  auto shape = resolveWindow(request, op, "kernel", false);
  if (!shape) return std::nullopt;

  // A node has its weight as an operand, which says the number of filters.
  bool isNode = request.operands.size() > 1 && !request.attributes.has("filters");
  int64_t filters = 0, groups = 0, channels = request.operands[0].channels();
  if (isNode)
    filters = request.operands[1].channels();
  else if (!integerAttribute(request, op, "filters", 1, filters))
    return std::nullopt;
  bool bias = isNode ? request.operands.size() > 1 + parameters : request.attributes.get<bool>("bias");
  if (!integerAttribute(request, op, "groups", 1, groups)) return std::nullopt;
  if (!divisible(request, channels, "channel", groups) || !divisible(request, filters, "filter", groups))
    return std::nullopt;

  ParameterSpec weight{"weight", {filters, channels / groups}};
  weight.shape.insert(weight.shape.end(), shape->window.kernel.begin(), shape->window.kernel.end());
  return SummedShape{std::move(weight), bias, withSpatial(filters, shape->output), *shape, groups};
}

static std::optional<TensorType> windowedConv(ShapeRequest& request, const char* op) {
  auto conv = resolveConv(request, op, 1);
  if (!conv || !checkParameterCount(request, op, conv->weight)) return std::nullopt;
  request.parameters.push_back(conv->weight);
  if (conv->bias) request.parameters.push_back({"bias", {conv->weight.shape[0]}});

  Attributes resolved;
  conv->window.store(resolved);
  resolved.set("border", request.attributes.get<Border>("border"));
  resolved.set("groups", conv->groups);
  request.attributes = resolved;
  return conv->result;
}

std::optional<TensorType> convShape(ShapeRequest& request) { return windowedConv(request, "conv"); }

std::optional<TensorType> depthwiseConvShape(ShapeRequest& request) {
  if (!requireSpatial(request, "depthwise_conv")) return std::nullopt;
  Attributes& attributes = request.attributes;
  const int64_t channels = request.operands[0].channels();
  int64_t multiplier = 0, filters = 0;
  if (!integerAttribute(request, "depthwise_conv", "multiplier", 1, multiplier)) return std::nullopt;
  if (__builtin_mul_overflow(channels, multiplier, &filters) || filters > kAttributeLimit) {
    request.misfits = {0};
    request.diags.report(diag::TooManyParameters, request.location, "depthwise_conv", kAttributeLimit);
    return std::nullopt;
  }
  // Literal kernels say how many there are.
  if (attributes.has("filters") && attributes.get<int64_t>("filters") != filters) {
    request.misfits = {0};
    request.diags
        .report(diag::KernelMismatch, request.attributeLocation("kernel"), attributes.get<int64_t>("filters"),
                "filters", filters)
        .help("a depthwise convolution has `multiplier` filters for each of " + counted(channels, "channel"));
    return std::nullopt;
  }
  attributes.set("filters", filters);
  attributes.set("groups", channels);
  return windowedConv(request, "depthwise_conv");
}

namespace {

std::optional<TensorType> poolShape(ShapeRequest& request, const char* op, bool counts) {
  if (!requireSpatial(request, op)) return std::nullopt;
  bool ceilMode = request.attributes.get<bool>("ceil_mode");
  auto shape = resolveWindow(request, op, "window", ceilMode);
  if (!shape) return std::nullopt;
  Attributes resolved;
  shape->store(resolved);
  resolved.set("ceil_mode", ceilMode);
  if (counts) resolved.set("count_include_pad", request.attributes.get<bool>("count_include_pad"));
  if (counts && request.attributes.has("divisor")) {
    int64_t divisor = 0;
    if (!integerAttribute(request, op, "divisor", 0, divisor)) return std::nullopt;
    if (divisor > 0) resolved.set("divisor", divisor);
  }
  request.attributes = resolved;
  return withSpatial(request.operands[0].channels(), shape->output);
}

std::optional<TensorType> globalPoolShape(ShapeRequest& request, const char* op) {
  if (!requireSpatial(request, op)) return std::nullopt;
  const TensorType& input = request.operands[0];
  return withSpatial(input.channels(), std::vector<Size>(input.spatialRank(), Size(1)));
}

} // namespace

std::optional<TensorType> maxPoolShape(ShapeRequest& request) {
  return poolShape(request, "max_pool", false);
}
std::optional<TensorType> avgPoolShape(ShapeRequest& request) { return poolShape(request, "avg_pool", true); }
// Leaves the attributes of the avg_pool that sums the powers.
std::optional<TensorType> lpPoolShape(ShapeRequest& request) {
  int64_t p = 0;
  if (!integerAttribute(request, "lp_pool", "p", 1, p)) return std::nullopt;
  constexpr int64_t largest = 64;
  if (p > largest) {
    request.diags.report(diag::AttributeOutOfRange, request.attributeLocation("p"), "lp_pool", "p",
                         "at most " + std::to_string(largest), p);
    return std::nullopt;
  }
  auto type = poolShape(request, "lp_pool", false);
  if (!type) return std::nullopt;
  request.attributes.set("count_include_pad", true);
  request.attributes.set("divisor", int64_t(1));
  return type;
}

std::optional<TensorType> adaptiveAvgPoolShape(ShapeRequest& request) {
  constexpr const char* op = "adaptive_avg_pool";
  if (!requireSpatial(request, op)) return std::nullopt;
  const TensorType& input = request.operands[0];
  const bool isNode = request.attributes.has("output");
  const char* name = isNode ? "output" : "size";
  if (!request.attributes.has(name)) {
    missingAttribute(request, op, name);
    return std::nullopt;
  }
  auto sizes = request.attributes.get<std::vector<int64_t>>(name);
  if (!perAxis(request, op, name, 1, sizes)) return std::nullopt;
  Attributes resolved;
  bool one = true, divides = true;
  Window even;
  for (int axis = 0; axis < input.spatialRank(); ++axis) {
    const auto extent = input.spatial(axis).constant();
    one = one && sizes[axis] == 1;
    divides = divides && extent && *extent % sizes[axis] == 0;
    even.kernel.push_back(divides ? *extent / sizes[axis] : 1);
  }
  if (isNode || !(one || divides)) {
    resolved.set("output", sizes);
  } else if (one) {
    request.makes = OpKind::GlobalAvgPool;
  } else {
    request.makes = OpKind::AvgPool;
    WindowShape shape;
    shape.window = even;
    shape.window.stride = even.kernel;
    shape.window.dilation.assign(even.kernel.size(), 1);
    shape.window.padBegin.assign(even.kernel.size(), 0);
    shape.window.padEnd = shape.window.padBegin;
    shape.store(resolved);
    resolved.set("ceil_mode", false);
    resolved.set("count_include_pad", true);
  }
  request.attributes = resolved;
  return withSpatial(input.channels(), std::vector<Size>(sizes.begin(), sizes.end()));
}

std::optional<TensorType> globalMaxPoolShape(ShapeRequest& request) {
  return globalPoolShape(request, "global_max_pool");
}
std::optional<TensorType> globalAvgPoolShape(ShapeRequest& request) {
  return globalPoolShape(request, "global_avg_pool");
}

} // namespace convoy::ops
