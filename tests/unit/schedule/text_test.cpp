// Schedules as texts that people write: what is left out is chosen, what is said is done or refused.
#include "session.h"
#include <random>

using namespace convoy;
using schedule::Layout;

namespace {

class ScheduleText : public ::testing::Test {
protected:
  Session s{
      "pipeline p(x: tensor[3, 56, 56]) -> tensor {\n"
      "return x |> conv(64, kernel: 3x3, padding: 1) |> relu |> conv(64, kernel: 3x3, padding: 1) |> relu\n"
      "|> max_pool(2x2) |> conv(64, kernel: 3x3, padding: 1) |> relu }"};

  // The schedule that a text's kernels are completed to; or the first problem, with what is marked in the
  // text and the first help.
  std::string completed(const std::string& kernels, const schedule::Choices& choices = {}) {
    return read("schedule @p {\n" + kernels + "\n}\n", choices);
  }
  std::string read(const std::string& text, const schedule::Choices& choices = {}) {
    DiagnosticEngine diags;
    const SourceFile* file = s.sources.add("test.schedule", text);
    const auto made = schedule::read(*file, s.graph, s.target, diags, choices);
    EXPECT_NE(made.has_value(), diags.hasErrors());
    if (made) return print(*made, s.graph);
    const Diagnostic& first = *diags.all()[0];
    const Location& at = first.labels.at(0).location;
    const std::string marked = text.substr(at.begin, at.end - at.begin);
    return first.message + " | " + marked + (first.helps.empty() ? "" : " | " + first.helps[0]);
  }
  // A line of a schedule.
  static std::string line(const std::string& text, const std::string& layers) {
    const size_t at = text.find("[" + layers + "]");
    if (at == std::string::npos) return text;
    return text.substr(at, text.find('\n', at) - at);
  }
  const std::string own = print(schedule::makeSchedule(s.graph, s.target), s.graph);
};

} // namespace

TEST_F(ScheduleText, NothingSaidIsTheCompilersChoice) {
  EXPECT_EQ(completed(""), own);
  EXPECT_EQ(completed("kernel [conv_1, relu_1]"), own);
}

TEST_F(ScheduleText, OneLineLeavesTheRestToTheCompiler) {
  const std::string made = completed("kernel [conv_2, relu_2]: window");
  const std::string window = line(made, "conv_2, relu_2");
  EXPECT_EQ(window.rfind("[conv_2, relu_2]: window blocked tile ", 0), 0u) << made;
  EXPECT_NE(window.find(" order positions writes blocked"), std::string::npos) << made;
  EXPECT_EQ(line(made, "conv_1, relu_1"), line(own, "conv_1, relu_1"));
  EXPECT_EQ(line(made, "conv_3, relu_3"), line(own, "conv_3, relu_3"));
  EXPECT_NE(made.find("[max_pool_1]: window "), std::string::npos) << made;
}

TEST_F(ScheduleText, EachWordMayStandAlone) {
  EXPECT_EQ(line(completed("kernel [conv_2, relu_2]: tile 7x2"), "conv_2, relu_2"),
            "[conv_2, relu_2]: window blocked tile 7x2 order positions writes blocked");
  EXPECT_EQ(line(completed("kernel [conv_2, relu_2]: tile 2x8x1"), "conv_2, relu_2"),
            "[conv_2, relu_2]: window planar tile 2x8x1");
  EXPECT_NE(line(completed("kernel [conv_2, relu_2]: window writes planar"), "conv_2, relu_2")
                .find("writes planar"),
            std::string::npos);
  EXPECT_NE(line(completed("kernel [conv_2, relu_2]: window order filters"), "conv_2, relu_2")
                .find("order filters"),
            std::string::npos);
  EXPECT_NE(line(completed("kernel [conv_1, relu_1]: threads 1"), "conv_1, relu_1").find(" threads 1"),
            std::string::npos);
  EXPECT_EQ(line(completed("kernel [max_pool_1]: planar stores cached"), "max_pool_1").substr(0, 29),
            "[max_pool_1]: window planar t");
}

