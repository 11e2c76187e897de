#include "sema/sema.h"
#include "graph/warnings.h"
#include "sema/elaborator.h"
#include "sema/facts.h"
#include "sema/script_warnings.h"
#include "support/internal_error.h"
#include <algorithm>

namespace convoy {

namespace {

const ast::Pipeline* choose(const ast::File& file, const std::string& wanted, DiagnosticEngine& diags) {
  Location whole{file.source, 0, 0};
  std::vector<std::string> names;
  for (const ast::Pipeline& pipeline : file.pipelines) names.push_back(pipeline.name);
  if (file.pipelines.empty()) {
    diags.report(diag::NoPipeline, whole).help("write `pipeline name(x: image[rgb]) { return x }`");
    return nullptr;
  }
  if (wanted.empty()) {
    if (file.pipelines.size() == 1) return &file.pipelines[0];
    diags.report(diag::ChoosePipeline, file.pipelines[1].nameLocation, static_cast<int64_t>(names.size()))
        .label(file.pipelines[0].nameLocation, "one")
        .help("choose with --pipeline=" + names[0]);
    return nullptr;
  }
  for (const ast::Pipeline& pipeline : file.pipelines)
    if (pipeline.name == wanted) return &pipeline;
  std::string nearest = nearestName(wanted, names);
  const ast::Pipeline* shown = &file.pipelines[0];
  for (const ast::Pipeline& pipeline : file.pipelines)
    if (pipeline.name == nearest) shown = &pipeline;
  diags.report(diag::UnknownPipeline, shown->nameLocation, wanted)
      .primary(nearest.empty() ? "the file has this one" : "did you mean this one?")
      .help("choose with --pipeline=" + shown->name);
  return nullptr;
}

// In the order of the script.
void warn(const ast::File& file, const graph::Graph& graph, DiagnosticEngine& diags) {
  DiagnosticEngine found;
  sema::warnOfScript(file, found);
  graph::warnOfWindows(graph, found);
  auto warnings = found.release();
  auto order = [](const auto& warning) {
    return std::make_pair(warning->labels.front().location.begin, warning->code);
  };
  std::sort(warnings.begin(), warnings.end(),
            [&](const auto& a, const auto& b) { return order(a) < order(b); });
  for (auto& warning : warnings) diags.adopt(std::move(warning));
}

} // namespace

std::optional<graph::Graph> analyze(const ast::File& file, const SemaOptions& options,
                                    DiagnosticEngine& diags, sema::Facts* facts) {
  sema::Program program(file, diags);
  if (diags.hasErrors()) return std::nullopt;
  const ast::Pipeline* pipeline = choose(file, options.pipeline, diags);
  if (!pipeline) return std::nullopt;
  graph::Graph graph = sema::Elaborator(program, options, diags, facts).run(*pipeline);
  if (facts) facts->graph = graph;
  if (diags.hasErrors()) return std::nullopt;
  warn(file, graph, diags);
  sema::prune(graph);
  if (options.initSeed) sema::initializeRandom(graph, *options.initSeed, diags);
  if (diags.hasErrors()) return std::nullopt;
  std::vector<std::string> problems = graph::verify(graph);
  if (!problems.empty()) internalError("sema made a graph that is not well formed: " + problems.front());
  return graph;
}

void checkDefinitions(const ast::File& file, const SemaOptions& options, DiagnosticEngine& diags,
                      sema::Facts* facts) {
  sema::Program program(file, diags);
  if (!diags.hasErrors()) sema::Elaborator(program, options, diags, facts).checkDefinitions();
  if (!diags.hasErrors()) sema::warnOfScript(file, diags);
}

} // namespace convoy
