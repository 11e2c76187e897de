#include "encoder.h"
#include "onnx/wire.h"
#include <gtest/gtest.h>

namespace convoy::onnx {
namespace {

using namespace std::string_literals;
using test::Encoded;

// What is wrong with bytes when all their fields are gone through; "" when nothing is.
std::string problemOf(const std::string& bytes) {
  Faults faults(bytes);
  Message message(bytes, faults);
  while (message.next()) {
  }
  return faults ? faults.error().text : "";
}

TEST(Wire, Values) {
  const std::string bytes =
      Encoded().integer(1, 300).integer(2, -1).real(3, 1.5f).text(4, "abc").text(5, "").str();
  Faults faults(bytes);
  Message message(bytes, faults);
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.field(), 1u);
  EXPECT_EQ(message.integer(), 300);
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.integer(), -1);
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.real(), 1.5f);
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.bytes(), "abc");
  EXPECT_EQ(message.bytes().data(), bytes.data() + bytes.size() - 5) << "not copied";
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.field(), 5u);
  EXPECT_EQ(message.bytes(), "");
  EXPECT_FALSE(message.next());
  EXPECT_FALSE(faults);
}

TEST(Wire, LargestFieldAndNumber) {
  const std::string bytes = Encoded().integer((1u << 29) - 1, INT64_MIN).str();
  Faults faults(bytes);
  Message message(bytes, faults);
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.field(), (1u << 29) - 1);
  EXPECT_EQ(message.integer(), INT64_MIN);
}

// Repeated numbers may be packed, or not, or both.
TEST(Wire, RepeatedNumbers) {
  const std::string bytes = Encoded()
                                .integers(1, {1, 128, -1})
                                .integer(1, 7)
                                .fixed<float>(2, {0.5f, 2})
                                .real(2, 3)
                                .fixed<double>(3, {9})
                                .str();
  Faults faults(bytes);
  std::vector<int64_t> integers;
  std::vector<uint64_t> reals, doubles;
  size_t counted = 0;
  for (Message message(bytes, faults); message.next();) {
    const Wire wire = message.field() == 1   ? Wire::Varint
                      : message.field() == 2 ? Wire::Fixed32
                                             : Wire::Fixed64;
    counted += message.count(wire);
    message.eachNumber(wire, [&](uint64_t bits) {
      if (message.field() == 1) integers.push_back(static_cast<int64_t>(bits));
      if (message.field() == 2) reals.push_back(bits);
      if (message.field() == 3) doubles.push_back(bits);
    });
  }
  EXPECT_FALSE(faults);
  EXPECT_EQ(integers, (std::vector<int64_t>{1, 128, -1, 7}));
  EXPECT_EQ(reals, (std::vector<uint64_t>{0x3F000000, 0x40000000, 0x40400000}));
  EXPECT_EQ(doubles, (std::vector<uint64_t>{0x4022000000000000}));
  EXPECT_EQ(counted, 8u);
}

TEST(Wire, Damage) {
  EXPECT_EQ(problemOf(""), "");
  EXPECT_EQ(problemOf("\x08"s), "it is damaged at byte 1: a number does not end");
  EXPECT_EQ(problemOf("\x08\x80\x80"s), "it is damaged at byte 1: a number does not end");
  EXPECT_EQ(problemOf("\x0D\0\0\0"s), "it is damaged at byte 1: a number does not end");
  EXPECT_EQ(problemOf("\x09\0\0\0\0\0\0\0"s), "it is damaged at byte 1: a number does not end");
  EXPECT_EQ(problemOf("\x08\x01\x80"s), "it is damaged at byte 2: a number does not end");
  EXPECT_EQ(problemOf("\x0A\x03xy"s), "it is damaged at byte 1: a value of 3 bytes, where 2 are left");
  EXPECT_EQ(problemOf("\x0A\xFF\xFF\xFF\xFF\x0F"s),
            "it is damaged at byte 1: a value of 4294967295 bytes, where 0 are left");
  EXPECT_EQ(problemOf("\x0A\x81\x80\x80\x80\x80\0x"s), "it is damaged at byte 1: a number is too long");
  EXPECT_EQ(problemOf("\x02\0"s), "it is damaged at byte 0: no field has such a number");
  EXPECT_EQ(problemOf("\xF8\xFF\xFF\xFF\x7F\0"s), "it is damaged at byte 0: no field has such a number");
  EXPECT_EQ(problemOf("\x0B\x0C"s), "it is damaged at byte 0: groups of fields are not supported");
  EXPECT_EQ(problemOf("\x0E"s), "it is damaged at byte 0: no value is written like this");
}

TEST(Wire, LongestNumber) {
  const std::string nine(9, '\xFF');
  EXPECT_EQ(problemOf("\x08" + nine + "\x01"), "");
  EXPECT_EQ(problemOf("\x08" + nine + "\x02"), "it is damaged at byte 1: a number is too long");
  EXPECT_EQ(problemOf("\x08" + nine + "\x80\x01"), "it is damaged at byte 1: a number is too long");
  EXPECT_EQ(problemOf("\x08" + std::string(9, '\x80') + "\0"s), "") << "zero in ten bytes";
}

// A value of another kind than the one asked for, and what follows a fault: nothing.
TEST(Wire, WrongKind) {
  const std::string bytes = Encoded().text(1, "abc").integer(2, 5).str();
  const auto problem = [&](auto use) {
    Faults faults(bytes);
    Message message(bytes, faults);
    EXPECT_TRUE(message.next());
    use(message);
    EXPECT_FALSE(message.next());
    return faults.error().text;
  };
  const std::string expected = "it is damaged at byte 0: field 1 has a value of another kind";
  EXPECT_EQ(problem([](Message& message) { EXPECT_EQ(message.integer(), 0); }), expected);
  EXPECT_EQ(problem([](Message& message) { EXPECT_EQ(message.real(), 0); }), expected);
  EXPECT_EQ(problem([](Message& message) { message.count(Wire::Fixed32); }),
            "it is damaged at byte 0: its last number does not end");
  EXPECT_EQ(problem([](Message& message) { message.eachNumber(Wire::Fixed64, [](uint64_t) { FAIL(); }); }),
            "it is damaged at byte 2: a number does not end");

  const std::string number = Encoded().integer(3, 5).str();
  Faults faults(number);
  Message message(number, faults);
  EXPECT_TRUE(message.next());
  EXPECT_EQ(message.bytes(), "");
  EXPECT_EQ(faults.error().text, "it is damaged at byte 0: field 3 has a value of another kind");
  message.count(Wire::Fixed32);
  faults.within("inner"), faults.within("outer");
  EXPECT_EQ(faults.error().text,
            "outer: inner: it is damaged at byte 0: field 3 has a value of another kind");
}

} // namespace
} // namespace convoy::onnx
