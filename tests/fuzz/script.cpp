// Scripts from strangers: whatever the bytes are, parser, elaborator and formatter end with a result or with
// diagnostics, and what they make holds together.
#include "format/format.h"
#include "graph/reader.h"
#include "parse/imports.h"
#include "parse/parser.h"
#include "sema/sema.h"
#include "support/internal_error.h"
#include <cstdlib>

using namespace convoy;

namespace {

// What a person would read: the renderers must manage every diagnostic.
void renderAll(const DiagnosticEngine& diags) {
  for (const auto& diagnostic : diags.all()) {
    renderText(*diagnostic, /*color=*/true);
    renderJson(*diagnostic);
  }
}

// The text of the graph is the graph: it reads back, well formed, and prints the same.
void checkGraph(const graph::Graph& graph) {
  const std::string text = graph::print(graph, /*full=*/true);
  SourceManager sources;
  DiagnosticEngine diags;
  const std::optional<graph::Graph> again = graph::read(*sources.add("fuzz.graph", text), diags);
  require(again && !diags.hasErrors(), "a graph does not read back");
  require(graph::print(*again, true) == text, "a graph that was read prints differently");
}

void checkPipeline(const ast::File& file, const std::string& name) {
  SemaOptions options;
  options.pipeline = name;
  DiagnosticEngine diags;
  const std::optional<graph::Graph> graph = analyze(file, options, diags);
  renderAll(diags);
  require(graph.has_value() || diags.hasErrors(), "no graph, and no error either");
  if (graph && graph->values.size() < 200) checkGraph(*graph);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t largest = 1 << 14;
  if (size > largest) return -1;
  SourceManager sources;
  DiagnosticEngine diags;
  const SourceFile* source = sources.add("fuzz.cvy", std::string(reinterpret_cast<const char*>(data), size));
  const std::unique_ptr<ast::File> file = parse(*source, diags);
  // No file is looked at: imports are mistakes here.
  if (!diags.hasErrors())
    loadImports(*file, ImportSearch{"/nonexistent", {}, [](const std::string&) { return nullptr; }}, diags);
  renderAll(diags);
  ast::print(*file);
  if (diags.hasErrors()) return 0;

  const std::string formatted = formatScript(source->text());
  require(formatScript(formatted) == formatted, "formatting twice is not formatting once");
  for (const ast::Pipeline& pipeline : file->pipelines) checkPipeline(*file, pipeline.name);
  return 0;
}
