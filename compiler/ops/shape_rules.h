// The shape rules and access maps that the op table's rows point to. See OpInfo for what they promise.
#pragma once
#include "ops/op_table.h"

namespace convoy::ops {

// Shape rules.
std::optional<TensorType> convShape(ShapeRequest& request);
std::optional<TensorType> maxPoolShape(ShapeRequest& request);
std::optional<TensorType> avgPoolShape(ShapeRequest& request);
std::optional<TensorType> globalMaxPoolShape(ShapeRequest& request);
std::optional<TensorType> globalAvgPoolShape(ShapeRequest& request);
std::optional<TensorType> sameShape(ShapeRequest& request); // one operand, no attributes
std::optional<TensorType> clampShape(ShapeRequest& request);
std::optional<TensorType> addShape(ShapeRequest& request);
std::optional<TensorType> subShape(ShapeRequest& request);
std::optional<TensorType> mulShape(ShapeRequest& request);
std::optional<TensorType> divShape(ShapeRequest& request);
std::optional<TensorType> compareShape(ShapeRequest& request);
std::optional<TensorType> selectShape(ShapeRequest& request);
std::optional<TensorType> batchNormShape(ShapeRequest& request);
std::optional<TensorType> luminanceShape(ShapeRequest& request);
std::optional<TensorType> concatShape(ShapeRequest& request);
std::optional<TensorType> flattenShape(ShapeRequest& request);
std::optional<TensorType> denseShape(ShapeRequest& request);

using Operands = std::vector<TensorType>;
using AccessMaps = std::vector<AccessMap>;
AccessMaps convAccess(const Operands& operands, const Attributes& attributes, const TensorType& result);
AccessMaps poolAccess(const Operands& operands, const Attributes& attributes, const TensorType& result);
AccessMaps elementwiseAccess(const Operands& operands, const Attributes& attributes,
                             const TensorType& result);
AccessMaps channelAccess(const Operands& operands, const Attributes& attributes, const TensorType& result);
AccessMaps globalAccess(const Operands& operands, const Attributes& attributes, const TensorType& result);
AccessMaps concatAccess(const Operands& operands, const Attributes& attributes, const TensorType& result);
AccessMaps denseAccess(const Operands& operands, const Attributes& attributes, const TensorType& result);
AccessMaps allAccess(const Operands& operands, const Attributes& attributes, const TensorType& result);

} // namespace convoy::ops
