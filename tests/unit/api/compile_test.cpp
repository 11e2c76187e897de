#include "scripts.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <unistd.h>

using namespace api_test;

namespace {

std::string outputOf(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> bytes;
  for (size_t count; (count = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0;)
    text.append(bytes.data(), count);
  return ::pclose(pipe) == 0 ? text : "the command failed: " + command;
}

// A file for the time of a test.
class ScriptFile {
public:
  explicit ScriptFile(const std::string& text, const std::string& ending = ".cvy")
      : path_(testing::TempDir() + "api_test_" + std::to_string(::getpid()) + ending) {
    std::ofstream(path_) << text;
  }
  ~ScriptFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

TEST(Compile, MistakesAreObjects) {
  auto result =
      convoy::compileSource("pipeline p(x: tensor[1, 4, 4]) {\n    return x |> relo\n}\n", "wrong.cvy");
  ASSERT_FALSE(result);
  ASSERT_EQ(result.diagnostics().size(), 1u);
  const convoy::Diagnostic& diagnostic = result.diagnostics()[0];
  EXPECT_EQ(diagnostic.code, "E0202");
  EXPECT_EQ(diagnostic.name, "UnknownLayer");
  EXPECT_EQ(diagnostic.severity, convoy::Severity::Error);
  EXPECT_EQ(diagnostic.message, "there is no layer or function named 'relo'");
  ASSERT_EQ(diagnostic.labels.size(), 1u);
  const convoy::Label& label = diagnostic.labels[0];
  EXPECT_EQ(label.file, "wrong.cvy");
  EXPECT_TRUE(label.primary);
  EXPECT_EQ(label.line, 2u);
  EXPECT_EQ(label.column, 17u);
  EXPECT_EQ(label.endLine, 2u);
  EXPECT_EQ(label.endColumn, 21u);
  EXPECT_NE(diagnostic.rendered.find("did you mean 'relu'?"), std::string::npos);
  EXPECT_NE(diagnostic.rendered.find("wrong.cvy:2:17"), std::string::npos);
  EXPECT_EQ(diagnostic.rendered.find("\x1b"), std::string::npos) << "no colours";
}

// What a temporary gives outlives it.
TEST(Compile, TemporariesGiveValues) {
  const auto wrong = [] {
    return convoy::compileSource("pipeline p(x: tensor[1, 4, 4]) { return x |> relo }");
  };
  size_t count = 0;
  for (const convoy::Diagnostic& diagnostic : wrong().diagnostics()) {
    EXPECT_EQ(diagnostic.code, "E0202");
    ++count;
  }
  EXPECT_EQ(count, 1u);
  EXPECT_THROW(wrong().value(), convoy::Error);
  const auto right = [] { return convoy::compileSource(blur); };
  const convoy::Pipeline& kept = *right();
  EXPECT_EQ(kept.name(), "blur");
  const convoy::Pipeline& taken = right().value();
  EXPECT_EQ(taken.name(), "blur");
  count = 0;
  for (const convoy::Shape& shape : *kept.outputShapes({{"H", 5}, {"W", 6}})) {
    EXPECT_EQ(shape, (convoy::Shape{2, 5, 6}));
    ++count;
  }
  EXPECT_EQ(count, 1u);
  const convoy::Status& status = kept.outputShapes({{"H", 5}}).status();
  EXPECT_STREQ(status.message(), "the size 'W' is missing");
}

TEST(Compile, ValueThrowsTheDiagnostics) {
  auto result = convoy::compileSource("nonsense");
  try {
    result.value();
    FAIL() << "nothing was thrown";
  } catch (const convoy::Error& error) {
    EXPECT_EQ(error.diagnostics().size(), result.diagnostics().size());
    EXPECT_NE(std::string(error.what()).find("error[E0"), std::string::npos);
  }
}

TEST(Compile, WrongOptionsAndFilesAreDiagnostics) {
  const auto codeOf = [](const convoy::Expected<convoy::Pipeline>& result) {
    return result || result.diagnostics().empty() ? std::string("none") : result.diagnostics()[0].code;
  };
  EXPECT_EQ(codeOf(convoy::compileFile("/nowhere/at/all.cvy")), "E0411");
  EXPECT_EQ(codeOf(convoy::compileSource(net)), "E0412") << "parameters without values";
  EXPECT_EQ(codeOf(convoy::compileSource("", "empty.loop")), "E0521");
  convoy::Options options;
  options.cpu = "pentium9";
  EXPECT_EQ(codeOf(convoy::compileSource(blur, "a.cvy", options)), "E0502");
  options.cpu = "";
  options.pipeline = "other";
  EXPECT_EQ(codeOf(convoy::compileSource(blur, "a.cvy", options)), "E0208");
  options.pipeline = "";
  options.scheduleText = "schedule @blur";
  EXPECT_EQ(codeOf(convoy::compileSource(blur, "a.cvy", options)), "E0660");
  options.scheduleText = "";
  options.scheduleFile = "/nowhere/at/all.schedule";
  EXPECT_EQ(codeOf(convoy::compileSource(blur, "a.cvy", options)), "E0411");
}

TEST(Compile, WarningsComeWithSuccess) {
  const convoy::Pipeline first = compiled(blur);
  convoy::Options options;
  options.pipeline = "blur"; // without effect on graph IR
  auto result = convoy::compileSource(first.emit(convoy::Stage::Graph), "blur.graph", options);
  ASSERT_TRUE(result) << result.diagnostics()[0].rendered;
  ASSERT_EQ(result.diagnostics().size(), 1u);
  EXPECT_EQ(result.diagnostics()[0].severity, convoy::Severity::Warning);
  EXPECT_EQ(result.diagnostics()[0].code, "W0501");
  // There never was a syntax tree.
  std::string text;
  const convoy::Status status = result->emit(convoy::Stage::Ast, text);
  EXPECT_EQ(status.code(), convoy::StatusCode::Argument);
  EXPECT_STREQ(status.message(), "there is no stage 'ast' when starting from graph IR");
  EXPECT_EQ(result->emit(convoy::Stage::Ast), "");
  EXPECT_EQ(result->emit(static_cast<convoy::Stage>(99), text).code(), convoy::StatusCode::Argument);
}

TEST(Compile, TellsWhatAPipelineIs) {
  const convoy::Pipeline edges = *convoy::compileFile(CONVOY_EXAMPLES "/edges/edges.cvy");
  EXPECT_EQ(edges.name(), "edges");
  ASSERT_EQ(edges.inputs().size(), 1u);
  const convoy::Port& photo = edges.inputs()[0];
  EXPECT_EQ(photo.name, "photo");
  EXPECT_EQ(photo.kind, convoy::Port::Kind::Image);
  EXPECT_EQ(photo.channels, 3);
  EXPECT_EQ(photo.rank(), 3);
  EXPECT_EQ(photo.layout, "C, H, W");
  EXPECT_EQ(photo.dimensions[0].constant, 3);
  EXPECT_FALSE(photo.dimensions[1].constant);
  EXPECT_EQ(photo.dimensions[1].text, edges.sizes()[0]);
  EXPECT_EQ(edges.sizes().size(), 2u);
  EXPECT_EQ(edges.outputs()[0].name, "result");
  EXPECT_EQ(edges.outputs()[0].channels, 1);
  EXPECT_EQ(edges.parameterCount(), 0) << "literals are not learnt";
  bool found = false;
  for (const convoy::Layer& layer : edges.layers()) found |= layer.op == "luminance" && layer.line == 3;
  EXPECT_TRUE(found);

  convoy::Options options;
  options.initSeed = 1;
  const convoy::Pipeline network = compiled(net, options);
  EXPECT_EQ(network.parameterCount(), 4 * 3 * 9 + 4 + 10 * 64 + 10);
  EXPECT_EQ(network.parameterBytes(), network.parameterCount() * 4);
  EXPECT_GE(network.preparedBytes(), network.parameterBytes());
  EXPECT_EQ(network.layers()[0].name, "c1");
  EXPECT_EQ(network.layers()[0].output, "tensor[4, 8, 8]");
  EXPECT_EQ(network.layers()[0].parameters, 4 * 3 * 9 + 4);
  EXPECT_EQ(network.outputs()[0].layout, "C");
}

TEST(Compile, ShapesAndWorkspaceFromNamedSizes) {
  const convoy::Pipeline pipeline =
      compiled(R"(pipeline p(x: tensor[1, H, W]) -> tensor[1, div(H + 1, 2), W] {
    return x |> conv(1, kernel: 3x3, stride: 2x1, padding: same, name: "a") |> relu |> conv(1, kernel: 3x3, padding: same)
})",
               [] {
                 convoy::Options options;
                 options.initSeed = 3;
                 return options;
               }());
  EXPECT_EQ(pipeline.outputs()[0].dimensions[1].text, "div(H + 1, 2)");
  auto shapes = pipeline.outputShapes({{"H", 7}, {"W", 5}});
  ASSERT_TRUE(shapes) << shapes.status().message();
  EXPECT_EQ(*shapes, (std::vector<convoy::Shape>{{1, 4, 5}}));
  auto same = pipeline.outputShapes({{"x", convoy::View<const float, 3>(nullptr, {1, 7, 5})}});
  ASSERT_TRUE(same) << same.status().message();
  EXPECT_EQ(*same, *shapes);
  auto one = pipeline.workspaceBytes({{"H", 64}, {"W", 64}}),
       four = pipeline.workspaceBytes({{"H", 64}, {"W", 64}}, 4);
  ASSERT_TRUE(one && four);
  EXPECT_GT(*one, 0);
  EXPECT_GE(*four, *one); // the batch takes turns in rings

  EXPECT_STREQ(pipeline.outputShapes({{"H", 7}}).status().message(), "the size 'W' is missing");
  EXPECT_STREQ(pipeline.outputShapes({{"H", 7}, {"W", 5}, {"D", 1}}).status().message(),
               "the pipeline has no size 'D'");
  EXPECT_EQ(pipeline.outputShapes({{"H", 0}, {"W", 5}}).status().code(), convoy::StatusCode::Shape);
  EXPECT_EQ(pipeline.workspaceBytes({{"H", 1 << 30}, {"W", 1 << 30}}).status().code(),
            convoy::StatusCode::TooLarge);
  EXPECT_EQ(pipeline.workspaceBytes({{"H", 7}, {"W", 5}}, -1).status().code(), convoy::StatusCode::Argument);
}

// Every stage is what the command prints, before and after the parameters are gone.
TEST(Compile, EmitsWhatTheCommandPrints) {
  const ScriptFile file(R"(pipeline p(x: tensor[16, 8, 8]) -> tensor[16, 8, 8] {
    return x |> conv(16, kernel: 3x3, padding: same, name: "c") |> relu
})");
  convoy::Options options;
  options.initSeed = 5;
  options.threads = 1;
  auto result = convoy::compileFile(file.path(), options);
  ASSERT_TRUE(result);
  const std::pair<convoy::Stage, const char*> stages[] = {{convoy::Stage::Ast, "ast"},
                                                          {convoy::Stage::Graph, "graph"},
                                                          {convoy::Stage::Fused, "fused"},
                                                          {convoy::Stage::Schedule, "schedule"},
                                                          {convoy::Stage::Loops, "loops"},
                                                          {convoy::Stage::Llvm, "llvm"},
                                                          {convoy::Stage::LlvmOptimized, "llvm-opt"},
                                                          {convoy::Stage::Assembly, "asm"}};
  for (const auto& [stage, name] : stages) {
    const std::string text = result->emit(stage);
    EXPECT_FALSE(text.empty()) << name;
    EXPECT_EQ(text, outputOf(std::string(CONVOY_COMMAND) + " emit " + file.path() +
                             " --init random:5 --stage=" + name))
        << name;
  }
}

