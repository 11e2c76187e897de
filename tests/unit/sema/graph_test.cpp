// What scripts become.
#include "analyze.h"

namespace convoy {
namespace {

TEST(Sema, Edges) {
  EXPECT_EQ(printed(R"(
pipeline edges(photo: image[rgb]) -> image[gray] {
    gray = luminance(photo)
    gx = gray |> conv(kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], padding: same, border: replicate)
    gy = gray |> conv(kernel: [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], padding: same, border: replicate)
    return clamp(sqrt(gx * gx + gy * gy), 0, 1)
})"),
            R"(graph @edges(%photo: image[rgb, photo.H, photo.W]) {
  %luminance_1 = luminance(%photo) : tensor[1, photo.H, photo.W]
  param %conv_1.weight : f32[1, 1, 3, 3] literal = [-1, 0, 1, -2, 0, 2, -1, 0, 1]
  %conv_1 = conv(%luminance_1, %conv_1.weight) {kernel: [3, 3], stride: [1, 1], dilation: [1, 1], pad_begin: [1, 1], pad_end: [1, 1], border: replicate, groups: 1} : tensor[1, photo.H, photo.W]
  param %conv_2.weight : f32[1, 1, 3, 3] literal = [-1, -2, -1, 0, 0, 0, 1, 2, 1]
  %conv_2 = conv(%luminance_1, %conv_2.weight) {kernel: [3, 3], stride: [1, 1], dilation: [1, 1], pad_begin: [1, 1], pad_end: [1, 1], border: replicate, groups: 1} : tensor[1, photo.H, photo.W]
  %mul_1 = mul(%conv_1, %conv_1) : tensor[1, photo.H, photo.W]
  %mul_2 = mul(%conv_2, %conv_2) : tensor[1, photo.H, photo.W]
  %add_1 = add(%mul_1, %mul_2) : tensor[1, photo.H, photo.W]
  %sqrt_1 = sqrt(%add_1) : tensor[1, photo.H, photo.W]
  %clamp_1 = clamp(%sqrt_1) {low: 0, high: 1} : tensor[1, photo.H, photo.W]
  return (result: %clamp_1 as image[gray])
}
)");
}

TEST(Sema, DepthwiseIsAConvolutionWithAGroupForEachChannel) {
  EXPECT_EQ(printed(R"(
pipeline p(x: tensor[2, H, W]) {
    a = x |> depthwise_conv(kernel: 3x1, padding: [1, 1, 0, 0], multiplier: 2, name: "a")
    return a |> depthwise_conv(kernel: [[1, 2]], border: wrap, padding: same)
})"),
            R"(graph @p(%x: tensor[2, H, W]) {
  param %a.weight : f32[4, 1, 3, 1]
  param %a.bias : f32[4]
  %a = conv(%x, %a.weight, %a.bias) {kernel: [3, 1], stride: [1, 1], dilation: [1, 1], pad_begin: [1, 0], pad_end: [1, 0], border: zero, groups: 2} : tensor[4, H, W]
  param %depthwise_conv_2.weight : f32[4, 1, 1, 2] literal = [1, 2, 1, 2, 1, 2, 1, 2]
  %depthwise_conv_2 = conv(%a, %depthwise_conv_2.weight) {kernel: [1, 2], stride: [1, 1], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 1], border: wrap, groups: 4} : tensor[4, H, W]
  return (result: %depthwise_conv_2)
}
)");
}

