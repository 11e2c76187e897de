// The shape rules and access maps that the op table's rows point to. See OpInfo for what they promise.
#pragma once
#include "ops/op_table.h"

namespace convoy::ops {

using Operands = std::vector<TensorType>;
using AccessMaps = std::vector<AccessMap>;

// Whether a word of `axes` means this axis of a tensor with so many spatial dimensions.
bool isReduced(const std::string& axes, int spatialRank, int axis);

#define CONVOY_OP(kind, shape, access, ...)                                                                  \
  std::optional<TensorType> shape(ShapeRequest& request);                                                    \
  AccessMaps access(const Operands& operands, const Attributes& attributes, const TensorType& result);
#include "ops/ops.def"
#undef CONVOY_OP

} // namespace convoy::ops
