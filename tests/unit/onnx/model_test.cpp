#include "encoder.h"
#include <gtest/gtest.h>

namespace convoy::onnx {
namespace {

using namespace test;

TEST(Model, Small) {
  const Model model = decoded(smallModel());
  EXPECT_EQ(model.irVersion, 8);
  EXPECT_EQ(model.producer, "test");
  EXPECT_EQ(model.opsets, (std::map<std::string, int64_t>{{"", 13}}));
  EXPECT_FALSE(model.hasFunctions);
  const Graph& graph = model.graph;
  EXPECT_EQ(graph.name, "small");
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].name, "conv1");
  EXPECT_EQ(graph.nodes[0].op, "Conv");
  EXPECT_EQ(graph.nodes[0].inputs, (std::vector<std::string>{"x", "w"}));
  EXPECT_EQ(graph.nodes[0].outputs, std::vector<std::string>{"t"});
  const Attribute* pads = graph.nodes[0].attribute("pads");
  ASSERT_TRUE(pads);
  EXPECT_EQ(pads->kind, Attribute::Ints);
  EXPECT_EQ(pads->integers, (std::vector<int64_t>{1, 1, 1, 1}));
  EXPECT_EQ(graph.nodes[0].attribute("group"), nullptr);
  EXPECT_EQ(graph.nodes[1].op, "Relu");
  ASSERT_EQ(graph.initializers.size(), 1u);
  EXPECT_EQ(graph.initializers[0].name, "w");
  EXPECT_EQ(graph.initializers[0].dims, (std::vector<int64_t>{2, 1, 3, 3}));
  EXPECT_EQ(graph.initializers[0].floats(), std::vector<float>(18, 0.5f));
  ASSERT_EQ(graph.inputs.size(), 1u);
  EXPECT_EQ(graph.inputs[0].type, DataType::Float);
  ASSERT_TRUE(graph.inputs[0].shape);
  ASSERT_EQ(graph.inputs[0].shape->size(), 4u);
  EXPECT_FALSE((*graph.inputs[0].shape)[0].value);
  EXPECT_EQ((*graph.inputs[0].shape)[0].symbol, "N");
  EXPECT_EQ((*graph.inputs[0].shape)[3].value, 4);
  EXPECT_EQ(graph.outputs.at(0).name, "y");
}

