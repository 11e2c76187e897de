// requiredRegion against the reference: which input elements change an output element when they change?
#include "one_layer.h"
#include "reference/layers.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <set>

namespace convoy::reference {
namespace {

struct Case {
  OpKind op;
  std::vector<TensorType> inputs;
  Attributes attributes;
  bool exact; // every element of the region is used, not only those of a sub-lattice
  std::string name;
};

std::vector<std::vector<float>> positiveParameters(const Case& c) {
  Attributes attributes = c.attributes;
  DiagnosticEngine diags;
  ShapeRequest request{c.inputs, attributes, {}, diags};
  if (!resultType(opInfo(c.op), request)) throw std::runtime_error(diags.all().front()->message);
  std::vector<std::vector<float>> all;
  for (const ParameterSpec& spec : request.parameters) {
    int64_t count = 1;
    for (int64_t extent : spec.shape) count *= extent;
    all.emplace_back();
    const float step = spec.element != Element::F32 ? 1 : 0.125f,
                factor = spec.name == "multiplier" ? 0x1p-6f : 1;
    for (int64_t i = 0; i < count; ++i)
      all.back().push_back(factor * (1.0f + static_cast<float>(i % 7) * step));
  }
  return all;
}

std::vector<int64_t> indexOf(int64_t flat, const Ints& shape) {
  std::vector<int64_t> index(shape.size());
  for (size_t axis = shape.size(); axis-- > 0; flat /= shape[axis]) index[axis] = flat % shape[axis];
  return index;
}

// Whether position `index` of the operand is in the region, or stands for a position of it outside of the
// operand.
bool covers(const Region& region, const Ints& shape, const std::vector<int64_t>& index, BorderMode mode) {
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    int64_t begin = *region[axis].begin.constant(), end = *region[axis].end.constant();
    bool hit = false;
    for (int64_t p = begin; p < end; ++p) hit = hit || borderPosition(mode, p, shape[axis]) == index[axis];
    if (!hit) return false;
  }
  return true;
}

void checkRegions(const Case& c, std::mt19937& engine) {
  SCOPED_TRACE(c.name);
  graph::Graph graph = oneLayer(c.op, c.inputs, c.attributes, positiveParameters(c));
  const graph::Value& node = graph.value(graph.outputs[0].value);
  std::vector<TensorType> operandTypes;
  for (graph::ValueId id : node.operands) operandTypes.push_back(graph.value(id).type);
  auto maps = opInfo(c.op).access(operandTypes, node.attributes, node.type);
  ASSERT_EQ(maps.size(), node.operands.size());
  const bool scaled = maps[0].back().kind == AxisAccess::Scaled; // outside is the edge
  BorderMode mode = node.attributes.has("border") ? node.attributes.get<Border>("border").mode
                    : scaled                      ? BorderMode::Replicate
                                                  : BorderMode::Constant;

  std::vector<Tensor> inputs;
  for (const TensorType& type : c.inputs) {
    Tensor x;
    for (const Size& dim : type.dims) x.shape.push_back(*dim.constant());
    // Different everywhere, so that an average or a difference cannot hide a change.
    for (int64_t i = 0; i < x.elements(); ++i) x.data.push_back(1 + static_cast<double>((i * 7) % 31) / 32);
    inputs.push_back(std::move(x));
  }
  std::vector<double> before = run(graph, inputs);
  Ints shape;
  for (const Size& dim : node.type.dims) shape.push_back(*dim.constant());

  for (size_t operand = 0; operand < inputs.size(); ++operand)
    for (size_t i = 0; i < inputs[operand].data.size(); ++i) {
      std::vector<Tensor> changed = inputs;
      changed[operand].data[i] = 64 + static_cast<double>(engine() % 8); // the largest: a maximum sees it too
      std::vector<double> after = run(graph, changed);
      auto source = indexOf(static_cast<int64_t>(i), inputs[operand].shape);
      for (size_t o = 0; o < after.size(); ++o) {
        Region result;
        for (int64_t at : indexOf(static_cast<int64_t>(o), shape)) result.push_back({at, at + 1});
        bool inside = covers(requiredRegion(maps[operand], c.inputs[operand], result), inputs[operand].shape,
                             source, mode);
        bool influences = before[o] != after[o];
        ASSERT_TRUE(inside || !influences) << "input " << operand << "[" << i << "] changes output " << o;
        if (c.exact) ASSERT_EQ(inside, influences) << "input " << operand << "[" << i << "], output " << o;
      }
    }
}

Attributes maxAttributes(Attributes a) {
  a.erase("count_include_pad");
  return a;
}
Attributes limits() {
  Attributes a;
  a.set("low", 0.0);
  a.set("high", 1000.0);
  return a;
}
Attributes epsilon() {
  Attributes a;
  a.set("epsilon", 0.5);
  return a;
}
Attributes adaptive(Ints size) {
  Attributes a;
  a.set("size", std::move(size));
  return a;
}
Attributes over(const char* axes) {
  Attributes a;
  a.set("axes", std::string(axes));
  return a;
}
Attributes numbers() {
  Attributes a;
  a.set("mean", std::vector<double>{1, 2});
  a.set("std", std::vector<double>{0.5});
  return a;
}
Attributes affine() {
  Attributes a = epsilon();
  a.set("affine", true);
  return a;
}
Attributes responses(int64_t size) {
  Attributes a;
  a.set("size", size);
  for (const char* name : {"alpha", "beta", "k"}) a.set(name, 0.5);
  return a;
}
Attributes dense() {
  Attributes a;
  a.set("units", int64_t(3));
  a.set("bias", true);
  return a;
}

// Of a layer that sums products of whole numbers.
Attributes quantized(Attributes a) {
  a.erase("border");
  a.set("input_zero_point", int64_t(0));
  a.set("zero_point", int64_t(0));
  a.set("type", std::string("u8"));
  return a;
}
TensorType bytes(std::vector<Size> dims) { return {std::move(dims), ImageKind::None, false, Element::U8}; }

Attributes with(std::vector<std::pair<std::string, Attribute>> all) {
  Attributes a;
  for (auto& [name, value] : all) a.set(name, std::move(value));
  return a;
}

// With the defaults of its attributes, and 0.5 for numbers that have none.
Case elementwiseCase(const OpInfo& row) {
  TensorType operand{{2, 3}};
  if (row.elements == Elements::Dequantizes || row.elements == Elements::Whole) operand.element = Element::U8;
  Case c{
      row.kind, std::vector<TensorType>(static_cast<size_t>(row.maxOperands), operand), {}, false, row.name};
  for (const AttributeSpec& spec : row.attributes) {
    if (spec.form == AttributeForm::Float)
      c.attributes.set(spec.name, spec.fallback ? std::stod(*spec.fallback) : 0.5);
    if (spec.form == AttributeForm::Int)
      c.attributes.set(spec.name, int64_t(std::stol(spec.fallback.value_or("1"))));
    if (spec.form == AttributeForm::Bool) c.attributes.set(spec.name, spec.fallback == "true");
    if (spec.form == AttributeForm::Word) c.attributes.set(spec.name, spec.fallback.value_or(""));
  }
  return c;
}

TEST(Access, RegionsCoverWhatInfluencesEveryLayer) {
  std::vector<Case> cases = {
      {OpKind::Conv, {{{2, 5, 6}}}, convAttributes(3, {3, 2}, {2, 1}, {1}, Ints{1}), true, "conv"},
      {OpKind::Conv,
       {{{2, 7}}},
       convAttributes(2, {3}, {1}, {2}, std::string("same")),
       false,
       "conv, dilated"},
      {OpKind::Conv,
       {{{2, 4, 5}}},
       convAttributes(2, {3, 3}, {1}, {1}, Ints{2}, {BorderMode::Reflect101}, 2),
       true,
       "conv per channel, reflect101"},
      {OpKind::Conv,
       {{{2, 3, 3}}},
       convAttributes(2, {3, 3}, {1}, {1}, Ints{4}, {BorderMode::Wrap}),
       true,
       "conv, wrap"},
      {OpKind::Conv,
       {{{1, 3, 4}}},
       convAttributes(1, {3, 3}, {1}, {1}, Ints{3}, {BorderMode::Replicate}),
       true,
       "conv, replicate"},
      {OpKind::Conv,
       {{{1, 3, 3, 2}}},
       convAttributes(1, {2, 2, 2}, {1}, {1}, std::string("same_lower")),
       true,
       "conv 3-D"},
      {OpKind::TransposedConv, {{{2, 3, 4}}}, transposedAttributes(2, {2, 3}, {2}), false, "transposed"},
      {OpKind::TransposedConv,
       {{{2, 4, 3}}},
       transposedAttributes(2, {3, 3}, {2, 1}, {1, 2}, Ints{1}, {1, 0}, 2),
       false,
       "transposed, dilated, per channel"},
      {OpKind::MaxPool,
       {{{2, 5, 5}}},
       maxAttributes(poolAttributes({3, 2}, {2}, {1}, Ints{1}, true)),
       true,
       "max_pool"},
      {OpKind::AvgPool, {{{2, 5, 5}}}, poolAttributes({3, 2}, {2}, {1}, Ints{1}, true), true, "avg_pool"},
      {OpKind::AdaptiveAvgPool, {{{2, 5, 3}}}, adaptive({2, 2}), true, "adaptive_avg_pool"},
      {OpKind::GlobalMaxPool, {{{2, 3, 3}}}, {}, true, "global_max_pool"},
      {OpKind::GlobalAvgPool, {{{2, 3, 3}}}, {}, true, "global_avg_pool"},
      {OpKind::ReduceMean, {{{2, 3, 3}}}, over("channels"), true, "reduce_mean"},
      {OpKind::ReduceSum, {{{2, 3, 2}}}, over("all"), true, "reduce_sum"},
      {OpKind::ReduceMax, {{{2, 3, 3}}}, over("height"), true, "reduce_max"},
      {OpKind::ReduceMin, {{{2, 3, 3}}}, over("width"), false, "reduce_min"},
      {OpKind::ArgMax, {{{3, 2}}}, {}, false, "argmax"},
      {OpKind::Normalize, {{{2, 3}}}, numbers(), true, "normalize"},
      {OpKind::InstanceNorm, {{{2, 3, 3}}}, affine(), true, "instance_norm"},
      {OpKind::LocalResponseNorm, {{{6, 2}}}, responses(4), true, "local_response_norm"},
      {OpKind::Gray, {{{4, 2}}}, {}, false, "gray"},
      {OpKind::Rgb, {{{1, 2}}}, {}, true, "rgb"},
      {OpKind::Rgba, {{{3, 2}}}, {}, false, "rgba"},
      {OpKind::RgbToYcbcr, {{{3, 2}}}, {}, true, "rgb_to_ycbcr"},
      {OpKind::YcbcrToRgb, {{{3, 2}}}, {}, false, "ycbcr_to_rgb"},
      {OpKind::RgbToHsv, {{{3, 2}}}, {}, false, "rgb_to_hsv"},
      {OpKind::HsvToRgb, {{{3, 2}}}, {}, false, "hsv_to_rgb"},
      {OpKind::Relu, {{{2, 3}}}, {}, true, "relu"},
      {OpKind::Relu6, {{{2, 3}}}, {}, true, "relu6"},
      {OpKind::LeakyRelu, {{{2, 3}}}, with({{"slope", 0.5}}), true, "leaky_relu"},
      {OpKind::Prelu, {{{2, 3}}}, with({{"shared", false}}), true, "prelu"},
      {OpKind::Elu, {{{2, 3}}}, with({{"alpha", 0.5}}), true, "elu"},
      {OpKind::Selu, {{{2, 3}}}, {}, true, "selu"},
      {OpKind::Gelu, {{{2, 3}}}, with({{"approximate", std::string("none")}}), true, "gelu"},
      {OpKind::Silu, {{{2, 3}}}, {}, true, "silu"},
      {OpKind::Sigmoid, {{{2, 3}}}, {}, true, "sigmoid"},
      {OpKind::HardSigmoid, {{{2, 3}}}, {}, true, "hard_sigmoid"},
      {OpKind::HardSwish, {{{2, 3}}}, {}, true, "hard_swish"},
      {OpKind::Tanh, {{{2, 3}}}, {}, true, "tanh"},
      {OpKind::Softplus, {{{2, 3}}}, with({{"beta", 2.0}}), true, "softplus"},
      {OpKind::Clamp, {{{2, 3}}}, limits(), true, "clamp"},
      {OpKind::Abs, {{{2, 3}}}, {}, true, "abs"},
      {OpKind::Sqrt, {{{2, 3}}}, {}, true, "sqrt"},
      {OpKind::Exp, {{{2, 3}}}, {}, true, "exp"},
      {OpKind::Log, {{{2, 3}}}, {}, true, "log"},
      {OpKind::Pow, {{{2, 3, 2}}, {{2}}}, {}, false, "pow"},
      {OpKind::Min, {{{2, 3}}, {{2, 1}}}, {}, false, "min"},
      {OpKind::Max, {{{2, 3}}, {{1, 3}}}, {}, true, "max"},
      {OpKind::Add, {{{2, 3, 2}}, {{2}}}, {}, true, "add"},
      {OpKind::Sub, {{{1, 3, 1}}, {{2, 3, 2}}}, {}, true, "sub"},
      {OpKind::Mul, {{{2, 1, 2}}, {{2, 3, 1}}}, {}, true, "mul"},
      {OpKind::Div, {{{2, 3}}, {{1}}}, {}, true, "div"},
      {OpKind::Luminance, {{{3, 2, 2}}}, {}, true, "luminance"},
      {OpKind::Concat, {{{2, 2}}, {{1, 2}}, {{3, 2}}}, {}, true, "concat"},
      {OpKind::Slice, {{{4, 2}}}, with({{"from", int64_t(1)}, {"to", int64_t(3)}}), true, "slice"},
      {OpKind::ChannelShuffle, {{{4, 2}}}, with({{"groups", int64_t(2)}}), false, "channel_shuffle"},
      {OpKind::Pad,
       {{{2, 3, 2}}},
       with({{"padding", std::vector<Size>{1, 0, 2, 4}}, {"border", Border{BorderMode::Reflect}}}),
       true,
       "pad"},
      {OpKind::Crop, {{{2, 4, 5}}}, with({{"size", std::vector<Size>{2, 2}}}), true, "crop"},
      {OpKind::Resize,
       {{{1, 3, 4}}},
       with({{"mode", std::string("cubic")}, {"size", std::vector<Size>{4, 7}}}),
       false,
       "resize"},
      {OpKind::Upsample,
       {{{2, 3}}},
       with({{"mode", std::string("nearest")}, {"scale", std::vector<double>{2}}}),
       false,
       "upsample"},
      {OpKind::Upsample,
       {{{2, 3, 4}}},
       with({{"mode", std::string("nearest")},
             {"scale", std::vector<double>{3, 1.5}},
             {"align", std::string("half_pixel")},
             {"round", std::string("floor")}}),
       false,
       "upsample, floor"},
      {OpKind::Resize,
       {{{1, 5, 4}}},
       with({{"mode", std::string("nearest")},
             {"size", std::vector<Size>{7, 3}},
             {"align", std::string("asymmetric")},
             {"round", std::string("ceil")}}),
       false,
       "resize, ceil"},
      {OpKind::DepthToSpace,
       {{{8, 2, 3}}},
       with({{"block", int64_t(2)}, {"mode", std::string("crd")}}),
       false,
       "depth_to_space"},
      {OpKind::SpaceToDepth,
       {{{2, 2, 4}}},
       with({{"block", int64_t(2)}, {"mode", std::string("dcr")}}),
       false,
       "space_to_depth"},
      {OpKind::Transpose, {{{2, 3, 4}}}, with({{"order", std::vector<Size>{2, 0, 1}}}), true, "transpose"},
      {OpKind::Reshape, {{{2, 3}}}, with({{"shape", std::vector<Size>{3, 2}}}), false, "reshape"},
      {OpKind::Flatten, {{{2, 2, 2}}}, {}, false, "flatten"},
      {OpKind::Dense, {{{5}}}, dense(), true, "dense"},
      {OpKind::QuantizedConv,
       {bytes({2, 5, 6})},
       quantized(convAttributes(3, {3, 2}, {2, 1}, {1}, Ints{1})),
       true,
       "quantized_conv"},
      {OpKind::QuantizedDense, {bytes({5})}, quantized(dense()), true, "quantized_dense"},
      {OpKind::Softmax, {{{3, 2}}}, {}, true, "softmax"},
      {OpKind::BatchNorm, {{{3, 2}}}, epsilon(), true, "batch_norm"},
      {OpKind::Less, {{{2, 3}}, {{2}}}, {}, false, "less"},
      {OpKind::LessEqual, {{{2, 3}}, {{1}}}, {}, false, "less_equal"},
      {OpKind::Greater, {{{1, 3}}, {{2, 3}}}, {}, false, "greater"},
      {OpKind::GreaterEqual, {{{2, 3}}, {{2, 1}}}, {}, false, "greater_equal"},
      {OpKind::Equal, {{{2, 3}}, {{2, 3}}}, {}, false, "equal"},
      {OpKind::NotEqual, {{{2, 3}}, {{2, 3}}}, {}, false, "not_equal"},
      {OpKind::Select, {{{2, 1}}, {{2, 3}}, {{2}}}, {}, false, "select"},
  };
  std::set<OpKind> seen;
  std::mt19937 engine(11);
  for (const Case& c : cases) {
    seen.insert(c.op);
    checkRegions(c, engine);
  }
  for (const OpInfo& row : opTable())
    if (row.isElementwise() && !seen.count(row.nodeKind()))
      checkRegions(elementwiseCase(row), engine);
    else
      EXPECT_TRUE(seen.count(row.nodeKind())) << row.name << " has no case here";
}

TEST(Access, RegionsOfRandomWindows) {
  std::mt19937 engine(5);
  auto pick = [&](int low, int high) { return int64_t(low + static_cast<int>(engine() % (high - low + 1))); };
  for (int round = 0; round < 60; ++round) {
    int64_t kernel = pick(1, 4), stride = pick(1, 3), dilation = pick(1, 2), pad = pick(0, 3);
    int64_t n = std::max<int64_t>(1, dilation * (kernel - 1) + 1 - 2 * pad) + pick(0, 5);
    BorderMode mode = static_cast<BorderMode>(pick(0, 4));
    checkRegions({OpKind::Conv,
                  {{{1, n}}},
                  convAttributes(1, {kernel}, {stride}, {dilation}, Ints{pad}, Border{mode, 0}),
                  dilation == 1,
                  "random " + std::to_string(round)},
                 engine);
  }
}

// A box of outputs needs the hull of what its elements need.
TEST(Access, BoxesAndSymbols) {
  Size w = Size::symbol("W");
  std::vector<TensorType> operands{{{1, w}}, {{1, 1, 3}}};
  Attributes attributes = convAttributes(1, {3}, {2}, {1}, Ints{1});
  DiagnosticEngine diags;
  std::vector<TensorType> activations{operands[0]};
  ShapeRequest request{activations, attributes, {}, diags};
  auto type = resultType(opInfo(OpKind::Conv), request);
  ASSERT_TRUE(type);
  auto maps = opInfo(OpKind::Conv).access(operands, attributes, *type);
  Size t = Size::symbol("t");
  Region region = requiredRegion(maps[0], operands[0], {{0, 1}, {t, t + 8}});
  EXPECT_EQ(region[1].begin, 2 * t - 1);
  EXPECT_EQ(region[1].end, 2 * t + 16);
  region = requiredRegion(maps[1], operands[1], {{0, 1}, {t, t + 8}});
  EXPECT_EQ(region[2].end, Size(3));
}

} // namespace
} // namespace convoy::reference
