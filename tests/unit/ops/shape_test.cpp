// Shape rules: extents, resolved padding, run-time checks.
#include "ops/op_table.h"
#include <gtest/gtest.h>

namespace convoy {
namespace {

const Size H = Size::symbol("H"), W = Size::symbol("W");
using Ints = std::vector<int64_t>;

struct Outcome {
  std::optional<TensorType> type;
  Attributes attributes;
  std::vector<std::string> checks;
  std::vector<ParameterSpec> parameters;
  std::string error;
  std::string pads() const { return str(*attributes.find("pad_begin")) + str(*attributes.find("pad_end")); }
};

Outcome apply(OpKind op, std::vector<TensorType> operands, Attributes attributes) {
  Outcome outcome;
  DiagnosticEngine diags;
  ShapeRequest request{operands, attributes, {}, diags, "layer"};
  outcome.type = resultType(opInfo(op), request);
  for (const auto& check : request.checks)
    outcome.checks.push_back(check.left.str() +
                             (check.kind == ShapeRequest::RuntimeCheck::Equal ? " == " : " >= ") +
                             check.right.str());
  outcome.parameters = request.parameters;
  if (!diags.all().empty()) outcome.error = diags.all()[0]->code + ": " + diags.all()[0]->message;
  EXPECT_EQ(outcome.type.has_value(), outcome.error.empty());
  // What was resolved resolves to itself.
  if (outcome.type) {
    for (const ParameterSpec& parameter : request.parameters)
      operands.push_back({std::vector<Size>(parameter.shape.begin(), parameter.shape.end())});
    Attributes again = attributes;
    ShapeRequest second{operands, again, {}, diags, "layer"};
    auto type = resultType(opInfo(request.makes.value_or(op)), second);
    EXPECT_TRUE(type && type->dims == outcome.type->dims);
    EXPECT_EQ(again.all().size(), attributes.all().size());
    for (const auto& [name, value] : attributes.all()) EXPECT_EQ(str(*again.find(name)), str(value)) << name;
    EXPECT_EQ(second.checks.size(), request.checks.size());
    EXPECT_EQ(second.parameters.size(), request.parameters.size());
  }
  outcome.attributes = attributes;
  return outcome;
}

Attributes conv(Ints kernel, Attribute padding = Ints{0}, Ints stride = {1}, Ints dilation = {1}) {
  Attributes a;
  a.set("filters", int64_t(8));
  a.set("kernel", kernel);
  a.set("stride", stride);
  a.set("padding", padding);
  a.set("border", Border());
  a.set("dilation", dilation);
  a.set("groups", int64_t(1));
  a.set("bias", true);
  return a;
}

Attributes pool(Ints window, Attribute padding = Ints{0}, bool ceilMode = false) {
  Attributes a;
  a.set("window", window);
  a.set("padding", padding);
  a.set("dilation", Ints{1});
  a.set("ceil_mode", ceilMode);
  return a;
}

TEST(ConvShape, ConstantSizes) {
  Outcome o = apply(OpKind::Conv, {{{3, 10, 20}}}, conv({3, 5}, Ints{1, 2}, {2, 3}, {2, 1}));
  EXPECT_EQ(o.type->str(), "tensor[8, 4, 7]"); // (10 + 2 - 5) / 2 + 1, (20 + 4 - 5) / 3 + 1
  EXPECT_EQ(o.pads(), "[1, 2][1, 2]");
  ASSERT_EQ(o.parameters.size(), 2u);
  EXPECT_EQ(o.parameters[0].shape, (Ints{8, 3, 3, 5}));
  EXPECT_EQ(o.parameters[1].shape, (Ints{8}));
  EXPECT_TRUE(o.checks.empty());
}

TEST(ConvShape, EveryRank) {
  EXPECT_EQ(apply(OpKind::Conv, {{{3, 10}}}, conv({3})).type->str(), "tensor[8, 8]");
  EXPECT_EQ(apply(OpKind::Conv, {{{3, 5, 6, 7}}}, conv({3})).type->str(), "tensor[8, 3, 4, 5]");
  EXPECT_EQ(apply(OpKind::Conv, {{{3}}}, conv({3})).error,
            "E0301: 'conv' needs a tensor with 1 to 3 spatial dimensions, but gets tensor[3]");
}

TEST(ConvShape, RunTimeSizesAreChecked) {
  Outcome o = apply(OpKind::Conv, {{{3, H, W}}}, conv({3, 1}));
  EXPECT_EQ(o.type->str(), "tensor[8, H - 2, W]");
  EXPECT_EQ(o.checks, (std::vector<std::string>{"H >= 3"}));
  // A derived size is bounded through the symbol it is made of.
  o = apply(OpKind::Conv, {{{3, Size::floorDiv(H, 2), W}}}, conv({3, 1}));
  EXPECT_EQ(o.checks, (std::vector<std::string>{"div(H, 2) >= 3"}));
}

TEST(ConvShape, Same) {
  Outcome o = apply(OpKind::Conv, {{{3, H, W}}}, conv({3, 4}, std::string("same")));
  EXPECT_EQ(o.type->str(), "tensor[8, H, W]");
  EXPECT_EQ(o.pads(), "[1, 1][1, 2]"); // the odd one at the end
  EXPECT_FALSE(o.attributes.has("padding"));
  EXPECT_TRUE(o.checks.empty());
  o = apply(OpKind::Conv, {{{3, H, W}}}, conv({3, 4}, std::string("same_lower")));
  EXPECT_EQ(o.pads(), "[1, 2][1, 1]");
}

TEST(ConvShape, StridedSameDependsOnTheSize) {
  Outcome o = apply(OpKind::Conv, {{{3, H, W}}}, conv({3, 3}, std::string("same"), {2, 4}));
  EXPECT_EQ(o.type->str(), "tensor[8, div(H + 1, 2), div(W + 3, 4)]");
  EXPECT_EQ(o.attributes.get<std::string>("padding"), "same");
  auto begin = o.attributes.get<std::vector<Size>>("pad_begin"),
       end = o.attributes.get<std::vector<Size>>("pad_end");
  for (int64_t n = 1; n < 40; ++n)
    for (int axis = 0; axis < 2; ++axis) {
      int64_t stride = axis == 0 ? 2 : 4, out = (n + stride - 1) / stride;
      int64_t total = std::max<int64_t>(0, (out - 1) * stride + 3 - n);
      std::map<std::string, int64_t> sizes{{"H", n}, {"W", n}};
      EXPECT_EQ(begin[axis].evaluate(sizes), total / 2) << n;
      EXPECT_EQ(end[axis].evaluate(sizes), total - total / 2) << n;
    }
}

TEST(ConvShape, Sides) {
  Outcome o = apply(OpKind::Conv, {{{3, 10, 10}}}, conv({3, 3}, std::vector<Size>{1, 2, 3, 4}));
  EXPECT_EQ(o.pads(), "[1, 3][2, 4]"); // top, bottom, left, right
  EXPECT_EQ(o.type->str(), "tensor[8, 11, 15]");
  EXPECT_EQ(apply(OpKind::Conv, {{{3, 10, 10}}}, conv({3, 3}, std::vector<Size>{1, 2})).error,
            "E0305: 2 sides are given, but tensor[3, 10, 10] has 4");
}

TEST(PoolShape, StrideIsTheWindow) {
  Outcome o = apply(OpKind::MaxPool, {{{3, 10, 11}}}, pool({3, 2}));
  EXPECT_EQ(o.type->str(), "tensor[3, 3, 5]");
  EXPECT_EQ(o.attributes.get<Ints>("stride"), (Ints{3, 2}));
}

TEST(PoolShape, CeilModeAsInPyTorch) {
  // The last window must start inside the input or its leading padding.
  EXPECT_EQ(apply(OpKind::MaxPool, {{{1, 5, 6}}}, pool({2, 2}, Ints{0}, true)).type->str(),
            "tensor[1, 3, 3]");
  EXPECT_EQ(apply(OpKind::MaxPool, {{{1, 5, 5}}}, pool({2, 2}, Ints{1}, true)).type->str(),
            "tensor[1, 3, 3]");
  EXPECT_EQ(apply(OpKind::MaxPool, {{{1, 1, 1}}}, pool({2, 2}, Ints{0}, true)).type->str(),
            "tensor[1, 1, 1]");
  Outcome o = apply(OpKind::MaxPool, {{{1, H, W}}}, pool({2, 3}, Ints{0}, true));
  EXPECT_EQ(o.type->str(), "tensor[1, div(H + 1, 2), div(W + 2, 3)]");
  EXPECT_TRUE(o.checks.empty());
  Attributes wide = pool({2, 2}, Ints{0}, true);
  wide.set("stride", Ints{3});
  for (int64_t n = 1; n < 12; ++n) {
    auto type = apply(OpKind::MaxPool, {{{1, H, H}}}, wide).type;
    int64_t out = (std::max<int64_t>(n - 2, -2) + 2) / 3 + 1;
    if ((out - 1) * 3 >= n) --out;
    EXPECT_EQ(type->dims[1].evaluate({{"H", n}}), out) << n;
  }
}

TEST(PoolShape, WindowTooLarge) {
  EXPECT_EQ(
      apply(OpKind::MaxPool, {{{1, 5, 6}}}, pool({2, 7})).error,
      "E0307: the window of 'max_pool' spans 7 columns, but the padded input has 6: it is tensor[1, 5, 6]");
}

TEST(BroadcastShape, OnlyOneIsRepeated) {
  auto add = [](TensorType a, TensorType b) { return apply(OpKind::Add, {a, b}, {}); };
  EXPECT_EQ(add({{3, H, W}}, {{1, H, 1}}).type->str(), "tensor[3, H, W]");
  EXPECT_EQ(add({{3}}, {{3, H, W}}).type->str(), "tensor[3, H, W]");
  EXPECT_EQ(add({{1}}, {{3, H, W}}).type->str(), "tensor[3, H, W]");
  EXPECT_EQ(add({{3, 4}}, {{3, 2, 4}}).error, "E0310: '+' cannot combine tensor[3, 4] and tensor[3, 2, 4]: "
                                              "they have different numbers of dimensions");
  EXPECT_EQ(
      add({{3, 4, 5}}, {{3, 4, 6}}).error,
      "E0311: '+' cannot combine tensor[3, 4, 5] and tensor[3, 4, 6]: W is 5 in one and 6 in the other");
  EXPECT_EQ(add({{3, H, 5}}, {{3, H + 1, 5}}).error.substr(0, 5), "E0311");
  Outcome o = add({{3, H, W}}, {{3, W, 7}});
  EXPECT_EQ(o.type->str(), "tensor[3, H, 7]");
  EXPECT_EQ(o.checks, (std::vector<std::string>{"H == W", "W == 7"}));
  // The other way round it is the same check.
  EXPECT_EQ(add({{3, W, 7}}, {{3, H, W}}).checks, o.checks);
}

TEST(OtherShapes, Rules) {
  EXPECT_EQ(apply(OpKind::Luminance, {{{3, H, W}, ImageKind::Rgb}}, {}).type->str(), "tensor[1, H, W]");
  EXPECT_EQ(apply(OpKind::Luminance, {{{4, H, W}}}, {}).error,
            "E0301: 'luminance' needs 3 channels (red, green, blue), but gets tensor[4, H, W]");
  EXPECT_EQ(apply(OpKind::Concat, {{{3, H, W}}, {{4, H, W}}, {{1, H, W}}}, {}).type->str(),
            "tensor[8, H, W]");
  EXPECT_EQ(apply(OpKind::Concat, {{{3, H, 4}}, {{4, H, 5}}}, {}).error.substr(0, 5), "E0311");
  EXPECT_EQ(apply(OpKind::Concat, {{{3}}, {{4, 5}}}, {}).error.substr(0, 5), "E0310");
  EXPECT_EQ(apply(OpKind::Flatten, {{{3, 4, 5}}}, {}).type->str(), "tensor[60]");
  EXPECT_EQ(apply(OpKind::Flatten, {{{3, H, 5}}}, {}).error,
            "E0301: 'flatten' needs sizes that are known when compiling, but gets tensor[3, H, 5]");
  EXPECT_EQ(apply(OpKind::GlobalAvgPool, {{{3, H, W}}}, {}).type->str(), "tensor[3, 1, 1]");
  auto reduced = [](const char* axes, TensorType type) {
    Attributes a;
    a.set("axes", std::string(axes));
    Outcome o = apply(OpKind::ReduceSum, {type}, a);
    return o.type ? o.type->str() : o.error;
  };
  EXPECT_EQ(reduced("channels", {{3, H, W}}), "tensor[1, H, W]");
  EXPECT_EQ(reduced("spatial", {{3, 2, H, W}}), "tensor[3, 1, 1, 1]");
  EXPECT_EQ(reduced("all", {{3}}), "tensor[1]");
  EXPECT_EQ(reduced("height", {{3, H, W}}), "tensor[3, 1, W]");
  EXPECT_EQ(reduced("width", {{3, W}}), "tensor[3, 1]");
  EXPECT_EQ(reduced("depth", {{3, H, W}}),
            "E0301: 'reduce_sum' needs a tensor that has a depth, but gets tensor[3, H, W]");
  EXPECT_EQ(reduced("spatial", {{3}}),
            "E0301: 'reduce_sum' needs a tensor with height and width, but gets tensor[3]");
  EXPECT_EQ(apply(OpKind::ArgMax, {{{3, H, W}}}, {}).type->str(), "tensor[1, H, W]");
  EXPECT_EQ(apply(OpKind::Gray, {{{4, H, W}}}, {}).type->str(), "tensor[1, H, W]");
  EXPECT_EQ(apply(OpKind::Rgb, {{{1, H, W}}}, {}).type->str(), "tensor[3, H, W]");
  EXPECT_EQ(apply(OpKind::Rgba, {{{3, H, W}}}, {}).type->str(), "tensor[4, H, W]");
  EXPECT_EQ(apply(OpKind::Rgb, {{{2, H, W}}}, {}).error,
            "E0301: 'rgb' needs 1, 3 or 4 channels (gray, rgb or rgba), but gets tensor[2, H, W]");
  EXPECT_EQ(apply(OpKind::Softmax, {{{3, H, W}}}, {}).type->str(), "tensor[3, H, W]");
  Attributes dense;
  dense.set("units", int64_t(5));
  dense.set("bias", false);
  Outcome o = apply(OpKind::Dense, {{{12}}}, dense);
  EXPECT_EQ(o.type->str(), "tensor[5]");
  EXPECT_EQ(o.parameters[0].shape, (Ints{5, 12}));
  EXPECT_EQ(o.parameters.size(), 1u);
}

Attributes with(std::vector<std::pair<std::string, Attribute>> all) {
  Attributes a;
  for (auto& [name, value] : all) a.set(name, std::move(value));
  return a;
}
using Sizes = std::vector<Size>;

TEST(MovingShapes, RunTimeSizes) {
  Outcome o = apply(OpKind::Pad, {{{3, H, W}}}, with({{"padding", Sizes{1, 2, 3, 4}}, {"border", Border{}}}));
  EXPECT_EQ(o.type->str(), "tensor[3, H + 3, W + 7]");
  EXPECT_TRUE(o.checks.empty());
  o = apply(OpKind::Crop, {{{3, H, W}}}, with({{"size", Sizes{H, 5}}}));
  EXPECT_EQ(o.type->str(), "tensor[3, H, 5]");
  EXPECT_EQ(str(*o.attributes.find("begin")), "[0, div(W + 1, 2) - 3]");
  EXPECT_EQ(o.checks, (std::vector<std::string>{"W >= 5"}));
  o = apply(OpKind::Crop, {{{3, H, W}}}, with({{"sides", Sizes{1, 2, 0, 3}}}));
  EXPECT_EQ(o.type->str(), "tensor[3, H - 3, W - 3]");
  EXPECT_EQ(o.checks, (std::vector<std::string>{"H - 3 >= 1", "W - 3 >= 1"}));
  const Attribute bilinear = std::string("bilinear");
  o = apply(OpKind::Resize, {{{3, H, W}}}, with({{"mode", bilinear}, {"like", Sizes{Size(2) * H, 7}}}));
  EXPECT_EQ(o.type->str(), "tensor[3, 2 * H, 7]");
  EXPECT_TRUE(o.checks.empty());
  EXPECT_EQ(o.attributes.get<std::string>("align"), "half_pixel");
  o = apply(OpKind::Resize, {{{3, H, W}}},
            with({{"mode", bilinear}, {"scale", std::vector<double>{1.5, 0.1}}}));
  EXPECT_EQ(o.type->str(), "tensor[3, H + div(H, 2), div(W, 10)]");
  EXPECT_EQ(o.attributes.get<Ints>("scale"), (Ints{3, 2, 1, 10}));
  EXPECT_EQ(o.checks, (std::vector<std::string>{"div(W, 10) >= 1"}));
  o = apply(OpKind::Upsample, {{{3, H}}},
            with({{"mode", std::string("nearest")}, {"scale", std::vector<double>{2}}}));
  EXPECT_EQ(o.type->str(), "tensor[3, 2 * H]");
  EXPECT_EQ(o.attributes.get<std::string>("align"), "asymmetric");
  // How the nearest element is rounded to, where it is not the default.
  auto rounded = [&](const char* mode, const char* align, const char* round) {
    return apply(OpKind::Resize, {{{3, H}}},
                 with({{"mode", std::string(mode)},
                       {"align", std::string(align)},
                       {"round", std::string(round)},
                       {"size", Sizes{5}}}));
  };
  EXPECT_FALSE(rounded("nearest", "asymmetric", "floor").attributes.has("round"));
  EXPECT_FALSE(rounded("nearest", "half_pixel", "half_up").attributes.has("round"));
  EXPECT_FALSE(rounded("nearest", "align_corners", "half_up").attributes.has("round"));
  EXPECT_EQ(rounded("nearest", "asymmetric", "half_up").attributes.get<std::string>("round"), "half_up");
  EXPECT_EQ(rounded("nearest", "half_pixel", "floor").attributes.get<std::string>("round"), "floor");
  EXPECT_EQ(rounded("bilinear", "half_pixel", "floor").error,
            "E0213: 'round' takes the mode nearest, but gets the mode bilinear");
  const auto blocks = with({{"block", int64_t(2)}, {"mode", std::string("crd")}});
  EXPECT_EQ(apply(OpKind::DepthToSpace, {{{8, H, W}}}, blocks).type->str(), "tensor[2, 2 * H, 2 * W]");
  o = apply(OpKind::SpaceToDepth, {{{2, H, 6}}}, blocks);
  EXPECT_EQ(o.type->str(), "tensor[8, div(H, 2), 3]");
  EXPECT_EQ(o.checks, (std::vector<std::string>{"mod(H, 2) == 0"}));
  o = apply(OpKind::Reshape, {{{8, H, W}}}, with({{"shape", Sizes{4, Size(2) * H, W}}}));
  EXPECT_TRUE(o.checks.empty());
  o = apply(OpKind::Reshape, {{{8, H, W}}}, with({{"shape", Sizes{4, H, H}}}));
  EXPECT_EQ(o.checks.size(), 1u);
}

TEST(OtherShapes, Transpose) {
  auto transposed = [](const TensorType& input, const Sizes& order) {
    return apply(OpKind::Transpose, {input}, with({{"order", order}}));
  };
  auto o = transposed({{3, H, W}}, {0, 2, 1});
  EXPECT_EQ(o.type->str(), "tensor[3, W, H]");
  EXPECT_EQ(o.attributes.get<Ints>("order"), (Ints{0, 2, 1}));
  EXPECT_EQ(transposed({{3, 4, W}}, {1, 2, 0}).type->str(), "tensor[4, W, 3]");
  EXPECT_EQ(transposed({{3, 4, 5, 6}}, {3, 1, 0, 2}).type->str(), "tensor[6, 4, 3, 5]");
  // Nothing moves: another shape of the same elements.
  for (const Sizes& order : {Sizes{1, 0, 2}, Sizes{1, 2, 0}, Sizes{0, 1, 2}}) {
    o = transposed({{1, 4, W}}, order);
    EXPECT_EQ(o.attributes.get<Sizes>("shape"), o.type->dims);
    EXPECT_FALSE(o.attributes.has("order"));
  }
  EXPECT_TRUE(transposed({{1, 4, W}}, {1, 0, 2}).attributes.has("shape"));
  EXPECT_TRUE(transposed({{2, 4, W}}, {1, 0, 2}).attributes.has("order"));
  EXPECT_EQ(transposed({{3, H, W}}, {1, 0, 2}).error, "E0228: the channels must be a number, not H");
  for (const Sizes& order : {Sizes{0, 1}, Sizes{0, 1, 1}, Sizes{0, 1, 3}, Sizes{0, 1, 2, 3}, Sizes{-1, 0, 1}})
    EXPECT_EQ(transposed({{3, 4, 5}}, order).error.substr(0, 60),
              "E0213: 'order' takes each of the numbers 0 to 2 once, but ge");
}

TEST(OtherShapes, LimitsOfAttributes) {
  EXPECT_EQ(apply(OpKind::Conv, {{{3, 9, 9}}}, conv({3, 3}, Ints{0}, {0})).error,
            "E0304: 'conv' takes a 'stride' of at least 1, but gets 0");
  EXPECT_EQ(apply(OpKind::Conv, {{{3, 9, 9}}}, conv({3, 3}, Ints{-1})).error,
            "E0304: 'conv' takes a 'padding' of at least 0, but gets -1");
  EXPECT_EQ(apply(OpKind::Conv, {{{3, 9, 9}}}, conv({3, 3, 3})).error.substr(0, 5), "E0303");
  EXPECT_EQ(apply(OpKind::Conv, {{{3, H, W}}}, conv({2147483647, 2147483647})).error.substr(0, 5), "E0309");
}

} // namespace
} // namespace convoy
