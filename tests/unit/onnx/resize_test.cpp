// Resize as ONNX defines it: the position of every result by the formula of the format, for all of its ways
// to place and to round, against the layers that a model becomes.
#include "onnx/import.h"
#include "reference/interpreter.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace convoy::onnx {
namespace {

struct Resize {
  std::string positions = "half_pixel", rounding = "round_prefer_floor", mode = "nearest";
  int64_t from = 1;          // 0: known only at run time
  std::vector<int64_t> size; // of the one axis of positions; or
  std::vector<float> scale;
  int64_t opset = 13;
};

template <typename Number> Tensor tensorOf(const std::string& name, DataType type, std::vector<Number> data) {
  auto owner = std::make_shared<std::vector<Number>>(std::move(data));
  Tensor tensor{name, type, {static_cast<int64_t>(owner->size())}, {}, nullptr};
  tensor.bytes = {reinterpret_cast<const char*>(owner->data()), owner->size() * sizeof(Number)};
  tensor.owner = owner;
  return tensor;
}

Attribute word(const std::string& name, const std::string& text) {
  Attribute attribute;
  attribute.kind = Attribute::String;
  attribute.name = name;
  attribute.text = text;
  return attribute;
}

// x: [1, 1, from], y: the same, resized.
Model modelOf(const Resize& resize) {
  Model model;
  model.irVersion = 8;
  model.opsets[""] = resize.opset;
  Graph& graph = model.graph;
  graph.name = "resize";
  Dimension from{resize.from, ""};
  if (resize.from == 0) from = {std::nullopt, "W"};
  const std::vector<Dimension> shape = {{1, ""}, {1, ""}, from};
  graph.inputs = {{"x", true, DataType::Float, shape}};
  graph.outputs = {{"y", true, DataType::Float, std::nullopt}};
  Node node;
  node.name = "r";
  node.op = "Resize";
  node.outputs = {"y"};
  node.attributes = {word("mode", resize.mode)};
  if (resize.opset < 11) {
    node.inputs = {"x", "scales"};
  } else {
    node.inputs = {"x", "", "", "sizes"};
    if (resize.size.empty()) node.inputs = {"x", "", "scales"};
    node.attributes.push_back(word("coordinate_transformation_mode", resize.positions));
    node.attributes.push_back(word("nearest_mode", resize.rounding));
  }
  graph.nodes = {node};
  if (resize.size.empty())
    graph.initializers = {tensorOf<float>("scales", DataType::Float, {1, 1, resize.scale.at(0)})};
  else
    graph.initializers = {tensorOf<int64_t>("sizes", DataType::Int64, {1, 1, resize.size[0]})};
  return model;
}

std::optional<graph::Graph> imported(const Resize& resize, std::string& problem) {
  DiagnosticEngine diags;
  auto graph = importModel(modelOf(resize), "model.onnx", {"p", {}}, diags);
  for (const auto& diagnostic : diags.all()) {
    problem += diagnostic->message;
    for (const std::string& note : diagnostic->notes) problem += "\n" + note;
  }
  return graph;
}

// The elements that results are, counted from 0.
std::vector<double> elementsOf(const Resize& resize) {
  std::string problem;
  const auto graph = imported(resize, problem);
  EXPECT_TRUE(graph) << problem;
  if (!graph) return {};
  reference::Tensor x{{1, resize.from}, 1, {}};
  for (int64_t i = 0; i < resize.from; ++i) x.data.push_back(static_cast<double>(i));
  return reference::evaluate(*graph, {x}, {})[graph->outputs[0].value].data;
}

// `over` elements are under `under` results. Whole numbers and halves are exact.
struct Ratio {
  double over, under;
};

double positionOf(const std::string& positions, double o, double n, double m, const Ratio& ratio) {
  if (positions == "asymmetric") return o * ratio.over / ratio.under;
  if (positions == "align_corners") return m == 1 ? 0 : o * (n - 1) / (m - 1);
  if (positions == "tf_half_pixel_for_nn") return (o + 0.5) * ratio.over / ratio.under;
  if (positions == "pytorch_half_pixel" && m == 1) return 0;
  return (o + 0.5) * ratio.over / ratio.under - 0.5;
}

double rounded(const std::string& rounding, double x) {
  if (rounding == "floor") return std::floor(x);
  if (rounding == "ceil") return std::ceil(x);
  const bool half = x - std::floor(x) == 0.5;
  return half ? (rounding == "round_prefer_floor" ? std::floor(x) : std::ceil(x)) : std::round(x);
}

const char* const places[] = {"half_pixel",         "asymmetric",           "align_corners",
                              "pytorch_half_pixel", "half_pixel_symmetric", "tf_half_pixel_for_nn"};
const char* const roundings[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};

// Positions 1/2 behind those of a layer cannot be rounded in all ways.
bool isRefused(const std::string& positions, const std::string& rounding) {
  return positions == "tf_half_pixel_for_nn" && (rounding == "ceil" || rounding == "round_prefer_ceil");
}

void check(const Resize& resize, int64_t m, const Ratio& ratio) {
  const auto n = static_cast<double>(resize.from);
  std::vector<double> expected;
  for (int64_t o = 0; o < m; ++o) {
    const double x = positionOf(resize.positions, static_cast<double>(o), n, static_cast<double>(m), ratio);
    expected.push_back(std::clamp(rounded(resize.rounding, x), 0.0, n - 1));
  }
  EXPECT_EQ(elementsOf(resize), expected);
}

TEST(Resize, NearestOfSizes) {
  for (const char* positions : places)
    for (const char* rounding : roundings) {
      if (isRefused(positions, rounding)) continue;
      for (int64_t n = 1; n <= 9; ++n)
        for (int64_t m = 1; m <= 10; ++m) {
          SCOPED_TRACE(std::string(positions) + ", " + rounding + ", " + std::to_string(n) + " to " +
                       std::to_string(m));
          check({positions, rounding, "nearest", n, {m}, {}}, m,
                {static_cast<double>(n), static_cast<double>(m)});
        }
    }
}

TEST(Resize, NearestOfScales) {
  for (const char* positions : places)
    for (const char* rounding : roundings) {
      if (isRefused(positions, rounding)) continue;
      for (float scale : {0.25f, 0.5f, 1.0f, 2.0f, 4.0f})
        for (int64_t n = 1; n <= 9; ++n) {
          const auto m = static_cast<int64_t>(static_cast<float>(n) * scale);
          const bool whole = static_cast<float>(m) == static_cast<float>(n) * scale;
          const std::string name = positions;
          if (m == 0 || (!whole && (name == "align_corners" || name == "half_pixel_symmetric"))) continue;
          SCOPED_TRACE(name + ", " + rounding + ", " + std::to_string(n) + " by " + std::to_string(scale));
          check({positions, rounding, "nearest", n, {}, {scale}}, m, {1, scale});
        }
    }
}

// The first result of pytorch_half_pixel where it is the only one.
TEST(Resize, OneResultOfHalfPixels) {
  EXPECT_EQ(elementsOf({"half_pixel", "", "linear", 4, {1}, {}}), (std::vector<double>{1.5}));
  EXPECT_EQ(elementsOf({"pytorch_half_pixel", "", "linear", 4, {1}, {}}), (std::vector<double>{0}));
  EXPECT_EQ(elementsOf({"pytorch_half_pixel", "", "linear", 5, {}, {0.25f}}), (std::vector<double>{0}));
  EXPECT_EQ(elementsOf({"pytorch_half_pixel", "", "linear", 4, {2}, {}}), (std::vector<double>{0.5, 2.5}));
}

TEST(Resize, ScalesAreRatios) { // 0.6666667 is 2 / 3
  EXPECT_EQ(elementsOf({"asymmetric", "floor", "nearest", 6, {}, {2.0f / 3}}),
            (std::vector<double>{0, 1, 3, 4}));
}

TEST(Resize, OldOnesAreAsymmetric) {
  EXPECT_EQ(elementsOf({"", "", "nearest", 3, {}, {2.0f}, 10}), (std::vector<double>{0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(elementsOf({"", "", "linear", 3, {}, {2.0f}, 10}), (std::vector<double>{0, 0.5, 1, 1.5, 2, 2}));
}

TEST(Resize, WhatIsRefused) {
  auto problemOf = [](const Resize& resize) {
    std::string problem;
    EXPECT_FALSE(imported(resize, problem));
    return problem;
  };
  auto expect = [](const std::string& problem, const std::string& part) {
    EXPECT_NE(problem.find(part), std::string::npos) << problem;
  };
  expect(problemOf({"align_corners", "", "linear", 5, {}, {0.5f}}),
         "its positions 'align_corners' are those of 5 * 0.5 results, which is not always a whole number");
  expect(problemOf({"half_pixel_symmetric", "", "linear", 0, {}, {0.5f}}), "W * 0.5 results");
  expect(problemOf({"pytorch_half_pixel", "", "linear", 0, {}, {0.5f}}), "its result may have one element");
  expect(problemOf({"tf_half_pixel_for_nn", "ceil", "nearest", 5, {4}, {}}),
         "its nearest element is rounded by 'ceil' at positions 'tf_half_pixel_for_nn'");
  expect(problemOf({"tf_half_pixel_for_nn", "floor", "linear", 5, {4}, {}}),
         "its attribute 'coordinate_transformation_mode' is 'tf_half_pixel_for_nn' in the mode 'linear'");
  expect(problemOf({"middle", "floor", "nearest", 5, {4}, {}}), "is 'middle'");
  expect(problemOf({"half_pixel", "up", "nearest", 5, {4}, {}}), "its attribute 'nearest_mode' is 'up'");
  for (float scale : {0.0f, -1.0f, NAN, INFINITY})
    expect(problemOf({"pytorch_half_pixel", "floor", "nearest", 5, {}, {scale}}), "one of its scales is ");
}

} // namespace
} // namespace convoy::onnx