TEST(Compile, ParametersFromAFile) {
  const std::string header = R"({"fc.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                             R"("fc.bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})";
  const float numbers[] = {2, 10, 0.5f};
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
  const ScriptFile file(bytes, ".safetensors");
  const std::string body = "pipeline p(x: tensor[2]) -> tensor[1] { return x |> dense(1, name: \"fc\") }";
  const std::string base = file.path().substr(file.path().rfind('/') + 1);
  convoy::Options named;
  named.weights = file.path();
  const auto resultOf = [](const convoy::Expected<convoy::Pipeline>& compiled) {
    EXPECT_TRUE(compiled) << compiled.diagnostics()[0].rendered;
    const float x[] = {3, 4};
    float y = 0;
    EXPECT_OK(compiled->run({{"x", convoy::View<const float, 1>(x, {2})}},
                            {{"result", convoy::View<float, 1>(&y, {1})}}));
    return y;
  };
  EXPECT_EQ(resultOf(convoy::compileSource(body, "p.cvy", named)), 46.5f);
  // As the script says, beside it.
  EXPECT_EQ(
      resultOf(convoy::compileSource("weights \"" + base + "\"\n" + body, testing::TempDir() + "p.cvy")),
      46.5f);
  named.weights += ".nowhere";
  EXPECT_FALSE(convoy::compileSource(body, "p.cvy", named));
}

