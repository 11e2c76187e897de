// Files of the ONNX format that are wrong: each is refused with its reason, soon, and in memory that is in
// proportion to the file. What is wrong with external files is in external_test.cpp.
#include "allocations.h"
#include "encoder.h"
#include <ctime>
#include <gtest/gtest.h>

namespace convoy::onnx {
namespace {

using namespace std::string_literals;
using namespace test;

struct Malformed {
  const char* name;
  Encoded file;
  std::string problem;
};
void PrintTo(const Malformed& malformed, std::ostream* out) { *out << malformed.name; }

class MalformedModel : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedModel, IsRefused) {
  const auto bytes = std::make_shared<const std::string>(GetParam().file.str());
  const Allocations allocations;
  const std::clock_t start = std::clock();
  Result<Model> model = readModel(bytes);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const size_t memory = allocations.largestTotal();
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().text, GetParam().problem);
  EXPECT_LT(memory, (size_t{64} << 10) + 512 * bytes->size());
  EXPECT_LT(seconds, 5);
}

std::string nameOfCase(const testing::TestParamInfo<Malformed>& info) { return info.param.name; }

Encoded bytes(const std::string& bytes) { return Encoded().bytes(bytes); }

// So many times the same field.
Encoded repeated(size_t count, uint32_t field, const Encoded& message) {
  Encoded one, all;
  one.message(field, message);
  for (size_t i = 0; i < count; ++i) all.bytes(one.str());
  return all;
}

// A graph with an input of this TypeProto.
Encoded withType(const Encoded& type) {
  return model(Encoded().message(11, Encoded().text(1, "x").message(2, type)));
}
Encoded withShape(const Encoded& shape) {
  return withType(Encoded().message(1, Encoded().message(2, shape)));
}

const std::string longName(1025, 'n');

