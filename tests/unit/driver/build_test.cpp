#include "driver/commands.h"
#include "driver/dependencies.h"
#include "output/header_names.h"
#include "output/weights_file.h"
#include "output/weights_object.h"
#include "gtest/gtest.h"

namespace convoy::driver {
namespace {

TEST(Build, WeightsThatAreTooLargeToEmbed) {
  PipelineDescription description;
  description.name = "vgg";
  DiagnosticEngine diags;
  EXPECT_TRUE(checkEmbeddedWeights(description, largestEmbeddedWeights, diags));
  EXPECT_TRUE(diags.all().empty());
  EXPECT_FALSE(checkEmbeddedWeights(description, largestEmbeddedWeights + 4, diags));
  ASSERT_EQ(diags.all().size(), 1u);
  EXPECT_EQ(renderText(*diags.all()[0], false),
            "error[E0530]: the weights of 'vgg' have 1610612740 bytes, and at most 1610612736 can be part of "
            "a program\n"
            "  = help: --external-weights keeps them in a file of their own\n");
}

TEST(Dependencies, NamesAsMakeReadsThem) {
  EXPECT_EQ(dependencyRule({"out"}, {"a b.cvy", "#1", "$x", "-", "a b.cvy", "back\\slash", "c\\ d"}),
            "out: \\\n  a\\ b.cvy \\\n  \\#1 \\\n  $$x \\\n  back\\slash \\\n  c\\\\\\ d\n");
  EXPECT_EQ(dependencyRule({"a", "b c"}, {"-"}), "a b\\ c:\n");
}

TEST(HeaderNames, ConstantsThatNoEnumerationHoldsAreLeftOut) {
  PipelineDescription d;
  d.prefix = "p";
  d.inputs = {{"a/b", 0, {3, 0, 5}, {-1, 0, -1}, {}},
              {"a.b", 0, {int64_t{1} << 20, int64_t{1} << 20}, {-1, -1}, {}}};
  d.sizes = {"H"};
  std::string text;
  for (const HeaderConstant& c : headerConstants(d, {})) text += c.name + "=" + std::to_string(c.value) + " ";
  EXPECT_EQ(text, "p_input_a_b=0 p_input_a_b_2=1 p_size_H=0 p_input_a_b_C=3 p_input_a_b_W=5 "
                  "p_input_a_b_C_2=1048576 p_input_a_b_W_2=1048576 ");
  EXPECT_EQ(portParameters(d), (std::vector<std::string>{"input_a_b", "input_a_b_2"}));
}

PipelineDescription withWeights() {
  PipelineDescription d;
  d.name = "p \"q\"";
  d.prefix = "p";
  d.weights = std::make_shared<const std::vector<float>>(std::vector<float>{1, 2, 3});
  d.weightsDigest[0] = 0xAB;
  return d;
}

TEST(WeightsFile, HeaderTellsPipelineDigestAndPlaces) {
  const Artifact file = makeWeightsFile(withWeights(), {{"a", {2}}, {"b \"c\"", {1, 1}}});
  EXPECT_EQ(file.bytes.size() % 64, 0u);
  const std::string header = file.bytes.substr(8);
  EXPECT_EQ(static_cast<unsigned char>(file.bytes[0]), header.size());
  EXPECT_EQ(header.substr(0, header.find_last_not_of(' ') + 1),
            "{\"__metadata__\":{\"convoy.pipeline\":\"p "
            "\\\"q\\\"\",\"convoy.digest\":\"ab000000000000000000000000000000\"},"
            "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            "\"b \\\"c\\\"\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[8,12]}}");
}

TEST(WeightsObject, NumbersFollowAtTheirAlignment) {
  Target target;
  const PipelineDescription d = withWeights();
  const CompiledUnit unit = makeWeightsObject(d, target);
  EXPECT_EQ(unit.object.substr(0, 4), "\x7f"
                                      "ELF");
  EXPECT_EQ(unit.object.size() % 64, 0u);
  EXPECT_EQ(unit.numbers, d.weights) << "shared, not copied";
  EXPECT_EQ(unit.object[18], 62) << "x86-64";
  target.x86 = false;
  EXPECT_EQ(static_cast<unsigned char>(makeWeightsObject(d, target).object[18]), 183) << "AArch64";
}

} // namespace
} // namespace convoy::driver
