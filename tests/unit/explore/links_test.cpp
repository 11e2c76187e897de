// What the page knows of each line, on compiled scripts.
#include "driver/pipeline.h"
#include "explore/links.h"
#include <gtest/gtest.h>

namespace convoy::explore {
namespace {

struct Made {
  driver::Options options;
  DiagnosticEngine diags;
  driver::PhaseTimes times;
  std::unique_ptr<driver::Compilation> compilation;
  inspect::Plan plan;
  std::vector<LinkedText> texts;
  std::vector<FunctionFacts> functions;
  std::unique_ptr<Layers> layers;

  explicit Made(const std::string& script, const std::string& target = "x86_64-linux-gnu") {
    options.file = "test.cvy";
    if (target == "x86_64-linux-gnu") options.cpu = "x86-64-v3";
    options.target = target;
    options.lines = Lines::Loops;
    compilation = std::make_unique<driver::Compilation>(options, diags);
    driver::Compilation& c = *compilation;
    c.open(script);
    c.stages = {driver::Stage::Llvm, driver::Stage::LlvmOptimized, driver::Stage::Assembly};
    if (!runPipeline(c, driver::Goal::Code, times, [](driver::Stage, const std::string&) {}))
      throw std::runtime_error(renderText(*diags.all().at(0), false));
    plan = inspect::makePlan(*c.written, *c.graph, *c.schedule, c.calls, c.loops, c.workspace);
    Subject subject{"test.cvy", c.file, *c.written, *c.graph, *c.schedule, c.calls, c.loops, plan};
    for (CompiledUnit& unit : c.units) subject.units.push_back({unit.llvm, unit.optimized, unit.assembly});
    layers = std::make_unique<Layers>(subject);
    functions = functionsOf(subject);
    texts = linkedTexts(subject, *layers, functions);
  }

  const LinkedText& text(const std::string& id) const {
    for (const LinkedText& text : texts)
      if (text.id == id) return text;
    throw std::runtime_error("no text " + id);
  }
  std::vector<std::string> lines(const std::string& id) const {
    std::vector<std::string> all(1);
    for (char c : text(id).text)
      if (c == '\n')
        all.emplace_back();
      else
        all.back() += c;
    all.pop_back();
    return all;
  }
  // The numbers behind a list of differences.
  std::vector<int64_t> numbers(const std::string& id, const std::string& key) const {
    std::vector<int64_t> all;
    int64_t sum = 0;
    for (const Json& difference : *text(id).links.find(key)->asArray())
      all.push_back(sum += *difference.asInteger());
    return all;
  }
  std::string layerName(int64_t number) const {
    return number < 0 ? "" : layers->all()[static_cast<size_t>(number)]->name;
  }
};

const char* const network = "pipeline p(x: tensor[3, 16, 16]) {\n"
                            "  y = x |> conv(16, kernel: 3x3, padding: 1, bias: false, name: \"c\")\n"
                            "    |> batch_norm(name: \"n\") |> relu\n"
                            "  return y |> max_pool(2x2) |> flatten |> dense(10, name: \"d\")\n}\n";

TEST(Links, LinesOfGraphsAreTheirLayers) {
  const Made made(network);
  const std::vector<std::string> lines = made.lines("graph-text");
  const std::vector<int64_t> layers = made.numbers("graph-text", "layers");
  ASSERT_EQ(layers.size(), lines.size());
  int parameters = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].compare(0, 3, "  %") == 0)
      EXPECT_EQ("  %" + made.layerName(layers[i]), lines[i].substr(0, lines[i].find(" ="))) << lines[i];
    const size_t parameter = lines[i].find("param %");
    if (parameter == std::string::npos) continue;
    ++parameters;
    EXPECT_EQ(made.layerName(layers[i]), lines[i].substr(parameter + 7, 1)) << lines[i];
  }
  EXPECT_EQ(parameters, 7);
}

TEST(Links, LinesOfSchedulesAreTheirKernels) {
  const Made made(network);
  const std::vector<std::string> lines = made.lines("schedule");
  const std::vector<int64_t> kernels = made.numbers("schedule", "kernels");
  ASSERT_EQ(kernels.size(), lines.size());
  int64_t next = 0;
  for (size_t i = 0; i < lines.size(); ++i)
    EXPECT_EQ(kernels[i], lines[i].find("kernel [") == std::string::npos ? -1 : next++) << lines[i];
  EXPECT_EQ(next, static_cast<int64_t>(made.plan.kernels.size()));
}

