// Multiply-adds and learned numbers, counted by hand.
#include "graph/reader.h"
#include "graph/work.h"
#include <gtest/gtest.h>

namespace convoy::graph {
namespace {

Graph parsed(const char* text) {
  SourceFile file("g", text);
  DiagnosticEngine diags;
  auto graph = read(file, diags);
  if (!graph) throw std::runtime_error(diags.all().front()->message);
  return *graph;
}

const Value& named(const Graph& graph, const std::string& name) {
  for (const Value& value : graph.values)
    if (value.name == name) return value;
  throw std::runtime_error("no value " + name);
}

TEST(Work, ConvolutionDenseAndTheRest) {
  Graph g = parsed(R"(graph @g(%x: tensor[4, 8, 8]) {
  param %c.weight : f32[6, 2, 3, 3]
  param %c.bias : f32[6]
  %c = conv(%x, %c.weight, %c.bias) {kernel: [3, 3], stride: [2, 2], dilation: [1, 1], pad_begin: [1, 1], pad_end: [1, 1], border: zero, groups: 2} : tensor[6, 4, 4]
  %r = relu(%c) : tensor[6, 4, 4]
  %f = flatten(%r) : tensor[96]
  param %d.weight : f32[10, 96]
  %d = dense(%f, %d.weight) : tensor[10]
  return (result: %d)
}
)");
  // 6 * 4 * 4 results, each of 2 channels and 9 taps; the bias is no product.
  EXPECT_EQ(multiplyAdds(g, named(g, "c")), Size(96 * 18));
  EXPECT_EQ(multiplyAdds(g, named(g, "r")), Size(0));
  EXPECT_EQ(multiplyAdds(g, named(g, "d")), Size(960));
  EXPECT_EQ(multiplyAdds(g), Size(96 * 18 + 960));
  EXPECT_EQ(learnedNumbers(g, named(g, "c")), 6 * 2 * 9 + 6);
  EXPECT_EQ(learnedNumbers(g), 6 * 2 * 9 + 6 + 960);
}

TEST(Work, SizesOfTheRunningProgram) {
  Graph g = parsed(R"(graph @g(%x: tensor[1, H, W]) {
  param %c.weight : f32[1, 1, 1, 3] literal = [1, 2, 1]
  %c = conv(%x, %c.weight) {kernel: [1, 3], stride: [1, 1], dilation: [1, 1], pad_begin: [0, 1], pad_end: [0, 1], border: zero, groups: 1} : tensor[1, H, W]
  return (result: %c)
}
)");
  EXPECT_EQ(multiplyAdds(g).str(), "3 * H * W");
  EXPECT_EQ(learnedNumbers(g), 0); // the values stand in the script
}

// As the layer is published: every input meets every tap, whatever the padding cuts off.
TEST(Work, TransposedConvolution) {
  Graph g = parsed(R"(graph @g(%x: tensor[4, H, 8]) {
  param %t.weight : f32[4, 3, 2, 3]
  %t = transposed_conv(%x, %t.weight) {kernel: [2, 3], stride: [2, 2], dilation: [1, 1], pad_begin: [0, 1], pad_end: [0, 1], output_padding: [0, 0], groups: 2} : tensor[6, 2 * H, 15]
  return (result: %t)
}
)");
  EXPECT_EQ(multiplyAdds(g), Size(4 * 8 * 3 * 6) * Size::symbol("H"));
  EXPECT_EQ(learnedNumbers(g), 4 * 3 * 6);
}

} // namespace
} // namespace convoy::graph
