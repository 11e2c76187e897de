// What is said when names and shapes of a file and of a graph differ.
#include "weights_files.h"

namespace convoy::weights {
namespace {

using namespace test;

// Tensors of zeros, or of uint8 when their names end in "int".
struct Given {
  std::string name;
  std::vector<int64_t> shape;
};

class Apply : public TestWithFolder {
protected:
  // The diagnostics, without the file's path.
  std::string report(graph::Graph& graph, const std::vector<Given>& tensors,
                     Missing missing = Missing::Error) {
    std::string header;
    size_t end = 0;
    for (const Given& tensor : tensors) {
      const bool integers = tensor.name.size() > 3 && tensor.name.substr(tensor.name.size() - 3) == "int";
      size_t size = integers ? 1 : 4;
      std::string shape;
      for (int64_t extent : tensor.shape) {
        size *= static_cast<size_t>(extent);
        shape += (shape.empty() ? "" : ",") + std::to_string(extent);
      }
      header += (header.empty() ? "" : ",") + ("\"" + tensor.name + "\":{\"dtype\":\"") +
                (integers ? "U8" : "F32") + "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
                std::to_string(end) + "," + std::to_string(end + size) + "]}";
      end += size;
    }
    DiagnosticEngine diags;
    auto file = openWeights(write("w", makeSafetensors("{" + header + "}", Bytes(end))), {}, diags);
    EXPECT_TRUE(file) << textOf(diags);
    if (!file) return "";
    file->path = "W";
    succeeded = applyWeights(graph, *file, missing, diags);
    EXPECT_EQ(succeeded, !diags.hasErrors());
    return textOf(diags);
  }
  std::string report(const std::vector<WantedParameter>& parameters, const std::vector<Given>& tensors,
                     Missing missing = Missing::Error) {
    graph::Graph graph = graphWith(parameters);
    return report(graph, tensors, missing);
  }
  bool succeeded = false;
};

TEST_F(Apply, NothingToSay) {
  EXPECT_EQ(report({{"a", {2}}}, {{"a", {2}}, {"bn1.num_batches_tracked", {}}, {"num_batches_tracked", {}}}),
            "");
  EXPECT_TRUE(succeeded);
}

TEST_F(Apply, EveryClassAtOnce) {
  EXPECT_EQ(
      report(
          {{"c1.weight", {4, 1, 3, 3}}, {"c1.bias", {4}}, {"fc.weight", {64, 512}}, {"codes_int", {3}}},
          {{"conv1.weight", {4, 1, 3, 3}}, {"c1.bias", {4}}, {"fc.weight", {512, 64}}, {"codes_int", {3}}}),
      "E0431: 'W' has no values for 1 parameter of 'net'\n"
      "  'c1.weight' [4, 1, 3, 3]; did you mean 'conv1.weight'?\n"
      "E0432: 'W' has another shape for 1 parameter of 'net'\n"
      "  'fc.weight' [64, 512] is [512, 64] in the file; it is transposed\n"
      "  help: layouts are PyTorch's: convolutions have [filters][channels / groups][..kernel], dense layers "
      "[units][channels]\n"
      "E0433: 'W' has no real numbers for 1 parameter of 'net'\n"
      "  'codes_int' [3] is uint8 in the file\n"
      "  help: parameters are read from float32, float16, bfloat16 and float64, little-endian\n"
      "W0433: 'W' has 1 tensor that 'net' does not use\n"
      "  'conv1.weight' [4, 1, 3, 3]\n");
}

// What quantized layers have: from integers, or from other numbers that are whole.
TEST_F(Apply, WholeNumbers) {
  const Bytes data = bytesOf<int8_t>({-128, 127}) + bytesOf<uint8_t>({0, 127}) +
                     bytesOf<int32_t>({1 << 24, -7}) + bytesOf<float>({3, -4});
  const std::string header = "{\"a\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[0,2]},"
                             "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]},"
                             "\"c\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[4,12]},"
                             "\"d\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]}}";
  using convoy::Element;
  graph::Graph graph = graphWith(
      {{"a", {2}, Element::I8}, {"b", {2}, Element::I8}, {"c", {2}, Element::I32}, {"d", {2}, Element::I8}});
  DiagnosticEngine diags;
  auto file = openWeights(write("w", makeSafetensors(header, data)), {}, diags);
  ASSERT_TRUE(file && applyWeights(graph, *file, Missing::Error, diags)) << textOf(diags);
  EXPECT_EQ(numbersOf(graph, "a"), (std::vector<float>{-128, 127}));
  EXPECT_EQ(numbersOf(graph, "b"), (std::vector<float>{0, 127}));
  EXPECT_EQ(numbersOf(graph, "c"), (std::vector<float>{0x1p24f, -7}));
  EXPECT_EQ(numbersOf(graph, "d"), (std::vector<float>{3, -4}));
}

TEST_F(Apply, NumbersThatAreNotWholeOrTooLarge) {
  const Bytes data =
      bytesOf<uint8_t>({128, 255, 127}) + bytesOf<int32_t>({(1 << 24) + 1}) + bytesOf<float>({0.5f});
  const std::string header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
                             "\"b\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[3,7]},"
                             "\"c\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[7,11]}}";
  using convoy::Element;
  graph::Graph graph =
      graphWith({{"a", {3}, Element::I8}, {"b", {1}, Element::I32}, {"c", {1}, Element::I8}});
  DiagnosticEngine diags;
  auto file = openWeights(write("w", makeSafetensors(header, data)), {}, diags);
  ASSERT_TRUE(file);
  file->path = "W";
  EXPECT_FALSE(applyWeights(graph, *file, Missing::Error, diags));
  EXPECT_EQ(textOf(diags),
            "E0435: 'W' has 2 numbers for the parameter 'a' outside of the whole numbers from -128 to 127\n"
            "E0435: 'W' has 1 number for the parameter 'b' outside of the whole numbers from -16777216 to "
            "16777216\n"
            "E0435: 'W' has 1 number for the parameter 'c' outside of the whole numbers from -128 to 127\n");
}

TEST_F(Apply, MissingIsAsSevereAsTheUse) {
  EXPECT_EQ(report({{"a", {2}}}, {}, Missing::Warning),
            "W0431: 'W' has no values for 1 parameter of 'net'\n  'a' [2]\n");
  EXPECT_TRUE(succeeded);
  EXPECT_EQ(
      report({{"a", {2}}}, {}, Missing::Filled),
      "W0432: 'W' has no values for 1 parameter of 'net'; they are filled with random numbers\n  'a' [2]\n");
  EXPECT_TRUE(succeeded);
}

TEST_F(Apply, ShapeHints) {
  const auto hint = [&](std::vector<int64_t> wanted, std::vector<int64_t> given) {
    const std::string text = report({{"a", std::move(wanted)}}, {{"a", std::move(given)}});
    const size_t at = text.find("in the file"), end = text.find('\n', at);
    return at == std::string::npos ? text : text.substr(at + 11, end - at - 11);
  };
  EXPECT_EQ(hint({4, 3, 5, 5}, {5, 5, 3, 4}), "; its dimensions are in another order");
  EXPECT_EQ(hint({4, 3, 5, 5}, {300}), "; it has as many numbers, arranged differently");
  EXPECT_EQ(hint({1}, {}), "; it has as many numbers, arranged differently");
  EXPECT_EQ(hint({4}, {5}), "");
  EXPECT_EQ(hint({4}, {0, 9223372036854775807, 9223372036854775807}), "");
}

TEST_F(Apply, NearestNames) {
  // A better name of another shape loses against one of the right shape.
  EXPECT_EQ(
      report({{"conv1.weight", {4}}}, {{"conv2.weight", {5}}, {"conv_1.weight", {4}}}),
      "E0431: 'W' has no values for 1 parameter of 'net'\n"
      "  'conv1.weight' [4]; did you mean 'conv_1.weight'?\n"
      "W0433: 'W' has 2 tensors that 'net' does not use\n  'conv2.weight' [5]\n  'conv_1.weight' [4]\n");
  // The only one of its shape, whatever its name.
  EXPECT_EQ(report({{"fc.weight", {4, 7}}}, {{"classifier.kernel", {4, 7}}, {"x", {1}}}),
            "E0431: 'W' has no values for 1 parameter of 'net'\n"
            "  'fc.weight' [4, 7]; did you mean 'classifier.kernel'?\n"
            "W0433: 'W' has 2 tensors that 'net' does not use\n  'classifier.kernel' [4, 7]\n  'x' [1]\n");
}

TEST_F(Apply, PrefixOfTheFileOrOfTheGraph) {
  const std::string ofFile =
      report({{"a.weight", {4}}, {"b.weight", {5}}}, {{"model.a.weight", {4}}, {"model.b.weight", {5}}});
  EXPECT_NE(ofFile.find("help: all of them are there with 'model.' before their names"), std::string::npos)
      << ofFile;
  const std::string ofGraph =
      report({{"net.a.weight", {4}}, {"net.b.weight", {5}}}, {{"a.weight", {4}}, {"b.weight", {5}}});
  EXPECT_NE(ofGraph.find("help: all of them are there without 'net.' before their names"), std::string::npos)
      << ofGraph;
  const std::string half =
      report({{"a.weight", {4}}, {"b.weight", {5}}}, {{"model.a.weight", {4}}, {"model.b.weight", {6}}});
  EXPECT_EQ(half.find("all of them"), std::string::npos) << half;
}

TEST_F(Apply, LongListsAreCut) {
  std::vector<WantedParameter> parameters;
  std::vector<Given> tensors;
  for (int i = 10; i < 40; ++i) {
    parameters.push_back({"p" + std::to_string(i), {i}});
    tensors.push_back({"some.tensor" + std::to_string(i), {i + 100}});
  }
  const std::string text = report(parameters, tensors);
  EXPECT_NE(text.find("'p29' [29]\n  and 10 more\nW0433"), std::string::npos) << text;
  EXPECT_NE(text.find("'some.tensor29' [129]\n  and 10 more\n"), std::string::npos) << text;
}

TEST_F(Apply, NamesAreEscaped) {
  const std::string text = report({{"a\x1b[1m", {4}}}, {{"\\u001b[2J\\u202e", {5}}});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("'\\x1b[2J\\u202e' [5]"), std::string::npos) << text;
}

TEST_F(Apply, ValuesOfTheScriptStay) {
  graph::Graph graph = graphWith({{"kernel", {2}}, {"given", {2}}, {"free", {2}}});
  auto literal = std::make_shared<graph::ParameterData>();
  literal->data = {7, 8};
  auto given = std::make_shared<graph::ParameterData>(*literal);
  literal->literal = true;
  graph.values[0].data = literal;
  graph.values[1].data = given;
  EXPECT_EQ(report(graph, {{"kernel", {2}}, {"given", {2}}, {"free", {2}}}),
            "W0433: 'W' has 1 tensor that 'net' does not use\n  'kernel' [2]\n");
  EXPECT_EQ(numbersOf(graph, "kernel"), (std::vector<float>{7, 8}));
  EXPECT_EQ(numbersOf(graph, "given"), (std::vector<float>{0, 0}));
  EXPECT_EQ(numbersOf(graph, "free"), (std::vector<float>{0, 0}));
}

} // namespace
} // namespace convoy::weights