TEST(Sema, AdaptivePoolsAreOrdinaryOnesWhereTheyCanBe) {
  EXPECT_EQ(printed(R"(
pipeline p(x: tensor[2, 12, 9], y: tensor[2, H, 9]) {
    return (a: x |> adaptive_avg_pool(4x3), b: y |> adaptive_avg_pool(1), c: y |> adaptive_avg_pool(2x9), d: x |> adaptive_avg_pool(5))
})"),
            R"(graph @p(%x: tensor[2, 12, 9], %y: tensor[2, H, 9]) {
  %adaptive_avg_pool_1 = avg_pool(%x) {kernel: [3, 3], stride: [3, 3], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0], ceil_mode: false, count_include_pad: true} : tensor[2, 4, 3]
  %adaptive_avg_pool_2 = global_avg_pool(%y) : tensor[2, 1, 1]
  %adaptive_avg_pool_3 = adaptive_avg_pool(%y) {output: [2, 9]} : tensor[2, 2, 9]
  %adaptive_avg_pool_4 = adaptive_avg_pool(%x) {output: [5, 5]} : tensor[2, 5, 5]
  return (a: %adaptive_avg_pool_1, b: %adaptive_avg_pool_2, c: %adaptive_avg_pool_3, d: %adaptive_avg_pool_4)
}
)");
}

TEST(Sema, NormsArePowersSumsAndRoots) {
  EXPECT_EQ(printed(R"(
pipeline p(x: tensor[2, H, W]) {
    return x |> lp_pool(2x3, p: 4, name: "n") |> lp_pool(2, p: 1, ceil_mode: true)
})"),
            R"(graph @p(%x: tensor[2, H, W]) {
  %n.powers = mul(%x, %x) : tensor[2, H, W]
  %n.powers_2 = mul(%n.powers, %n.powers) : tensor[2, H, W]
  %n.sums = avg_pool(%n.powers_2) {kernel: [2, 3], stride: [2, 3], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0], ceil_mode: false, count_include_pad: true, divisor: 1} : tensor[2, div(H, 2), div(W, 3)]
  %n.roots = sqrt(%n.sums) : tensor[2, div(H, 2), div(W, 3)]
  %n = sqrt(%n.roots) : tensor[2, div(H, 2), div(W, 3)]
  %lp_pool_2.powers = abs(%n) : tensor[2, div(H, 2), div(W, 3)]
  %lp_pool_2 = avg_pool(%lp_pool_2.powers) {kernel: [2, 2], stride: [2, 2], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0], ceil_mode: true, count_include_pad: true, divisor: 1} : tensor[2, div(H + 2, 4), div(W + 3, 6)]
  check H >= 2, "lp_pool 'n' needs an input of at least 2 rows"
  check W >= 3, "lp_pool 'n' needs an input of at least 3 columns"
  check div(H, 2) >= 1, "lp_pool 'lp_pool_2' needs an input of at least 1 row"
  check div(W, 3) >= 1, "lp_pool 'lp_pool_2' needs an input of at least 1 column"
  return (result: %lp_pool_2)
}
)");
}

TEST(Sema, TransposedConvolutionsGrow) {
  EXPECT_EQ(printed(R"(
pipeline p(x: tensor[4, H, 5]) {
    a = x |> transposed_conv(6, kernel: 3x4, stride: 2, padding: [1, 1, 0, 2], output_padding: size(1, 0), groups: 2, name: "a")
    return a |> transposed_conv(2, kernel: 2, bias: false, padding: 3)
})"),
            R"(graph @p(%x: tensor[4, H, 5]) {
  param %a.weight : f32[4, 3, 3, 4]
  param %a.bias : f32[6]
  %a = transposed_conv(%x, %a.weight, %a.bias) {kernel: [3, 4], stride: [2, 2], dilation: [1, 1], pad_begin: [1, 0], pad_end: [1, 2], output_padding: [1, 0], groups: 2} : tensor[6, 2 * H, 10]
  param %transposed_conv_2.weight : f32[6, 2, 2, 2]
  %transposed_conv_2 = transposed_conv(%a, %transposed_conv_2.weight) {kernel: [2, 2], stride: [1, 1], dilation: [1, 1], pad_begin: [3, 3], pad_end: [3, 3], output_padding: [0, 0], groups: 1} : tensor[2, 2 * H - 5, 5]
  check 2 * H - 5 >= 1, "transposed_conv 'transposed_conv_2' needs a larger input along H: its padding cuts off all results"
  return (result: %transposed_conv_2)
}
)");
}

