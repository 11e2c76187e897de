// Which kernels take 8-bit images as they are, and which images are converted.
#include "schedule/images.h"
#include "session.h"

using namespace convoy;
using schedule::BytesForm;

namespace {

struct Planned : Session {
  schedule::Schedule made;
  schedule::Storage storage;
  schedule::Images images;

  explicit Planned(const std::string& script)
      : Session(script), made(Session::schedule()), storage(graph, made), images(graph, made, storage) {}
  // For each kernel: pixels, interleaved bytes, whole numbers, within another kernel's; "-": never bytes.
  std::string forms() const {
    std::string text;
    for (const auto& kernel : images.kernels)
      text += kernel ? "piw."[static_cast<size_t>(kernel->form)] : '-';
    return text;
  }
  // "c" for each image that is converted whatever the others are, "s" where its memory is shared, "d":
  // neither.
  std::string kinds() const {
    std::string text;
    for (const schedule::Image& image : images.all)
      text += image.alwaysConverted ? 'c' : image.shared ? 's' : 'd';
    return text;
  }
};

void expectPlan(const std::string& script, const std::string& forms, const std::string& kinds) {
  const Planned p(script);
  EXPECT_EQ(p.forms(), forms) << script;
  EXPECT_EQ(p.kinds(), kinds) << script;
}

} // namespace

TEST(Images, ElementWiseKernelsTakeChannelsApartWhereTheyDiffer) {
  expectPlan("pipeline p(x: image[rgb]) -> image[rgb] { return 1 - x }", "i", "dd");
  expectPlan("pipeline p(x: image[rgb]) -> image[gray] { return luminance(x) }", "p", "dd");
  expectPlan("pipeline p(x: image[rgb], m: tensor[3]) -> image[rgb] { return x * m }", "p", "dd");
  expectPlan("pipeline p(x: image[rgb]) -> tensor { return 1 - x }", "p", "d");
  expectPlan("pipeline p(x: tensor[3, H, W]) -> image[rgb] { return 1 - x }", "p", "d");
}

TEST(Images, WindowsTreatAllChannelsAlikeOrSeeOne) {
  const std::string rgb = "pipeline p(x: image[rgb]) -> image[rgb] { return x |> ",
                    gray = "pipeline p(x: image[gray]) -> image[gray] { return x |> ",
                    kernel = "conv(kernel: [[1, 2, 3], [4, 5, 7]], padding: [0, 1, 1, 1]";
  expectPlan(rgb + kernel + ") |> clamp(0, 0.9) }", "i", "dd");
  expectPlan(rgb + kernel + ", border: reflect) |> clamp(0, 0.9) }", "i", "dd");
  expectPlan(rgb + kernel + ", border: constant(0.5)) }", "-", "cc"); // no byte is 0.5
  expectPlan(gray + kernel + ", border: constant(0.5)) }", "-", "cc");
  expectPlan(gray + "max_pool(3x3) }", "i", "dd");
  expectPlan(rgb + "max_pool(3x3) }", "-", "cc"); // steps of three pixels
  expectPlan(rgb + "max_pool(3x3, stride: 1, padding: same) |> clamp(0, 0.9) }", "i", "dd");
  expectPlan(rgb + "max_pool(3x3, stride: 1, dilation: 2, padding: 1) }", "-", "cc"); // a window may be empty
  expectPlan("pipeline p(x: image[rgb]) -> image[gray] { return x |> conv(1, kernel: 3x3, padding: 1) }", "-",
             "cc");
  expectPlan("pipeline p(x: image[gray]) -> tensor { return x |> conv(kernel: [[1, 3, 1]], padding: same) }",
             "i", "d");
}

TEST(Images, WholeNumbersFromImageToImage) {
  const std::string rgb = "pipeline p(x: image[rgb]) -> image[rgb] { ",
                    row = "conv(kernel: [[-1, 0, 1]], padding: same, border: replicate)",
                    column = "conv(kernel: [[-1], [0], [1]], padding: same, border: replicate)";
  for (const char* layer : {"max_pool(2x2)", "avg_pool(2x2)", "max_pool(3x3, stride: 1, padding: same)",
                            "relu", "conv(kernel: [[1, 2, 1]], padding: same) |> relu"})
    expectPlan(rgb + "return x |> " + layer + " }", "w", "dd");
  // Two windows of one picture, and what is made of both.
  expectPlan(rgb + "return abs(x |> " + row + ") + abs(x |> " + column + ") }", ".w", "ds");
  expectPlan(rgb + "return x - (x |> " + row + ") }", "w", "dd");
  // Another one reads a sum too, or it is a result.
  expectPlan(rgb + "a = x |> " + row + "\n return max(a, 0.5) + abs(x |> " + column + ") }", "ii", "ds");
  expectPlan("pipeline p(x: image[gray]) -> (y: image[gray], a: tensor) {\n a = x |> " + row +
                 "\n return (y: a + (x |> " + column + "), a: a) }",
             "ii", "dd");
}

TEST(Images, ChannelsStayInterleavedBetweenKernelsThatAllCan) {
  const std::string x = "pipeline p(x: image[rgb]) -> image[rgb] { ",
                    row = "conv(kernel: [[1, 3, 1]], padding: same)";
  expectPlan(x + "return x |> " + row +
                 " |> conv(kernel: [[1], [3], [1]], padding: same, border: constant(0.5)) }",
             "ii", "dd");
  expectPlan(x + "return 0 - ((0 - x) |> max_pool(3x3, stride: 1, padding: same)) }", "ii", "dd");
  // Somebody cannot: element-wise work takes pixels apart then.
  expectPlan(x + "return 0 - ((0 - x) |> max_pool(2x2)) }", "p-", "dc");
  expectPlan(x + "y = x |> " + row + "\n return y * (y |> global_avg_pool) }", "--p", "cs");
  // All of a chain run on bytes, or none.
  const Planned p(x + "return x - (x |> " + row + " |> conv(kernel: [[1], [3], [1]], padding: same)) }");
  ASSERT_EQ(p.forms(), "ii");
  EXPECT_EQ(p.images.kernels[0]->images, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(p.images.kernels[0]->bytes.size(), 1u);
  EXPECT_EQ(p.images.kernels[0]->interleaved, p.images.kernels[1]->interleaved);
}

TEST(Images, WhatElseIsReadOrWrittenNeedsPlanes) {
  // A copy; two results of one value; a result that is read.
  expectPlan("pipeline p(x: image[rgb]) -> image[rgb] { return x }", "", "c");
  expectPlan(
      "pipeline p(x: image[rgb]) -> (a: image[rgb], b: image[rgb]) { y = 1 - x\n return (a: y, b: y) }", "-",
      "cc");
  expectPlan("pipeline p(x: image[gray]) -> (a: image[gray], b: image[gray]) {\n"
             "y = x |> conv(kernel: [[1, 3, 1]], padding: same)\n return (a: y, b: y |> max_pool(2x2)) }",
             "-i", "ccd");
  // A convolution in blocks reads the planes of one conversion.
  expectPlan("pipeline p(x: image[rgb]) -> tensor { return x |> conv(64, kernel: 3x3) }", "-", "c");
  // The second one computes over the first one's result, where the pipeline's lies.
  expectPlan("pipeline p(x: image[rgb]) -> image[gray] {\n y = luminance(x)\n"
             "a = y |> conv(kernel: [[1, 3, 1]], padding: same)\n b = y |> conv(kernel: [[1], [3], [1]], "
             "padding: same)\n"
             "return a * a + b * b }",
             "p-i", "ds");
}