// The conversions that a line needs are added, and none that it does not want.
TEST_F(ScheduleText, ConversionsAreAdded) {
  const std::string made =
      completed("kernel [conv_1, relu_1]: window blocked tile 8x2 order positions writes blocked\n"
                "kernel [max_pool_1]: window planar tile 1x1x1\n"
                "kernel [conv_2, relu_2]: window blocked tile 8x2 order positions writes blocked");
  EXPECT_EQ(
      made,
      "schedule: kernel 'max_pool_1': 'relu_2' is not computed before it | kernel [max_pool_1] | kernels "
      "stand in the order in which they run: that of 'relu_2' belongs in front of this one");
  const std::string lines =
                        "  kernel [conv_1, relu_1]: window blocked tile 8x2 order positions writes blocked\n",
                    second =
                        "  kernel [conv_2, relu_2]: window blocked tile 8x2 order positions writes blocked\n",
                    pool = "  kernel [max_pool_1]: window planar tile 1x1x1\n",
                    last =
                        "  kernel [conv_3, relu_3]: window blocked tile 7x4 order filters writes blocked\n";
  EXPECT_EQ(completed(lines + second + pool + last), "schedule @p lanes 16 {\n" + lines + second +
                                                         "  kernel [relu_2]: reorder planar\n" + pool + last +
                                                         "  kernel [relu_3]: reorder planar\n}\n");
}

// A conversion that is asked for leaves the kernel before it in another layout.
TEST_F(ScheduleText, AConversionIsNeverNeedless) {
  const std::string made = completed("kernel [relu_3]: reorder planar");
  EXPECT_NE(line(made, "conv_3, relu_3").find("writes blocked"), std::string::npos) << made;
  EXPECT_EQ(completed("kernel [conv_3, relu_3]: writes planar\nkernel [relu_3]: reorder planar"),
            "schedule: kernel 'relu_3': 'relu_3' is written in planar layout, so that it cannot be converted "
            "to it | "
            "kernel [conv_3, relu_3]");
  EXPECT_EQ(completed("kernel [x]: reorder planar"),
            "schedule: kernel 'x': 'x' is there in planar layout already | planar");
}

TEST_F(ScheduleText, EverythingThatIsSaidReadsBack) {
  const std::string text =
      "schedule @p lanes 8 items 2 {\n"
      "  kernel [x]: reorder blocked threads 3\n"
      "  kernel [conv_1, relu_1]: window planar tile 4x2x1 threads 2 stores past\n"
      "  kernel [conv_2]: window blocked tile 5x2 order filters writes bf16 prefetch on\n"
      "  kernel [conv_2]: reorder blocked\n"
      "  kernel [relu_2]: pointwise blocked writes blocked threads 1\n"
      "  kernel [max_pool_1]: window blocked tile 1x3 writes blocked\n"
      "  kernel [conv_3, relu_3]: winograd blocked tile 6x3x2x2 order positions writes planar\n"
      "}\n";
  EXPECT_EQ(read(text), text);
}

TEST_F(ScheduleText, MistakesAreMarkedWhereTheyAre) {
  EXPECT_EQ(
      completed("kernel [conv_1, relu_1]: window planar tile 5x1x1"),
      "schedule: kernel 'relu_1': the tile's filters do not divide those of a group | tile 5x1x1 | of 64 "
      "filters, a tile has 1, 2, 4, 8, 16, 32 or 64");
  EXPECT_EQ(completed("kernel [conv_1, relu_1]: softmax"),
            "schedule: kernel 'relu_1': conv cannot be computed as softmax | softmax | it can be computed as "
            "window, "
            "tiles, winograd or separable");
  EXPECT_EQ(
      completed("kernel [max_pool_1]: order positions"),
      "schedule: kernel 'max_pool_1': only a blocked convolution that mixes channels has an order | order "
      "positions");
  EXPECT_EQ(completed("kernel [max_pool_1]: stores past"),
            "schedule: kernel 'max_pool_1': rows that are stored past the caches are whole vectors | stores "
            "past | 28 "
            "columns are not a multiple of 16");
  EXPECT_EQ(completed("kernel [relu_2]: pointwise tile 3"),
            "schedule: kernel 'relu_2': pointwise planar has no tile | tile 3");
  EXPECT_EQ(completed("kernel [relu_2]: threads 2000"),
            "schedule: kernel 'relu_2': a kernel runs on 1 to 1024 threads | threads 2000");
  EXPECT_EQ(completed("kernel [relu_2]: prefetch on"),
            "schedule: kernel 'relu_2': only blocked convolution that mixes channels prefetches weights | "
            "prefetch on");
  EXPECT_EQ(
      completed("kernel [conv_2]: window int8"),
      "schedule: kernel 'conv_2': conv cannot work in int8 layout | int8 | int8 is the layout of quantized "
      "layers, and of these alone");
  EXPECT_EQ(
      completed("kernel [conv_2]: window split"),
      "schedule: kernel 'conv_2': conv cannot work in split layout | split | only matrix tiles ('tiles') "
      "multiply split numbers");
  EXPECT_EQ(completed("kernel [conv_2]: window blocked writes int8"),
            "schedule: kernel 'conv_2': its result has no 8-bit numbers | writes int8");
  EXPECT_EQ(completed("kernel [x]: reorder int8"), "schedule: kernel 'x': 'x' has no 8-bit numbers | int8");
  EXPECT_EQ(completed("kernel [conv_3, conv_2]"),
            "schedule: kernel 'conv_2': 'conv_2' is not element-wise and cannot be fused | kernel [conv_3, "
            "conv_2] | "
            "it needs a kernel of its own, or to be the first layer of one");
  EXPECT_EQ(
      completed("kernel [conv_2, relu_2, max_pool_1]: window"),
      "schedule: kernel 'max_pool_1': 'max_pool_1' is not element-wise and cannot be fused | kernel [conv_2, "
      "relu_2, max_pool_1] | it needs a kernel of its own, or to be the first layer of one");
  EXPECT_EQ(completed("kernel [conv_1] kernel [conv_1]"),
            "schedule: kernel 'conv_1': 'conv_1' is computed twice | kernel [conv_1]");
  EXPECT_EQ(completed("kernel [conv_2, relu_2]: winograd tile 6x30x2x8 order positions").substr(0, 80),
            std::string("schedule: kernel 'relu_2': its tiles take 5794 KiB of the stack, more than 640 |")
                .substr(0, 80));
}