INSTANTIATE_TEST_SUITE_P(
    Files, MalformedModel,
    testing::Values(
        Malformed{"Empty", {}, "it has no graph"},
        Malformed{"Script", bytes("pipeline edges(photo: image[rgb])"),
                  "it is damaged at byte 4: groups of fields are not supported"},
        Malformed{"WithoutGraph", Encoded().integer(1, 8), "it has no graph"},
        Malformed{"TwoGraphs", Encoded().message(7, {}).message(7, {}), "it has two graphs"},
        Malformed{"GraphPastTheEnd", bytes("\x08\x08\x3A\x10\x12\x01g"),
                  "it is damaged at byte 3: a value of 16 bytes, where 3 are left"},
        Malformed{"GraphOf4GB", bytes("\x3A\xFF\xFF\xFF\xFF\x0F"),
                  "it is damaged at byte 1: a value of 4294967295 bytes, where 0 are left"},
        Malformed{"LengthOfTenBytes", bytes("\x3A" + std::string(9, '\xFF') + "\x01"),
                  "it is damaged at byte 1: a number is too long"},
        Malformed{"NodePastItsGraph", bytes("\x3A\x04\x0A\x05\x22\x01"s + "Abcd"),
                  "it is damaged at byte 3: a value of 5 bytes, where 2 are left"},
        Malformed{"NumberDoesNotEnd", bytes("\x08\xFF"), "it is damaged at byte 1: a number does not end"},
        Malformed{"NumberOfElevenBytes", bytes("\x08" + std::string(11, '\x80')),
                  "it is damaged at byte 1: a number is too long"},
        Malformed{"Group", bytes("\x3B\x3C"), "it is damaged at byte 0: groups of fields are not supported"},
        Malformed{"FieldZero", bytes("\x02\x01x"), "it is damaged at byte 0: no field has such a number"},
        Malformed{"NoWire", bytes("\x3F"), "it is damaged at byte 0: no value is written like this"},
        Malformed{"GraphIsANumber", Encoded().integer(7, 1),
                  "it is damaged at byte 0: field 7 has a value of another kind"},
        Malformed{"FunctionIsANumber", Encoded().integer(25, 1),
                  "it is damaged at byte 0: field 25 has a value of another kind"},
        Malformed{"VersionIsText", Encoded().text(1, "8"),
                  "it is damaged at byte 0: field 1 has a value of another kind"},
        Malformed{"LongProducer", Encoded().text(2, longName), "it has a name of more than 1024 bytes"},
        Malformed{"SparseInitializer", model(Encoded().message(15, {})),
                  "it has sparse initializers, which are not supported"},
        Malformed{"ManyNodes", model(repeated(100'001, 1, node("A", {}, {}, ""))),
                  "there are more than 100000 nodes"},
        Malformed{"ManyAttributes", model(graphOfNode(repeated(200'001, 5, {}))),
                  "node 0: there are more than 200000 attributes"},
        Malformed{"ManyTensors", model(repeated(100'001, 5, Encoded().text(8, ""))),
                  "there are more than 100000 tensors"},
        Malformed{"ManyValues", model(repeated(200'001, 13, {})),
                  "there are more than 200000 descriptions of values"},
        Malformed{"ManyInputs", model(graphOfNode(repeated(1'000'001, 1, {}))),
                  "node 0: there are more than 1000000 names, texts and dimensions"},
        Malformed{"ManyNumbers",
                  model(graphOfNode(nodeWith(attribute("a", 7).text(8, std::string((1 << 24) + 1, '\1'))))),
                  "node 'n': attribute 'a': there are more than 16777216 numbers in attributes"}),
    nameOfCase);

INSTANTIATE_TEST_SUITE_P(
    Nodes, MalformedModel,
    testing::Values(
        Malformed{"WithoutOperator", model(graphOfNode(Encoded().text(3, "conv"))),
                  "node 'conv': it has no operator"},
        Malformed{"WithoutNameAndOperator", model(Encoded().message(1, node("A", {}, {})).message(1, {})),
                  "node 1: it has no operator"},
        Malformed{"LongOperator", model(graphOfNode(node(longName, {}, {}))),
                  "node 'n': it has a name of more than 1024 bytes"},
        Malformed{"LongOutput", model(graphOfNode(node("A", {}, {longName}, "\x1B[2J"))),
                  "node 0: it has a name of more than 1024 bytes"},
        Malformed{"NameToEscape", model(graphOfNode(Encoded().text(3, "\x1B[2J\xFF"))),
                  R"(node '\x1b[2J\xff': it has no operator)"},
        Malformed{"SameAttributes",
                  model(graphOfNode(nodeWith(attribute("a", 2)).message(5, attribute("a", 2)))),
                  "node 'n': two of its attributes are named 'a'"},
        Malformed{"SameOutputs",
                  model(Encoded().message(1, node("A", {}, {"y"})).message(1, node("B", {}, {"y"}))),
                  "two of its values are named 'y'"},
        Malformed{"OutputIsAnInput", model(graphOfNode(node("A", {}, {"x"})).message(11, value("x", {}))),
                  "two of its values are named 'x'"},
        Malformed{"OutputIsAnInitializer",
                  model(graphOf(tensor(DataType::Float, {0})).message(1, node("A", {}, {"w"}))),
                  "two of its values are named 'w'"},
        Malformed{"SameInputs", model(Encoded().message(11, value("x", {})).message(11, value("x", {}))),
                  "two of its values are named 'x'"},
        Malformed{"SameInitializers", model(repeated(2, 5, tensor(DataType::Float, {0}))),
                  "two of its values are named 'w'"}),
    nameOfCase);

// What is wrong with an attribute "a".
Malformed ofAttribute(const char* name, const Encoded& fields, const std::string& problem) {
  return {name, model(graphOfNode(nodeWith(Encoded().text(1, "a").bytes(fields.str())))),
          "node 'n': attribute 'a': " + problem};
}

INSTANTIATE_TEST_SUITE_P(
    Attributes, MalformedModel,
    testing::Values(ofAttribute("TwoKinds", Encoded().integer(3, 1).real(2, 1), "it has values of two kinds"),
                    ofAttribute("AnotherType", Encoded().integer(3, 1).integer(20, 1),
                                "its value is not of the kind that it says"),
                    ofAttribute("TwoTensors", Encoded().message(5, {}).message(5, {}), "it has two tensors"),
                    ofAttribute("OfAFunction", Encoded().text(21, "alpha").integer(20, 2),
                                "its value is an attribute of a function"),
                    ofAttribute("PartsOfFloats", Encoded().text(7, "abcde"),
                                "it is damaged at byte 32: its last number does not end"),
                    ofAttribute("PartsOfIntegers", Encoded().text(8, "\x01\xFF"),
                                "it is damaged at byte 35: a number does not end"),
                    ofAttribute("IntegerIsAFloat", Encoded().real(3, 1),
                                "it is damaged at byte 32: field 3 has a value of another kind"),
                    ofAttribute("GraphIsANumber", Encoded().integer(6, 1),
                                "it is damaged at byte 32: field 6 has a value of another kind"),
                    ofAttribute("WrongTensor", Encoded().message(5, tensor(DataType::Float, {1}, "b\n")),
                                R"(tensor 'b\x0a': as [1] of float32 it needs 4 bytes, but it has 0)"),
                    Malformed{"LongName", model(graphOfNode(nodeWith(attribute(longName, 1)))),
                              "node 'n': attribute '" + longName.substr(1) +
                                  "': it has a name of more than 1024 bytes"}),
    nameOfCase);

INSTANTIATE_TEST_SUITE_P(
    Types, MalformedModel,
    testing::Values(
        Malformed{"TwoShapes", withType(Encoded().message(1, Encoded().message(2, {}).message(2, {}))),
                  "value 'x': it has two shapes"},
        Malformed{"TensorAndSequence", withType(Encoded().message(1, {}).message(4, {})),
                  "value 'x': it has two types"},
        Malformed{"TwoTypes",
                  model(Encoded().message(12, Encoded().text(1, "y").message(2, {}).message(2, {}))),
                  "value 'y': it has two types"},
        Malformed{"SequenceIsANumber", withType(Encoded().integer(4, 1)),
                  "value 'x': it is damaged at byte 17: field 4 has a value of another kind"},
        Malformed{"DimensionIsText", withShape(Encoded().message(1, Encoded().text(1, "4"))),
                  "value 'x': it is damaged at byte 23: field 1 has a value of another kind"},
        Malformed{"ManyDimensions", withShape(repeated(65, 1, {})),
                  "value 'x': it has more than 64 dimensions"},
        Malformed{"ManyDimensionsOfAll", model(repeated(15'626, 13, value("x", std::vector<int64_t>(64, 1)))),
                  "value 'x': there are more than 1000000 names, texts and dimensions"},
        Malformed{"LongSymbol", withShape(Encoded().message(1, Encoded().text(2, longName))),
                  "value 'x': it has a name of more than 1024 bytes"}),
    nameOfCase);

// What is wrong with a tensor "w" of this type and shape, and these other fields.
Malformed ofTensor(const char* name, DataType type, const std::vector<int64_t>& dims, const Encoded& fields,
                   const std::string& problem) {
  return {name, model(graphOf(tensor(type, dims).bytes(fields.str()))), "tensor 'w': " + problem};
}

constexpr int64_t huge = int64_t{1} << 40;

INSTANTIATE_TEST_SUITE_P(
    Shapes, MalformedModel,
    testing::Values(
        ofTensor("Negative", DataType::Float, {2, -3}, {}, "its dimension -3 is negative"),
        ofTensor("NegativeBesideZero", DataType::Float, {0, -1}, {}, "its dimension -1 is negative"),
        ofTensor("Huge", DataType::Float, {huge}, {},
                 "as [1099511627776] of float32 it needs 4398046511104 bytes, but it has 0"),
        ofTensor("HugeAndTyped", DataType::Int64, {huge}, Encoded().integer(7, 1),
                 "as [1099511627776] of int64 it needs 1099511627776 values in int64_data, but it has 1"),
        ofTensor("Overflow", DataType::Float, {huge, huge}, {},
                 "its shape [1099511627776, 1099511627776] is too large"),
        ofTensor("OverflowToZero", DataType::Float, {int64_t{1} << 32, int64_t{1} << 32}, {},
                 "its shape [4294967296, 4294967296] is too large"),
        ofTensor("OverflowOfBytes", DataType::Double, {int64_t{1} << 61}, {},
                 "its shape [2305843009213693952] is too large"),
        ofTensor("OverflowOfStrings", DataType::String, {huge, huge}, {},
                 "its shape [1099511627776, 1099511627776] is too large"),
        Malformed{"ManyDimensions",
                  model(graphOf(Encoded().text(8, "w").integers(1, std::vector<int64_t>(65, 1)))),
                  "tensor 'w': it has more than 64 dimensions"},
        ofTensor("DimensionIsAFloat", DataType::Float, {}, Encoded().tag(1, 5).bytes("abcd"),
                 "it is damaged at byte 19: field 1 has a value of another kind")),
    nameOfCase);

INSTANTIATE_TEST_SUITE_P(
    Elements, MalformedModel,
    testing::Values(ofTensor("None", DataType::Float, {2, 3}, {},
                             "as [2, 3] of float32 it needs 24 bytes, but it has 0"),
                    ofTensor("RawTooShort", DataType::Float, {2}, Encoded().text(9, "1234567"),
                             "as [2] of float32 it needs 8 bytes, but it has 7"),
                    ofTensor("RawTooLong", DataType::Int16, {}, Encoded().text(9, "123"),
                             "as [] of int16 it needs 2 bytes, but it has 3"),
                    ofTensor("RawOfNothing", DataType::Float, {0}, Encoded().text(9, "1234"),
                             "as [0] of float32 it needs 0 bytes, but it has 4"),
                    ofTensor("TooFew", DataType::Float, {2}, Encoded().real(4, 1),
                             "as [2] of float32 it needs 2 values in float_data, but it has 1"),
                    ofTensor("TooMany", DataType::Int64, {2}, Encoded().integers(7, {1, 2}).integer(7, 3),
                             "as [2] of int64 it needs 2 values in int64_data, but it has 3"),
                    ofTensor("OfAnotherType", DataType::Int64, {2}, Encoded().fixed<float>(4, {1, 2}),
                             "it has float_data, which is not for elements of type int64"),
                    ofTensor("Twice", DataType::Float, {1}, Encoded().real(4, 1).text(9, "1234"),
                             "it has its elements twice"),
                    ofTensor("PartsOfFloats", DataType::Float, {1}, Encoded().text(4, "12345"),
                             "it is damaged at byte 20: its last number does not end"),
                    ofTensor("PartsOfIntegers", DataType::Int64, {1}, Encoded().text(7, "\x01\xFF"),
                             "it is damaged at byte 23: a number does not end"),
                    ofTensor("LargeUint8", DataType::Uint8, {1}, Encoded().integer(5, 256),
                             "its int32_data has 256, which is no uint8"),
                    ofTensor("SmallInt8", DataType::Int8, {1}, Encoded().integer(5, -129),
                             "its int32_data has -129, which is no int8"),
                    ofTensor("NegativeUint16", DataType::Uint16, {1}, Encoded().integer(5, -1),
                             "its int32_data has -1, which is no uint16"),
                    ofTensor("LargeInt16", DataType::Int16, {1}, Encoded().integer(5, 32768),
                             "its int32_data has 32768, which is no int16"),
                    ofTensor("LargeFloat16", DataType::Float16, {1}, Encoded().integer(5, 65536),
                             "its int32_data has 65536, which is no float16"),
                    ofTensor("LargeUint32", DataType::Uint32, {1}, Encoded().integer(11, -1),
                             "its uint64_data has 18446744073709551615, which is no uint32"),
                    ofTensor("TruthOfTwo", DataType::Bool, {1}, Encoded().integer(5, 2),
                             "its truth values are not all 0 or 1"),
                    ofTensor("RawTruthOfTwo", DataType::Bool, {2}, Encoded().text(9, "\1\2"),
                             "its truth values are not all 0 or 1"),
                    ofTensor("HalfAComplex", DataType::Complex64, {1}, Encoded().real(4, 1),
                             "as [1] of complex64 it needs 2 values in float_data, but it has 1"),
                    ofTensor("TooFewStrings", DataType::String, {2}, Encoded().text(6, "a"),
                             "as [2] of string it needs 2 values in string_data, but it has 1"),
                    ofTensor("RawStrings", DataType::String, {1}, Encoded().text(9, "a"),
                             "as [1] of string it needs 1 values in string_data, but it has 0"),
                    ofTensor("Segment", DataType::Float, {1}, Encoded().message(3, {}),
                             "it is a segment of a larger one"),
                    ofTensor("UnknownPlace", DataType::Float, {1}, Encoded().integer(14, 2),
                             "its data is in an unknown place"),
                    ofTensor("ExternalWithoutFile", DataType::Float, {1}, Encoded().integer(14, 1),
                             "its elements are in an external file")),
    nameOfCase);

// A model that is cut anywhere is refused, or ends where a field does: after its graph, before its opset.
TEST(MalformedFiles, EveryTruncation) {
  const std::string whole = smallModel().str();
  size_t accepted = 0;
  for (size_t size = 0; size < whole.size(); ++size)
    accepted += problemOf(bytes(whole.substr(0, size))).empty();
  EXPECT_EQ(accepted, 1u);
}

} // namespace
} // namespace convoy::onnx