TEST(Compile, ConstantsHaveOtherValues) {
  const char* script = "const factor = 2\npipeline p(x: tensor[1]) -> tensor[1] { return x * factor }";
  const auto resultOf = [&](const convoy::Options& options) {
    const float x = 3;
    float y = 0;
    EXPECT_OK(compiled(script, options)
                  .run({{"x", convoy::View<const float, 1>(&x, {1})}},
                       {{"result", convoy::View<float, 1>(&y, {1})}}));
    return y;
  };
  convoy::Options options;
  EXPECT_EQ(resultOf(options), 6);
  options.constants = {{"factor", "4"}, {"factor", "5"}};
  EXPECT_EQ(resultOf(options), 15) << "the last one counts";

  const std::pair<const char*, std::pair<std::string, std::string>> wrong[] = {{"E0254", {"fakter", "3"}},
                                                                               {"E0254", {"", ""}},
                                                                               {"E0255", {"factor", ""}},
                                                                               {"E0255", {"factor", "much"}}};
  for (const auto& [code, constant] : wrong) {
    options.constants = {constant};
    auto result = convoy::compileSource(script, "p.cvy", options);
    ASSERT_FALSE(result) << constant.first;
    ASSERT_EQ(result.diagnostics().size(), 1u);
    EXPECT_EQ(result.diagnostics()[0].code, code) << result.diagnostics()[0].rendered;
  }
  const std::string graph = compiled(script).emit(convoy::Stage::Graph);
  auto result = convoy::compileSource(graph, "p.graph", options);
  ASSERT_TRUE(result);
  ASSERT_EQ(result.diagnostics().size(), 1u);
  EXPECT_EQ(result.diagnostics()[0].message, "'-D' has no effect when starting from graph IR");
}

