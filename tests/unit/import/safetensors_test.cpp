#include "import/safetensors.h"
#include "import/write_safetensors.h"
#include "weights_files.h"
#include <cmath>

namespace convoy::weights {
namespace {

using namespace test;

class Safetensors : public TestWithFolder {
protected:
  std::string problem(const Bytes& file) const { return problemOf(write("w.safetensors", file)); }
  std::string problem(const std::string& header, size_t dataSize) const {
    return problem(makeSafetensors(header, Bytes(dataSize)));
  }
  // Of one tensor of four bytes.
  std::string fieldProblem(const std::string& fields) const {
    return problem("{\"a\": {" + fields + "}}", 4);
  }
};

TEST_F(Safetensors, NamesShapesNumbers) {
  DiagnosticEngine diags;
  const auto file = openWeights(write("w.safetensors", smallSafetensors()), {}, diags);
  ASSERT_TRUE(file) << textOf(diags);
  const std::vector<StoredTensor>& tensors = file->store->tensors();
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].name, "a");
  EXPECT_EQ(tensors[0].shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(tensors[0].elementName, "float32");
  EXPECT_EQ(file->store->files(), std::vector<std::string>{path("w.safetensors")});
  graph::Graph graph = graphWith({{"a", {2, 3}}, {"b.bias", {1}}});
  EXPECT_TRUE(applyWeights(graph, *file, Missing::Error, diags));
  EXPECT_EQ(textOf(diags), "");
  EXPECT_EQ(numbersOf(graph, "a"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(numbersOf(graph, "b.bias"), (std::vector<float>{0.5}));
}

// What is written is read back: real numbers to the bit, whole ones at the ends of their ranges.
TEST_F(Safetensors, Written) {
  using convoy::Element;
  auto typed = [](std::vector<Size> dims, Element element) {
    TensorType type{std::move(dims)};
    type.element = element;
    return type;
  };
  const std::vector<float> real = {1.5f, -0.0f, INFINITY, 1e-40f}, bytes = {-128, 127, 0, -1, 5, 64},
                           sums = {-16777216, 16777216, 3};
  const std::string file = safetensors({{"a \"b\"", typed({2, 2}, Element::F32), &real},
                                        {"w", typed({3, 1, 2}, Element::I8), &bytes},
                                        {"s", typed({3}, Element::I32), &sums}});
  DiagnosticEngine diags;
  const auto opened = openWeights(write("w.safetensors", Bytes(file.begin(), file.end())), {}, diags);
  ASSERT_TRUE(opened) << textOf(diags);
  graph::Graph graph =
      graphWith({{"a \"b\"", {2, 2}}, {"w", {3, 1, 2}, Element::I8}, {"s", {3}, Element::I32}});
  EXPECT_TRUE(applyWeights(graph, *opened, Missing::Error, diags)) << textOf(diags);
  EXPECT_EQ(bytesOf(numbersOf(graph, "a \"b\"")), bytesOf(real));
  EXPECT_EQ(numbersOf(graph, "w"), bytes);
  EXPECT_EQ(numbersOf(graph, "s"), sums);
  EXPECT_EQ(file.size() % 64, (16 + 6 + 12) % 64u); // the numbers begin at a multiple of 64
}

TEST_F(Safetensors, IsToldByItsContent) { EXPECT_EQ(problemOf(write("weights", smallSafetensors())), ""); }

TEST_F(Safetensors, ScalarsEmptyTensorsAndNoTensor) {
  EXPECT_EQ(problem(R"({"s": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},)"
                    R"("e": {"dtype": "F32", "shape": [0, 9223372036854775807], "data_offsets": [4, 4]},)"
                    R"("f": {"dtype": "F16", "shape": [3, 0], "data_offsets": [4, 4]}})",
                    4),
            "");
  EXPECT_EQ(problem("{}", 0), "");
}

TEST_F(Safetensors, HeaderLength) {
  EXPECT_EQ(problem(Bytes{}), "it ends too early");
  EXPECT_EQ(problem(Bytes(7)), "it ends too early");
  EXPECT_EQ(problem(bytesOf<uint64_t>({100'000'001}) + textBytes("{}")), "its header is longer than 100 MB");
  EXPECT_EQ(problem(bytesOf<uint64_t>({UINT64_MAX}) + textBytes("{}")), "its header is longer than 100 MB");
  EXPECT_EQ(problem(bytesOf<uint64_t>({3}) + textBytes("{}")), "it ends too early");
  EXPECT_EQ(problem(bytesOf<uint64_t>({0})), "its header is not valid JSON at line 1, column 1");
}

TEST_F(Safetensors, HeaderText) {
  EXPECT_EQ(problem("{", 0), "its header is not valid JSON at line 1, column 2");
  EXPECT_EQ(problem("[]", 0), "its header is no JSON object");
  EXPECT_EQ(problem(" {}", 0), "its header is no JSON object");
  EXPECT_EQ(problem("{\"a\": \"\xff\"}", 0).rfind("its header is not valid JSON", 0), 0u) << "not UTF-8";
  EXPECT_EQ(problem("{\"a\": " + std::string(100000, '['), 0),
            "its header is JSON nested deeper than 4 levels");
  EXPECT_EQ(problem("{\"a\": {\"shape\": [" + std::string(3'000'000, ','), 0),
            "its header is JSON of more than 1310720 values");
  const std::string tensor = R"({"dtype": "F32", "shape": [0], "data_offsets": [0, 0]})";
  EXPECT_EQ(problem("{\"a\": " + tensor + ", \"a\": " + tensor + "}", 0),
            "its header is JSON that names a member twice");
  EXPECT_EQ(problem("{\"" + std::string(1025, 'x') + "\": " + tensor + "}", 0),
            "a tensor's name is longer than 1024 bytes");
  std::string many = "{\"0\": " + tensor;
  for (int i = 1; i <= 65536; ++i) many += ",\"" + std::to_string(i) + "\":" + tensor;
  EXPECT_EQ(problem(many + "}", 0), "it has more than 65536 tensors");
}

TEST_F(Safetensors, Descriptions) {
  const std::string broken = "its tensor 'a' is not described by 'dtype', 'shape' and 'data_offsets'";
  for (const char* fields : {"", R"("dtype": "F32")", R"("dtype": "F32", "shape": [1])",
                             R"("dtype": 1, "shape": [1], "data_offsets": [0, 4])",
                             R"("dtype": "F32", "shape": 1, "data_offsets": [0, 4])",
                             R"("dtype": "F32", "shape": [-1], "data_offsets": [0, 4])",
                             R"("dtype": "F32", "shape": [0.5], "data_offsets": [0, 4])",
                             R"("dtype": "F32", "shape": ["1"], "data_offsets": [0, 4])",
                             R"("dtype": "F32", "shape": [18446744073709551615], "data_offsets": [0, 4])",
                             R"("dtype": "F32", "shape": [1], "data_offsets": [0])",
                             R"("dtype": "F32", "shape": [1], "data_offsets": [0, 4, 4])",
                             R"("dtype": "F32", "shape": [1], "data_offsets": [0, -4])"})
    EXPECT_EQ(fieldProblem(fields), broken) << fields;
  EXPECT_EQ(problem("{\"a\": 1}", 4), broken);
  std::string shape = "1";
  for (int i = 0; i < 32; ++i) shape += ", 1";
  EXPECT_EQ(fieldProblem(R"("dtype": "F32", "data_offsets": [0, 4], "shape": [)" + shape + "]"), broken)
      << "33 dimensions";
  EXPECT_EQ(fieldProblem(R"("dtype": "F\u001b[31m", "shape": [1], "data_offsets": [0, 4])"),
            "its tensor 'a' has elements of an unknown type, 'F\\x1b[31m'");
}

TEST_F(Safetensors, PlacesOfTensors) {
  EXPECT_EQ(fieldProblem(R"("dtype": "F32", "shape": [2], "data_offsets": [0, 8])"),
            "its tensor 'a' lies outside of the file");
  EXPECT_EQ(fieldProblem(R"("dtype": "F32", "shape": [1], "data_offsets": [4, 0])"),
            "its tensor 'a' lies outside of the file");
  EXPECT_EQ(fieldProblem(R"("dtype": "F32", "shape": [2], "data_offsets": [0, 4])"),
            "its tensor 'a' needs 8 bytes, but has 4");
  EXPECT_EQ(fieldProblem(R"("dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 4])"),
            "its tensor 'a' has a shape that is too large");
  EXPECT_EQ(fieldProblem(R"("dtype": "F4", "shape": [1], "data_offsets": [0, 1])"),
            "its tensor 'a' has a shape that is too large")
      << "half a byte";
  EXPECT_EQ(problem("{}", 5), "nothing describes its last 5 bytes");
  const auto two = [&](int beginB, int endB, size_t size) {
    return problem(
        R"({"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "b": {"dtype": "U8", "shape": [4],)"
        R"("data_offsets": [)" +
            std::to_string(beginB) + "," + std::to_string(endB) + "]}}",
        size);
  };
  EXPECT_EQ(two(4, 8, 8), "");
  EXPECT_EQ(two(3, 7, 8), "its tensors 'a' and 'b' overlap");
  EXPECT_EQ(two(0, 4, 8), "its tensors 'a' and 'b' overlap");
  EXPECT_EQ(two(5, 9, 9), "nothing describes the bytes before its tensor 'b'");
  EXPECT_EQ(two(4, 8, 9), "nothing describes its last 1 bytes");
}

TEST_F(Safetensors, TruncationAtEveryByte) {
  convoy::test::expectTruncationsFail(smallSafetensors(),
                                      [&](const Bytes& part) { return problem(part).empty(); });
}

} // namespace
} // namespace convoy::weights
