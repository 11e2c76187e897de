// Bad data of every kind is a status, and outputs stay as they were.
#include "scripts.h"
#include <limits>

using namespace api_test;
using convoy::StatusCode;
using convoy::View;

namespace {

class BadData : public testing::Test {
protected:
  const convoy::Pipeline add = compiled(pair);
  const convoy::Pipeline photo = compiled(twist);
  std::vector<float> a = integers(64), b = integers(64, 2), sum = std::vector<float>(64, -5),
                     difference = sum;
  const convoy::Extents<3> shape{1, 4, 4};

  View<const float, 3> left() const { return {a.data(), shape}; }
  View<const float, 3> right() const { return {b.data(), shape}; }
  View<float, 3> first() { return {sum.data(), shape}; }
  View<float, 3> second() { return {difference.data(), shape}; }

  void expect(StatusCode code, const std::string& message, const std::vector<convoy::Input>& inputs,
              const std::vector<convoy::Output>& outputs) {
    const convoy::Status status = add.run(inputs, outputs);
    EXPECT_EQ(status.code(), code) << message;
    EXPECT_EQ(status.message(), message);
    EXPECT_EQ(sum, std::vector<float>(64, -5)) << message;
    EXPECT_EQ(difference, std::vector<float>(64, -5)) << message;
  }
  void expectInput(StatusCode code, const std::string& message, const convoy::Input& input) {
    expect(code, message, {input, {"b", right()}}, {{"sum", first()}, {"difference", second()}});
  }
  void expectOutput(StatusCode code, const std::string& message, const convoy::Output& output) {
    expect(code, message, {{"a", left()}, {"b", right()}}, {output, {"difference", second()}});
  }
};

TEST_F(BadData, Names) {
  expectInput(StatusCode::Argument, "there is no input 'c'; the inputs are 'a', 'b'", {"c", left()});
  expectInput(StatusCode::Argument, "input 'b' is given twice", {"b", left()});
  expectOutput(StatusCode::Argument, "there is no output 'a'; the outputs are 'sum', 'difference'",
               {"a", first()});
  expect(StatusCode::Argument, "input 'b' is missing", {{"a", left()}},
         {{"sum", first()}, {"difference", second()}});
  expect(StatusCode::Argument, "output 'sum' is missing", {{"a", left()}, {"b", right()}}, {});
}

TEST_F(BadData, TypesAndRanks) {
  expectInput(StatusCode::Shape,
              "input 'a': the view has 2 dimensions, but must have 3, or 4 with a batch in front",
              {"a", View<const float, 2>(a.data(), {4, 4})});
  expectInput(StatusCode::Shape,
              "input 'a': the view has 5 dimensions, but must have 3, or 4 with a batch in front",
              {"a", View<const float, 5>(a.data(), {1, 1, 1, 4, 4})});
  const convoy::Pipeline two = compiled("pipeline p(x: tensor[2, W]) { return x |> relu }");
  const std::vector<std::uint8_t> bytes(8);
  const convoy::Status status = two.run({{"x", View<const std::uint8_t, 2>(bytes.data(), {2, 4})}},
                                        {{"result", View<float, 2>(sum.data(), {2, 4})}});
  EXPECT_EQ(status.code(), StatusCode::Argument);
  EXPECT_STREQ(status.message(),
               "input 'x': 8-bit elements are for images and for tensors with 1, 3 or 4 channels, "
               "height and width");
}

TEST_F(BadData, Extents) {
  expectInput(StatusCode::Shape, "input 'a': channels are 2, but the pipeline takes 1",
              {"a", View<const float, 3>(a.data(), {2, 4, 4})});
  expectInput(StatusCode::Shape, "input 'b': height is 4, but H is 3 elsewhere",
              {"a", View<const float, 3>(a.data(), {1, 3, 4})});
  expectInput(StatusCode::Shape, "input 'a': height is 0, but must be at least 1",
              {"a", View<const float, 3>(a.data(), {1, 0, 4})});
  expectInput(StatusCode::Shape, "input 'a': width is -4, but must be at least 1",
              {"a", View<const float, 3>(a.data(), {1, 4, -4})});
  expectOutput(StatusCode::Shape, "output 'sum' is 1 x 4 x 5, but the result is 1 x 4 x 4",
               {"sum", View<float, 3>(sum.data(), {1, 4, 5})});
  const int64_t most = std::numeric_limits<int64_t>::max();
  expectInput(StatusCode::TooLarge, "input 'a' is too large",
              {"a", View<const float, 3>(a.data(), {1, most, most})});
}

TEST_F(BadData, Batches) {
  expectInput(StatusCode::Shape, "input 'b' has a batch of 1, but input 'a' has 2",
              {"a", View<const float, 4>(a.data(), {2, 1, 4, 4})});
  expectInput(StatusCode::Shape, "input 'a' has a batch of -1",
              {"a", View<const float, 4>(a.data(), {-1, 1, 4, 4})});
  expectOutput(StatusCode::Shape, "output 'sum' has a batch of 0, but input 'a' has 1",
               {"sum", View<float, 4>(sum.data(), {0, 1, 4, 4})});
  // More items than fit in memory.
  const int64_t many = int64_t{1} << 60;
  const convoy::Pipeline one = compiled("pipeline p(x: tensor[1, 4]) { return x |> relu }");
  EXPECT_EQ(one.run({{"x", View<const float, 3>(a.data(), {many, 1, 4})}},
                    {{"result", View<float, 3>(sum.data(), {many, 1, 4})}})
                .code(),
            StatusCode::TooLarge);
}

TEST_F(BadData, Pointers) {
  expectInput(StatusCode::Argument, "input 'a' is null", {"a", View<const float, 3>(nullptr, shape)});
  expectOutput(StatusCode::Argument, "output 'sum' is null", {"sum", View<float, 3>(nullptr, shape)});
  auto* odd = reinterpret_cast<float*>(reinterpret_cast<char*>(a.data()) + 1);
  expectInput(StatusCode::Argument, "input 'a' is not aligned to 4 bytes",
              {"a", View<const float, 3>(odd, shape)});
  expectInput(StatusCode::Shape, "input 'a': channels are 0, but the pipeline takes 1",
              {"a", View<float, 3>()});
}

TEST_F(BadData, Strides) {
  const char* const shared = "output 'sum': elements share memory, or a stride is not positive";
  expectOutput(StatusCode::Argument, shared, {"sum", View<float, 3>(sum.data(), shape, {0, 0, 1})});
  expectOutput(StatusCode::Argument, shared, {"sum", View<float, 3>(sum.data(), shape, {16, 2, 1})});
  expectOutput(StatusCode::Argument, shared, {"sum", View<float, 3>(sum.data() + 15, shape, {-16, -4, -1})});
  const int64_t most = std::numeric_limits<int64_t>::max(), least = std::numeric_limits<int64_t>::min();
  for (int64_t stride : {most, least, most / 4, least / 4}) {
    expectInput(StatusCode::TooLarge, "input 'a' is too large",
                {"a", View<const float, 3>(a.data(), shape, {16, stride, 1})});
    expectOutput(StatusCode::TooLarge, "output 'sum' is too large",
                 {"sum", View<float, 3>(sum.data(), shape, {16, stride, 1})});
  }
}

TEST_F(BadData, OutputsThatOverlapEachOther) {
  expectOutput(StatusCode::Argument, "output 'difference' overlaps output 'sum'",
               {"sum", View<float, 3>(difference.data() + 15, shape)});
}

TEST_F(BadData, SizesThatALayerCannotTake) {
  const convoy::Pipeline valid =
      compiled("pipeline p(x: tensor[1, H, W]) { return x |> conv(kernel: [[1, 2, 3], "
               "[1, 2, 3], [1, 2, 3]]) }");
  const convoy::Status status = valid.run({{"x", View<const float, 3>(a.data(), {1, 2, 9})}},
                                          {{"result", View<float, 3>(sum.data(), {1, 1, 7})}});
  EXPECT_EQ(status.code(), StatusCode::Shape);
  EXPECT_NE(std::string(status.message()).find("test.cvy:1:"), std::string::npos) << status.message();
}

} // namespace