TEST(Model, Attributes) {
  Encoded all = node("Op", {}, {"y"})
                    .message(5, attribute("f", 1).real(2, 0.25f))
                    .message(5, attribute("i", 2).integer(3, -7))
                    .message(5, attribute("s", 3).text(4, std::string_view("a\0b", 3)))
                    .message(5, attribute("t", 4).message(5, tensor(DataType::Int64, {1}).integers(7, {5})))
                    .message(5, attribute("g", 5).message(6, Encoded()))
                    .message(5, attribute("fs", 6).fixed<float>(7, {1, 2}).real(7, 3))
                    .message(5, attribute("is", 7).integer(8, 4).integer(8, -5))
                    .message(5, attribute("ss", 8).text(9, "u").text(9, ""))
                    .message(5, attribute("ts", 9).message(10, Encoded()))
                    .message(5, attribute("zero", 2))
                    .message(5, Encoded().text(1, "old").integers(8, {3}))
                    .message(5, Encoded().text(1, "none"));
  const Model model = decoded(test::model(graphOfNode(all)));
  const Node& node = model.graph.nodes.at(0);
  const auto get = [&](const char* name) { return *node.attribute(name); };
  EXPECT_EQ(get("f").kind, Attribute::Float);
  EXPECT_EQ(get("f").number, 0.25f);
  EXPECT_EQ(get("i").kind, Attribute::Int);
  EXPECT_EQ(get("i").integer, -7);
  EXPECT_EQ(get("s").kind, Attribute::String);
  EXPECT_EQ(get("s").text, std::string("a\0b", 3));
  EXPECT_EQ(get("t").kind, Attribute::TensorValue);
  EXPECT_EQ(get("t").tensor.integers(), std::vector<int64_t>{5});
  EXPECT_EQ(get("g").kind, Attribute::Graph);
  EXPECT_EQ(get("fs").kind, Attribute::Floats);
  EXPECT_EQ(get("fs").numbers, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(get("is").kind, Attribute::Ints);
  EXPECT_EQ(get("is").integers, (std::vector<int64_t>{4, -5}));
  EXPECT_EQ(get("ss").kind, Attribute::Strings);
  EXPECT_EQ(get("ss").texts, (std::vector<std::string>{"u", ""}));
  EXPECT_EQ(get("ts").kind, Attribute::Unknown);
  EXPECT_EQ(get("zero").kind, Attribute::Int) << "zero need not be written";
  EXPECT_EQ(get("zero").integer, 0);
  EXPECT_EQ(get("old").kind, Attribute::Ints) << "without a type, it is told by the value";
  EXPECT_EQ(get("none").kind, Attribute::Unknown);
}

TEST(Model, ValuesOfOtherTypes) {
  const auto input = [](const Encoded& type) {
    const Encoded value = Encoded().text(1, "x").message(2, type);
    return decoded(model(Encoded().message(11, value))).graph.inputs.at(0);
  };
  for (uint32_t field : {4u, 5u, 8u, 9u}) EXPECT_FALSE(input(Encoded().message(field, Encoded())).isTensor);
  const ValueInfo unknown = input(Encoded());
  EXPECT_TRUE(unknown.isTensor);
  EXPECT_EQ(unknown.type, DataType::Undefined);
  EXPECT_FALSE(unknown.shape);
  const ValueInfo scalar = input(Encoded().message(1, Encoded().integer(1, 7).message(2, Encoded())));
  EXPECT_EQ(scalar.type, DataType::Int64);
  ASSERT_TRUE(scalar.shape);
  EXPECT_TRUE(scalar.shape->empty());
  const Encoded unsaid = Encoded().message(1, Encoded().integer(1, -1)).message(1, Encoded());
  const ValueInfo sizes = input(Encoded().message(1, Encoded().message(2, unsaid)));
  EXPECT_FALSE(sizes.shape->at(0).value) << "-1 says that it is not known";
  EXPECT_FALSE(sizes.shape->at(1).value);
}

TEST(Model, DomainsAndFunctions) {
  const Encoded file = Encoded()
                           .message(8, Encoded().text(1, "ai.onnx").integer(2, 9))
                           .message(8, Encoded().integer(2, 7))
                           .message(8, Encoded().text(1, "other").integer(2, 1))
                           .message(7, graphOfNode(node("Op", {}, {}).text(7, "ai.onnx")))
                           .message(25, Encoded());
  const Model model = decoded(file);
  EXPECT_EQ(model.opsets, (std::map<std::string, int64_t>{{"", 9}, {"other", 1}})) << "the highest counts";
  EXPECT_EQ(model.graph.nodes.at(0).domain, "");
  EXPECT_TRUE(model.hasFunctions);
}

// Fields of later versions of the format change nothing.
TEST(Model, UnknownFieldsAreSkipped) {
  Encoded file = smallModel();
  file.integer(1000, 3)
      .real(1001, 2)
      .text(1002, "anything")
      .fixed<double>(1003, {1})
      .tag(1004, 1)
      .bytes("12345678");
  EXPECT_EQ(decoded(file).graph.nodes.size(), 2u);
}

// Messages in messages are not followed where nothing is kept of them, however deep they are.
TEST(Model, DeepNesting) {
  constexpr int depth = 3000;
  Encoded graph, type;
  for (int i = 0; i < depth; ++i) {
    graph = graphOfNode(nodeWith(attribute("body", 5).message(6, graph)));
    type = Encoded().message(4, Encoded().message(1, type)); // a sequence of sequences
  }
  graph.message(11, Encoded().text(1, "x").message(2, type));
  const Model model = decoded(test::model(graph));
  EXPECT_EQ(model.graph.nodes.at(0).attribute("body")->kind, Attribute::Graph);
  EXPECT_FALSE(model.graph.inputs.at(0).isTensor);
}

} // namespace
} // namespace convoy::onnx
