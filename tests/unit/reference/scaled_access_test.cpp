// The rows of an operand that resize, adaptive_avg_pool and the layers of blocks need, against those that
// change their results in the reference.
#include "one_layer.h"
#include <gtest/gtest.h>

namespace convoy::reference {
namespace {

using Sizes = std::map<std::string, int64_t>;

struct Layer {
  OpKind op;
  Attributes attributes;
  Size from; // extent of the operand's only axis of positions
  int64_t channels = 1;
};

// For each result, the first and the last position that it is made of.
std::vector<std::pair<int64_t, int64_t>> influences(const Layer& layer, const Sizes& sizes) {
  const int64_t n = *layer.from.evaluate(sizes);
  Attributes attributes = layer.attributes;
  if (attributes.has("size")) {
    if (auto* extents = std::get_if<std::vector<Size>>(attributes.find("size")))
      attributes.set("size", std::vector<Size>{*extents->front().evaluate(sizes)});
  }
  const graph::Graph graph = oneLayer(layer.op, {{{layer.channels, n}}}, attributes);
  // An item for each position, with ones there.
  std::vector<double> ones(static_cast<size_t>(n * layer.channels * n), 0.0);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t channel = 0; channel < layer.channels; ++channel)
      ones[static_cast<size_t>((i * layer.channels + channel) * n + i)] = 1;
  const std::vector<double> results = run(graph, {tensor({layer.channels, n}, ones, n)});
  const TensorType& type = graph.value(graph.outputs[0].value).type;
  const int64_t channels = type.channels(), m = type.spatial(0).known();
  std::vector<std::pair<int64_t, int64_t>> all(static_cast<size_t>(m), {n, -1});
  for (int64_t i = 0; i < n; ++i)
    for (int64_t channel = 0; channel < channels; ++channel)
      for (int64_t o = 0; o < m; ++o) {
        if (results[static_cast<size_t>((i * channels + channel) * m + o)] == 0) continue;
        auto& [first, last] = all[static_cast<size_t>(o)];
        first = std::min(first, i), last = std::max(last, i);
      }
  return all;
}

// `more`: by how many rows the region may be larger on each side, within the operand. Whether it could be
// told.
bool checkRows(const Layer& layer, const std::vector<Sizes>& all, int64_t more) {
  Attributes attributes = layer.attributes;
  DiagnosticEngine diags;
  const std::vector<TensorType> operands{{{layer.channels, layer.from}}};
  ShapeRequest request{operands, attributes, {}, diags};
  const auto type = resultType(opInfo(layer.op), request);
  EXPECT_TRUE(type);
  if (!type) return false;
  const AccessMap map = opInfo(layer.op).access(operands, attributes, *type)[0];
  if (map[1].kind == AxisAccess::All) return false;
  const Interval rows =
      requiredRegion(map, operands[0], {{0, type->channels()}, {Size::symbol("#0"), Size::symbol("#1")}})[1];
  for (Sizes sizes : all) {
    const int64_t n = *layer.from.evaluate(sizes);
    const auto exact = influences(layer, sizes);
    for (size_t begin = 0; begin < exact.size(); ++begin)
      for (size_t end = begin + 1; end <= std::min(begin + 4, exact.size()); ++end) {
        int64_t first = n, last = -1;
        for (size_t o = begin; o < end; ++o)
          first = std::min(first, exact[o].first), last = std::max(last, exact[o].second);
        sizes["#0"] = static_cast<int64_t>(begin), sizes["#1"] = static_cast<int64_t>(end);
        // Rows outside are those of the edge.
        const int64_t from = std::clamp<int64_t>(*rows.begin.evaluate(sizes), 0, n - 1),
                      to = std::clamp<int64_t>(*rows.end.evaluate(sizes), 1, n);
        EXPECT_LE(from, first) << "n " << n << " rows " << begin << ".." << end;
        EXPECT_GE(to, last + 1) << "n " << n << " rows " << begin << ".." << end;
        EXPECT_LT(from, to);
        EXPECT_GE(from, first - more) << "n " << n << " rows " << begin << ".." << end;
        EXPECT_LE(to, last + 1 + more) << "n " << n << " rows " << begin << ".." << end;
      }
  }
  return true;
}

struct Way {
  const char *mode, *align, *round = "";
};
std::vector<Way> everyWay() {
  std::vector<Way> all;
  for (const char* mode : {"nearest", "bilinear", "cubic"})
    for (const char* align : {"half_pixel", "align_corners", "asymmetric"}) all.push_back({mode, align});
  for (const char* align : {"half_pixel", "align_corners", "asymmetric"})
    for (const char* round : {"half_up", "half_down", "floor", "ceil"})
      all.push_back({"nearest", align, round});
  return all;
}
Attributes resized(const Way& way) {
  Attributes attributes;
  attributes.set("mode", std::string(way.mode));
  attributes.set("align", std::string(way.align));
  if (*way.round) attributes.set("round", std::string(way.round));
  return attributes;
}
// Taps that count nothing are read too: one of two, three of four.
int64_t idleTaps(const Way& way) {
  return way.mode == std::string("nearest") ? 0 : way.mode == std::string("bilinear") ? 1 : 2;
}

TEST(ScaledAccess, RowsOfEveryResize) {
  for (const Way& way : everyWay()) {
    SCOPED_TRACE(std::string(way.mode) + ", " + way.align + ", " + way.round);
    for (int64_t n = 1; n <= 11; ++n)
      for (int64_t m = 1; m <= 13; ++m) {
        SCOPED_TRACE("to " + std::to_string(m));
        Layer layer{OpKind::Resize, resized(way), n};
        layer.attributes.set("size", std::vector<Size>{m});
        EXPECT_TRUE(checkRows(layer, {{}}, idleTaps(way)));
      }
    for (double scale : {0.4, 0.5, 2.0 / 3, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 3.5})
      for (int64_t n = 3; n <= 12; ++n) {
        Layer layer{OpKind::Resize, resized(way), n};
        layer.attributes.set("scale", std::vector<double>{scale});
        EXPECT_TRUE(checkRows(layer, {{}}, idleTaps(way))) << "scale " << scale;
      }
  }
}

// One map for all sizes; where a size divides the other only nearly, with a row more.
TEST(ScaledAccess, RowsOfSizesThatAreKnownAtRunTime) {
  const Size h = Size::symbol("H");
  std::vector<Sizes> sizes;
  for (int64_t n = 4; n <= 20; ++n) sizes.push_back({{"H", n}});
  const std::vector<std::pair<Size, Size>> extents = {
      {h, 2 * h},
      {h, h},
      {h, Size::floorDiv(h, 2)},
      {h, Size::ceilDiv(h, 3)},
      {Size::floorDiv(h, 2), h},
      {Size::ceilDiv(h, 4), Size::ceilDiv(h, 2)},
      {h - 2, 2 * h - 1},
      {2 * h + 1, h},
  };
  for (const Way& way : everyWay()) {
    SCOPED_TRACE(std::string(way.mode) + ", " + way.align + ", " + way.round);
    for (const auto& [from, to] : extents) {
      SCOPED_TRACE(from.str() + " to " + to.str());
      Layer layer{OpKind::Resize, resized(way), from};
      layer.attributes.set("size", std::vector<Size>{to});
      EXPECT_TRUE(checkRows(layer, sizes, idleTaps(way) + 3));
    }
    if (way.align == std::string("align_corners")) continue;
    for (double scale : {0.5, 0.75, 1.5, 2.0}) {
      Layer layer{OpKind::Resize, resized(way), h};
      layer.attributes.set("scale", std::vector<double>{scale});
      EXPECT_TRUE(checkRows(layer, sizes, idleTaps(way))) << "scale " << scale;
    }
  }
}

TEST(ScaledAccess, NoRowsCanBeToldOfSizesThatHaveNothingToDoWithEachOther) {
  for (const Way& way : everyWay())
    for (const auto& [from, to] : std::vector<std::pair<Size, Size>>{
             {Size::symbol("H"), Size::symbol("M")}, {Size::symbol("H"), 20}, {20, Size::symbol("H")}}) {
      Layer layer{OpKind::Resize, resized(way), from};
      layer.attributes.set("size", std::vector<Size>{to});
      EXPECT_FALSE(checkRows(layer, {}, 0)) << from.str() << " to " << to.str();
    }
}

TEST(ScaledAccess, RowsOfAdaptiveWindows) {
  for (int64_t n = 1; n <= 13; ++n)
    for (int64_t m = 1; m <= 9; ++m) {
      Layer layer{OpKind::AdaptiveAvgPool, {}, n};
      layer.attributes.set("size", std::vector<int64_t>{m});
      // Another layer is made of some.
      Attributes attributes = layer.attributes;
      DiagnosticEngine diags;
      const std::vector<TensorType> operands{{{1, n}}};
      ShapeRequest request{operands, attributes, {}, diags};
      ASSERT_TRUE(resultType(opInfo(layer.op), request));
      if (request.makes) continue;
      EXPECT_TRUE(checkRows(layer, {{}}, 0)) << n << " to " << m;
    }
}

TEST(ScaledAccess, RowsOfBlocks) {
  const Size h = Size::symbol("H");
  for (int64_t block = 1; block <= 5; ++block)
    for (const char* mode : {"crd", "dcr"}) {
      Attributes attributes;
      attributes.set("block", block);
      attributes.set("mode", std::string(mode));
      std::vector<Sizes> sizes;
      for (int64_t n = 1; n <= 5; ++n) sizes.push_back({{"H", n}});
      EXPECT_TRUE(checkRows({OpKind::DepthToSpace, attributes, h, 2 * block}, sizes, 0));
      EXPECT_TRUE(checkRows({OpKind::SpaceToDepth, attributes, h * block, 2}, sizes, 0));
    }
}

} // namespace
} // namespace convoy::reference