TEST(Sema, EveryGraphReadsBack) {
  std::string text = printed(R"(
pipeline net(x: tensor[4, H, W], y: tensor[4, H, 9], v: tensor[4]) -> (a: tensor, b: tensor) {
    c = x |> conv(8, kernel: 3x5, stride: 2x3, padding: same, border: constant(0.5), groups: 2, name: "block.c-1")
    s = x + y * v - 2 * x / 3
    return (a: c |> relu |> global_avg_pool |> flatten |> dense(10) |> softmax, b: concat(s, -y))
})");
  SourceFile file("graph", text);
  DiagnosticEngine diags;
  auto graph = graph::read(file, diags);
  ASSERT_TRUE(graph) << diags.all().front()->message;
  EXPECT_EQ(print(*graph), text);
}

TEST(Sema, RunTimeScalars) {
  EXPECT_EQ(printed("const half = 0.5\n"
                    "pipeline p(x: tensor[3, H, W], level: float = -half, gain: float) {\n"
                    "    return select(x > level * 2, x * gain, -level)\n}"),
            R"(graph @p(%x: tensor[3, H, W], %level: float = -0.5, %gain: float) {
  param %mul_1.scalar : f32[1] literal = [2]
  %mul_1 = mul(%level, %mul_1.scalar) : tensor[1]
  %greater_1 = greater(%x, %mul_1) : tensor[3, H, W]
  %mul_2 = mul(%x, %gain) : tensor[3, H, W]
  param %mul_3.scalar : f32[1] literal = [-1]
  %mul_3 = mul(%level, %mul_3.scalar) : tensor[1]
  %select_1 = select(%greater_1, %mul_2, %mul_3) : tensor[3, H, W]
  return (result: %select_1)
}
)");
}

TEST(Sema, FunctionsOfNumbersAreLayersForTensors) {
  EXPECT_EQ(printed("pipeline p(x: tensor[3, H, W], level: float) {\n"
                    "    return max(0, x) * exp(level) - min(pow(x, log(exp(2))), max(3, 4))\n}"),
            R"(graph @p(%x: tensor[3, H, W], %level: float) {
  param %max_1.scalar : f32[1] literal = [0]
  %max_1 = max(%max_1.scalar, %x) : tensor[3, H, W]
  %exp_1 = exp(%level) : tensor[1]
  %mul_1 = mul(%max_1, %exp_1) : tensor[3, H, W]
  param %pow_1.scalar : f32[1] literal = [2]
  %pow_1 = pow(%x, %pow_1.scalar) : tensor[3, H, W]
  param %min_1.scalar : f32[1] literal = [4]
  %min_1 = min(%pow_1, %min_1.scalar) : tensor[3, H, W]
  %sub_1 = sub(%mul_1, %min_1) : tensor[3, H, W]
  return (result: %sub_1)
}
)");
}

TEST(Sema, PreluHasOneSlopeOrOneForEachChannel) {
  EXPECT_EQ(printed("pipeline p(x: tensor[3, 5]) { return x |> prelu(name: \"a\") |> prelu(shared: false) }"),
            R"(graph @p(%x: tensor[3, 5]) {
  param %a.weight : f32[1]
  %a = prelu(%x, %a.weight) {shared: true} : tensor[3, 5]
  param %prelu_2.weight : f32[3]
  %prelu_2 = prelu(%a, %prelu_2.weight) {shared: false} : tensor[3, 5]
  return (result: %prelu_2)
}
)");
}