TEST(Compile, ImportsAreLookedForInTheFoldersGiven) {
  const ScriptFile imported("block twice(x) { return x * 2 }\n");
  const size_t slash = imported.path().rfind('/');
  const std::string script = "import \"" + imported.path().substr(slash + 1) +
                             "\"\npipeline p(x: tensor[1]) -> tensor[1] { return x |> twice }";
  EXPECT_FALSE(convoy::compileSource(script, "/nowhere/p.cvy"));
  convoy::Options options;
  options.importFolders = {"/nowhere/else", imported.path().substr(0, slash)};
  auto result = convoy::compileSource(script, "/nowhere/p.cvy", options);
  EXPECT_TRUE(result) << result.diagnostics()[0].rendered;
}

// Options::math is the command's --math.
TEST(Compile, MathSaysHowExactResultsAre) {
  const char* const wide = "pipeline wide(x: tensor[64, 14, 14]) -> tensor[64, 14, 14] {\n"
                           "    return x |> conv(64, kernel: 3x3, padding: 1, name: \"c\")\n}\n";
  std::vector<float> x(64 * 14 * 14);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 1000) / 500 - 1;
  std::map<convoy::Math, std::vector<float>> results;
  std::map<convoy::Math, std::string> schedules;
  for (convoy::Math math : {convoy::Math::Strict, convoy::Math::Fast, convoy::Math::Bf16}) {
    convoy::Options options;
    options.initSeed = 1;
    options.optimize = 1;
    options.math = math;
    const convoy::Pipeline pipeline = compiled(wide, options);
    std::vector<float>& y = results[math];
    y.resize(x.size());
    EXPECT_OK(pipeline.run({{"x", convoy::View<const float, 3>(x.data(), {64, 14, 14})}},
                           {{"result", convoy::View<float, 3>(y.data(), {64, 14, 14})}}));
    schedules[math] = pipeline.emit(convoy::Stage::Schedule);
  }
  auto has = [&](convoy::Math math, const char* word) {
    return schedules[math].find(word) != std::string::npos;
  };
  for (const char* word : {"bf16", "split", "tiles", "winograd"})
    EXPECT_FALSE(has(convoy::Math::Strict, word));
  EXPECT_FALSE(has(convoy::Math::Fast, "bf16"));
  auto furthest = [&](convoy::Math math) {
    float most = 0;
    for (size_t i = 0; i < x.size(); ++i)
      most = std::max(most, std::abs(results[math][i] - results[convoy::Math::Strict][i]));
    return most;
  };
  EXPECT_LT(furthest(convoy::Math::Fast), 1e-4f);
  EXPECT_LT(furthest(convoy::Math::Bf16), 0.1f);
  // Other results where, and only where, sums are others.
  EXPECT_EQ(furthest(convoy::Math::Fast) > 0,
            has(convoy::Math::Fast, "split") || has(convoy::Math::Fast, "winograd"));
  EXPECT_EQ(furthest(convoy::Math::Bf16) > 1e-4f, has(convoy::Math::Bf16, "bf16"));
}

