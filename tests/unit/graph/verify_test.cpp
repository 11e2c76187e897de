// Each rule of the graph verifier, by a graph that breaks it.
#include "graph/reader.h"
#include <functional>
#include <gtest/gtest.h>

namespace convoy::graph {
namespace {

constexpr const char* kGood = R"(graph @g(%x: tensor[2, H, W]) {
  param %c.weight : f32[2, 2, 3, 3]
  %c = conv(%x, %c.weight) {kernel: [3, 3], stride: [1, 1], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0], border: zero, groups: 1} : tensor[2, H - 2, W - 2]
  %r = relu(%c) : tensor[2, H - 2, W - 2]
  check H >= 3, "conv 'c' needs an input of at least 3 rows"
  check W >= 3, "conv 'c' needs an input of at least 3 columns"
  return (result: %r)
}
)";

struct Case {
  const char* problem;
  std::function<void(Graph&)> damage;
};
class GraphVerify : public testing::TestWithParam<Case> {};

Graph good() {
  SourceFile file("g", kGood);
  DiagnosticEngine diags;
  auto graph = read(file, diags);
  if (!graph) throw std::runtime_error(diags.all().front()->message);
  return *graph;
}

TEST(GraphVerify, GoodGraphHasNoProblems) { EXPECT_EQ(verify(good()), std::vector<std::string>{}); }

TEST_P(GraphVerify, FindsTheProblem) {
  Graph graph = good();
  GetParam().damage(graph);
  std::vector<std::string> problems = verify(graph);
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems.front(), GetParam().problem);
}

// Values: 0 x, 1 c.weight, 2 c, 3 r.
INSTANTIATE_TEST_SUITE_P(
    All, GraphVerify,
    testing::Values(
        Case{"two values are named 'x'", [](Graph& g) { g.values[3].name = "x"; }},
        Case{"a value has no name", [](Graph& g) { g.values[3].name = ""; }},
        Case{"an operand of 'r' does not come before it", [](Graph& g) { g.values[3].operands = {3}; }},
        Case{"the input 'x' is not in the list of inputs, or out of order",
             [](Graph& g) { g.inputs.clear(); }},
        Case{"the list of inputs names values that are no inputs", [](Graph& g) { g.inputs.push_back(2); }},
        Case{"the channels of 'x' are not constant",
             [](Graph& g) { g.values[0].type.dims[0] = Size::symbol("C"); }},
        Case{"'r' has an extent of 0", [](Graph& g) { g.values[3].type.dims[1] = 0; }},
        Case{"'x' has an extent of 9223372036854775807",
             [](Graph& g) { g.values[0].type.dims[0] = INT64_MAX; }},
        Case{"'r' has 0 dimensions", [](Graph& g) { g.values[3].type.dims.clear(); }},
        Case{"the output 'result' is not a value", [](Graph& g) { g.outputs[0].value = 9; }},
        Case{"the output name 'result' is empty or used twice",
             [](Graph& g) { g.outputs.push_back(g.outputs[0]); }},
        Case{"relu 'r': it has 0 operands and needs 1", [](Graph& g) { g.values[3].operands.clear(); }},
        Case{"conv 'c': the attribute 'groups' is missing",
             [](Graph& g) { g.values[2].attributes.erase("groups"); }},
        Case{"conv 'c': the attribute 'groups' is of another type",
             [](Graph& g) { g.values[2].attributes.set("groups", true); }},
        Case{"relu 'r': it has an attribute that it should not have",
             [](Graph& g) { g.values[3].attributes.set("slope", 0.1); }},
        Case{"conv 'c': its type is tensor[2, H, W] and should be tensor[2, H - 2, W - 2]",
             [](Graph& g) { g.values[2].type = g.values[0].type; }},
        Case{"conv 'c': 2 channels cannot be split into 3 groups",
             [](Graph& g) { g.values[2].attributes.set("groups", int64_t(3)); }},
        Case{"conv 'c': its weight is tensor[2, 1, 3, 3] and should be [2, 2, 3, 3]",
             [](Graph& g) { g.values[1].type.dims[1] = 1; }},
        Case{"conv 'c': its weight is not a parameter", [](Graph& g) { g.values[2].operands[1] = 0; }},
        Case{"conv 'c': the check H >= 3 is missing", [](Graph& g) { g.checks.erase(g.checks.begin()); }},
        Case{"conv 'c': 'conv' takes a 'pads' of at least 0, but gets -1",
             [](Graph& g) { g.values[2].attributes.set("pad_begin", std::vector<Size>{-1, 0}); }},
        Case{"relu 'r': it has 1 parameters and needs 0",
             [](Graph& g) { g.values[3].operands.push_back(1); }},
        Case{"the parameter 'c.weight' has 2 numbers and needs 36",
             [](Graph& g) {
               auto data = std::make_shared<ParameterData>();
               data->data = {1, 2};
               g.values[1].data = data;
             }},
        Case{"the parameter 'c.weight' has no data object", [](Graph& g) { g.values[1].data = nullptr; }},
        Case{"the input 'x' has the size H + 1, which is neither positive nor a name",
             [](Graph& g) {
               g.values.resize(1);
               g.values[0].type.dims[1] = Size::symbol("H") + 1;
               g.outputs[0].value = 0;
               g.checks.clear();
             }},
        Case{"the size 'Q' of a check is no input's",
             [](Graph& g) {
               g.checks.push_back({{ShapeRequest::RuntimeCheck::Equal, Size::symbol("Q"), 1, ""}, {}});
             }},
        Case{"the output 'result' is tensor[2, H - 2, W - 2], which is no image[gray]",
             [](Graph& g) { g.outputs[0].image = ImageKind::Gray; }},
        Case{"the graph has no outputs", [](Graph& g) { g.outputs.clear(); }},
        Case{"conv 'c': it needs a tensor and gets a parameter",
             [](Graph& g) { g.values[2].operands[0] = 1; }},
        Case{"relu 'r': it needs a tensor and gets a parameter",
             [](Graph& g) { g.values[3].operands[0] = 1; }},
        Case{"the output 'result' is a parameter", [](Graph& g) { g.outputs[0].value = 1; }}));

} // namespace
} // namespace convoy::graph
