// Which kernels a schedule makes, that its text reads back, and which schedules are refused.
#include "session.h"

using namespace convoy;
using schedule::Algorithm;
using schedule::Layout;

namespace {

std::string text(const Session& s) { return print(s.schedule(), s.graph); }

} // namespace

TEST(Schedule, FusesElementwiseWorkIntoItsProducer) {
  Session s("pipeline p(x: tensor[1, H, W]) -> tensor { y = x |> conv(1, kernel: 3x3, padding: 1) |> relu\n"
            "return clamp(y * 2, 0, 1) }");
  EXPECT_EQ(text(s), "schedule @p lanes 16 {\n"
                     "  kernel [conv_1, relu_1, mul_1, clamp_1]: window planar tile 1x8x1\n"
                     "}\n");
}

TEST(Schedule, AResidualJoinsTheLaterBranch) {
  Session s("pipeline p(x: tensor[32, 8, 8]) -> tensor { a = x |> conv(32, kernel: 3x3, padding: 1)\n"
            "b = x |> conv(32, kernel: 1x1)\n return relu(a + b) }");
  schedule::Schedule made = s.schedule();
  const schedule::Kernel& last = made.kernels.back();
  EXPECT_EQ(last.nodes.size(), 3u);
  EXPECT_EQ(last.resultLayout(), Layout::Planar); // of the result
}

TEST(Schedule, AResidualOfAnInputIsThereInTheLayoutOfItsSum) {
  Session s(
      "pipeline p(x: tensor[32, 8, 8]) -> tensor { return x + (x |> conv(32, kernel: 3x3, padding: 1)) }");
  schedule::Schedule made = s.schedule();
  ASSERT_GE(made.kernels.size(), 2u);
  EXPECT_EQ(made.kernels[0].algorithm, Algorithm::Reorder);
  EXPECT_EQ(made.kernels[1].nodes.size(), 2u);
  EXPECT_TRUE(problems(made, s.graph).empty());
  made.kernels.erase(made.kernels.begin());
  EXPECT_EQ(problems(made, s.graph).at(0).text, "kernel 'add_1': 'x' is not there in blocked layout");
}

TEST(Schedule, SizesOfTwoNamesAreNotFused) {
  Session s("pipeline p(x: image[gray], y: tensor[1, H, W]) -> tensor { return x / (abs(y) + 1) }");
  schedule::Schedule made = s.schedule();
  EXPECT_EQ(made.kernels.size(), 2u);
  EXPECT_TRUE(problems(made, s.graph).empty());
}

TEST(Schedule, AValueWithTwoReadersIsWritten) {
  Session s("pipeline p(x: tensor[1, H, W]) -> (a: tensor, b: tensor) { y = relu(x)\n return (a: abs(y), b: "
            "y * y) }");
  EXPECT_EQ(s.schedule().kernels.size(), 3u);
}

TEST(Schedule, ChannelBlocksNeedWholeVectorsPerGroup) {
  Session blocked(
      "pipeline p(x: tensor[64, 9, 9]) -> tensor { return x |> conv(64, kernel: 3x3, groups: 2) }");
  EXPECT_EQ(blocked.schedule().kernels[0].layout, Layout::Blocked);
  // Or several whole groups per vector, of as many filters as channels.
  Session planar(
      "pipeline p(x: tensor[48, 9, 9]) -> tensor { return x |> conv(96, kernel: 3x3, groups: 16) }");
  EXPECT_EQ(planar.schedule().kernels[0].layout, Layout::Planar);
}

// Planes that do not stay in the second cache cost more than blocks do, also where the sums take as long.
TEST(Schedule, LargeMapsOfManyChannelsAreBlocked) {
  Session s("pipeline p(x: tensor[3, 224, 224]) -> tensor {\n"
            "y = x |> conv(32, kernel: 3x3, stride: 2, padding: 1) |> relu\n"
            "y = y |> conv(32, kernel: 3x3, padding: 1, groups: 32) |> relu |> conv(16, kernel: 1x1)\n"
            "y = y |> conv(96, kernel: 1x1) |> conv(96, kernel: 3x3, stride: 2, padding: 1, groups: 96)\n"
            "return global_avg_pool(y) }");
  for (const schedule::Kernel& kernel : s.schedule().kernels)
    if (kernel.algorithm == Algorithm::Window) EXPECT_EQ(kernel.layout, Layout::Blocked);
}

