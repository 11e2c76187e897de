// Normalization, and what goes over all elements of an axis: reductions, softmax, matrices.
#include "onnx/constants.h"
#include "onnx/layers.h"
#include "onnx/node.h"
#include <algorithm>
#include <set>

namespace convoy::onnx {

namespace {

using graph::ValueId;

// ---- normalization ----

void batchNormalization(NodeCall& call) {
  if (call.attribute("training_mode", int64_t(0)) != 0) throw Refused{"it is in training mode"};
  if (call.attribute("spatial", int64_t(1)) == 0)
    throw Refused{"its attribute 'spatial' is 0: a mean for each position"};
  Attributes attributes;
  attributes.set("epsilon", decimal(call.attribute("epsilon", 1e-5f)));
  const Value& x = call.operand(0);
  call.resultLike(x, call.b.layer(OpKind::BatchNorm, {call.b.item(x)}, attributes,
                                  {call.numbers(1), call.numbers(2), call.numbers(3), call.numbers(4)},
                                  call.operandName(1)));
}

void instanceNormalization(NodeCall& call) {
  Attributes attributes;
  attributes.set("epsilon", decimal(call.attribute("epsilon", 1e-5f)));
  attributes.set("affine", true);
  call.result(call.b.layer(OpKind::InstanceNorm, {call.item(0)}, attributes,
                           {call.numbers(1), call.numbers(2)}, call.operandName(1)));
}

void localResponseNormalization(NodeCall& call) {
  const int64_t size = call.attribute("size", int64_t(0));
  if (size % 2 == 0)
    throw Refused{"its attribute 'size' is even"}; // it reaches one channel further ahead than ours
  Attributes attributes;
  attributes.set("size", size);
  attributes.set("alpha", decimal(call.attribute("alpha", 0.0001f)));
  attributes.set("beta", decimal(call.attribute("beta", 0.75f)));
  attributes.set("k", decimal(call.attribute("bias", 1.0f)));
  call.result(call.b.layer(OpKind::LocalResponseNorm, {call.item(0)}, attributes));
}

// ---- over the channels ----

ValueId overChannels(Builder& b, OpKind op, ValueId x) {
  Attributes attributes;
  attributes.set("axes", std::string("channels"));
  return b.layer(op, {x}, attributes);
}

ValueId logSoftmaxOf(Builder& b, ValueId x) {
  const ValueId shifted = b.layer(OpKind::Sub, {x, overChannels(b, OpKind::ReduceMax, x)});
  const ValueId sum = overChannels(b, OpKind::ReduceSum, b.layer(OpKind::Exp, {shifted}));
  return b.layer(OpKind::Sub, {shifted, b.layer(OpKind::Log, {sum})});
}

// Before the opset 13 it goes over all axes from the one that is named.
void softmaxes(NodeCall& call, const std::function<ValueId(ValueId)>& make) {
  const Value& x = call.operand(0);
  const bool isOld = call.version() < 13;
  const size_t axis = call.b.itemAxis(call.axis(call.attribute("axis", int64_t(isOld ? 1 : -1)), x.rank()));
  const Dims dims = call.b.itemOf(x.dims);
  if (!isOld) return call.result(alongAxis(call.b, x, axis, make));
  const auto at = dims.begin() + static_cast<long>(axis);
  const Dims flat = {elementsOf({dims.begin(), at}), elementsOf({at, dims.end()})};
  Value rows = x;
  rows.dims = call.b.wholeOf(flat);
  Value result = alongAxis(call.b, rows, 1, make);
  result.dims = x.dims;
  call.result(std::move(result));
}

void softmax(NodeCall& call) {
  softmaxes(call, [&](ValueId x) { return call.b.layer(OpKind::Softmax, {x}); });
}
void logSoftmax(NodeCall& call) {
  softmaxes(call, [&](ValueId x) { return logSoftmaxOf(call.b, x); });
}

Value withoutAxes(const Builder& b, const Value& value, const std::set<size_t>& axes) {
  Value result = value;
  result.dims.clear();
  for (size_t axis = 0; axis < value.rank(); ++axis)
    if (!axes.count(axis)) result.dims.push_back(value.dims[axis]);
  if (b.isBatched() && result.dims.empty()) throw Refused{"it works along the batch"};
  return result;
}

// The last of equal elements is the first one from behind.
Value reversed(Builder& b, const Value& value, size_t axis) {
  const Size extent = b.itemOf(value.dims)[axis];
  if (!extent.isConstant())
    throw Refused{"it goes backwards over a size that is known only when the pipeline runs"};
  std::vector<int64_t> places;
  for (int64_t place = extent.known(); place-- > 0;) places.push_back(place);
  return picked(b, value, axis, places);
}

void argMax(NodeCall& call) {
  const Value& x = call.operand(0);
  const size_t axis = call.axis(call.attribute("axis", int64_t(0)), x.rank());
  const bool takesLast = call.attribute("select_last_index", int64_t(0)) != 0;
  const Value ordered = takesLast ? reversed(call.b, x, call.b.itemAxis(axis)) : x;
  Value result = alongAxis(call.b, ordered, call.b.itemAxis(axis),
                           [&](ValueId x) { return call.b.layer(OpKind::ArgMax, {x}); });
  if (takesLast) {
    const auto last = static_cast<float>(x.dims[axis].known() - 1);
    result = combined(call.b, OpKind::Sub, constantOf(std::vector<float>{last}, {}), result);
  }
  result.type = DataType::Int64;
  call.result(call.attribute("keepdims", int64_t(1)) != 0 ? result : withoutAxes(call.b, result, {axis}));
}

// ---- reductions ----

std::set<size_t> reducedAxes(const NodeCall& call, size_t rank) {
  std::vector<int64_t> written = call.attribute("axes", std::vector<int64_t>());
  if (call.has(1)) written = call.integers(1);
  std::set<size_t> axes;
  for (int64_t axis : written) axes.insert(call.axis(axis, rank));
  if (axes.empty() && call.attribute("noop_with_empty_axes", int64_t(0)) == 0)
    for (size_t axis = 0; axis < rank; ++axis) axes.insert(axis);
  return axes;
}

ValueId reducedAlong(Builder& b, OpKind op, ValueId x, const std::string& axes) {
  Attributes attributes;
  attributes.set("axes", axes);
  return b.layer(op, {x}, attributes);
}

// Axes of the item, which become 1.
Value reduced(Builder& b, OpKind op, const Value& value, const std::set<size_t>& axes) {
  if (axes.empty()) return value;
  Dims dims = b.itemOf(value.dims), left = dims;
  for (size_t axis : axes) left[axis] = 1;
  ValueId x;
  const bool all = axes.size() == dims.size(), positions = axes.size() + 1 == dims.size() && !axes.count(0);
  if (all) {
    x = reducedAlong(b, op, b.item(value), "all");
  } else if (positions) {
    x = op == OpKind::ReduceMean  ? b.layer(OpKind::GlobalAvgPool, {b.item(value)})
        : op == OpKind::ReduceMax ? b.layer(OpKind::GlobalMaxPool, {b.item(value)})
                                  : reducedAlong(b, op, b.item(value), "spatial");
  } else {
    static constexpr const char* fromLast[] = {"width", "height", "depth"};
    x = b.item(value);
    for (size_t axis : axes)
      x = reducedAlong(b, op, x, axis == 0 ? "channels" : fromLast[dims.size() - 1 - axis]);
  }
  return b.computed(x, left, value.type);
}

using Change = Value (*)(Builder& b, const Value& value);
Value same(Builder&, const Value& value) { return value; }
Value absolute(Builder& b, const Value& value) { return mapped(b, OpKind::Abs, value); }
Value squared(Builder& b, const Value& value) { return combined(b, OpKind::Mul, value, value); }
Value root(Builder& b, const Value& value) { return mapped(b, OpKind::Sqrt, value); }
Value logarithm(Builder& b, const Value& value) { return mapped(b, OpKind::Log, value); }

Value reduction(NodeCall& call, OpKind op, const Value& value, std::set<size_t>& axes) {
  axes = reducedAxes(call, value.rank());
  std::set<size_t> item;
  for (size_t axis : axes) item.insert(call.b.itemAxis(axis));
  return reduced(call.b, op, value, item);
}

void keepOrDrop(NodeCall& call, const Value& result, const std::set<size_t>& axes) {
  call.result(call.attribute("keepdims", int64_t(1)) != 0 ? result : withoutAxes(call.b, result, axes));
}

template <OpKind op, Change before = same, Change after = same> void reduce(NodeCall& call) {
  std::set<size_t> axes;
  const Value sum = reduction(call, op, before(call.b, call.operand(0)), axes);
  keepOrDrop(call, after(call.b, sum), axes);
}

// The largest element is taken out of the sum, so that no exponential overflows.
void reduceLogSumExp(NodeCall& call) {
  std::set<size_t> axes;
  const Value& x = call.operand(0);
  const Value largest = reduction(call, OpKind::ReduceMax, x, axes);
  const Value powers = mapped(call.b, OpKind::Exp, combined(call.b, OpKind::Sub, x, largest));
  const Value sum = reduction(call, OpKind::ReduceSum, powers, axes);
  keepOrDrop(call, combined(call.b, OpKind::Add, mapped(call.b, OpKind::Log, sum), largest), axes);
}

// ---- matrices ----

std::shared_ptr<const graph::ParameterData> matrix(const Value& value, bool transpose, float factor) {
  auto data = std::make_shared<graph::ParameterData>();
  const auto rows = static_cast<size_t>(value.dims[0].known()),
             columns = static_cast<size_t>(value.dims[1].known());
  const std::vector<float> numbers = floatsOf(value);
  data->data.resize(numbers.size());
  for (size_t row = 0; row < rows; ++row)
    for (size_t column = 0; column < columns; ++column)
      data->data[transpose ? column * rows + row : row * columns + column] =
          factor * numbers[row * columns + column];
  return data;
}

// Each row of the operand times a matrix [units][elements of a row]: a dense layer where the row is the item,
// else a convolution of one position.
Value rowsTimes(NodeCall& call, const Value& x, const std::shared_ptr<const graph::ParameterData>& weight,
                int64_t units, const std::shared_ptr<const graph::ParameterData>& bias,
                const std::string& name) {
  std::vector<std::shared_ptr<const graph::ParameterData>> parameters = {weight};
  if (bias) parameters.push_back(bias);
  const Dims item = call.b.itemOf(x.dims);
  if (item.empty()) throw Refused{"it works along the batch"};
  return alongAxis(call.b, x, item.size() - 1, [&](ValueId columns) {
    Attributes attributes;
    attributes.set("bias", bias != nullptr);
    if (call.b.typeOf(columns).spatialRank() == 0) {
      attributes.set("units", units);
      return call.b.layer(OpKind::Dense, {columns}, attributes, parameters, name);
    }
    attributes.set("filters", units);
    attributes.set("kernel",
                   std::vector<int64_t>(static_cast<size_t>(call.b.typeOf(columns).spatialRank()), 1));
    return call.b.layer(OpKind::Conv, {columns}, attributes, parameters, name);
  });
}

// Of two matrices that are both computed: every product, and sums of them.
Value product(Builder& b, const Value& left, const Value& right) {
  if (left.rank() < 2 || right.rank() < 2) throw Refused{"one of its operands has less than 2 dimensions"};
  Value rows = left, columns = right;
  rows.dims.push_back(1);                               // [..., m, k, 1]
  columns.dims.insert(columns.dims.end() - 2, Size(1)); // [..., 1, k, n]
  const Value products = combined(b, OpKind::Mul, rows, columns);
  const size_t axis = products.rank() - 2;
  Value sums = reduced(b, OpKind::ReduceSum, products, {b.itemAxis(axis)});
  sums.dims.erase(sums.dims.begin() + static_cast<long>(axis));
  return sums;
}

void matMul(NodeCall& call) {
  const Value &left = call.operand(0), &right = call.operand(1);
  if (left.isComputed() && right.isConstant() && right.rank() == 2)
    return call.result(
        rowsTimes(call, left, matrix(right, true, 1), right.dims[1].known(), nullptr, call.operandName(1)));
  call.result(product(call.b, left, right));
}

Value turned(Builder& b, const Value& value, bool transpose) {
  if (!transpose) return value;
  if (value.rank() != 2) throw Refused{"its operand is no matrix"};
  b.itemAxis(0);
  if (value.isConstant()) throw Refused{"it turns a matrix that is known when compiling"};
  return b.computed(transposed(b, b.item(value), {1, 0}));
}

void gemm(NodeCall& call) {
  const float alpha = call.attribute("alpha", 1.0f), beta = call.attribute("beta", 1.0f);
  const bool turnLeft = call.attribute("transA", int64_t(0)) != 0,
             turnRight = call.attribute("transB", int64_t(0)) != 0;
  const Value left = turned(call.b, call.operand(0), turnLeft);
  const Value& right = call.operand(1);
  if (left.rank() != 2 || right.rank() != 2) throw Refused{"one of its operands is no matrix"};
  if (!right.isConstant()) {
    Value sum = product(call.b, left, turned(call.b, right, turnRight));
    if (alpha != 1) sum = combined(call.b, OpKind::Mul, sum, alpha);
    if (!call.has(2) || beta == 0) return call.result(sum);
    return call.result(
        combined(call.b, OpKind::Add, sum,
                 beta == 1 ? call.operand(2) : combined(call.b, OpKind::Mul, call.operand(2), beta)));
  }
  const int64_t units = right.dims[turnRight ? 0 : 1].known();
  // A bias for each unit is the layer's own; another one is added.
  std::shared_ptr<const graph::ParameterData> bias;
  const bool isBias = call.has(2) && call.operand(2).isConstant() &&
                      elementsOf(call.operand(2).dims) == Size(units) &&
                      (call.operand(2).rank() == 1 || call.operand(2).dims[0] == Size(1));
  if (isBias)
    bias = beta == 1 ? call.numbers(2)
                     : mappedConstant(call.operand(2), [&](float x) { return beta * x; }).numbers;
  const auto weight = turnRight && alpha == 1 ? call.numbers(1) : matrix(right, !turnRight, alpha);
  Value result = rowsTimes(call, left, weight, units, bias, call.operandName(1));
  if (call.has(2) && !isBias && beta != 0)
    result = combined(call.b, OpKind::Add, result,
                      beta == 1 ? call.operand(2) : combined(call.b, OpKind::Mul, call.operand(2), beta));
  call.result(std::move(result));
}

} // namespace

const std::vector<Operator>& channelOperators() {
  static const std::vector<Operator> table = {
      {"BatchNormalization", batchNormalization, 6},
      {"InstanceNormalization", instanceNormalization},
      {"LRN", localResponseNormalization},
      {"Softmax", softmax},
      {"LogSoftmax", logSoftmax},
      {"ArgMax", argMax},
      {"ReduceMean", reduce<OpKind::ReduceMean>},
      {"ReduceMax", reduce<OpKind::ReduceMax>},
      {"ReduceMin", reduce<OpKind::ReduceMin>},
      {"ReduceSum", reduce<OpKind::ReduceSum>},
      {"ReduceL1", reduce<OpKind::ReduceSum, absolute>},
      {"ReduceL2", reduce<OpKind::ReduceSum, squared, root>},
      {"ReduceSumSquare", reduce<OpKind::ReduceSum, squared>},
      {"ReduceLogSum", reduce<OpKind::ReduceSum, same, logarithm>},
      {"ReduceLogSumExp", reduceLogSumExp},
      {"MatMul", matMul},
      {"Gemm", gemm, 6},
  };
  return table;
}

} // namespace convoy::onnx
