// How much of a pipeline's numbers a page gets.
#include "driver/pipeline.h"
#include "explore/maps.h"
#include "explore/maps_json.h"
#include <cmath>
#include <gtest/gtest.h>

namespace convoy::explore {
namespace {

struct Made {
  driver::Options options;
  DiagnosticEngine diags;
  driver::PhaseTimes times;
  std::unique_ptr<driver::Compilation> compilation;
  std::vector<reference::Tensor> values;
  std::map<std::string, int64_t> sizes;

  Made(const std::string& script, std::vector<int64_t> shape) {
    options.file = "test.cvy";
    options.initSeed = 1;
    compilation = std::make_unique<driver::Compilation>(options, diags);
    driver::Compilation& c = *compilation;
    c.needsParameters = true;
    c.open(script);
    if (!runPipeline(c, driver::Goal::Loops, times, [](driver::Stage, const std::string&) {}))
      throw std::runtime_error(renderText(*diags.all().at(0), false));
    reference::Tensor input{std::move(shape), 1, {}};
    for (int64_t i = 0; i < input.elements(); ++i)
      input.data.push_back(std::sin(static_cast<double>(i * i % 1009)));
    values = reference::evaluate(*c.written, {input}, sizes);
  }
  MapValues mapValues() const { return {*compilation->written, values, sizes}; }
  size_t bytes(size_t most) const {
    Page page("p");
    const size_t before = page.bytes();
    addMaps(page, mapValues(), most);
    return page.bytes() - before;
  }
};

TEST(Maps, WhatIsSmallIsAllThere) {
  const Made made(
      "pipeline p(x: tensor[2, 9, 9]) -> tensor { return x |> conv(4, kernel: 3x3, name: \"c\") |> relu }",
      {2, 9, 9});
  EXPECT_GT(made.bytes(1'000'000), 2000u);
}

TEST(Maps, WhatIsLargeFits) {
  const Made made("pipeline p(x: tensor[3, 120, 160]) -> tensor { return x |> conv(24, kernel: 3x3, padding: "
                  "1, name: \"c\") |> relu }",
                  {3, 120, 160});
  for (size_t most : {100'000, 400'000}) {
    const size_t got = made.bytes(most);
    EXPECT_LT(got, most + 3000); // how layers compute comes to it
    EXPECT_GT(got, most / 4);    // channels are there as wholes
  }
}

TEST(Maps, JsonTellsHowAResultIsMade) {
  const Made made(
      "pipeline p(x: tensor[2, 9, 9]) -> tensor { return x |> conv(4, kernel: 3x3, stride: 2, padding: 1, "
      "border: replicate, groups: 2, name: \"c\") |> avg_pool(2x2) }",
      {2, 9, 9});
  std::vector<TensorFacts> facts;
  for (const reference::Tensor& tensor : made.values) {
    const Extents extents = extentsOf(tensor.shape, false);
    facts.push_back({extents, wholeOf(extents), {}, 0});
  }
  const Json json = mapsJson(made.mapValues(), facts);
  const Json::Array& layers = *json.find("layers")->asArray();
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[0].find("sum"), nullptr);
  const Json* sum = layers[1].find("sum");
  EXPECT_EQ(*sum->find("how")->asString(), "products");
  EXPECT_EQ(sum->find("groups")->asInteger(), 2);
  EXPECT_EQ(sum->find("stride")->str(), "[1,2,2]");
  EXPECT_EQ(sum->find("before")->str(), "[[],[0],[0]]");
  EXPECT_EQ(sum->find("after")->str(), "[[],[8],[8]]");
  EXPECT_EQ(*layers[2].find("sum")->find("how")->asString(), "mean");
  EXPECT_EQ(*json.find("docs")->find("conv")->find("summary")->asString(),
            "Cross-correlation of the input with kernels; kernels are never flipped.");
}

} // namespace
} // namespace convoy::explore
