// Blocks, loops, conditions, constants, lists and texts: what graph comes of them.
#include "analyze.h"

namespace convoy {
namespace {

// The value of an expression that is known when compiling, as the number that a tensor is multiplied with.
std::string valueOf(const std::string& expression, const std::string& before = "") {
  std::string line =
      lines(before + "\npipeline p(x: tensor[3, 8, 10], y: tensor[3]) { return x * (" + expression + ") }",
            "mul_1.scalar : ");
  return line.substr(line.find("= [") + 3, line.rfind(']') - line.find("= [") - 3);
}

TEST(Values, ListsRangesAndComprehensions) {
  EXPECT_EQ(valueOf("[1, 2, 4][2]"), "4");
  EXPECT_EQ(valueOf("[[1, 2], [3, 4]][1][0]"), "3");
  EXPECT_EQ(valueOf("sum([i * i for i in -2..4])"), "19");
  EXPECT_EQ(valueOf("sum([c for c in [64, 128]])"), "192");
  EXPECT_EQ(valueOf("length([i for i in 3..1])"), "0");
  EXPECT_EQ(valueOf("max([1, 5, 3]) - min([2.5, 4])"), "2.5");
  EXPECT_EQ(valueOf("if sum([exp(-i * i / 8) for i in -4..5]) > 4.5 && [1, 2] == [1, 2.0] { 1 } else { 0 }"),
            "1");
}

TEST(Values, FunctionsOfNumbers) {
  EXPECT_EQ(valueOf("div(-7, 2)"), "-4");
  EXPECT_EQ(valueOf("mod(-7, 2)"), "1");
  EXPECT_EQ(valueOf("floor(-2.5) + ceil(2.5) * 10 + round(2.5) * 100"), "327");
  EXPECT_EQ(valueOf("log(1) + cos(0) + sin(0)"), "1");
  EXPECT_EQ(valueOf("-2 ** 2"), "-4");
}

TEST(Values, ShapesOfTensors) {
  EXPECT_EQ(valueOf("channels(x) * 10000 + height(x) * 100 + width(x)"), "30810");
  EXPECT_EQ(valueOf("shape(x)[1] + length(shape(y))"), "9");
  EXPECT_EQ(valueOf("if shape(x) == [3, 8, 10] { 1 } else { 2 }"), "1");
}

TEST(Values, ConditionsTakeOneBranchAlone) {
  EXPECT_EQ(valueOf("if 1 > 2 { [][0] } else if 2 > 1 { 5 } else { nothing }"), "5");
  EXPECT_EQ(valueOf("f(3)", "block f(n: int) { if n > 2 { return n } return 0 }"), "3");
  EXPECT_EQ(valueOf("f(2)", "block f(n: int) { if n > 2 { return n } return 7 }"), "7");
}

TEST(Values, ConstantsSeeEachOther) {
  EXPECT_EQ(valueOf("a", "const a = b * 2 const b = 3"), "6");
  SemaOptions options;
  options.defines = {{"b", "5"}, {"b", "4"}};
  graph::Graph graph =
      graphOf("const a = b * 2 const b = 3 pipeline p(x: tensor[b, a]) { return x * a }", options);
  EXPECT_EQ(graph.value(graph.inputs[0]).type.str(), "tensor[4, 8]");
}

TEST(Loops, RebindOuterNamesAndKeepTheirOwn) {
  EXPECT_EQ(lines("pipeline p(x: tensor[1, W]) { n = 0 for i in 0..3 { t = i n = n + t } return x * n }",
                  "scalar :"),
            "param %mul_1.scalar : f32[1] literal = [3]\n");
  EXPECT_EQ(lines("pipeline p(x: tensor[1, W]) { for c in [4, 8] { x = x |> conv(c, kernel: 1, name: "
                  "\"c{c}\") } return x }",
                  " = conv"),
            "%c4 = conv(%x, %c4.weight, %c4.bias) {kernel: [1], stride: [1], dilation: [1], pad_begin: [0], "
            "pad_end: "
            "[0], border: zero, groups: 1} : tensor[4, W]\n"
            "%c8 = conv(%c4, %c8.weight, %c8.bias) {kernel: [1], stride: [1], dilation: [1], pad_begin: [0], "
            "pad_end: "
            "[0], border: zero, groups: 1} : tensor[8, W]\n");
}

TEST(Blocks, NamesComposeWithDots) {
  const char* text =
      "block inner(x) { return x |> relu |> batch_norm(name: \"bn\") |> relu }\n"
      "block outer(x, n: int = 1) { y = x |> inner(name: \"0\") |> inner(name: \"{n}\") return y |> abs }\n"
      "pipeline p(x: tensor[1, W]) { return x |> outer(name: \"a\") |> relu |> outer(2, name: \"b.c\") }";
  std::string names;
  for (const graph::Value& value : graphOf(text).values)
    if (value.kind == graph::Value::Node) names += value.name + " ";
  EXPECT_EQ(names, "a.0.relu_1 a.0.bn a.0.relu_2 a.1.relu_1 a.1.bn a.1.relu_2 a.abs_1 relu_1 "
                   "b.c.0.relu_1 b.c.0.bn b.c.0.relu_2 b.c.2.relu_1 b.c.2.bn b.c.2.relu_2 b.c.abs_1 ");
}

TEST(Blocks, WithoutANameAddNone) {
  std::string names;
  for (const graph::Value& value :
       graphOf("block b(x) { return x |> relu |> conv(2, kernel: 1) }\n"
               "pipeline p(x: tensor[1, W]) { return x |> relu |> b |> b |> relu }")
           .values)
    if (value.kind == graph::Value::Node) names += value.name + " ";
  EXPECT_EQ(names, "relu_1 relu_2 conv_1 relu_3 conv_2 relu_4 ");
}

TEST(Blocks, SeveralOutputsAreTakenApart) {
  EXPECT_EQ(lines("pipeline split(p: image[rgb]) -> (low: image[rgb], high: tensor) {\n"
                  "  l = p |> avg_pool(3x3, stride: 1, padding: same)\n  return (high: p - l, low: l)\n}\n"
                  "pipeline main(x: image[rgb]) { low, high = split(x) return high - low }",
                  "sub_2"),
            "%sub_2 = sub(%sub_1, %avg_pool_1) : tensor[3, x.H, x.W]\nreturn (result: %sub_2)\n");
}

TEST(Blocks, WordsAreTextsOfParameters) {
  EXPECT_NE(lines("block b(x, mode: string = \"same\", outside: string = \"wrap\") {\n"
                  "  return x |> conv(1, kernel: 3, padding: mode, border: outside) }\n"
                  "pipeline p(x: tensor[1, 9]) { return b(x) }",
                  " = conv")
                .find("pad_begin: [1], pad_end: [1], border: wrap"),
            std::string::npos);
}

TEST(Blocks, StandBeforeLayersOfTheirName) {
  EXPECT_EQ(lines("block relu(x) { return x * 2 }\npipeline p(x: tensor[1, 9]) { return x |> relu }", " = "),
            "param %mul_1.scalar : f32[1] literal = [2]\n%mul_1 = mul(%x, %mul_1.scalar) : tensor[1, 9]\n");
}

TEST(Pipelines, CompareTheSizesOfTheirCallers) {
  EXPECT_EQ(lines("pipeline a(x: tensor[1, W], y: tensor[1, W]) { return x + y }\n"
                  "pipeline main(u: tensor[1, A], v: tensor[1, B]) { return a(u, v) }",
                  "check"),
            "check A == B, \"the input 'y' of 'a' has another size along W\"\n");
}

TEST(Comparisons, AreLayersAndSelectTakesNumbers) {
  EXPECT_EQ(lines("pipeline p(x: tensor[3, W], y: tensor[3]) { return select(x > y, x, 0.5) }", " = "),
            "%greater_1 = greater(%x, %y) : tensor[3, W]\nparam %select_1.scalar : f32[1] literal = [0.5]\n"
            "%select_1 = select(%greater_1, %x, %select_1.scalar) : tensor[3, W]\n");
}

} // namespace
} // namespace convoy
