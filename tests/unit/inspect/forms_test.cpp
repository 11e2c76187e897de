// What a schedule rounds, layer by layer.
#include "driver/pipeline.h"
#include "inspect/forms.h"
#include "parse/parser.h"
#include "sema/sema.h"
#include <gtest/gtest.h>

namespace convoy::inspect {
namespace {

using reference::GraphForms;
using reference::NumberForm;

constexpr NumberForm float32 = NumberForm::Float32, bf16 = NumberForm::Bf16, split = NumberForm::Split;

struct Written {
  SourceManager sources;
  DiagnosticEngine diags;
  graph::Graph written, computed;

  explicit Written(const std::string& body) {
    auto file = parse(*sources.add("test.cvy", body), diags);
    written = analyze(*file, {}, diags).value();
    computed = driver::rewritten(written);
  }
  schedule::Schedule schedule(const std::string& kernels) {
    auto read =
        schedule::read(*sources.add("test.schedule", "schedule @net lanes 16 {\n" + kernels + "\n}\n"),
                       computed, Target{}, diags);
    if (!read) throw std::runtime_error(renderText(*diags.all().at(0), false));
    return *read;
  }
  static const reference::LayerForms* find(const graph::Graph& graph, const GraphForms& forms,
                                           const std::string& name) {
    for (const auto& [id, layer] : forms)
      if (graph.value(id).name == name) return &layer;
    return nullptr;
  }
};

TEST(Forms, ADenseLayerRoundsWhatItReadsInPlanes) {
  Written net("pipeline net(x: tensor[8], y: tensor[5]) {\n"
              "  a = x |> dense(5, name: \"a\")\n"
              "  return a + y |> dense(3, name: \"b\")\n}");
  const GraphForms forms = formsOf(net.computed, net.schedule("kernel [a, add_1]: dense bf16 tile 1\n"
                                                              "kernel [b]: dense planar tile 1"));
  const auto* a = Written::find(net.computed, forms, "a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->operands, (std::vector<NumberForm>{bf16, bf16, float32}));
  EXPECT_EQ(a->result, float32);
  EXPECT_FALSE(Written::find(net.computed, forms, "add_1")); // of a float32 sum and a float32 vector
  EXPECT_FALSE(Written::find(net.computed, forms, "b"));
}

TEST(Forms, FollowTheSchedule) {
  Written net("pipeline net(x: tensor[32, 8, 8]) {\n"
              "  a = x |> conv(32, kernel: 3x3, padding: 1, name: \"a\") |> relu(name: \"ra\")\n"
              "  b = a |> conv(32, kernel: 3x3, padding: 1, name: \"b\")\n"
              "  s = b + a\n"
              "  return s |> max_pool(2x2, name: \"p\")\n}");
  const schedule::Schedule schedule = net.schedule("kernel [x]: reorder bf16\n"
                                                   "kernel [a, ra]: window bf16 tile 8x2\n"
                                                   "kernel [b, add_1]: window bf16 tile 8x2 writes blocked\n"
                                                   "kernel [p]: window blocked tile 1x4\n"
                                                   "kernel [p]: reorder planar");
  const GraphForms forms = formsOf(net.computed, schedule);
  const auto* a = Written::find(net.computed, forms, "a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->operands, (std::vector<NumberForm>{bf16, bf16, float32})); // the bias is added as it is
  EXPECT_EQ(a->result, float32);                                          // stays in registers
  EXPECT_EQ(Written::find(net.computed, forms, "ra")->result, bf16);
  EXPECT_EQ(Written::find(net.computed, forms, "ra")->operand(0), float32);
  const auto* sum = Written::find(net.computed, forms, "add_1");
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->operands, (std::vector<NumberForm>{float32, bf16}));
  EXPECT_EQ(sum->result, float32);
  EXPECT_FALSE(Written::find(net.computed, forms, "p"));
}

TEST(Forms, SayWhichSumsAreWinograds) {
  Written net("pipeline net(x: tensor[32, 8, 8]) {\n"
              "  a = x |> conv(32, kernel: 3x3, padding: 1, bias: false, name: \"a\") |> batch_norm(name: "
              "\"n\") |> relu(name: \"r\")\n"
              "  return a |> conv(32, kernel: 3x3, padding: 1, name: \"b\")\n}");
  const schedule::Schedule schedule = net.schedule("kernel [x]: reorder blocked\n"
                                                   "kernel [a, r]: winograd blocked tile 4x3x1x1\n"
                                                   "kernel [b]: window blocked tile 8x2 writes planar");
  const GraphForms forms = formsOf(net.computed, schedule),
                   written = formsAsWritten(net.written, net.computed, schedule);
  EXPECT_EQ(forms.size(), 1u);
  ASSERT_TRUE(Written::find(net.computed, forms, "a"));
  EXPECT_EQ(Written::find(net.computed, forms, "a")->winograd, 4);
  EXPECT_FALSE(Written::find(net.computed, forms, "a")->scaledWeight);
  ASSERT_TRUE(Written::find(net.written, written, "a"));
  EXPECT_EQ(Written::find(net.written, written, "a")->winograd, 4);
  EXPECT_TRUE(Written::find(net.written, written, "a")->scaledWeight); // by the batch_norm
}

TEST(Forms, OfLayersThatWereFolded) {
  Written net("pipeline net(x: tensor[32, 8, 8]) {\n"
              "  return x |> conv(32, kernel: 3x3, padding: 1, bias: false, name: \"a\")\n"
              "    |> batch_norm(name: \"n\")\n}");
  const schedule::Schedule schedule = net.schedule("kernel [x]: reorder split\n"
                                                   "kernel [a]: tiles split tile 2x2\n"
                                                   "kernel [a]: reorder planar");
  const GraphForms forms = formsAsWritten(net.written, net.computed, schedule);
  const auto *a = Written::find(net.written, forms, "a"), *n = Written::find(net.written, forms, "n");
  ASSERT_TRUE(a && n);
  EXPECT_EQ(a->operand(1), split);
  EXPECT_TRUE(a->scaledWeight);
  EXPECT_EQ(a->result, float32);
  EXPECT_EQ(n->result, split);
}

} // namespace
} // namespace convoy::inspect
