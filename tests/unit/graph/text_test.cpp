// Graph IR as text: what is printed reads back as the same graph.
#include "graph/reader.h"
#include <gtest/gtest.h>

namespace convoy::graph {
namespace {

std::optional<Graph> readText(const std::string& text, std::string* errors = nullptr) {
  SourceFile file("test.graph", text);
  DiagnosticEngine diags;
  auto graph = read(file, diags);
  for (const auto& diagnostic : diags.all()) {
    std::string line =
        diagnostic->labels[0].location.str() + ": " + diagnostic->code + ": " + diagnostic->message;
    if (errors)
      *errors += line + "\n";
    else
      ADD_FAILURE() << line;
  }
  return graph;
}

void expectRoundTrip(const std::string& text) {
  auto graph = readText(text);
  ASSERT_TRUE(graph);
  EXPECT_EQ(print(*graph), text);
}

TEST(GraphText, EdgesRoundTrips) {
  expectRoundTrip(R"(graph @edges(%photo: image[rgb, photo.H, photo.W]) {
  %luminance_1 = luminance(%photo) : tensor[1, photo.H, photo.W]
  param %conv_1.weight : f32[1, 1, 3, 3] literal = [-1, 0, 1, -2, 0, 2, -1, 0, 1]
  %conv_1 = conv(%luminance_1, %conv_1.weight) {kernel: [3, 3], stride: [1, 1], dilation: [1, 1], pad_begin: [1, 1], pad_end: [1, 1], border: replicate, groups: 1} : tensor[1, photo.H, photo.W]
  %mul_1 = mul(%conv_1, %conv_1) : tensor[1, photo.H, photo.W]
  %clamp_1 = clamp(%mul_1) {low: 0, high: 1} : tensor[1, photo.H, photo.W]
  return (result: %clamp_1 as image[gray])
}
)");
}

TEST(GraphText, SymbolicPaddingChecksAndEveryAttributeFormRoundTrip) {
  expectRoundTrip(R"(graph @g(%x: tensor[4, H, W], %y: tensor[4, H, 9]) {
  param %c.weight : f32[6, 2, 3, 5]
  param %c.bias : f32[6] = [0.1, -1e-20, 3, 1e+20, 0.33333334, 2]
  %c = conv(%x, %c.weight, %c.bias) {kernel: [3, 5], stride: [2, 3], dilation: [1, 1], pad_begin: [1 - mod(H + 1, 2), div(mod(W + 2, 3), 2) - mod(W + 2, 3) + 2], pad_end: [1, 2 - div(mod(W + 2, 3), 2)], padding: "same", border: constant(0.5), groups: 2} : tensor[6, div(H + 1, 2), div(W + 2, 3)]
  %p = avg_pool(%y) {kernel: [3, 2], stride: [2, 2], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0], ceil_mode: true, count_include_pad: false} : tensor[4, div(H, 2), 5]
  %s = add(%x, %y) : tensor[4, H, 9]
  param %sub_1.scalar : f32[1] literal = [2]
  %sub_1 = sub(%sub_1.scalar, %s) : tensor[4, H, 9]
  check H >= 2, "avg_pool 'p' needs an input of at least 2 rows"
  check W == 9, "add 's' needs operands of equal size along W"
  return (c: %c, same: %c, p: %p, in: %x, s: %sub_1)
}
)");
}

TEST(GraphText, ScalarsAndTheirDefaultsRoundTrip) {
  expectRoundTrip("graph @g(%x: tensor[3, H], %a: float, %b: float = 0.1, %c: float = -0) {\n"
                  "  %mul_1 = mul(%a, %b) : tensor[1]\n"
                  "  %add_1 = add(%x, %mul_1) : tensor[3, H]\n"
                  "  %sub_1 = sub(%c, %add_1) : tensor[3, H]\n"
                  "  return (result: %sub_1)\n}\n");
}

TEST(GraphText, ScalarsHaveTheirPlace) {
  auto errorsOf = [](const std::string& text) {
    std::string errors;
    EXPECT_FALSE(readText(text, &errors));
    return errors;
  };
  EXPECT_EQ(errorsOf("graph @g(%x: tensor[3], %a: float) {\n  return (r: %a)\n}\n"),
            "test.graph:1:7: E0603: graph text: the output 'r' is a scalar, which has no batch\n");
  EXPECT_EQ(errorsOf("graph @g(%a: float) {\n  %f = flatten(%a) : tensor[1]\n  return (r: %f)\n}\n"),
            "test.graph:2:3: E0603: graph text: flatten 'f': it needs a tensor and gets the "
            "scalar 'a'\n");
  EXPECT_EQ(errorsOf("graph @g(%x: tensor[3], %a: float = nan) {\n  return (r: %x)\n}\n"),
            "test.graph:1:7: E0603: graph text: the input 'a' has a default that is no finite number "
            "of a scalar\n");
  EXPECT_EQ(errorsOf("graph @g(%x: tensor[3]) {\n  %r = relu(%x) : float\n  return (r: %r)\n}\n"),
            "test.graph:2:19: E0601: graph text: expected 'tensor', but found 'float'\n");
}