TEST(Schedule, AShortRowOfAHighDepthwiseWindowIsOneTile) {
  Session s("pipeline p(x: tensor[64, 7, 7]) -> tensor {\n"
            "return x |> conv(64, kernel: 5x5, padding: 2, groups: 64) |> conv(64, kernel: 3x3) }");
  const schedule::Schedule made = s.schedule();
  for (const schedule::Kernel& kernel : made.kernels)
    if (kernel.algorithm == Algorithm::Window &&
        schedule::isDepthwise(s.graph, s.graph.value(kernel.anchor())))
      EXPECT_EQ(kernel.tile, (std::vector<int64_t>{1, 7}));
}

TEST(Schedule, LayersWithoutAReaderHaveNoKernel) {
  Session s("pipeline p(x: tensor[1, H, W]) -> tensor { y = sqrt(x)\n return abs(x) }");
  ASSERT_EQ(s.schedule().kernels.size(), 1u);
  EXPECT_EQ(s.graph.value(s.schedule().kernels[0].anchor()).name, "abs_1");
}

TEST(Schedule, TextReadsBack) {
  Session s(
      "pipeline p(x: tensor[3, H, W]) -> tensor { return x |> conv(32, kernel: 3x3, padding: 1) |> relu\n"
      "|> max_pool(2x2) |> global_avg_pool |> flatten |> dense(10) |> softmax }");
  std::string first = text(s);
  DiagnosticEngine diags;
  auto again = schedule::read(*s.sources.add("again", first), s.graph, s.target, diags);
  ASSERT_TRUE(again) << diags.all()[0]->message;
  EXPECT_EQ(print(*again, s.graph), first);
}

TEST(Schedule, RefusesWhatCannotBeLowered) {
  Session s(
      "pipeline p(x: tensor[1, H, W]) -> tensor { return x |> conv(4, kernel: 3x3, name: \"c\") |> relu }");
  auto with = [&](const std::string& kernels) {
    return s.complaint("schedule @p lanes 16 { " + kernels + " }");
  };
  EXPECT_EQ(with("kernel [c, relu_1]: window planar tile 4x2x1"), "");
  EXPECT_EQ(with("kernel [c, relu_1]: window planar tile 3x2x1"),
            "kernel 'relu_1': the tile's filters do not divide those of a group");
  EXPECT_EQ(with("kernel [c, relu_1]: softmax planar"),
            "kernel 'relu_1': conv cannot be computed as softmax");
  EXPECT_EQ(with("kernel [relu_1]: pointwise planar kernel [c]: window planar tile 1x1x1"),
            "kernel 'relu_1': 'c' is not computed before it");
  EXPECT_EQ(with("kernel [nothing]: pointwise planar"), "the graph has no layer 'nothing'");
  EXPECT_EQ(with("kernel [c, relu_1]: window planar tile 4x2x2"),
            "kernel 'relu_1': a tile has several rows or several vectors, not both");
  EXPECT_EQ(with("kernel [c, relu_1]: wavelet planar"), "there is no algorithm 'wavelet'");
  EXPECT_EQ(s.complaint("schedule @p lanes 5 { }"), "vectors have 4, 8 or 16 lanes, not 5");
}

TEST(Schedule, DenseLayersHaveWeightsInUnitsWhereTheProcessorMultipliesThem) {
  Session s("pipeline p(x: tensor[100]) -> tensor { return x |> dense(10, name: \"d\") |> quantize(0.1)\n"
            "|> quantized_dense(50, name: \"q\") }");
  auto layouts = [&](schedule::Math math) {
    schedule::Choices choices;
    choices.math = math;
    const schedule::Schedule made = schedule::makeSchedule(s.graph, s.target, choices);
    EXPECT_TRUE(schedule::problems(made, s.graph).empty());
    return print(made, s.graph);
  };
  const std::string head = "schedule @p lanes 16 {\n  kernel [d, quantize_1]: ";
  EXPECT_EQ(layouts(schedule::Math::Bf16), head + "dense planar tile 1\n  kernel [q]: integer planar\n}\n");
  s.target.pairProducts = s.target.quadProducts = true;
  EXPECT_EQ(layouts(schedule::Math::Bf16), head + "dense bf16 tile 1\n  kernel [q]: dense int8 tile 2\n}\n");
  EXPECT_EQ(layouts(schedule::Math::Fast),
            head + "dense planar tile 1\n  kernel [q]: dense int8 tile 2\n}\n");
}

