// The facts of the fusion report, counted by hand.
#include "schedule/fusion.h"
#include "session.h"

using namespace convoy;
using schedule::Apart;
using schedule::EdgeFacts;
using schedule::Fusion;
using schedule::GroupFacts;

namespace {

const std::string filter =
    "conv(kernel: [[0, 1, 2], [3, 4, 5], [6, 7, 9]], padding: same, border: replicate)";

struct Reported : Session {
  schedule::Schedule made;
  explicit Reported(const std::string& script, const std::string& text = "schedule @p {}") : Session(script) {
    const auto read = schedule::read(*sources.add("test.schedule", text), graph, target, diags);
    if (!read) throw std::runtime_error(renderText(*diags.all().at(0), false));
    made = *read;
  }
  Fusion fusion(const std::vector<Apart>& apart = {}) const { return fusionOf(graph, made, apart); }
  std::string name(graph::ValueId value) const { return graph.value(value).name; }
};

std::string chain(const std::string& border = "replicate") {
  return "pipeline p(x: image[gray, 96, 64]) {\n return x |> " + filter + " |> " + filter +
         " |> conv(kernel: [[0, 1, 2], [3, 4, 5], [6, 7, 9]], padding: same, border: " + border + ")\n}";
}
const std::string together =
    "schedule @p {\n group rows 8 {\n kernel [conv_1] kernel [conv_2] kernel [conv_3]\n } }";

TEST(Fusion, CountsWhatAGroupKeeps) {
  Reported p(chain(), together);
  const Fusion fusion = p.fusion();
  ASSERT_EQ(fusion.groups.size(), 1u);
  const GroupFacts& group = fusion.groups[0];
  EXPECT_EQ(group.group.count, 3u);
  EXPECT_EQ(group.strips, Size(96 / 8));
  ASSERT_EQ(group.rings.size(), 2u);
  for (const schedule::RingFacts& ring : group.rings) {
    // A strip and what the filters behind it read around it, where a thread begins.
    EXPECT_EQ(ring.rows, p.name(ring.value) == "conv_1" ? 12 : 10);
    EXPECT_EQ(ring.kept, 2) << p.name(ring.value);
    EXPECT_GE(ring.bytes.known(), ring.rows * 64 * 4);
    EXPECT_LE(ring.bytes.known(), ring.rows * (64 + 32) * 4);
  }
  // Three filters reach three rows up and three down.
  ASSERT_EQ(group.halos.size(), 1u);
  EXPECT_EQ(p.name(group.halos[0].value), "x");
  EXPECT_EQ(group.halos[0].rows, 6);
  // Two values are neither written nor read.
  EXPECT_EQ(group.savedBytes, Size(2 * 2 * 96 * 64 * 4));
  EXPECT_EQ(group.scratchBytes, Size(0));
  EXPECT_TRUE(fusion.edges.empty());
}

// A second thread begins in the middle: two rows of conv_2 and four of conv_1 are computed again, of 24 rows
// a strip.
TEST(Fusion, CountsWhatIsComputedAgain) {
  Reported p(chain(), together);
  const Fusion fusion = p.fusion();
  const GroupFacts& group = fusion.groups.at(0);
  EXPECT_NEAR(group.stripsAgain, 6.0 / 24, 1e-9);
  EXPECT_EQ(group.stripsPerPart, 5); // at most a twentieth
  EXPECT_EQ(shareAgain(group, 12, 1), 0);
  EXPECT_NEAR(shareAgain(group, 12, 2), 0.25 / 12, 1e-9);
  EXPECT_NEAR(shareAgain(group, 12, 8), 0.25 / 12, 1e-9); // there is room for two parts only
  EXPECT_NEAR(shareAgain(group, 100, 4), 0.75 / 100, 1e-9);
}

// Twelve filters, one after the other, on pictures whose rows are long.
std::string longChain(int64_t rows) {
  std::string script = "pipeline p(x: image[gray, " + std::to_string(rows) + ", 16000]) {\n return x";
  for (int i = 0; i < 12; ++i)
    script +=
        " |> conv(1, kernel: 3x3, padding: same, border: replicate, name: \"f" + std::to_string(i) + "\")";
  return script + "\n}";
}

// A group of low pictures would do so much again where a second thread begins that only one could compute it.
TEST(Fusion, ChoosesGroupsThatThreadsCanShare) {
  for (const int64_t rows : {48, 96, 2048}) {
    Session p(longChain(rows));
    p.target.machine.level2 = 1 << 20, p.target.machine.level3 = 32 << 20;
    const schedule::Schedule made = schedule::makeSchedule(p.graph, p.target, {});
    const Fusion fusion = fusionOf(p.graph, made, {});
    size_t most = 0;
    for (const GroupFacts& group : fusion.groups) {
      EXPECT_GE(group.strips.known(), 2 * group.stripsPerPart) << rows << " rows";
      most = std::max(most, group.group.count);
    }
    if (rows == 2048) EXPECT_GE(most, 8u); // of high ones it does hardly anything again
  }
}

TEST(Fusion, HaloOfPoolsAndStrides) {
  Reported p("pipeline p(x: image[gray, 96, 64]) {\n return x |> " + filter + " |> max_pool(2x2)\n}",
             "schedule @p {\n group rows 4 {\n kernel [conv_1] kernel [max_pool_1]\n } }");
  const Fusion fusion = p.fusion();
  ASSERT_EQ(fusion.groups.size(), 1u);
  ASSERT_EQ(fusion.groups[0].rings.size(), 1u);
  EXPECT_EQ(fusion.groups[0].rings[0].rows, 8);
  EXPECT_EQ(fusion.groups[0].rings[0].kept, 0); // windows do not overlap
  EXPECT_EQ(fusion.groups[0].halos.at(0).rows, 2);
  EXPECT_EQ(fusion.groups[0].stripsAgain, 0);
}

const EdgeFacts& only(const Fusion& fusion) {
  if (fusion.edges.size() != 1) throw std::runtime_error("there is not one edge");
  return fusion.edges[0];
}

TEST(Fusion, SaysWhatABorderNeeds) {
  Reported p(chain("wrap"),
             "schedule @p {\n group rows 8 {\n kernel [conv_1] kernel [conv_2]\n } kernel [conv_3] }");
  const Fusion fusion = p.fusion();
  EXPECT_EQ(fusion.groups.size(), 1u);
  const EdgeFacts& edge = only(fusion);
  EXPECT_EQ(edge.producer, 1u);
  EXPECT_EQ(edge.consumer, 2u);
  EXPECT_EQ(p.name(edge.value), "conv_2");
  EXPECT_EQ(edge.bytes, Size(96 * 64 * 4));
  EXPECT_EQ(edge.why, "the border of 'conv_3' wraps around");
  EXPECT_EQ(edge.change, "another border than 'wrap'");
}

TEST(Fusion, SaysWhatHasNoRows) {
  Reported p("pipeline p(x: image[gray, 96, 64]) {\n return x |> " + filter + " |> global_avg_pool\n}",
             "schedule @p {\n kernel [conv_1] kernel [global_avg_pool_1]\n }");
  const Fusion fusion = p.fusion();
  const EdgeFacts& edge = only(fusion);
  EXPECT_NE(edge.why.find("'global_avg_pool_1' "), std::string::npos) << edge.why;
  EXPECT_EQ(edge.change, "");
}

// What the chooser says of two kernels that could run together is taken over; else the schedule is to blame.
TEST(Fusion, SaysWhoKeepsKernelsApart) {
  Reported p(chain(),
             "schedule @p {\n group rows 8 {\n kernel [conv_1] kernel [conv_2]\n } kernel [conv_3] }");
  EXPECT_EQ(only(p.fusion()).why, "the schedule keeps them apart");
  const std::vector<Apart> apart{{1, 2, "it would not be faster", "a larger image"}};
  const Fusion fusion = p.fusion(apart);
  EXPECT_EQ(only(fusion).why, "it would not be faster");
  EXPECT_EQ(only(fusion).change, "a larger image");
}

TEST(Fusion, ResultsAreWritten) {
  Reported p("pipeline p(x: image[gray, 96, 64]) {\n a = x |> " + filter + "\n b = a |> " + filter +
                 "\n return (a: a, b: b)\n}",
             "schedule @p {\n group rows 8 {\n kernel [conv_1] kernel [conv_2]\n } }");
  const Fusion fusion = p.fusion();
  EXPECT_TRUE(fusion.groups.at(0).rings.empty());
  EXPECT_EQ(fusion.groups[0].savedBytes, Size(0));
  EXPECT_EQ(only(fusion).why.substr(0, 30), "it is a result of the pipeline");
}

// Views of the same memory are no edges; values go through them.
TEST(Fusion, LooksThroughAliases) {
  Reported p(
      "pipeline p(x: tensor[3, 8, 8]) {\n return x |> conv(8, kernel: 3x3) |> flatten |> dense(10)\n}");
  const Fusion fusion = p.fusion();
  ASSERT_FALSE(fusion.edges.empty());
  const EdgeFacts& last = fusion.edges.back();
  EXPECT_EQ(p.made.kernels[last.consumer].algorithm, schedule::Algorithm::Dense);
  EXPECT_NE(p.made.kernels[last.producer].algorithm, schedule::Algorithm::Alias);
  EXPECT_NE(last.why.find("cannot be in a group"), std::string::npos) << last.why;
}

} // namespace
