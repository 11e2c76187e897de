#include "output/archive.h"
#include "output/header.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

PipelineDescription describe() {
  PipelineDescription d;
  d.name = "edges";
  d.prefix = "edges";
  d.versions = {{"edges.one", "znver4", 0}, {"edges.other", "znver4", 0}, {"edges.last", "x86-64-v3", 0}};
  d.inputs = {{"photo", 3, {3, 0, 0}, {-1, 0, 1}}};
  d.outputs = {{"low", 1, {1, 0, 0}, {}}, {"score", 0, {10}, {}}};
  d.sizes = {"H", "W"};
  d.checks = {{"conv needs */ 3 rows", "edges.cvy:3:1"}};
  return d;
}

TEST(Header, SaysShapesLayoutsSizesAndChecks) {
  PipelineDescription d = describe();
  const std::string text =
      makeHeader({d, {"image[rgb, H, W]"}, {"image[gray, H, W]", "tensor[10]"}, "x86_64-linux"});
  for (const char* part :
       {"inputs[0]  photo: image[rgb, H, W] as [batch][C][H][W]",
        "outputs[1]  score: tensor[10] as [batch][C]\n", "sizes[1]  W", "0  conv needs * / 3 rows",
        "edges_extent_count = 4", "int32_t edges_run(const convoy_call* call);",
        "static inline const char* edges_error_string(int32_t status)",
        "x86_64-linux, processor znver4 or x86-64-v3"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text.substr(0, 800);
  // Of what has images, a call with bytes.
  for (const char* part :
       {"static const int32_t edges_bytes[] = {CONVOY_UINT8, CONVOY_UINT8, CONVOY_FLOAT32};",
        "edges_compute(const int64_t* sizes, int64_t batch, const float* input_photo, float* output_low, "
        "float* output_score,",
        "edges_compute_bytes(const int64_t* sizes, int64_t batch, const uint8_t* input_photo, uint8_t* "
        "output_low, float* "
        "output_score,",
        "call.elements = edges_bytes;"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
  PipelineDescription tensors = d;
  tensors.inputs[0].imageChannels = tensors.outputs[0].imageChannels = 0;
  EXPECT_EQ(makeHeader({tensors, {"tensor"}, {"tensor", "tensor"}, "x86_64-linux"}).find("_bytes("),
            std::string::npos);
  EXPECT_NE(text.find(runtimeHeader()), std::string::npos);
  EXPECT_EQ(text.find("@inputs"), std::string::npos);
}

TEST(Archive, NamesOfMembersAreFileNamesAndDiffer) {
  std::vector<CompiledUnit> units(4);
  units[0].name = "edges.conv_1";
  units[1].name = "edges/conv 1";
  units[2].name = "edges_conv_1";
  units[3].name = "edges/conv 1";
  EXPECT_EQ(objectNames(units), (std::vector<std::string>{"edges.conv_1.o", "edges_conv_1.o",
                                                          "edges_conv_1_2.o", "edges_conv_1_3.o"}));
}

} // namespace
} // namespace convoy
