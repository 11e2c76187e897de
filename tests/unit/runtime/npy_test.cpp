#include "command/npy.h"

#include "test_files.h"

#include <cstring>

namespace convoy::command {
namespace {

using test::makeNpy;
using test::makeRawNpy;

std::string problem(const Bytes& file) {
  Result<NpyArray> array = parseNpy(file);
  return array ? "accepted" : array.error().text;
}

std::string problem(const std::string& header, size_t content = 24) {
  return problem(makeRawNpy(header, Bytes(content, 0)));
}

TEST(Npy, RoundTrip) {
  for (const std::vector<int64_t>& shape :
       std::vector<std::vector<int64_t>>{{}, {6}, {2, 3}, {1, 2, 3}, {0, 3, 2, 2}}) {
    size_t count = 1;
    for (int64_t extent : shape) count *= static_cast<size_t>(extent);
    const Bytes file = makeNpy(shape, std::vector<float>(count, 1.5f));
    Result<NpyArray> array = parseNpy(file);
    ASSERT_TRUE(array) << array.error().text;
    EXPECT_EQ(array->shape, shape);
    EXPECT_EQ(array->element, NpyElement::Float32);
    EXPECT_EQ(array->offset % 64, 0u) << "as NumPy aligns it";
    EXPECT_EQ(array->offset + count * sizeof(float), file.size());
  }
}

TEST(Npy, HeadersAsNumpyWritesThem) {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }          \n";
  for (int version : {1, 2, 3}) EXPECT_EQ(problem(makeRawNpy(header, Bytes(24), version)), "accepted");
  EXPECT_EQ(problem("{'descr': '|u1', 'fortran_order': False, 'shape': (24,), }\n"), "accepted");
  EXPECT_EQ(problem("{\"shape\":(2,3),\"descr\":\"<f4\",\"fortran_order\":False}"), "accepted");
}

TEST(NpyHostile, ElementsAndOrder) {
  const auto header = [](const char* element, const char* order = "False") {
    return std::string("{'descr': ") + element + ", 'fortran_order': " + order + ", 'shape': (2, 3), }\n";
  };
  EXPECT_EQ(problem(header("'<f8'"), 48),
            "it holds float64; little-endian float32 (or uint8 for images) is needed");
  EXPECT_EQ(problem(header("'|O'")),
            "it holds Python objects; little-endian float32 (or uint8 for images) is needed");
  EXPECT_EQ(problem(header("'>f4'")),
            "it holds big-endian float32; little-endian float32 (or uint8 for images) is needed");
  EXPECT_EQ(problem(header("'<i\x1b[2J'")),
            "it holds elements of type '<i\\x1b[2J'; little-endian float32 (or uint8 for "
            "images) is needed");
  EXPECT_EQ(problem(header("[('a]', '<f4', (2,)), ('b', [('c', '|O')])]")),
            "it holds elements with fields; little-endian float32 (or uint8 for images) is needed");
  EXPECT_EQ(problem(header("'<f4'", "True")),
            "it is in Fortran order; save it in C order (numpy.ascontiguousarray)");
}

TEST(NpyHostile, SizesAreComparedWithTheFile) {
  const auto header = [](const char* shape) {
    return std::string("{'descr': '<f4', 'fortran_order': False, 'shape': ") + shape + ", }\n";
  };
  EXPECT_EQ(problem(header("(2, 3)"), 23), "the .npy data ends too early");
  EXPECT_EQ(problem(header("(2, 3)"), 25), "it has 1 bytes more than its shape declares");
  EXPECT_EQ(problem(header("(1000000, 1000000)")), "the .npy data ends too early");
  EXPECT_EQ(problem(header("(9223372036854775807, 9223372036854775807)")),
            "its shape 9223372036854775807x9223372036854775807 is too large");
  EXPECT_EQ(problem(header("(99999999999999999999,)")), "the .npy header is damaged");
  EXPECT_EQ(problem(header("(-1, 3)")), "the .npy header is damaged");
}

TEST(NpyHostile, DamagedHeaders) {
  for (const char* header :
       {"", "{}", "{", "}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': [(), 'fortran_order': False, 'shape': (2, 3)}", "{'descr': [')", "{'descr': [",
        "{'descr': ']'", "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 3)}",
        "__import__('os').system('true')"})
    EXPECT_EQ(problem(std::string(header)), "the .npy header is damaged") << header;
  const std::string deep(70000, '(');
  EXPECT_EQ(problem(makeRawNpy(deep, {}, 2)), "the .npy header is longer than 64 KiB");
  EXPECT_EQ(problem(makeRawNpy("{}", {}, 9)), ".npy version 9 is not known");
}

TEST(NpyHostile, TruncationAtEveryByte) {
  test::expectTruncationsFail(makeNpy({2, 3}, std::vector<float>(6)), parseNpy);
}

TEST(NpyHostile, AcceptedBitFlipsStayWithinTheFile) {
  const Bytes file = makeNpy({2, 3}, std::vector<float>(6));
  const auto checked = [&](const Bytes& changed) {
    Result<NpyArray> array = parseNpy(changed);
    if (!array) return false;
    size_t size = array->element == NpyElement::Float32 ? 4 : 1;
    for (int64_t extent : array->shape) size *= static_cast<size_t>(extent);
    EXPECT_EQ(array->offset + size, changed.size());
    return true;
  };
  EXPECT_GE(test::acceptedBitFlips(file, checked), 24u * 8) << "any data is data";
}

} // namespace
} // namespace convoy::command