TEST(Compile, ScheduleTextIsUsed) {
  const convoy::Pipeline chosen = compiled(blur);
  const std::string text = chosen.emit(convoy::Stage::Schedule);
  convoy::Options options;
  options.scheduleText = text;
  EXPECT_EQ(compiled(blur, options).emit(convoy::Stage::Schedule), text);
}

TEST(Compile, GoesOnFromAnEditedText) {
  const std::string script = "pipeline p(x: tensor[1, W]) -> tensor { return relu(x) }";
  const std::vector<float> x{-2, -1, 0, 1, 2};
  const auto result = [&](const convoy::Options& options) {
    auto made = convoy::compileSource(script, "p.cvy", options);
    EXPECT_TRUE(made) << (made ? "" : made.diagnostics()[0].rendered);
    std::vector<float> y(x.size());
    if (made)
      EXPECT_TRUE(made->run({{"x", convoy::View<const float, 2>(x.data(), {1, 5})}},
                            {{"result", convoy::View<float, 2>(y.data(), {1, 5})}}));
    return y;
  };
  const std::vector<float> plain{0, 0, 0, 1, 2};
  EXPECT_EQ(result({}), plain);
  const convoy::Pipeline first = compiled(script.c_str());
  const auto edited = [&](convoy::Stage stage, const std::string& word, const std::string& other) {
    convoy::Options options;
    options.fromStage = {stage, first.emit(stage), ""};
    std::string& text = options.fromStage->text;
    for (size_t at = 0; !word.empty() && (at = text.find(word, at)) != std::string::npos; at += other.size())
      text.replace(at, word.size(), other);
    return options;
  };
  for (convoy::Stage stage : {convoy::Stage::Graph, convoy::Stage::Schedule, convoy::Stage::Loops,
                              convoy::Stage::Llvm, convoy::Stage::LlvmOptimized})
    EXPECT_EQ(result(edited(stage, "", "")), plain);
  EXPECT_EQ(result(edited(convoy::Stage::Graph, "= relu(%x)", "= abs(%x)")),
            (std::vector<float>{2, 1, 0, 1, 2}));

  const convoy::Options another = edited(convoy::Stage::Graph, "= relu(%x)", "= abs(%x)");
  const convoy::Pipeline now = *convoy::compileSource(script, "p.cvy", another);
  EXPECT_NE(now.emit(convoy::Stage::Graph).find("abs(%x)"), std::string::npos);

  auto wrong = convoy::compileSource(script, "p.cvy", edited(convoy::Stage::Llvm, "define", "defin"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.diagnostics()[0].code, "E0670");
  ASSERT_FALSE(wrong.diagnostics()[0].labels.empty());
  EXPECT_EQ(wrong.diagnostics()[0].labels[0].file, "<llvm>");
  EXPECT_GT(wrong.diagnostics()[0].labels[0].line, 1u);
  convoy::Options assembly;
  assembly.fromStage = {convoy::Stage::Assembly, "ret", "p.s"};
  wrong = convoy::compileSource(script, "p.cvy", assembly);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.diagnostics()[0].message,
            "'fromStage' takes a text of graph, schedule, loops, llvm or llvm-opt, not 'asm'");
}

