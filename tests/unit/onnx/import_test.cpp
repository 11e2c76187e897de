// Models to graphs: the batch, run-time sizes, what is known when compiling, names, and what is refused.
#include "onnx/import.h"
#include "script/script.h"
#include <gtest/gtest.h>

namespace convoy::onnx {
namespace {

// A model that is made for a test. A dimension of 0 is one with the name behind it.
class Net {
public:
  explicit Net(int64_t version = 13) {
    model_.irVersion = 8;
    model_.opsets[""] = version;
  }
  Net& input(const std::string& name, std::vector<Dimension> shape, DataType type = DataType::Float) {
    model_.graph.inputs.push_back({name, true, type, std::move(shape)});
    return *this;
  }
  Net& output(const std::string& name) {
    model_.graph.outputs.push_back({name, true, DataType::Float, std::nullopt});
    return *this;
  }
  Net& floats(const std::string& name, std::vector<int64_t> dims, std::vector<float> numbers) {
    return tensor(name, DataType::Float, std::move(dims), std::move(numbers));
  }
  Net& strings(const std::string& name) {
    model_.graph.initializers.push_back({name, DataType::String, {1}, {}, nullptr});
    return *this;
  }
  Net& ints(const std::string& name, std::vector<int64_t> numbers) {
    const auto count = static_cast<int64_t>(numbers.size());
    return tensor(name, DataType::Int64, {count}, std::move(numbers));
  }
  Net& node(const std::string& op, std::vector<std::string> inputs, std::vector<std::string> outputs,
            std::vector<Attribute> attributes = {}, const std::string& name = "") {
    model_.graph.nodes.push_back(
        {name, op, "", std::move(inputs), std::move(outputs), std::move(attributes)});
    return *this;
  }

  Node& last() { return model_.graph.nodes.back(); }

  std::optional<graph::Graph> graph() {
    diags_.release();
    auto graph = importModel(model_, "net.onnx", {"net", defines_}, diags_);
    EXPECT_NE(graph.has_value(), diags_.hasErrors());
    if (graph) EXPECT_EQ(graph::verify(*graph), std::vector<std::string>());
    return graph;
  }
  // The graph's text without its first and last line.
  std::string text() {
    const auto graph = this->graph();
    return graph ? graph::print(*graph) : problems();
  }
  std::string problems() {
    std::string all;
    for (const auto& diagnostic : diags_.all())
      for (const std::string& note : diagnostic->notes) all += note + "\n";
    return all;
  }
  std::string refused() {
    EXPECT_FALSE(graph());
    return problems();
  }
  Net& define(const std::string& name, const std::string& value) {
    defines_.emplace_back(name, value);
    return *this;
  }

private:
  template <typename Number>
  Net& tensor(const std::string& name, DataType type, std::vector<int64_t> dims,
              std::vector<Number> numbers) {
    auto owner = std::make_shared<std::vector<Number>>(std::move(numbers));
    Tensor made{name, type, std::move(dims), {}, nullptr};
    made.bytes = {reinterpret_cast<const char*>(owner->data()), owner->size() * sizeof(Number)};
    made.owner = owner;
    model_.graph.initializers.push_back(std::move(made));
    return *this;
  }

