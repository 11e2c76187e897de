#include "sema/sema.h"
#include "sema/elaborator.h"
#include "support/internal_error.h"

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

} // namespace

std::optional<graph::Graph> analyze(const ast::File& file, const SemaOptions& options,
                                    DiagnosticEngine& diags) {
  sema::Program program(file, diags);
  if (diags.hasErrors()) return std::nullopt;
  const ast::Pipeline* pipeline = choose(file, options.pipeline, diags);
  if (!pipeline) return std::nullopt;
  graph::Graph graph = sema::Elaborator(program, options, diags).run(*pipeline);
  if (diags.hasErrors()) return std::nullopt;
  sema::prune(graph);
  if (options.initSeed) sema::initializeRandom(graph, *options.initSeed, diags);
  if (diags.hasErrors()) return std::nullopt;
  std::vector<std::string> problems = graph::verify(graph);
  if (!problems.empty()) internalError("sema made a graph that is not well formed: " + problems.front());
  return graph;
}

} // namespace convoy
