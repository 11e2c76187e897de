// Which filters of one picture share a kernel, and how their windows lie in it.
#include "schedule/separable.h"
#include "schedule/strips.h"
#include "session.h"

using namespace convoy;
using graph::ValueId;
using schedule::Algorithm;
using schedule::FilterFrame;
using schedule::Kernel;

namespace {

const std::string across = "[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]",
                  down = "[[-1, -2, -1], [0, 0, 0], [1, 2, 1]]";

// gx and gy with some attributes each, and what becomes of them.
std::string gradient(const std::string& ofX, const std::string& ofY, const std::string& result,
                     const std::string& type = "tensor[1, H, W]") {
  return "pipeline p(x: " + type + ", y: " + type + ") {\n gx = x |> conv(kernel: " + across + ofX +
         ")\n gy = x |> conv(kernel: " + down + ofY + ")\n return " + result + "\n}";
}
const std::string same = ", padding: same, border: replicate";

std::vector<size_t> nodesOfKernels(const std::string& script) {
  std::vector<size_t> sizes;
  for (const Kernel& kernel : Session(script).schedule().kernels) sizes.push_back(kernel.nodes.size());
  return sizes;
}
using Sizes = std::vector<size_t>;

} // namespace

TEST(Filters, OfOnePictureAreOneKernel) {
  EXPECT_EQ(nodesOfKernels(gradient(same, same, "abs(gx) + abs(gy)")), Sizes{5});
  EXPECT_EQ(nodesOfKernels(gradient(same, same, "sqrt(gx * gx + gy * gy) * y")), Sizes{7});
  EXPECT_EQ(nodesOfKernels(gradient(same, same, "max(gx, gy)")), Sizes{3});
  EXPECT_EQ(nodesOfKernels(gradient(same, same, "abs(gx) + abs(gy)", "tensor[3, H, W]")), Sizes{5});
  // Any number of them, also where what they make is read twice.
  EXPECT_EQ(
      nodesOfKernels(gradient(
          same, same, "abs(gx) + abs(gy) + abs(x |> conv(kernel: " + across + same + ", name: \"again\"))")),
      Sizes{8});
  EXPECT_EQ(nodesOfKernels(gradient(same, same, "(gx + gy) * gx")), Sizes{4});
}

TEST(Filters, ThatDoNotMeetAreApart) {
  EXPECT_EQ(nodesOfKernels(gradient(same, same, "(a: gx, b: gy + gx)")), (Sizes{1, 2}));
  EXPECT_EQ(nodesOfKernels(gradient(same, ", padding: same, border: reflect", "gx + gy")), (Sizes{1, 2}));
  EXPECT_EQ(nodesOfKernels(gradient(same, same, "max(gx, gy) |> max_pool(2x2) |> relu")), (Sizes{3, 2}));
}

// A window of 3x3 lies in the middle of one of 5x5; paddings place others.
TEST(Filters, LieInOneFrame) {
  Session q(gradient(", padding: [1, 1, 2, 0]", ", padding: [2, 2, 1, 3], dilation: 2x2", "gx - gy"));
  std::vector<ValueId> nodes;
  for (ValueId id = 0; id < q.graph.values.size(); ++id)
    if (q.graph.value(id).op == OpKind::Conv && q.graph.value(id).kind == graph::Value::Node)
      nodes.push_back(id);
  ASSERT_EQ(nodes.size(), 2u);
  const auto frame = schedule::filterFrame(q.graph, nodes);
  ASSERT_TRUE(frame);
  ASSERT_EQ(frame->filters.size(), 2u);
  const FilterFrame::Filter &gx = frame->filters[0], &gy = frame->filters[1];
  const Window windowX = windowOf(q.graph.value(gx.id).attributes),
               windowY = windowOf(q.graph.value(gy.id).attributes);
  for (size_t axis = 0; axis < 2; ++axis) {
    EXPECT_EQ(frame->before[axis] - windowX.padBegin[axis], Size(gx.first[axis]));
    EXPECT_EQ(frame->before[axis] - windowY.padBegin[axis], Size(gy.first[axis]));
    EXPECT_EQ(std::min(gx.first[axis], gy.first[axis]), 0);
    const int64_t extent = axis == 0 ? frame->height : frame->width;
    EXPECT_EQ(std::max(gx.first[axis] + 3, gy.first[axis] + 5), extent);
  }
  EXPECT_EQ(gy.dilation[0], 2);
}

TEST(Filters, OfAScheduleKeepRules) {
  Session p(gradient(same, same,
                     "(abs(gx) + abs(gy)) * (y |> conv(kernel: " + across + same + ", name: \"other\"))"));
  const std::string first = "schedule @p { kernel [conv_1, abs_1, conv_2, abs_2, add_1";
  EXPECT_EQ(p.complaint(first + "] }"), "");
  EXPECT_EQ(p.complaint(first + "]: separable planar tile 8 }"), "");
  EXPECT_NE(p.complaint(first + "]: window planar }"), "");
  EXPECT_NE(p.complaint(first + ", other] }"), ""); // of another picture
  EXPECT_EQ(p.complaint("schedule @p { kernel [conv_1, abs_1, conv_2, abs_2] }"),
            "kernel 'abs_2': 'abs_1' is read by no layer of its kernel");
  EXPECT_EQ(p.complaint("schedule @p { kernel [conv_1, conv_2, abs_2, add_1] }"),
            "kernel 'add_1': 'conv_1' is read by no layer of its kernel");
}

// While the second kernel works on rows of a ring, it asks for what the first one reads in the next strip.
TEST(Filters, AskForWhatTheNextStripReads) {
  Session p("pipeline p(x: tensor[1, H, W]) {\n s = x |> conv(kernel: " + down + same +
            ")\n return abs(s |> conv(kernel: " + across + same + ")) + abs(s |> conv(kernel: " + down +
            same + ")) |> max_pool(2x2)\n}");
  DiagnosticEngine diags;
  const auto made = schedule::read(
      *p.sources.add("test.schedule", "schedule @p { group rows 4 { kernel [conv_1] kernel [conv_2, "
                                      "abs_1, conv_3, abs_2, add_1] kernel [max_pool_1] } }"),
      p.graph, p.target, diags);
  ASSERT_TRUE(made) << diags.all()[0]->message;
  const schedule::Storage storage(p.graph, *made);
  EXPECT_FALSE(storage.ahead(made->kernels[0]));
  const auto ahead = storage.ahead(made->kernels[1]);
  ASSERT_TRUE(ahead);
  EXPECT_EQ(p.graph.value(ahead->value).name, "x");
  EXPECT_EQ(ahead->rows, 8 + 2); // a strip, and what two filters reach down
  EXPECT_FALSE(storage.ahead(made->kernels[2]));
}