TEST(Sema, ScalarsOfPipelinesThatAreCalled) {
  const std::string scaled = "pipeline scaled(x: tensor[3], by: float = 4) { return x * by }\n";
  auto layers = [&](const std::string& body) {
    return lines(scaled + "pipeline main(x: tensor[3], _a: float) { return " + body + " }", "=");
  };
  EXPECT_EQ(layers("scaled(x)"),
            "param %mul_1.scalar : f32[1] literal = [4]\n%mul_1 = mul(%x, %mul_1.scalar) : tensor[3]\n");
  EXPECT_EQ(layers("scaled(x, by: 2)"),
            "param %mul_1.scalar : f32[1] literal = [2]\n%mul_1 = mul(%x, %mul_1.scalar) : tensor[3]\n");
  EXPECT_EQ(layers("scaled(x, by: _a)"), "%mul_1 = mul(%x, %_a) : tensor[3]\n");
  EXPECT_EQ(layers("scaled(x, by: _a + _a)"),
            "%add_1 = add(%_a, %_a) : tensor[1]\n%mul_1 = mul(%x, %add_1) : tensor[3]\n");
}

TEST(Sema, InputSizes) {
  auto header = [](const std::string& inputs) {
    std::string text = printed("pipeline p(" + inputs + ") { return x }");
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(header("x: image[rgba]"), "graph @p(%x: image[rgba, x.H, x.W]) {");
  EXPECT_EQ(header("x: image[gray, H, 480]"), "graph @p(%x: image[gray, H, 480]) {");
  EXPECT_EQ(header("x: tensor[3, _, W], y: tensor[2, W]"),
            "graph @p(%x: tensor[3, x.H, W], %y: tensor[2, W]) {");
  EXPECT_EQ(header("x: tensor[3, _, _, _]"), "graph @p(%x: tensor[3, x.D, x.H, x.W]) {");
  EXPECT_EQ(header("x: tensor[3, _]"), "graph @p(%x: tensor[3, x.W]) {");
  EXPECT_EQ(header("x: tensor[10]"), "graph @p(%x: tensor[10]) {");
}

TEST(Sema, Results) {
  auto result = [](const std::string& signature, const std::string& value) {
    return lines("pipeline p(x: tensor[1, H, W], y: image[rgb, H, W])" + signature + " { return " + value +
                     " }",
                 "return");
  };
  EXPECT_EQ(result("", "x"), "return (result: %x)\n");
  EXPECT_EQ(result(" -> tensor", "x"), "return (result: %x)\n");
  EXPECT_EQ(result(" -> image[gray]", "x"), "return (result: %x as image[gray])\n");
  EXPECT_EQ(result(" -> (out: image[gray])", "x"), "return (out: %x as image[gray])\n");
  EXPECT_EQ(result(" -> (a: tensor, b)", "(b: x, a: x)"), "return (a: %x, b: %x)\n");
  EXPECT_EQ(result("", "(b: x, a: y)"), "return (b: %x, a: %y)\n");
  EXPECT_EQ(result(" -> image[rgb, H, W]", "y"), "return (result: %y as image[rgb])\n");
}

TEST(Sema, ResultTypesAreProvedOrCheckedAtEntry) {
  auto checks = [](const std::string& type) {
    return lines("pipeline p(x: tensor[2, H, W]) -> " + type +
                     " { return x |> max_pool(2, ceil_mode: true) }",
                 "check");
  };
  EXPECT_EQ(checks("tensor[2, div(H + 1, 2), _]"), "");
  EXPECT_EQ(
      checks("tensor[2, H - div(H, 2), W]"),
      "check div(H + 1, 2) == H - div(H, 2), \"the result 'result' is declared with another size along H\"\n"
      "check div(W + 1, 2) == W, \"the result 'result' is declared with another size along W\"\n");
  EXPECT_EQ(checks("tensor[2, 5, _]"),
            "check div(H + 1, 2) == 5, \"the result 'result' is declared with another size along H\"\n");
}

TEST(Sema, ChecksAppearOnceWithTheirLayer) {
  EXPECT_EQ(lines("pipeline p(x: tensor[1, H, W], y: tensor[1, H, V]) {\n"
                  "  a = x + y; b = x - y\n c = conv(a, 2, kernel: 3x1, name: \"tall\")\n"
                  "  d = conv(b, 2, kernel: 3x1)\n return (a: a, b: b, c: c, d: d) }",
                  "check"),
            "check V == W, \"add 'add_1' needs operands of equal size along W\"\n"
            "check H >= 3, \"conv 'tall' needs an input of at least 3 rows\"\n");
}

TEST(Sema, AutomaticNamesCountEveryLayerOfAKind) {
  std::string text = "pipeline p(relu_3: tensor[2, 4, 4]) {\n"
                     "  x = relu_3 |> relu |> relu(name: \"act\") |> relu |> abs |> relu(name: \"act\")\n"
                     "  return x |> conv(2, kernel: 1, name: \"c\", bias: false) |> conv(2, kernel: 1) }";
  EXPECT_EQ(lines(text, "relu("), "%relu_1 = relu(%relu_3) : tensor[2, 4, 4]\n"
                                  "%act = relu(%relu_1) : tensor[2, 4, 4]\n"
                                  "%relu_4 = relu(%act) : tensor[2, 4, 4]\n"
                                  "%act_2 = relu(%abs_1) : tensor[2, 4, 4]\n");
  EXPECT_EQ(lines(text, "param"), "param %c.weight : f32[2, 2, 1, 1]\n"
                                  "param %conv_2.weight : f32[2, 2, 1, 1]\n"
                                  "param %conv_2.bias : f32[2]\n");
}

TEST(Sema, LiteralKernelsByDepth) {
  auto weight = [](const std::string& input, const std::string& arguments) {
    return lines("pipeline p(x: " + input + ") { return conv(x, " + arguments + ") }", "param");
  };
  EXPECT_EQ(weight("tensor[2, 5, 5]", "kernel: [[1, 2]]"),
            "param %conv_1.weight : f32[2, 1, 1, 2] literal = [1, 2, 1, 2]\n");
  EXPECT_EQ(weight("tensor[1, 5, 5]", "kernel: [[[1, 2]], [[3, 4]]]"),
            "param %conv_1.weight : f32[2, 1, 1, 2] literal = [1, 2, 3, 4]\n");
  EXPECT_EQ(weight("tensor[2, 5, 5]", "kernel: [[[[1]], [[2]]], [[[3]], [[4]]], [[[5]], [[6]]]]"),
            "param %conv_1.weight : f32[3, 2, 1, 1] literal = [1, 2, 3, 4, 5, 6]\n");
  EXPECT_EQ(weight("tensor[2, 5, 5]", "2, kernel: [[[[1]]], [[[3]]]], groups: 2"),
            "param %conv_1.weight : f32[2, 1, 1, 1] literal = [1, 3]\n");
  EXPECT_EQ(weight("tensor[2, 9]", "kernel: [1, 1/4, -1]"),
            "param %conv_1.weight : f32[2, 1, 3] literal = [1, 0.25, -1, 1, 0.25, -1]\n");
  EXPECT_EQ(weight("tensor[1, 4, 4, 4]", "kernel: [[[1]], [[2]]], bias: true"),
            "param %conv_1.weight : f32[1, 1, 2, 1, 1] literal = [1, 2]\nparam %conv_1.bias : f32[1]\n");
}

TEST(Sema, KernelsBoundToNames) {
  EXPECT_EQ(lines("pipeline p(x: tensor[1, 5, 5]) {\n a = [[1, 0]]; b = [[0, min(2, 3.5)]]\n"
                  " return conv(x, kernel: [a, b]) }",
                  "param"),
            "param %conv_1.weight : f32[2, 1, 1, 2] literal = [1, 0, 0, 2]\n");
}

TEST(Sema, ScalarsBecomeLiteralParameters) {
  EXPECT_EQ(lines("pipeline p(x: tensor[2, H]) { return 1 / 2 - x }", "%"),
            "graph @p(%x: tensor[2, H]) {\n"
            "param %sub_1.scalar : f32[1] literal = [0.5]\n"
            "%sub_1 = sub(%sub_1.scalar, %x) : tensor[2, H]\n"
            "return (result: %sub_1)\n");
  EXPECT_EQ(lines("pipeline p(x: tensor[2, H]) { return -x }", "mul_1"),
            "param %mul_1.scalar : f32[1] literal = [-1]\n"
            "%mul_1 = mul(%x, %mul_1.scalar) : tensor[2, H]\n"
            "return (result: %mul_1)\n");
}

TEST(Sema, WindowAttributes) {
  auto conv = [](const std::string& attributes) {
    std::string line = lines(
        "pipeline p(x: tensor[4, 20, 20]) { return conv(x, 4, " + attributes + ", bias: false) }", "= conv");
    size_t begin = line.find('{');
    return line.substr(begin, line.find('}') - begin + 1);
  };
  EXPECT_EQ(conv("kernel: 3"),
            "{kernel: [3, 3], stride: [1, 1], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0], "
            "border: zero, groups: 1}");
  EXPECT_EQ(conv("kernel: 1x7, stride: 2x1, dilation: 1x2, padding: [1, 2, 3, 4], border: mirror, groups: 2"),
            "{kernel: [1, 7], stride: [2, 1], dilation: [1, 2], pad_begin: [1, 3], pad_end: [2, 4], border: "
            "reflect101, "
            "groups: 2}");
  EXPECT_EQ(conv("kernel: size(2, 1 + 1), padding: 2x1, border: constant(-1)"),
            "{kernel: [2, 2], stride: [1, 1], dilation: [1, 1], pad_begin: [2, 1], pad_end: [2, 1], border: "
            "constant(-1), groups: 1}");
  EXPECT_EQ(conv("kernel: 4, stride: 3, padding: same_lower"),
            "{kernel: [4, 4], stride: [3, 3], dilation: [1, 1], pad_begin: [1, 1], pad_end: [1, 1], border: "
            "zero, groups: 1}");
  EXPECT_EQ(conv("kernel: 2, padding: valid, border: circular"),
            "{kernel: [2, 2], stride: [1, 1], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0], border: "
            "wrap, groups: 1}");
}

TEST(Sema, UnusedValuesAreLeftOut) {
  EXPECT_EQ(
      printed(
          "pipeline p(x: tensor[2, 4], y: tensor[1]) { a = conv(x, 3, kernel: 1); b = relu(x); return b }"),
      "graph @p(%x: tensor[2, 4], %y: tensor[1]) {\n  %relu_1 = relu(%x) : tensor[2, 4]\n"
      "  return (result: %relu_1)\n}\n");
}

TEST(Sema, ChoosesThePipeline) {
  SemaOptions second;
  second.pipeline = "b";
  const char* text = "pipeline a(x: tensor[1]) { return x }\npipeline b(y: tensor[2]) { return y }";
  EXPECT_EQ(graphOf(text, second).name, "b");
}

TEST(Sema, WordsAreOrdinaryNames) {
  // `image`, `conv`, `relu` and `pads` name values; `same` does too, but where padding is wanted the word is
  // meant.
  std::string text =
      "pipeline conv(image: tensor[1, 9]) {\n same = 2; pads = 2; relu = image + same\n"
      " return relu |> conv(1, kernel: 3, padding: pads) |> relu |> conv(1, kernel: 3, padding: same) }";
  EXPECT_NE(lines(text, "%conv_1 = ").find("pad_begin: [2]"), std::string::npos);
  EXPECT_NE(lines(text, "%conv_2 = ").find("pad_begin: [1]"), std::string::npos);
  EXPECT_EQ(lines(text, "add_1.scalar :"), "param %add_1.scalar : f32[1] literal = [2]\n");
}

TEST(Sema, ListsAreTakenApart) {
  EXPECT_EQ(lines("pipeline p(x: tensor[1, 9]) { a, b = [relu(x), 3]; return a * b }", "mul("),
            "%mul_1 = mul(%relu_1, %mul_1.scalar) : tensor[1, 9]\n");
}

} // namespace
} // namespace convoy
