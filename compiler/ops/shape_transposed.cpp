// The shape rule of the transposed convolution: the window slides over the result.
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"
#include <algorithm>

namespace convoy::ops {

namespace {

constexpr const char* op = "transposed_conv";

// What lies behind the last window, per axis: less than a stride or a dilation, so that every result belongs
// to one input size.
bool outputPadding(ShapeRequest& request, const Window& window, std::vector<int64_t>& extra) {
  extra = request.attributes.get<std::vector<int64_t>>("output_padding");
  if (!perAxis(request, op, "output_padding", 0, extra)) return false;
  for (size_t axis = 0; axis < extra.size(); ++axis) {
    const int64_t most = std::max(window.stride[axis], window.dilation[axis]) - 1;
    if (extra[axis] <= most) continue;
    request.diags
        .report(diag::AttributeOutOfRange, request.attributeLocation("output_padding"), op, "output_padding",
                "at most " + std::to_string(most), extra[axis])
        .help("it is less than the stride or the dilation; a larger result needs less padding");
    return false;
  }
  return true;
}

// At least one result must be left along the axis: provably, provably not, or to be checked when it runs.
bool requireResult(ShapeRequest& request, int axis, const Size& results) {
  if (auto low = results.lowerBound(); low && *low >= 1) return true;
  const TensorType& input = request.operands[0];
  if (auto high = results.upperBound(); high && *high < 1) {
    request.misfits = {1 + axis};
    auto report = request.diags.report(diag::NothingLeft, request.attributeLocation("padding"), op,
                                       input.str(), axisName(input, 1 + axis));
    labelOperand(request, report, 0);
    report.help("padding of a transposed convolution cuts off results; use less of it");
    return false;
  }
  request.checks.push_back({ShapeRequest::RuntimeCheck::AtLeast, results, 1,
                            std::string(op) + " '" + request.layer + "' needs a larger input along " +
                                axisName(input, 1 + axis) + ": its padding cuts off all results"});
  return true;
}

} // namespace

std::optional<TensorType> transposedConvShape(ShapeRequest& request) {
  if (!requireSpatial(request, op)) return std::nullopt;
  const TensorType& input = request.operands[0];
  auto shape = resolveTransposed(request, op);
  std::vector<int64_t> extra;
  if (!shape || !outputPadding(request, shape->window, extra)) return std::nullopt;

  // A node has its weight as an operand, which says the number of filters.
  const bool isNode = request.operands.size() > 1 && !request.attributes.has("filters");
  const int64_t channels = input.channels();
  int64_t groups = 0, filters = 0;
  if (!integerAttribute(request, op, "groups", 1, groups)) return std::nullopt;
  if (isNode)
    filters = request.operands[1].dims[1].known() * groups;
  else if (!integerAttribute(request, op, "filters", 1, filters))
    return std::nullopt;
  const bool bias = isNode ? request.operands.size() > 2 : request.attributes.get<bool>("bias");
  if (!divisible(request, channels, "channel", groups) || !divisible(request, filters, "filter", groups))
    return std::nullopt;

  const Window& window = shape->window;
  TensorType result;
  result.dims.push_back(filters);
  for (int axis = 0; axis < input.spatialRank(); ++axis) {
    const Size fixed = window.dilation[axis] * (window.kernel[axis] - 1) + 1 + extra[axis];
    const Size extent = (input.spatial(axis) - 1) * Size(window.stride[axis]) + fixed -
                        window.padBegin[axis] - window.padEnd[axis];
    if (!requireResult(request, axis, extent)) return std::nullopt;
    result.dims.push_back(extent);
  }
  ParameterSpec weight{"weight", {channels, filters / groups}};
  weight.shape.insert(weight.shape.end(), window.kernel.begin(), window.kernel.end());
  if (!checkParameterCount(request, op, weight)) return std::nullopt;
  request.parameters.push_back(std::move(weight));
  if (bias) request.parameters.push_back({"bias", {filters}});

  Attributes resolved;
  shape->store(resolved);
  resolved.set("output_padding", extra);
  resolved.set("groups", groups);
  request.attributes = resolved;
  return result;
}

} // namespace convoy::ops
