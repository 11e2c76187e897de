// Receptive fields, counted by hand.
#include "driver/pipeline.h"
#include "inspect/receptive.h"
#include <gtest/gtest.h>

namespace convoy::inspect {
namespace {

// "7/2 7/2": of the last layer, extent and step along each axis of each input.
std::string fieldOf(const std::string& signature, const std::string& value,
                    const std::map<std::string, int64_t>& sizes = {}) {
  driver::Options options;
  options.file = "test.cvy";
  DiagnosticEngine diags;
  driver::PhaseTimes times;
  driver::Compilation c(options, diags);
  c.open("pipeline p(" + signature + ") { return " + value + " }");
  if (!runPipeline(c, driver::Goal::Check, times, [](driver::Stage, const std::string&) {}))
    return renderText(*diags.all().at(0), false);
  std::string text;
  const std::vector<std::vector<Field>> fields = receptiveFields(*c.graph, sizes);
  for (const Field& field : fields.at(c.graph->outputs[0].value)) {
    if (field.input != "x") text += (text.empty() ? "" : " ") + field.input + ":";
    for (const FieldAxis& axis : field.axes) {
      char step[32];
      std::snprintf(step, sizeof step, "/%.4g", axis.step);
      text += (text.empty() ? "" : " ") + (axis.extent ? std::to_string(*axis.extent) + step : "all");
    }
  }
  return text;
}
const std::string image = "x: tensor[8, 64, 64]";

TEST(Receptive, WindowsAddUpByTheirSteps) {
  const std::string stem = "x |> conv(8, kernel: 7x7, stride: 2, padding: 3)";
  EXPECT_EQ(fieldOf(image, stem), "7/2 7/2");
  EXPECT_EQ(fieldOf(image, stem + " |> max_pool(3x3, stride: 2, padding: 1)"), "11/4 11/4");
  EXPECT_EQ(fieldOf(image, stem + " |> max_pool(3x3, stride: 2, padding: 1) |> conv(8, kernel: 1x3)"),
            "11/4 19/4");
  EXPECT_EQ(fieldOf(image, "x |> conv(8, kernel: 3x3, dilation: 4) |> relu"), "9/1 9/1");
}

// The border of paths that begin at other positions counts too.
TEST(Receptive, PathsAreJoined) {
  EXPECT_EQ(fieldOf(image, "x + conv(x, 8, kernel: 5x5, padding: same)"), "5/1 5/1");
  EXPECT_EQ(
      fieldOf(
          image,
          "conv(x, 8, kernel: 3x3, padding: [2, 0, 0, 2]) + conv(x, 8, kernel: 3x3, padding: [0, 2, 2, 0])"),
      "5/1 5/1");
  EXPECT_EQ(fieldOf(image, "crop(x, sides: 1) + conv(x, 8, kernel: 3x3)"), "3/1 3/1");
}

TEST(Receptive, OfWhatEnlarges) {
  EXPECT_EQ(fieldOf(image, "upsample(x, 2)"), "1/0.5 1/0.5");
  EXPECT_EQ(fieldOf(image, "upsample(x, 2) |> conv(8, kernel: 3x3, padding: 1)"), "2/0.5 2/0.5");
  EXPECT_EQ(fieldOf(image, "upsample(x, 2, mode: bilinear)"), "2/0.5 2/0.5");
  EXPECT_EQ(fieldOf(image, "transposed_conv(x, 8, kernel: 3x3, stride: 2)"), "2/0.5 2/0.5");
  EXPECT_EQ(fieldOf(image, "transposed_conv(x, 8, kernel: 2x2, stride: 2)"), "1/0.5 1/0.5");
  // A U: what comes back has the step of what it is joined with.
  EXPECT_EQ(fieldOf(image, "concat(x, upsample(max_pool(x, 2x2), 2))"), "2/1 2/1");
  EXPECT_EQ(fieldOf(image, "conv(x, 8, kernel: 2x2, padding: [1, 0, 1, 0]) + upsample(max_pool(x, 2x2), 2)"),
            "3/1 3/1");
  EXPECT_EQ(fieldOf(image, "resize(x, 48x96) |> conv(8, kernel: 3x3)"), "5/1.333 4/0.6667");
}

TEST(Receptive, OfWhatSeesEverything) {
  EXPECT_EQ(fieldOf(image, "x |> global_avg_pool"), "all all");
  EXPECT_EQ(fieldOf(image, "x |> flatten |> dense(3)"), "all all");
  EXPECT_EQ(fieldOf(image, "x * (x |> global_avg_pool |> sigmoid)"), "all all");
  EXPECT_EQ(fieldOf("x: tensor[8, H, W]", "x |> global_avg_pool"), "all all");
  // All of what is left after a crop is not all of the input.
  EXPECT_EQ(fieldOf(image, "x |> crop(sides: [10, 10, 0, 0]) |> global_avg_pool"), "44/0 all");
}

TEST(Receptive, AxesKeepTheirNames) {
  EXPECT_EQ(fieldOf(image,
                    "x |> conv(8, kernel: 3x1, stride: 2x1) |> transpose([0, 2, 1]) |> conv(8, kernel: 5x1)"),
            "3/2 5/1");
  EXPECT_EQ(fieldOf("x: tensor[8, 64]", "x |> conv(8, kernel: 9, stride: 4)"), "9/4");
}

// The pads of `same` depend on the size; the field does not.
TEST(Receptive, OfRunTimeSizes) {
  EXPECT_EQ(fieldOf("x: tensor[8, H, W]", "x |> conv(8, kernel: 3x3, stride: 2, padding: same) |> relu"),
            "3/2 3/2");
  EXPECT_EQ(fieldOf("x: tensor[8, H, W], y: tensor[8, H, W], s: float",
                    "conv(x, 8, kernel: 3x3, padding: 1) * s + y"),
            "3/1 3/1 y: 1/1 1/1");
}

} // namespace
} // namespace convoy::inspect