TEST(Schedule, DenseLayersInUnits) {
  Session s("pipeline p(x: tensor[262144]) -> tensor { return x |> dense(3, name: \"d\") |> quantize(0.1)\n"
            "|> quantized_dense(5, name: \"q\") }");
  auto with = [&](const std::string& d, const std::string& q) {
    return s.complaint("schedule @p lanes 16 { kernel [d, quantize_1]: " + d + " kernel [q]: " + q + " }");
  };
  EXPECT_EQ(with("dense planar tile 1", "dense int8 tile 1"), "");
  // More inputs than the kernel keeps.
  EXPECT_EQ(with("dense bf16 tile 1", "integer planar"),
            "kernel 'quantize_1': dense cannot work in bf16 layout");
  EXPECT_EQ(with("dense split tile 1", "integer planar"),
            "kernel 'quantize_1': dense cannot work in split layout");
  EXPECT_EQ(with("dense blocked tile 1", "integer planar"),
            "kernel 'quantize_1': dense works in planar, bf16 or int8 layout");
  EXPECT_EQ(with("dense planar tile 1", "dense planar tile 1"),
            "kernel 'q': quantized_dense is a dense kernel in int8 layout only");
  EXPECT_EQ(with("dense planar tile 1", "dense int8 tile 17"), "kernel 'q': a dense tile is 1 to 16 vectors");
}

TEST(Schedule, WindowsOfWholeNumbersAreInUnits) {
  Session s("pipeline p(x: tensor[8, 9, 9]) -> tensor {\n"
            "return x |> quantize(0.1, name: \"a\") |> quantized_conv(8, kernel: 3x3, name: \"q\") }");
  auto with = [&](const std::string& q) {
    return s.complaint("schedule @p lanes 16 { kernel [a]: pointwise planar kernel [a]: reorder int8 "
                       "kernel [q]: window " +
                       q + " }");
  };
  EXPECT_EQ(with("int8 tile 7x1 writes planar"), "");
  for (const char* layout : {"planar tile 1x1x1", "blocked tile 7x1 writes planar"})
    EXPECT_EQ(with(layout), "kernel 'q': quantized_conv is a window kernel in int8 layout only");
}

TEST(Schedule, BlockedLayoutIsForThoseThatHaveBlocks) {
  Session s("pipeline p(x: tensor[16, 9, 9]) -> tensor { a = x |> conv(16, kernel: 1x1, name: \"a\")\n"
            "b = x |> conv(8, kernel: 1x1, name: \"b\")\n return concat(a, b) }");
  auto with = [&](const std::string& a, const std::string& b, const std::string& rest) {
    return s.complaint("schedule @p lanes 16 { kernel [a]: window " + a + " kernel [b]: window " + b +
                       " kernel [concat_1]: concat " + rest + " }");
  };
  const std::string planar = "planar tile 4x1x1", blocked = "blocked tile 4x1";
  EXPECT_EQ(with(planar, planar, "planar"), "");
  EXPECT_EQ(with(blocked, blocked, "blocked kernel [concat_1]: reorder planar"), "");
  EXPECT_EQ(with(planar, planar, "planar kernel [x]: reorder blocked kernel [x]: reorder planar"),
            "kernel 'x': 'x' is there in planar layout already");
  Session one("pipeline p(x: tensor[16, 9, 9], y: tensor[1, 9, 9]) -> tensor {\n"
              "return concat(x |> conv(16, kernel: 1x1, name: \"a\"), y) }");
  EXPECT_EQ(one.complaint("schedule @p lanes 16 { kernel [a]: window blocked tile 4x1 "
                          "kernel [concat_1]: concat blocked kernel [concat_1]: reorder planar }"),
            "kernel 'concat_1': not all that it reads and writes lies in blocks of channels");
  Session head("pipeline p(x: tensor[16, 9, 9]) -> tensor { return softmax(x) }");
  EXPECT_EQ(head.complaint("schedule @p lanes 16 { kernel [softmax_1]: softmax blocked "
                           "kernel [softmax_1]: reorder planar }"),
            "kernel 'softmax_1': softmax works in planar layout only");
}

TEST(Lowering, EqualKernelsExistOnce) {
  Session s("pipeline p(x: tensor[16, 9, 9]) -> tensor { return x |> conv(16, kernel: 3x3, padding: 1)\n"
            "|> conv(16, kernel: 3x3, padding: 1) |> conv(16, kernel: 3x3, padding: 1)\n"
            "|> conv(16, kernel: 3x3, padding: 1) }");
  schedule::Program program = schedule::lower(s.graph, s.schedule(), s.target, "p");
  EXPECT_TRUE(loop::verify(program.loops).empty());
  EXPECT_TRUE(program.loops.find("p.conv_2"));
  EXPECT_FALSE(program.loops.find("p.conv_3")); // as conv_2: reads and writes blocks
  EXPECT_TRUE(program.loops.find("p.conv_4"));  // writes the result
}
