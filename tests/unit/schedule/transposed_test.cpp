// Phases of a transposed convolution: together they have every term of the layer once, and no other.
#include "graph/reader.h"
#include "schedule/transposed.h"
#include <gtest/gtest.h>
#include <set>
#include <tuple>

namespace convoy::schedule {
namespace {

struct Layer {
  int64_t n, kernel, stride, dilation, begin, end, more;
  int64_t results() const { return (n - 1) * stride + dilation * (kernel - 1) + 1 + more - begin - end; }
};

graph::Value nodeOf(const Layer& layer) {
  graph::Value node;
  node.kind = graph::Value::Node;
  node.op = OpKind::TransposedConv;
  node.attributes.set("kernel", std::vector<int64_t>{layer.kernel});
  node.attributes.set("stride", std::vector<int64_t>{layer.stride});
  node.attributes.set("dilation", std::vector<int64_t>{layer.dilation});
  node.attributes.set("pad_begin", std::vector<Size>{layer.begin});
  node.attributes.set("pad_end", std::vector<Size>{layer.end});
  node.attributes.set("output_padding", std::vector<int64_t>{layer.more});
  node.attributes.set("groups", int64_t(1));
  node.type.dims = {1, layer.results()};
  return node;
}

using Term = std::tuple<int64_t, int64_t, int64_t>; // result, input, tap

std::set<Term> scattered(const Layer& layer) {
  std::set<Term> terms;
  for (int64_t i = 0; i < layer.n; ++i)
    for (int64_t k = 0; k < layer.kernel; ++k) {
      const int64_t o = i * layer.stride + k * layer.dilation - layer.begin;
      if (o >= 0 && o < layer.results()) terms.insert({o, i, k});
    }
  return terms;
}

TEST(Phases, HaveEveryTermOnce) {
  int layers = 0;
  for (int64_t n : {1, 2, 5})
    for (int64_t kernel : {1, 2, 3, 4, 7})
      for (int64_t stride : {1, 2, 3, 4})
        for (int64_t dilation : {1, 2, 3, 4})
          for (int64_t begin : {0, 1, 3})
            for (int64_t more : {0, 1}) {
              const Layer layer{n, kernel, stride, dilation, begin, begin / 2, more};
              if (layer.results() < 1) continue;
              std::set<Term> terms;
              std::set<int64_t> results;
              for (const Phase& phase : phasesOf(nodeOf(layer))) {
                const PhaseAxis& axis = phase.at(0);
                for (int64_t q = 0; q < axis.outputs.known(); ++q) {
                  const int64_t o = q * axis.step + axis.first;
                  EXPECT_TRUE(results.insert(o).second);
                  for (int64_t t = 0; t < axis.taps; ++t) {
                    const int64_t i = q + axis.offset + t * axis.dilation;
                    if (i < 0 || i >= layer.n) continue;
                    EXPECT_TRUE(terms.insert({o, i, axis.lastTap - t * axis.tapStep}).second);
                  }
                }
              }
              ASSERT_EQ(terms, scattered(layer)) << n << " " << kernel << " " << stride << " " << dilation;
              ASSERT_EQ(static_cast<int64_t>(results.size()), layer.results());
              ASSERT_EQ(*results.rbegin(), layer.results() - 1);
              ++layers;
            }
  EXPECT_GT(layers, 500);
}

TEST(Phases, OfRunTimeSizes) {
  graph::Value node = nodeOf({1, 3, 2, 1, 1, 1, 0});
  node.type.dims[1] = Size(2) * Size::symbol("W") - 1;
  const std::vector<Phase> phases = phasesOf(node);
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_EQ(phases[0][0].outputs.str(), "W");
  EXPECT_EQ(phases[1][0].outputs.str(), "W - 1"); // none, of a single input
  EXPECT_EQ(phases[0][0].taps, 1);
  EXPECT_EQ(phases[1][0].taps, 2);
}

TEST(Phases, WithoutResultsAreLeftOut) { EXPECT_EQ(phasesOf(nodeOf({1, 2, 5, 1, 0, 0, 0})).size(), 2u); }

} // namespace
} // namespace convoy::schedule