  Model model_;
  std::vector<std::pair<std::string, std::string>> defines_;
  DiagnosticEngine diags_;
};

Attribute ints(const std::string& name, std::vector<int64_t> numbers) {
  Attribute attribute;
  attribute.kind = Attribute::Ints;
  attribute.name = name;
  attribute.integers = std::move(numbers);
  return attribute;
}

Attribute integer(const std::string& name, int64_t number) {
  Attribute attribute;
  attribute.kind = Attribute::Int;
  attribute.name = name;
  attribute.integer = number;
  return attribute;
}

const std::vector<Dimension> image = {
    {std::nullopt, "N"}, {3, ""}, {std::nullopt, "height"}, {std::nullopt, ""}};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Import, DimensionsWithoutNumbersAreRunTimeSizes) {
  const std::string text = Net().input("x", image).node("Relu", {"x"}, {"y"}).output("y").text();
  EXPECT_TRUE(has(text, "(%x: tensor[3, height, x.W])")) << text;
}

TEST(Import, ALayerHasTheNameOfItsWeight) {
  Net net;
  net.input("x", {{1, ""}, {1, ""}, {4, ""}, {4, ""}})
      .floats("features.0.weight", {1, 1, 1, 1}, {2})
      .output("y");
  net.node("Conv", {"x", "features.0.weight"}, {"y"}, {}, "/features/Conv");
  EXPECT_TRUE(has(net.text(), "%features.0 = conv(%x, %features.0.weight)"));
}

TEST(Import, OtherLayersWithWeightsHaveTheNameOfTheirNode) {
  Net net;
  net.input("x", {{1, ""}, {1, ""}, {4, ""}, {4, ""}}).floats("w", {1, 1, 1, 1}, {2}).output("y");
  net.node("Conv", {"x", "w"}, {"y"}, {}, "first");
  EXPECT_TRUE(has(net.text(), "%first = conv(%x, %first.weight)"));
}

// view(x.size(0), -1), as exporters write it.
TEST(Import, ShapesAreComputedWhenCompiling) {
  Net net;
  net.input("x", {{std::nullopt, "N"}, {2, ""}, {3, ""}, {5, ""}})
      .ints("zero", {0})
      .ints("axes", {0})
      .ints("minus", {-1});
  net.node("Shape", {"x"}, {"s"})
      .node("Gather", {"s", "zero"}, {"n"})
      .node("Concat", {"n", "minus"}, {"t"}, {integer("axis", 0)});
  net.node("Reshape", {"x", "t"}, {"r"}).node("Relu", {"r"}, {"y"}).output("y");
  EXPECT_TRUE(has(net.text(), "flatten(%relu_1) : tensor[30]")) << net.text();
}

TEST(Import, AShapeOfRunTimeSizesGoesToResize) {
  Net net;
  net.input("x", image)
      .input("small", {{std::nullopt, "N"}, {3, ""}, {std::nullopt, "h"}, {std::nullopt, "w"}});
  net.node("Shape", {"x"}, {"s"}).node("Resize", {"small", "", "", "s"}, {"y"}, {}).output("y");
  EXPECT_TRUE(has(net.text(), "size: [height, x.W]")) << net.text();
}

TEST(Import, ViewsMakeNoLayers) {
  Net net;
  net.input("x", {{1, ""}, {4, ""}, {2, ""}, {2, ""}}).ints("axes", {1}).ints("t", {1, 4, 2, 2}).output("y");
  net.node("Unsqueeze", {"x", "axes"}, {"a"})
      .node("Squeeze", {"a", "axes"}, {"b"})
      .node("Flatten", {"b"}, {"c"});
  net.node("Reshape", {"c", "t"}, {"d"}).node("Relu", {"d"}, {"y"});
  const std::string text = net.text();
  EXPECT_TRUE(has(text, "relu(%x)")) << text;
  EXPECT_FALSE(has(text, "reshape") || has(text, "flatten")) << text;
}

TEST(Import, AShuffleIsOneLayer) {
  Net net;
  net.input("x", {{1, ""}, {6, ""}, {2, ""}, {2, ""}})
      .ints("split", {1, 2, 3, 2, 2})
      .ints("joined", {1, 6, 2, 2})
      .output("y");
  net.node("Reshape", {"x", "split"}, {"a"}).node("Transpose", {"a"}, {"b"}, {ints("perm", {0, 2, 1, 3, 4})});
  net.node("Reshape", {"b", "joined"}, {"y"});
  EXPECT_TRUE(has(net.text(), "channel_shuffle(%x) {groups: 2}"));
}

TEST(Import, DimensionsAreFourBesideTheBatch) {
  Net net;
  net.input("x", {{}, {3, ""}, {}, {}, {}, {}, {}}).output("y").node("Relu", {"x"}, {"y"});
  EXPECT_TRUE(has(net.refused(), "the input 'x': it has more than 4 dimensions beside the batch"));
}

TEST(Import, WhatWorksAlongTheFirstDimensionHasWholeTensorsForItems) {
  Net net;
  net.input("x", {{2, ""}, {3, ""}}).ints("axes", {0}).output("y");
  net.node("ReduceSum", {"x", "axes"}, {"y"}, {integer("keepdims", 1)});
  const std::string text = net.text();
  EXPECT_TRUE(has(text, "(%x: tensor[2, 3])")) << text;
  EXPECT_TRUE(has(text, "reduce_sum(%x) {axes: \"channels\"} : tensor[1, 3]")) << text;
}

TEST(Import, NumbersThatDifferAlongTheBatchAreNoItems) {
  Net net;
  net.input("x", {{2, ""}, {3, ""}})
      .floats("c", {2, 3}, {1, 2, 3, 4, 5, 6})
      .node("Add", {"x", "c"}, {"y"})
      .output("y");
  EXPECT_TRUE(has(net.text(), "(%x: tensor[2, 3])"));
}

TEST(Import, OneNumberForEachChannelIsAParameterOfTheChannels) {
  Net net;
  net.input("x", image)
      .floats("shift", {1, 3, 1, 1}, {1, 2, 3})
      .node("Add", {"x", "shift"}, {"y"})
      .output("y");
  EXPECT_TRUE(has(net.text(), "param %shift : f32[3] = [1, 2, 3]")) << net.text();
}

TEST(Import, InputsCanBeMadeKnown) {
  Net net;
  net.input("x", {{1, ""}, {2, ""}, {6, ""}}).input("shape", {{2, ""}}, DataType::Int64).output("y");
  net.node("Reshape", {"x", "shape"}, {"r"}).node("Relu", {"r"}, {"y"});
  EXPECT_TRUE(has(net.define("shape", "[1, -1]").text(), "tensor[12]"));
}

TEST(Import, AnInputThatMustBeKnownSaysHow) {
  Net net;
  net.input("x", {{1, ""}, {2, ""}, {6, ""}}).input("shape", {{2, ""}}, DataType::Int64).output("y");
  net.node("Reshape", {"x", "shape"}, {"y"});
  EXPECT_TRUE(has(net.refused(), "-D shape=[...]"));
}

TEST(Import, WhatIsDefinedIsANumberOrAList) {
  Net net;
  net.input("x", {{1, ""}, {2, ""}, {6, ""}}).input("shape", {{2, ""}}, DataType::Int64).output("y");
  net.node("Reshape", {"x", "shape"}, {"y"});
  EXPECT_TRUE(
      has(net.define("shape", "[1, two]").refused(), "'[1, two]' is neither a number nor a list of numbers"));
}

TEST(Import, EveryOperatorWithoutLayersIsListedOnce) {
  Net net;
  net.input("x", image).output("y").output("z");
  net.node("Sin", {"x"}, {"a"}, {}, "s1")
      .node("Sin", {"a"}, {"b"}, {}, "s2")
      .node("Det", {"x"}, {"y"}, {}, "d")
      .node("Sin", {"x"}, {"z"}, {}, "s3");
  EXPECT_EQ(net.refused(),
            "Sin 's1', 's2', 's3': there are no layers for it\nDet 'd': there are no layers for it\n");
}

TEST(Import, OtherDomainsHaveNoLayers) {
  Net net;
  net.input("x", image).output("y").node("Relu", {"x"}, {"y"});
  net.node("Relu", {"x"}, {"z"}).last().domain = "com.example";
  EXPECT_TRUE(has(net.refused(), "Relu 'z': there are no layers for it"));
}

TEST(Import, ResultsThatNoLayerMakesMayGoUnused) {
  Net net;
  net.input("x", image).output("y").node("MaxPool", {"x"}, {"y", "indices"}, {ints("kernel_shape", {2, 2})});
  EXPECT_TRUE(has(net.text(), "max_pool(%x)"));
  net.output("indices");
  EXPECT_TRUE(
      has(net.refused(), "the output 'indices': its operand 'indices' is a result that no layer makes"));
}

TEST(Import, WhatNothingMakesIsNamed) {
  Net net;
  net.input("x", image).output("y").node("Add", {"x", "nowhere"}, {"y"});
  EXPECT_TRUE(has(net.refused(), "nothing before it makes its operand 'nowhere'"));
}

TEST(Import, ANodeCannotReadItsOwnResult) {
  Net net;
  net.input("x", image).output("y").node("Relu", {"y"}, {"y"});
  EXPECT_TRUE(has(net.refused(), "nothing before it makes its operand 'y'"));
}

TEST(Import, WeightsWithoutNumbersAreRefused) {
  Net net;
  net.input("x", image).strings("words").output("y").node("Add", {"x", "words"}, {"y"});
  EXPECT_TRUE(has(net.refused(), "its operand 'words' is of string"));
}

TEST(Import, AScriptOfItExists) {
  Net net;
  net.input("x", image)
      .floats("w", {2, 3, 1, 1}, {1, 2, 3, 4, 5, 6})
      .floats("shift", {1, 2, 1, 1}, {1, 2})
      .output("y");
  net.node("Conv", {"x", "w"}, {"a"}, {}, "c1").node("Add", {"a", "shift"}, {"b"}).node("Relu", {"b"}, {"y"});
  const auto graph = net.graph();
  ASSERT_TRUE(graph);
  DiagnosticEngine diags;
  const auto script = script::write(*graph, "net.safetensors", diags);
  ASSERT_TRUE(script);
  EXPECT_TRUE(has(script->text, "conv(2, kernel: 1x1, bias: false, name: \"c1\")")) << script->text;
  EXPECT_TRUE(has(script->text, "parameter([2], name: \"shift\")")) << script->text;
}

} // namespace
} // namespace convoy::onnx