TEST_F(ScheduleText, WordsThatThereAreNot) {
  EXPECT_EQ(completed("kernel [con_1]"), "schedule: the graph has no layer 'con_1' | con_1");
  EXPECT_EQ(completed("kernel [nothing]").substr(0, 57),
            "schedule: the graph has no layer 'nothing' | nothing | 'c");
  EXPECT_EQ(completed("kernel [conv_1]: window window"), "schedule: the algorithm is said twice | window");
  EXPECT_EQ(completed("kernel [conv_1]: window plannar"), "schedule: there is no layout 'plannar' | plannar");
  EXPECT_EQ(completed("kernel [conv_1]: order sideways"), "schedule: expected 'positions' or 'filters' | s");
  EXPECT_EQ(completed("kernel [x]: window"), "schedule: 'x' is an input and is not computed | kernel [x]");
  EXPECT_EQ(completed("kernel [x]: reorder"),
            "schedule: a conversion says the layout that it gives | reorder");
  EXPECT_EQ(read("schedule @q { }"), "schedule: this is the schedule of 'q', not of 'p' | q");
  EXPECT_EQ(read("schedule @p lanes 5 { }"), "schedule: vectors have 4, 8 or 16 lanes, not 5 | 5");
  EXPECT_EQ(read("schedule @p lanes 8 lanes 8 { }"),
            "schedule: expected 'lanes', 'items' or '{', each once | l");
  EXPECT_EQ(read("schedule @p { kernel [conv_1]: window"), "schedule: expected 'kernel', 'group' or '}' | ");
}

// What options exclude is not done because a schedule says it.
TEST_F(ScheduleText, StrictSumsAreFloat32InOrder) {
  schedule::Choices strict;
  strict.math = schedule::Math::Strict;
  EXPECT_EQ(completed("kernel [conv_2, relu_2]: winograd", strict),
            "schedule: kernel 'relu_2': winograd is not exact enough for --math=strict | winograd | without "
            "--math=strict it is possible");
  EXPECT_EQ(completed("kernel [conv_2, relu_2]: window split", strict).substr(0, 60),
            std::string("schedule: kernel 'relu_2': split is not exact enough for --m").substr(0, 60));
  EXPECT_EQ(completed("kernel [conv_2, relu_2]: window", strict).find("winograd"), std::string::npos);
}

// What is left open of an algorithm that the processor has no instructions for.
TEST_F(ScheduleText, WhatIsAskedForNeedsNoInstructions) {
  EXPECT_EQ(line(completed("kernel [conv_2, relu_2]: tiles"), "conv_2, relu_2"),
            "[conv_2, relu_2]: tiles split tile 2x2 order filters writes blocked");
  EXPECT_EQ(line(completed("kernel [conv_2, relu_2]: bf16"), "conv_2, relu_2").substr(0, 30),
            "[conv_2, relu_2]: window bf16 ");
}

TEST_F(ScheduleText, WinogradFitsWhatIsSaidOfIt) {
  for (const char* order : {"positions", "filters"}) {
    const std::string made = completed(std::string("kernel [conv_2, relu_2]: winograd order ") + order);
    EXPECT_NE(line(made, "conv_2, relu_2").find(std::string("order ") + order), std::string::npos) << made;
  }
  // More than there may be on a stack: its input lies in the workspace.
  EXPECT_EQ(
      line(completed("kernel [conv_2, relu_2]: winograd tile 6x14x2x3"), "conv_2, relu_2").substr(0, 66),
      "[conv_2, relu_2]: winograd blocked tile 6x14x2x3 order filters wri");
}

