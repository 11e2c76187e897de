// Layers that move elements against numbers worked out by hand, and against those of OpenCV 5.0 and ONNX
// Runtime 1.32.
#include "one_layer.h"
#include <gtest/gtest.h>

namespace convoy::reference {
namespace {

using Numbers = std::vector<double>;
using Sizes = std::vector<Size>;

Attributes with(std::vector<std::pair<std::string, Attribute>> all) {
  Attributes attributes;
  for (auto& [name, value] : all) attributes.set(name, std::move(value));
  return attributes;
}

// One row of numbers, resized.
Numbers resized(const std::string& mode, const std::string& align, int64_t width,
                const Numbers& row = {1, 2, 4, 8}) {
  Attributes attributes = with({{"mode", mode}, {"size", Sizes{width}}});
  if (!align.empty()) attributes.set("align", align);
  const auto n = static_cast<int64_t>(row.size());
  return run(oneLayer(OpKind::Resize, {{{1, n}}}, attributes), {tensor({1, n}, row)});
}

void expectNear(const Numbers& numbers, const Numbers& expected) {
  ASSERT_EQ(numbers.size(), expected.size());
  for (size_t i = 0; i < numbers.size(); ++i) EXPECT_NEAR(numbers[i], expected[i], 4e-6) << i;
}

TEST(Slice, HasTheChannelsAskedFor) {
  auto graph = oneLayer(OpKind::Slice, {{{4, 2}}}, with({{"from", int64_t(1)}, {"to", int64_t(3)}}));
  EXPECT_EQ(run(graph, {tensor({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8})}), (Numbers{3, 4, 5, 6}));
  EXPECT_EQ(run(graph, {tensor({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 2)}),
            (Numbers{3, 4, 5, 6, 11, 12, 13, 14}));
}

TEST(ChannelShuffle, DealsOutTheGroups) { // PyTorch's example
  auto graph = oneLayer(OpKind::ChannelShuffle, {{{6}}}, with({{"groups", int64_t(2)}}));
  EXPECT_EQ(run(graph, {tensor({6}, {1, 2, 3, 4, 5, 6})}), (Numbers{1, 4, 2, 5, 3, 6}));
  graph = oneLayer(OpKind::ChannelShuffle, {{{6}}}, with({{"groups", int64_t(3)}}));
  EXPECT_EQ(run(graph, {tensor({6}, {1, 2, 3, 4, 5, 6})}), (Numbers{1, 3, 5, 2, 4, 6}));
}

TEST(Pad, HoldsWhatTheBorderSays) {
  auto padded = [](Border border) {
    auto graph = oneLayer(OpKind::Pad, {{{1, 3}}}, with({{"padding", Sizes{4, 2}}, {"border", border}}));
    return run(graph, {tensor({1, 3}, {1, 2, 3})});
  };
  EXPECT_EQ(padded({}), (Numbers{0, 0, 0, 0, 1, 2, 3, 0, 0}));
  EXPECT_EQ(padded({BorderMode::Constant, 7}), (Numbers{7, 7, 7, 7, 1, 2, 3, 7, 7}));
  EXPECT_EQ(padded({BorderMode::Replicate}), (Numbers{1, 1, 1, 1, 1, 2, 3, 3, 3}));
  EXPECT_EQ(padded({BorderMode::Reflect}), (Numbers{3, 3, 2, 1, 1, 2, 3, 3, 2}));
  EXPECT_EQ(padded({BorderMode::Reflect101}), (Numbers{1, 2, 3, 2, 1, 2, 3, 2, 1}));
  EXPECT_EQ(padded({BorderMode::Wrap}), (Numbers{3, 1, 2, 3, 1, 2, 3, 1, 2}));
}

TEST(Pad, HasItsSidesInOrder) { // top, bottom, left, right
  auto graph =
      oneLayer(OpKind::Pad, {{{1, 1, 2}}}, with({{"padding", Sizes{1, 0, 0, 2}}, {"border", Border{}}}));
  EXPECT_EQ(run(graph, {tensor({1, 1, 2}, {5, 6})}), (Numbers{0, 0, 0, 0, 5, 6, 0, 0}));
}

TEST(Crop, LeavesTheMiddleOrWhatIsBesideTheSides) {
  Tensor x = tensor({1, 3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  auto graph = oneLayer(OpKind::Crop, {{{1, 3, 4}}}, with({{"size", Sizes{1, 2}}}));
  EXPECT_EQ(run(graph, {x}), (Numbers{6, 7}));
  graph = oneLayer(OpKind::Crop, {{{1, 3, 4}}},
                   with({{"size", Sizes{2, 1}}})); // one more is left over at the end
  EXPECT_EQ(run(graph, {x}), (Numbers{2, 6}));
  graph = oneLayer(OpKind::Crop, {{{1, 3, 4}}}, with({{"sides", Sizes{1, 0, 3, 0}}}));
  EXPECT_EQ(run(graph, {x}), (Numbers{8, 12}));
}

TEST(Resize, AgreesWithOpenCV) { // resize, INTER_NEAREST, _NEAREST_EXACT, _LINEAR, _CUBIC
  EXPECT_EQ(resized("nearest", "", 8), (Numbers{1, 1, 2, 2, 4, 4, 8, 8}));
  EXPECT_EQ(resized("nearest", "", 3), (Numbers{1, 2, 4}));
  EXPECT_EQ(resized("nearest", "", 6), (Numbers{1, 1, 2, 4, 4, 8}));
  EXPECT_EQ(resized("nearest", "half_pixel", 8), (Numbers{1, 1, 2, 2, 4, 4, 8, 8}));
  EXPECT_EQ(resized("nearest", "half_pixel", 3), (Numbers{1, 4, 8}));
  EXPECT_EQ(resized("bilinear", "", 8), (Numbers{1, 1.25, 1.75, 2.5, 3.5, 5, 7, 8}));
  expectNear(resized("bilinear", "", 3), {1.16666663, 3, 7.33333302});
  expectNear(resized("bilinear", "", 6), {1, 1.5, 2.33333325, 3.66666651, 6, 8});
  expectNear(resized("cubic", "", 8),
             {0.89453125, 1.15625, 1.5625, 2.41796875, 3.16015625, 5.1171875, 7.1640625, 8.421875});
  expectNear(resized("cubic", "", 3), {1.10879636, 2.71875, 7.46064854});
  expectNear(resized("cubic", "", 6), {0.91319454, 1.3125, 2.30439806, 3.38309908, 6.1875, 8.34722137});
}

TEST(Resize, AgreesWithOnnxRuntime) { // coordinate_transformation_mode align_corners, asymmetric
  expectNear(resized("bilinear", "align_corners", 7), {1, 1.5, 2, 3, 4, 6, 8});
  expectNear(resized("cubic", "align_corners", 7), {1, 1.3125, 2, 2.71875, 4, 6.18750, 8});
  expectNear(resized("bilinear", "asymmetric", 7),
             {1, 1.57142854, 2.28571439, 3.42857146, 5.14285756, 7.4285717, 8});
  expectNear(resized("cubic", "asymmetric", 7),
             {1, 1.37026274, 2.26822233, 3.0787158, 5.27405405, 7.54227257, 8.41982555});
  expectNear(resized("cubic", "asymmetric", 3), {1, 2.51851654, 6.85185242});
  // Two axes.
  auto plane = [](const char* mode) {
    auto graph =
        oneLayer(OpKind::Resize, {{{1, 2, 3}}}, with({{"mode", std::string(mode)}, {"size", Sizes{3, 4}}}));
    return run(graph, {tensor({1, 2, 3}, {0, 1, 2, 3, 4, 5})});
  };
  expectNear(plane("bilinear"), {0, 0.625, 1.375, 2, 1.5, 2.125, 2.875, 3.5, 3, 3.625, 4.375, 5});
  expectNear(plane("cubic"), {-0.33219409, 0.26936865, 1.20979869, 1.81136143, 1.42822266, 2.02978516,
                              2.97021484, 3.57177734, 3.18864059, 3.79020333, 4.73063278, 5.3321962});
}

TEST(Resize, ScalesAreTheRatioThatIsWritten) {
  // 5 * 0.5 is 2, and the results lie 2 apart, not 2.5.
  Attributes attributes = with({{"mode", std::string("bilinear")}, {"scale", std::vector<double>{0.5}}});
  auto graph = oneLayer(OpKind::Resize, {{{1, 5}}}, attributes);
  EXPECT_EQ(run(graph, {tensor({1, 5}, {1, 2, 4, 8, 16})}), (Numbers{1.5, 6}));
}

TEST(Resize, NearestAtTheMiddleTakesTheNextOne) {
  EXPECT_EQ(resized("nearest", "align_corners", 3, {1, 2}), (Numbers{1, 2, 2}));
  EXPECT_EQ(resized("nearest", "half_pixel", 1, {1, 2}), (Numbers{2}));
  EXPECT_EQ(resized("nearest", "asymmetric", 1, {1, 2}), (Numbers{1}));
  EXPECT_EQ(resized("bilinear", "align_corners", 1), (Numbers{1}));
}

// Each way to round, at positions below, at and above the middle of two elements, and at whole ones.
TEST(Resize, NearestIsRoundedAsAsked) {
  const Numbers row = {1, 2, 3};
  auto rounded = [&](const char* align, const char* round, int64_t width, const Numbers& of) {
    const auto n = static_cast<int64_t>(of.size());
    const Attributes attributes = with({{"mode", std::string("nearest")},
                                        {"size", Sizes{width}},
                                        {"align", std::string(align)},
                                        {"round", std::string(round)}});
    return run(oneLayer(OpKind::Resize, {{{1, n}}}, attributes), {tensor({1, n}, of)});
  };
  // At 0, 0.5, 1, 1.5, 2, 2.5.
  EXPECT_EQ(rounded("asymmetric", "floor", 6, row), (Numbers{1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(rounded("asymmetric", "half_down", 6, row), (Numbers{1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(rounded("asymmetric", "half_up", 6, row), (Numbers{1, 2, 2, 3, 3, 3}));
  EXPECT_EQ(rounded("asymmetric", "ceil", 6, row), (Numbers{1, 2, 2, 3, 3, 3}));
  // At 0, 0.75, 1.5, 2.25.
  EXPECT_EQ(rounded("asymmetric", "floor", 4, row), (Numbers{1, 1, 2, 3}));
  EXPECT_EQ(rounded("asymmetric", "half_down", 4, row), (Numbers{1, 2, 2, 3}));
  EXPECT_EQ(rounded("asymmetric", "half_up", 4, row), (Numbers{1, 2, 3, 3}));
  EXPECT_EQ(rounded("asymmetric", "ceil", 4, row), (Numbers{1, 2, 3, 3}));
  // At -0.25, 0.25, 0.75, 1.25, 1.75, 2.25.
  EXPECT_EQ(rounded("half_pixel", "floor", 6, row), (Numbers{1, 1, 1, 2, 2, 3}));
  EXPECT_EQ(rounded("half_pixel", "half_down", 6, row), (Numbers{1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(rounded("half_pixel", "half_up", 6, row), (Numbers{1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(rounded("half_pixel", "ceil", 6, row), (Numbers{1, 2, 2, 3, 3, 3}));
  // At 0.5, 2.5, 4.5.
  const Numbers six = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(rounded("half_pixel", "floor", 3, six), (Numbers{1, 3, 5}));
  EXPECT_EQ(rounded("half_pixel", "half_down", 3, six), (Numbers{1, 3, 5}));
  EXPECT_EQ(rounded("half_pixel", "half_up", 3, six), (Numbers{2, 4, 6}));
  EXPECT_EQ(rounded("half_pixel", "ceil", 3, six), (Numbers{2, 4, 6}));
  // At 0, 0.5, 1, 1.5, 2; and one result, at 0.
  EXPECT_EQ(rounded("align_corners", "floor", 5, row), (Numbers{1, 1, 2, 2, 3}));
  EXPECT_EQ(rounded("align_corners", "half_down", 5, row), (Numbers{1, 1, 2, 2, 3}));
  EXPECT_EQ(rounded("align_corners", "half_up", 5, row), (Numbers{1, 2, 2, 3, 3}));
  EXPECT_EQ(rounded("align_corners", "ceil", 5, row), (Numbers{1, 2, 2, 3, 3}));
  for (const char* round : {"floor", "half_down", "half_up", "ceil"})
    EXPECT_EQ(rounded("align_corners", round, 1, row), (Numbers{1})) << round;
  // At 0, 2/3, 4/3, 2.
  EXPECT_EQ(rounded("align_corners", "floor", 4, row), (Numbers{1, 1, 2, 3}));
  EXPECT_EQ(rounded("align_corners", "half_down", 4, row), (Numbers{1, 2, 2, 3}));
  EXPECT_EQ(rounded("align_corners", "half_up", 4, row), (Numbers{1, 2, 2, 3}));
  EXPECT_EQ(rounded("align_corners", "ceil", 4, row), (Numbers{1, 2, 3, 3}));
}

TEST(DepthToSpace, HasBothOrders) { // the example of ONNX
  Tensor x = tensor({8, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7});
  auto graph = oneLayer(OpKind::DepthToSpace, {{{8, 1, 1}}},
                        with({{"block", int64_t(2)}, {"mode", std::string("crd")}}));
  EXPECT_EQ(run(graph, {x}), (Numbers{0, 1, 2, 3, 4, 5, 6, 7}));
  graph = oneLayer(OpKind::DepthToSpace, {{{8, 1, 1}}},
                   with({{"block", int64_t(2)}, {"mode", std::string("dcr")}}));
  EXPECT_EQ(run(graph, {x}), (Numbers{0, 2, 4, 6, 1, 3, 5, 7}));
}

TEST(SpaceToDepth, IsTheInverse) {
  for (const char* mode : {"crd", "dcr"}) {
    const Attributes attributes = with({{"block", int64_t(2)}, {"mode", std::string(mode)}});
    Tensor x = tensor({2, 2, 4}, {});
    for (int i = 0; i < 16; ++i) x.data.push_back(i);
    Tensor y = tensor({8, 1, 2}, run(oneLayer(OpKind::SpaceToDepth, {{{2, 2, 4}}}, attributes), {x}));
    EXPECT_EQ(run(oneLayer(OpKind::DepthToSpace, {{{8, 1, 2}}}, attributes), {y}), x.data) << mode;
    // The first two results of channel 0 are those of its first row's even columns.
    EXPECT_EQ(y.data[0], 0);
    EXPECT_EQ(y.data[1], 2);
    EXPECT_EQ(y.data[2], mode[0] == 'c' ? 1 : 8);
  }
}

TEST(Transpose, MovesAxes) {
  Tensor x = tensor({2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  auto transposed = [&](Sizes order) {
    return run(oneLayer(OpKind::Transpose, {{{2, 3, 2}}}, with({{"order", std::move(order)}})), {x});
  };
  // As numpy.transpose.
  EXPECT_EQ(transposed({1, 0, 2}), (Numbers{0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11}));
  EXPECT_EQ(transposed({0, 2, 1}), (Numbers{0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11}));
  EXPECT_EQ(transposed({1, 2, 0}), (Numbers{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}));
}

TEST(Reshape, KeepsTheOrder) {
  auto graph = oneLayer(OpKind::Reshape, {{{2, 3}}}, with({{"shape", Sizes{3, -1}}}));
  EXPECT_EQ(graph.value(graph.outputs[0].value).type.str(), "tensor[3, 2]");
  EXPECT_EQ(run(graph, {tensor({2, 3}, {1, 2, 3, 4, 5, 6})}), (Numbers{1, 2, 3, 4, 5, 6}));
}

} // namespace
} // namespace convoy::reference
