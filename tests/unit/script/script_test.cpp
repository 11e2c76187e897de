// What is written from a graph, and that it reads back as the same graph.
#include "../sema/analyze.h"
#include "parse/imports.h"
#include "same_graph.h"
#include <filesystem>
#include <fstream>
#include <sstream>

namespace convoy::script {
namespace {

std::string messages(const DiagnosticEngine& diags) {
  std::string all;
  for (const auto& d : diags.all()) all += std::string(d->code) + ": " + d->message + "\n";
  return all;
}

std::string written(const graph::Graph& graph) {
  DiagnosticEngine diags;
  const std::optional<Script> script = write(graph, "w.safetensors", diags);
  if (!script) return messages(diags);
  const std::optional<graph::Graph> again = readBack(graph, *script, diags);
  EXPECT_EQ(again ? withoutNames(*again) : messages(diags), withoutNames(graph)) << script->text;
  return script->text;
}

graph::Graph graphFrom(const std::string& text) {
  SourceFile file("test.graph", text);
  DiagnosticEngine diags;
  std::optional<graph::Graph> graph = graph::read(file, diags);
  EXPECT_TRUE(graph) << messages(diags);
  if (!graph) return {};
  for (auto& value : graph->values) value.location = {};
  return *graph;
}

SemaOptions filled() {
  SemaOptions options;
  options.initSeed = 1;
  return options;
}

TEST(Script, ChainsAreStatements) {
  const std::string text = R"(weights "w.safetensors"

pipeline digits(digit: tensor[1, 8, 8]) -> tensor[10] {
    return digit
        |> conv(16, kernel: 3x3, padding: 1, name: "c1")
        |> relu
        |> max_pool(2x2)
        |> flatten
        |> dense(10, bias: false, name: "fc")
        |> softmax
}
)";
  EXPECT_EQ(written(graphOf(text, filled())), text);
}

TEST(Script, ValuesThatAreReadTwiceHaveNames) {
  const std::string text =
      R"(pipeline p(photo: image[rgb], level: float = 0.5) -> (edges: image[gray], parts: tensor[2, _, _]) {
    luminance_1 = photo |> luminance
    conv_1 = luminance_1 |> conv(kernel: [[-1, 0, 1], [-2, 0, 2]], padding: [0, 1, 1, 1], border: replicate)
    mul_1 = conv_1 * conv_1
    max_1 = max(mul_1, level)
    sub_1 = 1 - max_1
    concat_1 = concat(sub_1, luminance_1)
    return (edges: sub_1, parts: concat_1)
}
)";
  EXPECT_EQ(written(graphOf(text)), text);
}

TEST(Script, NamesThatAScriptCannotHave) {
  EXPECT_EQ(written(graphFrom(R"(graph @"a b"(%"in:0": tensor[2, in.H, 5], %for: tensor[2, in.H, 5]) {
  %1/add = add(%"in:0", %for) : tensor[2, in.H, 5]
  param %k : f32[3, 2, 1, 1] = [1, 2, 3, 4, 5, 6]
  %"conv 1" = conv(%1/add, %k) {kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0], border: zero, groups: 1} : tensor[3, in.H, 5]
  %"conv_1" = relu(%"conv 1") : tensor[3, in.H, 5]
  return ("out:0": %conv_1)
}
)")),
            R"(weights "w.safetensors"

pipeline a_b(in_0: tensor[2, in_H, 5], for_: tensor[2, in_H, 5]) -> (out_0: tensor[3, in_H, 5]) {
    _1_add = in_0 + for_
    conv_1 = _1_add |> conv(3, kernel: 1x1, bias: false) |> relu(name: "conv_1")
    return (out_0: conv_1)
}
)");
}

// What no window reaches was meant: reading it again gives no warning.
TEST(Script, RowsThatNoWindowReaches) {
  const std::string text = R"(pipeline p(x: tensor[1, 10, 11]) -> tensor[1, 2, 2] {
    return x
        |> max_pool(2x2, ceil_mode: false)
        |> conv(kernel: [[1, 1], [1, 1]], stride: 2, padding: valid)
        |> avg_pool(1x1)
}
)";
  EXPECT_EQ(written(graphOf(text)), text);
  EXPECT_NE(written(graphOf(R"(pipeline p(x: tensor[1, 9, 9]) {
    return x |> conv(kernel: [[1, 2, 3], [4, 5, 6], [7, 8, 9]], stride: 3, padding: [1, 1, 1, 1])
})"))
                .find("padding: [1, 1, 1, 1]"),
            std::string::npos);
}