TEST(Compile, PassesCanBeWatched) {
  std::vector<std::string> names;
  std::map<std::string, std::string> texts;
  convoy::Options options;
  options.afterPass = [&](const convoy::PassText& text) {
    names.push_back(text.pass);
    texts[text.pass] += text.text;
  };
  options.initSeed = 1;
  auto made = convoy::compileSource(net, "net.cvy", options);
  ASSERT_TRUE(made);
  std::vector<std::string> table;
  for (const convoy::Pass& pass : convoy::passes()) {
    EXPECT_FALSE(pass.why.empty());
    table.push_back(pass.name);
  }
  // In the order of the table, and the last one twice: before and after the clean-up.
  ASSERT_GT(names.size(), 8u);
  EXPECT_EQ(names.front(), "parse");
  EXPECT_EQ(names.back(), "codegen");
  EXPECT_EQ(names[names.size() - 2], "codegen");
  auto at = table.begin();
  for (const std::string& name : names) {
    at = std::find(at, table.end(), name);
    EXPECT_NE(at, table.end()) << name;
  }
  EXPECT_EQ(texts["remove dead"], made->emit(convoy::Stage::Loops));
  EXPECT_NE(texts["codegen"].find("define i32 @net_run("), std::string::npos);
  EXPECT_NE(texts["weights"].find("<640 numbers>"), std::string::npos) << "10 x 64: left out";
  options.afterPass = [](const convoy::PassText& text) {
    if (text.pass == "lower") throw std::runtime_error("enough");
  };
  made = convoy::compileSource(net, "net.cvy", options);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.diagnostics()[0].message, "internal error: enough");
}

TEST(Compile, CanBeCancelledBetweenPhasesAndKernels) {
  std::vector<std::pair<std::string, double>> seen;
  convoy::Options options;
  options.initSeed = 1;
  options.threads = 1;
  options.progress = [&](const std::string& phase, double done) { seen.emplace_back(phase, done); };
  ASSERT_TRUE(convoy::compileSource(net, "net.cvy", options));
  ASSERT_GT(seen.size(), 10u);
  EXPECT_EQ(seen.front().first, "parse");
  EXPECT_EQ(seen.back().second, 1);
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_GE(seen[i].second, seen[i - 1].second);

  size_t kernels = 0;
  for (size_t stop = 0; stop + 1 < seen.size(); ++stop) {
    convoy::Cancellation token;
    size_t calls = 0;
    options.cancellation = token;
    options.progress = [&](const std::string&, double) {
      if (calls++ == stop) token.cancel();
    };
    auto result = convoy::compileSource(net, "net.cvy", options);
    ASSERT_FALSE(result) << "after " << seen[stop].first;
    ASSERT_EQ(result.diagnostics().size(), 1u);
    EXPECT_EQ(result.diagnostics()[0].code, "E0002");
    EXPECT_EQ(calls, stop + 1);
    kernels += seen[stop].first == "codegen";
  }
  EXPECT_GT(kernels, 3u);
}

TEST(Compile, WhatACallbackThrowsIsADiagnostic) {
  convoy::Options options;
  for (const char* where : {"sema", "codegen"}) {
    options.progress = [&](const std::string& phase, double) {
      if (phase == where) throw std::runtime_error("no more");
    };
    auto result = convoy::compileSource(blur, "blur.cvy", options);
    ASSERT_FALSE(result) << where;
    ASSERT_EQ(result.diagnostics().size(), 1u);
    EXPECT_EQ(result.diagnostics()[0].code, "E0001");
    EXPECT_EQ(result.diagnostics()[0].message, "internal error: no more");
  }
}

} // namespace
