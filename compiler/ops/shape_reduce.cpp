// Shape rules of reductions.
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"

namespace convoy::ops {

// Named as by depth(x), height(x) and width(x).
bool isReduced(const std::string& axes, int spatialRank, int axis) {
  if (axes == "all") return true;
  if (axes == "channels" || axis == 0) return axis == 0 && axes == "channels";
  const int fromLast = spatialRank - axis;
  return axes == "spatial" || (axes == "width" && fromLast == 0) || (axes == "height" && fromLast == 1) ||
         (axes == "depth" && fromLast == 2);
}

namespace {

std::optional<TensorType> reduceShape(ShapeRequest& request, const char* op) {
  if (!request.attributes.has("axes")) {
    missingAttribute(request, op, "axes");
    return std::nullopt;
  }
  const auto& axes = request.attributes.get<std::string>("axes");
  TensorType result{request.operands[0].dims, ImageKind::None};
  bool any = false;
  for (int axis = 0; axis <= result.spatialRank(); ++axis)
    if (isReduced(axes, result.spatialRank(), axis)) result.dims[static_cast<size_t>(axis)] = 1, any = true;
  if (any) return result;
  wrongOperand(request, op,
               axes == "spatial" ? "a tensor with height and width" : "a tensor that has a " + axes, 0)
      .help("of the channels: axes: channels");
  return std::nullopt;
}

} // namespace

std::optional<TensorType> reduceMeanShape(ShapeRequest& request) {
  return reduceShape(request, "reduce_mean");
}
std::optional<TensorType> reduceSumShape(ShapeRequest& request) { return reduceShape(request, "reduce_sum"); }
std::optional<TensorType> reduceMaxShape(ShapeRequest& request) { return reduceShape(request, "reduce_max"); }
std::optional<TensorType> reduceMinShape(ShapeRequest& request) { return reduceShape(request, "reduce_min"); }

std::optional<TensorType> argMaxShape(ShapeRequest& request) {
  TensorType result{request.operands[0].dims, ImageKind::None};
  result.dims[0] = 1;
  return result;
}

} // namespace convoy::ops