TEST(Script, CallsInBlocks) {
  EXPECT_EQ(written(graphOf(R"(
block b(x, n: int) { return x |> conv(n, kernel: 1, name: "c") |> batch_norm |> relu }
pipeline p(x: tensor[3, W]) { return x |> b(4, name: "one") |> b(5, name: "two") |> relu(name: "last") })",
                            filled())),
            R"(weights "w.safetensors"

pipeline p(x: tensor[3, W]) -> tensor[5, W] {
    return x
        |> conv(4, kernel: 1, name: "one.c")
        |> batch_norm(name: "one.batch_norm_1")
        |> relu
        |> conv(5, kernel: 1, name: "two.c")
        |> batch_norm(name: "two.batch_norm_1")
        |> relu
        |> relu(name: "last")
}
)");
}

// Attributes in all their forms: only that they read back matters.
TEST(Script, Attributes) {
  for (const char* body : {
           "return x |> max_pool(3x2, stride: 2x1, padding: 1x0, dilation: 1x2, ceil_mode: true)",
           "return x |> avg_pool(3x3, stride: 3, padding: [1, 0, 0, 1], count_include_pad: false, divisor: "
           "7)",
           "return x |> avg_pool(2x3, stride: 2, padding: same_lower)",
           "return x |> lp_pool(2x2, p: 3)",
           "return x |> adaptive_avg_pool(3x5)",
           "return x |> clamp(-1, 0.5) |> leaky_relu(0.25) |> elu(alpha: 2) |> gelu(approximate: tanh)",
           "return x |> normalize(mean: [0.485, -0.5, 1e-7], std: 0.25) |> softplus(2)",
           "return x |> local_response_norm(3, alpha: 0.001, k: 2) |> instance_norm(epsilon: 0.125)",
           "return x |> instance_norm(affine: true) |> prelu |> prelu(shared: false)",
           "return x |> slice(from: 1) |> pad(2, border: reflect) |> pad([0, 1, 2, 3], border: "
           "constant(-0.5))",
           "return x |> concat(x, x, x, x) |> channel_shuffle(3) |> concat",
           "return x |> pad(3) |> crop(like: x)",
           "return x |> crop(sides: [1, 0, 1, 0]) |> crop(size(1, 2))",
           "y = x |> max_pool(2x2); return y |> resize(like: x, mode: cubic, align: align_corners)",
           "return x |> resize(scale: [1.5, 0.25]) |> resize(30x40, mode: nearest, align: half_pixel)",
           "return x |> upsample(2) |> upsample(5 / 3, mode: bilinear)",
           "return x |> upsample(2, round: ceil) |> resize(30x40, mode: nearest, align: half_pixel, round: "
           "half_down)",
           "return x |> reshape([1, height(x), width(x), 3])",
           "return x |> reshape([3, height(x), width(x)])",
           "return x |> pad(1) |> crop(8x9) |> reshape([4, 6, -1])",
           "return x |> transpose([0, 2, 1]) |> resize(4x5) |> transpose(order: [2, 0, 1])",
           "return x |> conv(6, kernel: 3, stride: 2x1, padding: size(0, 1), dilation: 1x2, groups: 3, bias: "
           "false)",
           "return x |> transposed_conv(6, kernel: 3x2, stride: 2, padding: 1x0, output_padding: size(0, 1), "
           "groups: 3)",
           "return x |> depthwise_conv(kernel: 3x3, padding: same, stride: 2, multiplier: 2)",
           "return x |> conv(kernel: [[1, 2], [-0.0, 1e30]], bias: true, padding: same)",
           "return x |> conv(kernel: [[[[1]], [[2]], [[3]]]])",
           "return x |> transposed_conv(kernel: [[1, 2], [3, 4]], stride: 2)",
           "return luminance(x) |> conv(kernel: [[[1, 2]], [[2, 1]]])",
           "return select(x > 0.5, x, 16777216) + pow(x, -2) - min(3, x)",
           "return reduce_mean(x, axes: width) / reduce_max(x, axes: all)",
           "return x |> global_avg_pool |> flatten |> dense(3, name: \"fc\") |> argmax",
           "return x",
       })
    written(graphOf(std::string("pipeline p(x: tensor[3, H, W]) { ") + body + " }", filled()));
}

