// Groups of kernels whose units of memory have several channels, with borders in memory around what they
// read: small whole numbers, so that results are those of the reference, bit by bit, and those without the
// group.
#include "compiled_text.h"
#include "scene.h"
#include <gtest/gtest.h>
#include <random>
#include <regex>

namespace convoy::arithmetic {

namespace {

struct Grouped {
  std::string name, cpu, script, kernels;
};

// The rows of `a` advance faster than those of `b`, and slower than the result's; `a` is also read without
// its border.
const char* const floats = R"(
pipeline p(x: tensor[35, H, W]) {
    a = x |> conv(33, kernel: 5x3, padding: 2, name: "a") |> relu
    b = a |> conv(40, kernel: 3x3, stride: 2, padding: 1, name: "b")
    d = a |> max_pool(3x3, stride: 2, padding: 1, name: "d")
    return b + (d |> conv(40, kernel: 1x1, name: "e"))
        |> transposed_conv(20, kernel: 4x3, stride: 2x1, padding: 1, name: "t")
}
)";

std::string inFloats(const std::string& conv, const std::string& transposed, const std::string& layout) {
  const std::string tail = " order positions writes ";
  return "kernel [x]: reorder " + layout + "\ngroup rows 4 {\nkernel [a, relu_1]: " + conv + tail + layout +
         "\nkernel [relu_1]: reorder blocked\nkernel [d]: window blocked tile 2x2 writes " + layout +
         "\nkernel [e]: " + conv + " order filters writes blocked\nkernel [b, add_1]: " + conv + tail +
         layout + "\nkernel [t]: " + transposed +
         " order filters writes blocked\nkernel [t]: reorder planar\n}\n";
}

const char* const bytes = R"(
pipeline p(x: tensor[70, H, W]) {
    a = x |> quantize(1, 3, name: "q") |> quantized_conv(40, kernel: 3x5, padding: [1, 1, 2, 2], input_zero_point: 3, zero_point: 9, name: "a")
    b = a |> max_pool(2x2, stride: 1, name: "m")
    return b |> quantized_conv(33, kernel: 3x3, stride: 2, dilation: 2x1, padding: [2, 2, 1, 1], input_zero_point: 9, type: i8, name: "b")
        |> dequantize(1, 0, name: "d")
}
)";

std::string inBytes(const std::string& conv) {
  return "group rows 3 {\nkernel [q]: pointwise planar\nkernel [q]: reorder int8\nkernel [a]: " + conv +
         " order positions writes blocked\nkernel [m]: window blocked tile 2x2 writes int8\nkernel [b, d]: " +
         conv + " order filters writes blocked\nkernel [d]: reorder planar\n}\n";
}

std::ostream& operator<<(std::ostream& out, const Grouped& grouped) { return out << grouped.kernels; }

std::vector<Grouped> all() {
  return {
      {"Bf16", "x86-64-v4", floats, inFloats("window bf16 tile 6x2", "transposed bf16 tile 5x2", "bf16")},
      {"Int8", "x86-64-v4", bytes, inBytes("window int8 tile 6x2")},
      {"Bf16Tiles", texts::withTiles, floats, inFloats("tiles bf16 tile 2x2", "tiles bf16 tile 1x2", "bf16")},
      {"SplitTiles", texts::withTiles, floats,
       inFloats("tiles split tile 2x1", "tiles split tile 2x2", "split")},
      {"Int8Tiles", texts::withTiles, bytes, inBytes("tiles int8 tile 1x3")}};
}

class Groups : public testing::TestWithParam<Grouped> {
protected:
  void SetUp() override {
    if (!texts::runsHere(GetParam().cpu)) GTEST_SKIP() << texts::whyNotHere(GetParam().cpu);
    if (texts::targetFor(GetParam().cpu).lanes() != 16) GTEST_SKIP() << "vectors of 16 are wanted";
  }
};

// -1 or 1, one of so many; else 0. Sums are so small that bf16 holds them.
std::vector<float> someOnes(size_t count, unsigned oneOf, std::mt19937& engine) {
  std::vector<float> numbers(count, 0.f);
  for (float& number : numbers)
    if (engine() % oneOf == 0) number = engine() % 2 ? 1.f : -1.f;
  return numbers;
}

TEST_P(Groups, GiveTheSameBits) {
  const std::string alone =
      std::regex_replace(GetParam().kernels, std::regex("group rows . \\{\n|\\}\n"), "");
  Scene group(GetParam().script, GetParam().kernels, GetParam().cpu),
      apart(GetParam().script, alone, GetParam().cpu);
  std::mt19937 engine(5);
  Rows parameters;
  for (size_t count : group.parameterSizes()) parameters.push_back(someOnes(count, 8, engine));
  const std::vector<std::string> names = group.parameterNames();
  for (size_t i = 0; i < parameters.size(); ++i)
    if (names[i].find("multiplier") != std::string::npos) parameters[i].assign(parameters[i].size(), 0.25f);
  for (const Sizes& sizes :
       {Sizes{{"H", 5}, {"W", 3}}, Sizes{{"H", 19}, {"W", 20}}, Sizes{{"H", 38}, {"W", 7}}}) {
    Rows inputs;
    for (size_t count : group.inputSizes(2, sizes)) inputs.push_back(someOnes(count, 2, engine));
    const Result result = group.run(parameters, inputs, 2, sizes);
    const std::vector<float> without = apart.compute(parameters, inputs, 2, sizes, 1);
    size_t wrong = 0, other = 0;
    for (size_t i = 0; i < result.actual.size(); ++i) {
      wrong += static_cast<double>(result.actual[i]) != result.expected[i];
      other += result.actual[i] != without[i];
    }
    EXPECT_EQ(wrong, 0u) << "of " << result.actual.size() << " in " << sizes.at("H") << " rows";
    EXPECT_EQ(other, 0u) << "of " << result.actual.size() << " in " << sizes.at("H") << " rows";
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, Groups, testing::ValuesIn(all()),
                         [](const auto& p) { return p.param.name; });

} // namespace

} // namespace convoy::arithmetic