TEST(GraphText, StrangeNamesAreQuoted) {
  expectRoundTrip("graph @\"a graph\"(%\"x \\\"1\\\"\\x0a\": tensor[1, 2]) {\n"
                  "  %layer.0/conv-1 = relu(%\"x \\\"1\\\"\\x0a\") : tensor[1, 2]\n"
                  "  return (\"the result\": %layer.0/conv-1)\n}\n");
}

TEST(GraphText, ManyNumbersAreElidedUnlessFull) {
  std::string numbers = "1";
  for (int i = 2; i <= 65; ++i) numbers += ", " + std::to_string(i);
  auto text = [](const std::string& data) {
    return "graph @g(%x: tensor[65]) {\n  param %d.weight : f32[1, 65] = " + data +
           "\n  %d = dense(%x, %d.weight) : tensor[1]\n  return (result: %d)\n}\n";
  };
  auto graph = readText(text("[" + numbers + "]"));
  ASSERT_TRUE(graph);
  EXPECT_EQ(print(*graph, true), text("[" + numbers + "]"));
  EXPECT_EQ(print(*graph), text("<65 numbers>"));
  auto again = readText(print(*graph));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->value(1).data->data.empty());
}

TEST(GraphText, SymbolsInOrderOfInputs) {
  auto graph = readText("graph @g(%a: tensor[1, H, W], %b: tensor[1, W, A]) {\n return (a: %a)\n}");
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->symbols(), (std::vector<std::string>{"H", "W", "A"}));
}

TEST(GraphText, UsersNameEachReaderOnce) {
  auto graph =
      readText("graph @g(%a: tensor[1]) {\n %m = mul(%a, %a) : tensor[1]\n %r = relu(%m) : tensor[1]\n"
               " return (r: %r)\n}");
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->users(), (std::vector<std::vector<ValueId>>{{1}, {2}, {}}));
}

struct BadText {
  const char *text, *error;
};
class BadGraphText : public testing::TestWithParam<BadText> {};

TEST_P(BadGraphText, IsAnError) {
  std::string errors;
  EXPECT_FALSE(readText(GetParam().text, &errors));
  EXPECT_EQ(errors, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadGraphText,
    testing::Values(
        BadText{"", "test.graph:1:1: E0601: graph text: expected 'graph', but found the end\n"},
        BadText{"graph @g(%x: tensor[1]) {",
                "test.graph:1:26: E0601: graph text: expected a value, 'param', 'check' or "
                "'return', but found the end\n"},
        BadText{"graph @g(%x: tensor[1]) {\n  %y = rely(%x) : tensor[1]\n}",
                "test.graph:2:8: E0602: graph text: there is no layer 'rely'\n"},
        BadText{"graph @g(%x: tensor[1]) {\n  %y = relu(%z) : tensor[1]\n}",
                "test.graph:2:13: E0602: graph text: there is no value 'z' before this line\n"},
        BadText{"graph @g(%x: tensor[1], %x: tensor[1]) {}",
                "test.graph:1:25: E0602: graph text: a value named 'x' exists already\n"},
        BadText{"graph @g(%x: tensor[H +]) {}",
                "test.graph:1:21: E0601: graph text: expected a size, but found 'H'\n"},
        BadText{"graph @g(%x: tensor[1]) {\n  %y = clamp(%x) {low: 0, hihg: 1} : tensor[1]\n}",
                "test.graph:2:27: E0602: graph text: clamp has no attribute 'hihg'\n"},
        BadText{"graph @g(%x: tensor[1]) {\n  %y = clamp(%x) {low: 0, low: 1} : tensor[1]\n}",
                "test.graph:2:27: E0602: graph text: the attribute 'low' is given twice\n"},
        BadText{
            "graph @g(%x: tensor[1]) {\n  %y = relu(%x) : tensor[2]\n return (r: %y)\n}",
            "test.graph:2:3: E0603: graph text: relu 'y': its type is tensor[2] and should be tensor[1]\n"},
        BadText{"graph @g(%x: tensor[1]) {\n return (r: %x)\n} more",
                "test.graph:3:3: E0601: graph text: expected the end of the text, but found 'more'\n"},
        BadText{"graph @g(%x: tensor[99999999999999999999]) {}",
                "test.graph:1:21: E0601: graph text: expected a size, but found '99999999999999999999'\n"},
        BadText{"graph @g(%x: image[grey, H, W]) {}",
                "test.graph:1:24: E0602: graph text: there is no image kind 'grey'\n"}));

} // namespace
} // namespace convoy::graph
