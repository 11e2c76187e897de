// Convolution and pooling.
#include "onnx/layers.h"
#include "onnx/node.h"
#include <cmath>

namespace convoy::onnx {

namespace {

using Ints = std::vector<int64_t>;

// The operand of a window: an item with 1 to 3 dimensions of positions.
graph::ValueId image(NodeCall& call) {
  const graph::ValueId x = call.item(0);
  if (call.b.typeOf(x).spatialRank() < 1) throw Refused{"its operand has no positions beside the channels"};
  return x;
}

// The extent of the kernel, from the attribute or from the weight.
Ints kernelOf(const NodeCall& call, const Dims* weight) {
  Ints kernel = call.attribute("kernel_shape", Ints());
  if (weight && kernel.empty())
    for (size_t axis = 2; axis < weight->size(); ++axis) kernel.push_back((*weight)[axis].known());
  if (kernel.empty()) throw Refused{"its attribute 'kernel_shape' is missing"};
  return kernel;
}

Ints perAxis(const NodeCall& call, const char* name, size_t rank, int64_t fallback) {
  Ints numbers = call.attribute(name, Ints(rank, fallback));
  if (numbers.size() != rank)
    throw Refused{std::string("its attribute '") + name + "' has " + std::to_string(numbers.size()) +
                  " numbers for " + std::to_string(rank) + " axes"};
  return numbers;
}

// `pads` has all starts, then all ends; in a script each axis has both sides in turn.
void setPadding(Attributes& attributes, const Ints& pads) {
  const size_t rank = pads.size() / 2;
  std::vector<Size> sides;
  for (size_t axis = 0; axis < rank; ++axis) {
    sides.push_back(pads[axis]);
    sides.push_back(pads[axis + rank]);
  }
  attributes.set("padding", sides);
}

// Kernel (as `name`), stride, dilation and padding.
Attributes window(const NodeCall& call, const char* name, const Ints& kernel) {
  const size_t rank = kernel.size();
  Attributes attributes;
  attributes.set(name, kernel);
  attributes.set("stride", perAxis(call, "strides", rank, 1));
  attributes.set("dilation", perAxis(call, "dilations", rank, 1));
  const std::string automatic = call.attribute("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    attributes.set("padding", std::string(automatic == "SAME_UPPER" ? "same" : "same_lower"));
  } else if (automatic == "NOTSET" || automatic == "VALID") {
    setPadding(attributes, automatic == "VALID" ? Ints(2 * rank, 0) : perAxis(call, "pads", 2 * rank, 0));
  } else {
    throw Refused{"its attribute 'auto_pad' is '" + automatic + "'"};
  }
  return attributes;
}

struct Weights {
  std::vector<std::shared_ptr<const graph::ParameterData>> parameters; // the weight, perhaps a bias
  const Dims& dims;
};

Weights weightsOf(const NodeCall& call) {
  Weights weights{{call.numbers(1)}, call.constant(1).dims};
  if (call.has(2)) weights.parameters.push_back(call.numbers(2));
  return weights;
}

void conv(NodeCall& call) {
  const graph::ValueId x = image(call);
  const Weights weights = weightsOf(call);
  if (weights.dims.size() < 3) throw Refused{"its weight has less than 3 dimensions"};
  Attributes attributes = window(call, "kernel", kernelOf(call, &weights.dims));
  attributes.set("filters", weights.dims[0].known());
  attributes.set("groups", call.attribute("group", int64_t(1)));
  attributes.set("bias", call.has(2));
  call.result(call.b.layer(OpKind::Conv, {x}, attributes, weights.parameters, call.operandName(1)));
}

// Pads of a transposed convolution whose results are so many; what is missing behind them is output padding.
void padForResults(const NodeCall& call, Attributes& attributes, const TensorType& input,
                   const Ints& results) {
  const auto &kernel = attributes.get<Ints>("kernel"), &stride = attributes.get<Ints>("stride"),
             &dilation = attributes.get<Ints>("dilation");
  Ints extra = attributes.get<Ints>("output_padding");
  const bool upper = call.attribute("auto_pad", "NOTSET") == "SAME_UPPER";
  Ints begin, end;
  for (size_t axis = 0; axis < kernel.size(); ++axis) {
    const Size& n = input.spatial(static_cast<int>(axis));
    const Size wanted = results.empty() ? n * Size(stride[axis]) : Size(results[axis]);
    const Size total =
        (n - 1) * Size(stride[axis]) + extra[axis] + (kernel[axis] - 1) * dilation[axis] + 1 - wanted;
    if (!total.isConstant())
      throw Refused{"its padding depends on sizes that are known only when the pipeline runs"};
    const int64_t cut = std::max<int64_t>(total.known(), 0);
    extra[axis] += cut - total.known();
    begin.push_back(upper ? cut / 2 : cut - cut / 2);
    end.push_back(cut - begin.back());
  }
  attributes.set("output_padding", extra);
  begin.insert(begin.end(), end.begin(), end.end());
  setPadding(attributes, begin);
}

void convTranspose(NodeCall& call) {
  const graph::ValueId x = image(call);
  const Weights weights = weightsOf(call);
  if (weights.dims.size() < 3) throw Refused{"its weight has less than 3 dimensions"};
  const int64_t groups = call.attribute("group", int64_t(1));
  const Ints kernel = kernelOf(call, &weights.dims);
  Attributes attributes;
  attributes.set("filters", weights.dims[1].known() * groups);
  attributes.set("kernel", kernel);
  attributes.set("stride", perAxis(call, "strides", kernel.size(), 1));
  attributes.set("dilation", perAxis(call, "dilations", kernel.size(), 1));
  attributes.set("output_padding", perAxis(call, "output_padding", kernel.size(), 0));
  attributes.set("groups", groups);
  attributes.set("bias", call.has(2));
  const std::string automatic = call.attribute("auto_pad", "NOTSET");
  const Ints results = call.attribute("output_shape", Ints());
  if (!results.empty() || automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const Ints extents(results.size() > kernel.size() ? results.end() - static_cast<long>(kernel.size())
                                                      : results.begin(),
                       results.end());
    padForResults(call, attributes, call.b.typeOf(x), extents);
  } else {
    setPadding(attributes, automatic == "VALID" ? Ints(2 * kernel.size(), 0)
                                                : perAxis(call, "pads", 2 * kernel.size(), 0));
  }
  call.result(call.b.layer(OpKind::TransposedConv, {x}, attributes, weights.parameters, call.operandName(1)));
}

Attributes pool(const NodeCall& call) {
  Attributes attributes = window(call, "window", kernelOf(call, nullptr));
  attributes.set("ceil_mode", call.attribute("ceil_mode", int64_t(0)) != 0);
  return attributes;
}

void maxPool(NodeCall& call) {
  const graph::ValueId x = image(call);
  call.result(call.b.layer(OpKind::MaxPool, {x}, pool(call)));
}

void averagePool(NodeCall& call) {
  const graph::ValueId x = image(call);
  Attributes attributes = pool(call);
  attributes.set("count_include_pad", call.attribute("count_include_pad", int64_t(0)) != 0);
  call.result(call.b.layer(OpKind::AvgPool, {x}, attributes));
}

// Sums of powers, and their root.
void lpPool(NodeCall& call) {
  const graph::ValueId x = image(call);
  const int64_t p = call.attribute("p", int64_t(2));
  Attributes attributes = pool(call);
  attributes.set("count_include_pad", true);
  attributes.set("divisor", int64_t(1));
  const graph::ValueId sums = call.b.layer(OpKind::AvgPool, {absolutePower(call.b, x, p)}, attributes);
  call.result(rootOf(call.b, sums, p));
}

void globalAveragePool(NodeCall& call) { call.result(call.b.layer(OpKind::GlobalAvgPool, {image(call)})); }
void globalMaxPool(NodeCall& call) { call.result(call.b.layer(OpKind::GlobalMaxPool, {image(call)})); }

void globalLpPool(NodeCall& call) {
  const int64_t p = call.attribute("p", int64_t(2));
  Attributes attributes;
  attributes.set("axes", std::string("spatial"));
  const graph::ValueId x = image(call);
  const graph::ValueId sums = call.b.layer(OpKind::ReduceSum, {absolutePower(call.b, x, p)}, attributes);
  call.result(rootOf(call.b, sums, p));
}

} // namespace

const std::vector<Operator>& windowOperators() {
  static const std::vector<Operator> table = {
      {"Conv", conv},
      {"ConvTranspose", convTranspose},
      {"MaxPool", maxPool},
      {"AveragePool", averagePool},
      {"LpPool", lpPool},
      {"GlobalAveragePool", globalAveragePool},
      {"GlobalMaxPool", globalMaxPool},
      {"GlobalLpPool", globalLpPool},
  };
  return table;
}

} // namespace convoy::onnx
