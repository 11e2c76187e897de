// The rows.
#include "ops/op_table.h"
#include "ops/attribute_groups.h"
#include "ops/shape_rules.h"
#include "support/internal_error.h"

namespace convoy {

namespace {

using namespace ops;

std::vector<ResolvedSpec> resolvedWindowAnd(std::vector<ResolvedSpec> more) {
  std::vector<ResolvedSpec> specs = resolvedWindow();
  specs.insert(specs.end(), more.begin(), more.end());
  return specs;
}

std::vector<AttributeSpec> poolAttributes(bool counts) {
  std::vector<AttributeSpec> specs = {
      {"window", AttributeForm::Sizes, true, std::nullopt, "Extent of the window, per axis."},
      strideAttribute(std::nullopt),
      paddingAttribute(),
      dilationAttribute(),
      {"ceil_mode", AttributeForm::Bool, false, "false",
       "Round the number of windows up; the last one must start inside the input or its leading padding."}};
  if (counts)
    specs.push_back({"count_include_pad", AttributeForm::Bool, false, "true",
                     "Padding counts in the divisor; what hangs over the padded end never does."});
  return specs;
}

std::vector<OpInfo> makeTable() {
  const std::vector<AttributeSpec> none;
  const std::vector<ResolvedSpec> nothing;
  return {
      {OpKind::Conv,
       "conv",
       nullptr,
       1,
       1,
       {{"filters", AttributeForm::Int, true, std::nullopt,
         "Number of feature maps; literal kernels give it."},
        {"kernel", AttributeForm::Kernel, false, std::nullopt,
         "Extent of the kernel, per axis, or its values."},
        strideAttribute("1"),
        paddingAttribute(),
        borderAttribute(),
        dilationAttribute(),
        {"groups", AttributeForm::Int, false, "1",
         "Channels and filters are split into this many separate parts."},
        {"bias", AttributeForm::Bool, false, "true", "Add a learned number to each feature map."}},
       resolvedWindowAnd({{ResolvedSpec::Border, "border"}, {ResolvedSpec::Int, "groups"}}),
       false,
       convShape,
       convAccess,
       "Cross-correlation of the input with kernels; kernels are never flipped."},
      {OpKind::MaxPool, "max_pool", nullptr, 1, 1, poolAttributes(false),
       resolvedWindowAnd({{ResolvedSpec::Bool, "ceil_mode"}}), false, maxPoolShape, poolAccess,
       "The largest element of each window; padding is minus infinity, NaN passes through."},
      {OpKind::AvgPool, "avg_pool", nullptr, 1, 1, poolAttributes(true),
       resolvedWindowAnd({{ResolvedSpec::Bool, "ceil_mode"}, {ResolvedSpec::Bool, "count_include_pad"}}),
       false, avgPoolShape, poolAccess,
       "The sum of each window divided by the number of its positions; padding adds 0."},
      {OpKind::GlobalMaxPool, "global_max_pool", nullptr, 1, 1, none, nothing, false, globalMaxPoolShape,
       globalAccess, "The largest element of each channel; NaN passes through."},
      {OpKind::GlobalAvgPool, "global_avg_pool", nullptr, 1, 1, none, nothing, false, globalAvgPoolShape,
       globalAccess, "The mean of each channel."},
      {OpKind::Relu, "relu", nullptr, 1, 1, none, nothing, true, sameShape, elementwiseAccess,
       "max(x, 0); NaN passes through."},
      {OpKind::Clamp,
       "clamp",
       nullptr,
       1,
       1,
       {{"low", AttributeForm::Float, true, std::nullopt, "Smallest result."},
        {"high", AttributeForm::Float, true, std::nullopt, "Largest result."}},
       {{ResolvedSpec::Float, "low"}, {ResolvedSpec::Float, "high"}},
       true,
       clampShape,
       elementwiseAccess,
       "Limits each element to low..high; NaN passes through."},
      {OpKind::Abs, "abs", nullptr, 1, 1, none, nothing, true, sameShape, elementwiseAccess,
       "The absolute value of each element."},
      {OpKind::Sqrt, "sqrt", nullptr, 1, 1, none, nothing, true, sameShape, elementwiseAccess,
       "The square root of each element; NaN for negative ones."},
      {OpKind::Add, "add", "+", 2, 2, none, nothing, true, addShape, elementwiseAccess,
       "The sum of two tensors; an extent of 1 and tensor[C] are repeated."},
      {OpKind::Sub, "sub", "-", 2, 2, none, nothing, true, subShape, elementwiseAccess,
       "The difference of two tensors; an extent of 1 and tensor[C] are repeated."},
      {OpKind::Mul, "mul", "*", 2, 2, none, nothing, true, mulShape, elementwiseAccess,
       "The product of two tensors, element by element; an extent of 1 and tensor[C] are repeated."},
      {OpKind::Div, "div", "/", 2, 2, none, nothing, true, divShape, elementwiseAccess,
       "The quotient of two tensors, element by element; an extent of 1 and tensor[C] are repeated."},
      {OpKind::Luminance, "luminance", nullptr, 1, 1, none, nothing, false, luminanceShape, channelAccess,
       "0.299 R + 0.587 G + 0.114 B."},
      {OpKind::Concat, "concat", nullptr, 1, -1, none, nothing, false, concatShape, concatAccess,
       "The channels of all operands, one after another."},
      {OpKind::Flatten, "flatten", nullptr, 1, 1, none, nothing, false, flattenShape, allAccess,
       "All elements as one tensor[C], in the order channels, depth, height, width."},
      {OpKind::Dense,
       "dense",
       nullptr,
       1,
       1,
       {{"units", AttributeForm::Int, true, std::nullopt, "Number of results."},
        {"bias", AttributeForm::Bool, false, "true", "Add a learned number to each result."}},
       nothing,
       false,
       denseShape,
       denseAccess,
       "Every result is a weighted sum of all elements."},
      {OpKind::Softmax, "softmax", nullptr, 1, 1, none, nothing, false, sameShape, channelAccess,
       "exp(x) over its sum along the channels, at each position."},
      {OpKind::BatchNorm,
       "batch_norm",
       nullptr,
       1,
       1,
       {{"epsilon", AttributeForm::Float, false, "1e-5", "Added to the variance."}},
       {{ResolvedSpec::Float, "epsilon"}},
       true,
       batchNormShape,
       elementwiseAccess,
       "(x - running_mean) / sqrt(running_var + epsilon) * weight + bias, with a number of each per "
       "channel."},
      {OpKind::Less, "less", "<", 2, 2, none, nothing, true, compareShape, elementwiseAccess,
       "1 where the first is less than the second, else 0; 0 where one is NaN."},
      {OpKind::LessEqual, "less_equal", "<=", 2, 2, none, nothing, true, compareShape, elementwiseAccess,
       "1 where the first is at most the second, else 0; 0 where one is NaN."},
      {OpKind::Greater, "greater", ">", 2, 2, none, nothing, true, compareShape, elementwiseAccess,
       "1 where the first is greater than the second, else 0; 0 where one is NaN."},
      {OpKind::GreaterEqual, "greater_equal", ">=", 2, 2, none, nothing, true, compareShape,
       elementwiseAccess, "1 where the first is at least the second, else 0; 0 where one is NaN."},
      {OpKind::Equal, "equal", "==", 2, 2, none, nothing, true, compareShape, elementwiseAccess,
       "1 where both are equal, else 0; 0 where one is NaN."},
      {OpKind::NotEqual, "not_equal", "!=", 2, 2, none, nothing, true, compareShape, elementwiseAccess,
       "1 where both differ, else 0; 1 where one is NaN."},
      {OpKind::Select, "select", nullptr, 3, 3, none, nothing, true, selectShape, elementwiseAccess,
       "select(c, a, b): a where c is not 0, else b; NaN is not 0."},
  };
}

} // namespace

const std::vector<OpInfo>& opTable() {
  static const std::vector<OpInfo> table = makeTable();
  return table;
}

const OpInfo& opInfo(OpKind kind) {
  const OpInfo& row = opTable()[static_cast<size_t>(kind)];
  require(row.kind == kind, "the op table's rows are in the order of OpKind");
  return row;
}

const OpInfo* findOp(std::string_view name) {
  for (const OpInfo& row : opTable())
    if (row.name == name) return &row;
  return nullptr;
}

int activationCount(const OpInfo& info, int count) {
  return info.maxOperands < 0 || count < info.maxOperands ? count : info.maxOperands;
}

} // namespace convoy