TEST(Script, Types) {
  for (const char* text : {
           "pipeline p(x: image[rgba]) -> image[gray] { return x |> gray }",
           "pipeline p(x: image[rgb, H, 20]) -> image[rgb, H, _] { return x }",
           "pipeline p(x: tensor[3, _, W], y: tensor[3, 4, W]) { return x + y }",
           "pipeline p(x: tensor[3, H, W]) -> tensor[3, div(H + 1, 2), 7] { return x |> max_pool(2x1) }",
           "pipeline p(x: tensor[3, H, W], s: float) -> (a: tensor[3, W, _], b: tensor) { return (a: x * s, "
           "b: x) }",
           "pipeline p(x: tensor[3, _, _, W]) { return x |> max_pool(2) }",
           "pipeline p(x: tensor[3]) { return x * -1 }",
       })
    written(graphOf(text));
}

TEST(Script, ParametersBesideTensors) {
  const std::string text = R"(weights "w.safetensors"

pipeline p(x: tensor[3, 4, 5], y: tensor[3]) -> tensor[3, 4, 5] {
    mul_1 = x * parameter([3], name: "scale")
    add_1 = parameter([3, 4, 1], name: "a.shift") + mul_1
    both = parameter([1, 4, 5], name: "both")
    sub_1 = add_1 - both
    select_1 = x |> relu |> select(both, parameter([1], name: "one"))
    return sub_1 * select_1
}
)";
  EXPECT_EQ(written(graphOf(text, filled())), text);
}

// Names that are taken by then, that a script cannot have, and numbers that it has no words for.
TEST(Script, NamesOfParameters) {
  EXPECT_EQ(written(graphFrom(R"(graph @p(%x: tensor[2, 4]) {
  param %"s:0" : f32[2] = [1, 2]
  %y = mul(%x, %"s:0") : tensor[2, 4]
  %mul_2 = relu(%y) : tensor[2, 4]
  param %s_0 : f32[2, 1] = [3, 4]
  %z = mul(%mul_2, %s_0) : tensor[2, 4]
  param %n : f32[1] literal = [inf]
  %w = min(%z, %n) : tensor[2, 4]
  return (result: %w)
}
)")),
            R"(weights "w.safetensors"

pipeline p(x: tensor[2, 4]) -> tensor[2, 4] {
    y = x * parameter([2], name: "s_0")
    mul_2 = y |> relu(name: "mul_2")
    z = mul_2 * parameter([2, 1], name: "s_0_2")
    return min(z, parameter([1], name: "n"), name: "w")
}
)");
}

TEST(Script, WhatHasNoForm) {
  EXPECT_EQ(
      written(graphFrom(R"(graph @p(%x: tensor[2, H, W]) {
  %y = crop(%x) {begin: [mod(H, 2), 0], size: [H - mod(H, 2), W]} : tensor[2, H - mod(H, 2), W]
  check H - mod(H, 2) >= 1, "crop 'y' needs an input that is large enough along H"
  check H >= 7, "the input 'z' of 'q' has another size"
  return (result: %y)
}
)")),
      "E0610: the check 'the input 'z' of 'q' has another size' cannot be written in a script: it is of no "
      "layer "
      "and no type\n"
      "E0610: 'y' cannot be written in a script: its place depends on sizes that are known only when the "
      "pipeline runs\n");
}

TEST(Script, Examples) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(CONVOY_EXAMPLES)) {
    if (entry.path().extension() != ".cvy") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    DiagnosticEngine diags;
    const SourceFile file(entry.path().string(), text.str());
    const auto syntax = parse(file, diags);
    std::vector<std::unique_ptr<SourceFile>> imported;
    loadImports(*syntax,
                {entry.path().parent_path().string() + "/",
                 {},
                 [&](const std::string& path) {
                   std::ostringstream other;
                   other << std::ifstream(path).rdbuf();
                   imported.push_back(std::make_unique<SourceFile>(path, other.str()));
                   return imported.back().get();
                 }},
                diags);
    for (const ast::Pipeline& pipeline : syntax->pipelines) {
      SemaOptions options; // without numbers: there are tests of these
      options.pipeline = pipeline.name;
      std::optional<graph::Graph> graph = analyze(*syntax, options, diags);
      ASSERT_TRUE(graph) << entry.path() << messages(diags);
      for (auto& value : graph->values) value.location = {};
      written(*graph);
      ++count;
    }
  }
  EXPECT_GE(count, 30u);
}

} // namespace
} // namespace convoy::script