TEST(Links, FusedGraphsHaveBoth) {
  const Made made(network);
  const std::vector<std::string> lines = made.lines("fused");
  const std::vector<int64_t> layers = made.numbers("fused", "layers"),
                             kernels = made.numbers("fused", "kernels");
  size_t found = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t name = lines[i].find('%');
    if (name == std::string::npos || lines[i].find(" = ") == std::string::npos) continue;
    ++found;
    EXPECT_EQ(made.layerName(layers[i]), lines[i].substr(name + 1, lines[i].find(" = ") - name - 1));
    const auto& its = made.plan.kernels.at(static_cast<size_t>(kernels[i])).layers;
    EXPECT_TRUE(std::count(its.begin(), its.end(), made.layerName(layers[i]))) << lines[i];
  }
  EXPECT_EQ(found, 5u); // batch_norm is folded
}

TEST(Links, FunctionsBeginWhereTheyStand) {
  for (const char* target : {"x86_64-linux-gnu", "aarch64-linux-gnu"}) {
    const Made made(network, target);
    for (const char* id : {"loops", "llvm", "llvm-opt", "asm"}) {
      const std::vector<std::string> lines = made.lines(id);
      const Json::Array& starts = *made.text(id).links.find("functions")->asArray();
      size_t found = 0;
      for (size_t i = 0; i < starts.size(); i += 2) {
        const int64_t line = *starts[i].asInteger(), function = *starts[i + 1].asInteger();
        if (function < 0) continue;
        ++found;
        EXPECT_NE(
            lines.at(static_cast<size_t>(line)).find(made.functions[static_cast<size_t>(function)].name),
            std::string::npos)
            << id << " " << lines[static_cast<size_t>(line)];
      }
      EXPECT_GE(found, made.functions.size()) << id;
    }
  }
}

TEST(Links, FunctionsAreForTheirKernels) {
  const Made made(network);
  for (const FunctionFacts& function : made.functions)
    for (size_t k = 0; k < made.plan.kernels.size(); ++k)
      if (function.name == "p." + made.plan.kernels[k].name)
        EXPECT_EQ(function.kernels, std::vector<size_t>{k}) << function.name;
      else if (function.name == "p_run")
        EXPECT_TRUE(function.kernels.empty());
}

// Every multiply-add of the loops is one in the code that comes from its line.
TEST(Links, OriginsAreLinesOfLoops) {
  const Made made(network);
  const std::vector<std::string> loops = made.lines("loops"), code = made.lines("asm"),
                                 llvm = made.lines("llvm");
  const std::vector<int64_t> ofCode = made.numbers("asm", "origins"),
                             ofLlvm = made.numbers("llvm", "origins");
  ASSERT_EQ(ofCode.size(), code.size());
  ASSERT_EQ(ofLlvm.size(), llvm.size());
  size_t products = 0;
  for (size_t i = 0; i < llvm.size(); ++i) {
    if (llvm[i].find("@llvm.fma") == std::string::npos || llvm[i].find(" = call") == std::string::npos)
      continue;
    ++products;
    ASSERT_GT(ofLlvm[i], 0) << llvm[i];
    EXPECT_NE(loops.at(static_cast<size_t>(ofLlvm[i]) - 1).find("= fma "), std::string::npos) << llvm[i];
  }
  EXPECT_GT(products, 10u);
  for (size_t i = 0; i < code.size(); ++i)
    if (code[i].find("vmaxps") != std::string::npos && ofCode[i] > 0)
      EXPECT_NE(loops.at(static_cast<size_t>(ofCode[i]) - 1).find("max"), std::string::npos) << code[i];
}

TEST(Links, WhatAPassMadeStandsForItsLayer) {
  const Made made(network);
  graph::Value product{};
  product.name = "n.scaled";
  EXPECT_EQ(made.layerName(made.layers->standingFor(product)), "n");
  product.name = "none.of.them";
  EXPECT_EQ(made.layers->standingFor(product), -1);
}

} // namespace
} // namespace convoy::explore