// Any bytes are a schedule or a mistake.
TEST_F(ScheduleText, ChangedTextsAreReadOrRefused) {
  std::mt19937 random(1);
  const std::string text =
      "schedule @p lanes 16 items 2 {\n  kernel [x]: reorder blocked\n"
      "  kernel [conv_1, relu_1]: window blocked tile 8x2 order positions writes planar threads 2 prefetch "
      "on\n"
      "  kernel [conv_2, relu_2, max_pool_1]: winograd blocked tile 4x7x2x1 order filters writes blocked\n"
      "  kernel [conv_3, relu_3]: window planar tile 2x4x1 stores cached // end\n}\n";
  const std::string letters = "\"\\/x0192 \n[]{}:,@\x80"
                              "aklnprtw";
  int done = 0;
  for (int i = 0; i < 1500; ++i) {
    std::string changed = text;
    for (int n = 1 + static_cast<int>(random() % 3); n > 0; --n) {
      const size_t at = random() % changed.size(), other = random() % changed.size();
      switch (random() % 4) {
      case 0: changed[at] = letters[random() % letters.size()]; break;
      case 1: changed.erase(at, random() % 12); break;
      case 2: changed.insert(at, changed.substr(other, random() % 12)); break;
      case 3: changed.resize(at + 1); break;
      }
    }
    DiagnosticEngine diags;
    const auto made = schedule::read(*s.sources.add("changed", changed), s.graph, s.target, diags);
    ASSERT_NE(made.has_value(), diags.hasErrors()) << changed;
    for (const auto& diagnostic : diags.all()) EXPECT_FALSE(renderText(*diagnostic, false).empty());
    if (!made) continue;
    ++done;
    ASSERT_TRUE(problems(*made, s.graph).empty()) << changed;
    EXPECT_EQ(read(print(*made, s.graph)), print(*made, s.graph)) << changed;
  }
  EXPECT_GT(done, 20);
}

// Names that are no words are in quotes.
TEST_F(ScheduleText, NamesInQuotes) {
  for (graph::Value& value : s.graph.values)
    if (value.name == "conv_2") value.name = "conv:2, \"b\"] ";
  const std::string printed = print(schedule::makeSchedule(s.graph, s.target), s.graph);
  EXPECT_NE(printed.find("[\"conv:2, \\\"b\\\"] \", relu_2"), std::string::npos) << printed;
  EXPECT_EQ(read(printed), printed);
  EXPECT_EQ(completed("kernel [\"conv:2"), "schedule: a quoted name does not end | c");
}

// How many threads, which stores and which requests for weights there are is what is said.
TEST_F(ScheduleText, ThreadsStoresAndPrefetchesReachTheCode) {
  Session one("pipeline p(x: tensor[32, 64, 64]) -> tensor { return x |> conv(32, kernel: 3x3, padding: 1) "
              "|> relu }");
  auto loops = [&](const std::string& kernel) {
    DiagnosticEngine diags;
    const auto made =
        schedule::read(*one.sources.add("t", "schedule @p { kernel [conv_1, relu_1]: " + kernel + " }"),
                       one.graph, one.target, diags);
    EXPECT_TRUE(made) << diags.all()[0]->message;
    return loop::print(schedule::lower(one.graph, *made, one.target, "p").loops);
  };
  const std::string planar = "window planar tile 2x4x1 ",
                    blocked = "window blocked tile 8x2 order filters writes planar ";
  EXPECT_EQ(loops(planar + "stores cached").find("stream"), std::string::npos);
  EXPECT_NE(loops(planar + "stores past").find("stream"), std::string::npos);
  EXPECT_EQ(loops(blocked + "prefetch off").find("prefetch"), std::string::npos);
  EXPECT_NE(loops(blocked + "prefetch on").find("prefetch"), std::string::npos);
  for (const char* order : {"positions ", "filters "}) {
    const std::string winograd = std::string("winograd tile 4x7x1x1 order ") + order;
    EXPECT_EQ(loops(winograd + "prefetch off").find("prefetch"), std::string::npos);
    EXPECT_NE(loops(winograd + "prefetch on").find("prefetch"), std::string::npos);
  }
  EXPECT_NE(loops(planar + "threads 1"), loops(planar + "threads 2"));
}
