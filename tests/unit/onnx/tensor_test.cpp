#include "encoder.h"
#include <cmath>
#include <gtest/gtest.h>

namespace convoy::onnx {
namespace {

using namespace test;

// A tensor of two elements, once in the field of its type and once in raw_data: the same bytes.
template <typename Number>
void expectBoth(DataType type, const Encoded& field, const std::vector<Number>& elements) {
  const Tensor typed = decodedTensor(Encoded(tensor(type, {2})).bytes(field.str()));
  const Tensor raw = decodedTensor(tensor(type, {2}).text(9, bytesOf(elements)));
  EXPECT_EQ(typed.type, type);
  EXPECT_EQ(typed.bytes, bytesOf(elements)) << nameOf(type);
  EXPECT_EQ(raw.bytes, bytesOf(elements)) << nameOf(type);
  EXPECT_EQ(typed.elements(), 2);
}

TEST(Tensors, EveryType) {
  expectBoth<float>(DataType::Float, Encoded().fixed<float>(4, {1.5f, -2}), {1.5f, -2});
  expectBoth<uint8_t>(DataType::Uint8, Encoded().integers(5, {0, 255}), {0, 255});
  expectBoth<int8_t>(DataType::Int8, Encoded().integers(5, {-128, 127}), {-128, 127});
  expectBoth<uint16_t>(DataType::Uint16, Encoded().integers(5, {0, 65535}), {0, 65535});
  expectBoth<int16_t>(DataType::Int16, Encoded().integers(5, {-32768, 32767}), {-32768, 32767});
  expectBoth<int32_t>(DataType::Int32, Encoded().integer(5, INT32_MIN).integer(5, INT32_MAX),
                      {INT32_MIN, INT32_MAX});
  expectBoth<int64_t>(DataType::Int64, Encoded().integers(7, {INT64_MIN, INT64_MAX}), {INT64_MIN, INT64_MAX});
  expectBoth<uint8_t>(DataType::Bool, Encoded().integers(5, {0, 1}), {0, 1});
  expectBoth<uint16_t>(DataType::Float16, Encoded().integers(5, {0x3C00, 0xC000}), {0x3C00, 0xC000});
  expectBoth<uint16_t>(DataType::Bfloat16, Encoded().integers(5, {0x3F80, 0xC000}), {0x3F80, 0xC000});
  expectBoth<double>(DataType::Double, Encoded().fixed<double>(10, {0.1, -1}), {0.1, -1});
  expectBoth<uint32_t>(DataType::Uint32, Encoded().integers(11, {0, UINT32_MAX}), {0, UINT32_MAX});
  expectBoth<uint64_t>(DataType::Uint64, Encoded().integers(11, {0, -1}), {0, UINT64_MAX});
  expectBoth<float>(DataType::Complex64, Encoded().fixed<float>(4, {1, 2, 3, 4}), {1, 2, 3, 4});
  expectBoth<double>(DataType::Complex128, Encoded().fixed<double>(10, {1, 2, 3, 4}), {1, 2, 3, 4});
}

TEST(Tensors, AsFloats) {
  const auto floats = [](DataType type, const std::string& raw) {
    return decodedTensor(tensor(type, {2}).text(9, raw)).floats();
  };
  using Two = std::vector<float>;
  EXPECT_EQ(floats(DataType::Float, bytesOf<float>({1.5f, -2})), (Two{1.5f, -2}));
  EXPECT_EQ(floats(DataType::Double, bytesOf<double>({0.1, 1e300})), (Two{0.1f, INFINITY}));
  EXPECT_EQ(floats(DataType::Float16, bytesOf<uint16_t>({0x3C01, 0x8001})), (Two{1 + 0x1p-10f, -0x1p-24f}));
  EXPECT_EQ(floats(DataType::Bfloat16, bytesOf<uint16_t>({0x3F81, 0xFF80})), (Two{1 + 0x1p-7f, -INFINITY}));
  EXPECT_EQ(floats(DataType::Int8, bytesOf<int8_t>({-128, 127})), (Two{-128, 127}));
  EXPECT_EQ(floats(DataType::Uint8, bytesOf<uint8_t>({200, 0})), (Two{200, 0}));
  EXPECT_EQ(floats(DataType::Int16, bytesOf<int16_t>({-300, 300})), (Two{-300, 300}));
  EXPECT_EQ(floats(DataType::Uint16, bytesOf<uint16_t>({65535, 1})), (Two{65535, 1}));
  EXPECT_EQ(floats(DataType::Int32, bytesOf<int32_t>({16777217, -1})), (Two{16777216, -1})) << "to even";
  EXPECT_EQ(floats(DataType::Uint32, bytesOf<uint32_t>({UINT32_MAX, 0})), (Two{0x1p32f, 0}));
  EXPECT_EQ(floats(DataType::Int64, bytesOf<int64_t>({INT64_MIN, 3})), (Two{-0x1p63f, 3}));
  EXPECT_EQ(floats(DataType::Uint64, bytesOf<uint64_t>({UINT64_MAX, 3})), (Two{0x1p64f, 3}));
  EXPECT_EQ(floats(DataType::Bool, bytesOf<uint8_t>({1, 0})), (Two{1, 0}));
}

TEST(Tensors, AsIntegers) {
  const auto integers = [](DataType type, const std::string& raw) {
    return decodedTensor(tensor(type, {2}).text(9, raw)).integers();
  };
  using Two = std::vector<int64_t>;
  EXPECT_EQ(integers(DataType::Int64, bytesOf<int64_t>({INT64_MIN, INT64_MAX})), (Two{INT64_MIN, INT64_MAX}));
  EXPECT_EQ(integers(DataType::Int32, bytesOf<int32_t>({INT32_MIN, 5})), (Two{INT32_MIN, 5}));
  EXPECT_EQ(integers(DataType::Uint32, bytesOf<uint32_t>({UINT32_MAX, 5})), (Two{UINT32_MAX, 5}));
  EXPECT_EQ(integers(DataType::Int16, bytesOf<int16_t>({-2, 5})), (Two{-2, 5}));
  EXPECT_EQ(integers(DataType::Uint16, bytesOf<uint16_t>({65535, 5})), (Two{65535, 5}));
  EXPECT_EQ(integers(DataType::Int8, bytesOf<int8_t>({-2, 5})), (Two{-2, 5}));
  EXPECT_EQ(integers(DataType::Uint8, bytesOf<uint8_t>({255, 5})), (Two{255, 5}));
  EXPECT_EQ(integers(DataType::Bool, bytesOf<uint8_t>({1, 0})), (Two{1, 0}));
  EXPECT_EQ(integers(DataType::Uint64, bytesOf<uint64_t>({uint64_t{INT64_MAX}, 5})), (Two{INT64_MAX, 5}));
  EXPECT_EQ(integers(DataType::Uint64, bytesOf<uint64_t>({uint64_t{INT64_MAX} + 1, 5})), std::nullopt);
}

TEST(Tensors, ScalarsEmptyOnesAndStrings) {
  const Tensor scalar = decodedTensor(Encoded().integer(2, 1).text(8, "w").real(4, 2.5f));
  EXPECT_EQ(scalar.elements(), 1);
  EXPECT_EQ(scalar.floats(), std::vector<float>{2.5f});
  const Tensor empty = decodedTensor(tensor(DataType::Float, {INT64_MAX, INT64_MAX, 0}));
  EXPECT_EQ(empty.elements(), 0);
  EXPECT_TRUE(empty.floats().empty());
  const Tensor strings = decodedTensor(tensor(DataType::String, {2}).text(6, "a").text(6, ""));
  EXPECT_FALSE(strings.isNumeric());
  EXPECT_TRUE(strings.bytes.empty());
}

// What nobody computes with may still be there.
TEST(Tensors, TypesThatAreNotKnown) {
  const Tensor later = decodedTensor(tensor(static_cast<DataType>(17), {2}).text(9, "ab"));
  EXPECT_EQ(nameOf(later.type), "type 17");
  EXPECT_FALSE(later.isNumeric());
  EXPECT_TRUE(later.bytes.empty());
  EXPECT_FALSE(decodedTensor(tensor(DataType::Complex64, {1}).fixed<float>(4, {1, 2})).isNumeric());
}

TEST(Tensors, Types) {
  EXPECT_EQ(nameOf(DataType::Float), "float32");
  EXPECT_EQ(nameOf(DataType::Bfloat16), "bfloat16");
  EXPECT_TRUE(isInteger(DataType::Bool));
  EXPECT_TRUE(isInteger(DataType::Uint64));
  EXPECT_FALSE(isInteger(DataType::Float16));
  EXPECT_FALSE(isInteger(DataType::Undefined));
}

} // namespace
} // namespace convoy::onnx
