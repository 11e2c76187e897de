// What whole numbers of 16 bits can hold, and how sums share their parts.
#include "schedule/bytes_whole.h"
#include "session.h"

using namespace convoy;
using schedule::WholeWork;

namespace {

// Of all nodes of a pipeline from a gray image to one.
std::optional<WholeWork> workOf(const std::string& value, const std::string& picture = "gray") {
  const Session session("pipeline p(x: image[" + picture + "]) -> image[" + picture + "] { return " + value +
                        " }");
  std::vector<graph::ValueId> nodes;
  std::set<graph::ValueId> images(session.graph.inputs.begin(), session.graph.inputs.end());
  for (graph::ValueId id = 0; id < session.graph.values.size(); ++id)
    if (session.graph.value(id).kind == graph::Value::Node) nodes.push_back(id);
  return schedule::wholeWork(session.graph, nodes, images);
}

// "shift low..high" of the result; "no" where it is not whole.
std::string numbersOf(const std::string& value, const std::string& picture = "gray") {
  const auto work = workOf(value, picture);
  if (!work) return "no";
  const schedule::WholeNumber& n = work->numbers.at(work->result);
  return std::to_string(n.shift) + " " + std::to_string(n.low) + ".." + std::to_string(n.high);
}
std::string conv(const std::string& kernel) { return "(x |> conv(kernel: " + kernel + ", padding: same))"; }

} // namespace

TEST(BytesWhole, Bounds) {
  EXPECT_EQ(numbersOf(conv("[[0.25, 0.5, 0.25]]")), "2 0..1020");
  EXPECT_EQ(numbersOf(conv("[[a * b / 256 for b in [1, 4, 6, 4, 1]] for a in [1, 4, 6, 4, 1]]")),
            "8 0..65280");
  EXPECT_EQ(numbersOf(conv("[[-1, 0, 2]]")), "0 -255..510");
  EXPECT_EQ(numbersOf("abs" + conv("[[-1, 0, 2]]")), "0 0..510");
  EXPECT_EQ(numbersOf("relu" + conv("[[-1, 0, 2]]")), "0 0..510");
  EXPECT_EQ(numbersOf("x - " + conv("[[0.25, 0.5, 0.25]]")), "2 -1020..1020");
  EXPECT_EQ(numbersOf("max(x, " + conv("[[-1, 0, 2]]") + ")"), "0 0..510");
  EXPECT_EQ(numbersOf("min(x, " + conv("[[-1, 0, 2]]") + ")"), "0 -255..255");
  EXPECT_EQ(numbersOf("x |> avg_pool(2x4)", "rgb"), "no"); // steps of four pixels
  EXPECT_EQ(numbersOf("x |> avg_pool(2x2)", "rgb"), "2 0..1020");
  EXPECT_EQ(numbersOf("x |> max_pool(2x2)", "rgb"), "0 0..255");
}

TEST(BytesWhole, WhatIsNotExact) {
  EXPECT_EQ(numbersOf(conv("[[0.1, 0.5, 0.25]]")), "no"); // no whole multiple
  EXPECT_EQ(numbersOf(conv("[[257]]")), "0 0..65535");    // 16 bits are full
  EXPECT_EQ(numbersOf(conv("[[258]]")), "no");
  EXPECT_EQ(numbersOf(conv("[[128.5]]")), "no");               // with the half that rounds
  EXPECT_EQ(numbersOf(conv("[[-129, 0, 1]]")), "no");          // with a sign
  EXPECT_EQ(numbersOf("x |> avg_pool(3x3, stride: 1)"), "no"); // a ninth
  EXPECT_EQ(numbersOf("x |> avg_pool(2x2, padding: 1, count_include_pad: false)"), "no");
  EXPECT_EQ(numbersOf("x |> conv(kernel: [[1, 2, 1]], padding: same, border: constant(0.5))"), "no");
  EXPECT_EQ(numbersOf("x * x"), "no");
  EXPECT_EQ(numbersOf("abs(x |> max_pool(3x3, stride: 1, padding: same))"), "no");
  EXPECT_EQ(numbersOf("x - " + conv("[[0.25, 0.5, 0.25]]") +
                      " + (x |> conv(kernel: [[1, 1]], padding: same, "
                      "border: wrap))"),
            "no"); // two borders
}

TEST(BytesWhole, RowsThatAreMultiplesAreSummedUpOnce) {
  const auto gauss = workOf(conv("[[a * b / 256 for b in [1, 4, 6, 4, 1]] for a in [1, 4, 6, 4, 1]]"));
  ASSERT_TRUE(gauss);
  EXPECT_EQ(gauss->sums, (std::vector<schedule::ColumnWeights>{{{0, 1}, {1, 4}, {2, 6}, {3, 4}, {4, 1}}}));
  const auto& column = gauss->windows.at(gauss->result);
  ASSERT_EQ(column.size(), 1u);
  EXPECT_EQ(column[0].levels, 4); // neighbours are added four times
  EXPECT_EQ(column[0].factors, (std::vector<std::pair<int64_t, int64_t>>{{0, 1}}));

  const auto difference = workOf(conv("[[1, 2, 1], [0, 0, 0], [-1, -2, -1]]"));
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->sums, (std::vector<schedule::ColumnWeights>{{{0, 1}, {1, 2}, {2, 1}}}));
  EXPECT_EQ(difference->windows.at(difference->result)[0].factors,
            (std::vector<std::pair<int64_t, int64_t>>{{0, 1}, {2, -1}}));

  const auto laplacian = workOf(conv("[[0, 1, 0], [1, -4, 1], [0, 1, 0]]"));
  ASSERT_TRUE(laplacian);
  EXPECT_EQ(laplacian->sums, (std::vector<schedule::ColumnWeights>{{{1, 1}}, {{0, 1}, {1, -4}, {2, 1}}}));
}

TEST(BytesWhole, WindowsShareAFrame) {
  const auto work = workOf(conv("[[1, 1, 1]]") + " + " + conv("[[1], [1], [1], [1], [1]]") + " + x");
  ASSERT_TRUE(work);
  EXPECT_EQ(work->padTop, 2);
  EXPECT_EQ(work->padLeft, 1);
  EXPECT_EQ(work->height, 5);
  EXPECT_EQ(work->width, 3);
  EXPECT_EQ(work->windows.size(), 3u);
  EXPECT_EQ(work->windows.at(work->image)[0].factors, (std::vector<std::pair<int64_t, int64_t>>{{2, 1}}));
}
