#include "server/analysis.h"
#include "parse/imports.h"
#include "parse/parser.h"
#include "server/uri.h"
#include <fstream>
#include <set>
#include <tuple>

namespace convoy::server {

namespace {

std::optional<std::string> readWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::vector<char> part(1 << 16);
  constexpr size_t enough = size_t{32} << 20; // above it the parser refuses the file, whatever follows
  while (in && text.size() < enough) {
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    text.append(part.data(), static_cast<size_t>(in.gcount()));
  }
  if (in.bad() || !in.is_open()) return std::nullopt;
  return text;
}

const SourceFile* readImport(Analysis& analysis, const std::string& path, const OpenTexts& openTexts) {
  const std::string canonical = canonicalPath(path);
  analysis.imports.push_back(canonical);
  std::optional<std::string> text = openTexts(canonical);
  if (!text) text = readWhole(path);
  if (text) return analysis.sources.add(path, std::move(*text));
  analysis.diags.report(diag::CannotRead, {}, path, "the file cannot be opened");
  return nullptr;
}

// Of what several pipelines say about the same place, one is enough.
void dropRepeated(DiagnosticEngine& diags) {
  std::set<std::tuple<const SourceFile*, uint32_t, uint32_t, std::string, std::string>> seen;
  for (std::unique_ptr<Diagnostic>& each : diags.release()) {
    const Location where = each->labels.empty() ? Location() : each->labels.front().location;
    if (seen.emplace(where.file, where.begin, where.end, each->code, each->message).second)
      diags.adopt(std::move(each));
  }
}

void checkPipelines(Analysis& analysis, SemaOptions options) {
  const std::vector<ast::Pipeline>& pipelines = analysis.syntax->pipelines;
  std::set<std::string> names; // a second one of a name is reported by the first look
  for (const ast::Pipeline& pipeline : pipelines) {
    if (!names.insert(pipeline.name).second) continue;
    options.pipeline = pipeline.name;
    DiagnosticEngine found; // errors of one pipeline do not stop the others
    analyze(*analysis.syntax, options, found, &analysis.facts.emplace_back());
    for (std::unique_ptr<Diagnostic>& each : found.release()) analysis.diags.adopt(std::move(each));
  }
  if (pipelines.empty())
    checkDefinitions(*analysis.syntax, options, analysis.diags, &analysis.facts.emplace_back());
  dropRepeated(analysis.diags);
}

} // namespace

const sema::Facts* Analysis::factsAt(Location where) const {
  for (const sema::Facts& each : facts)
    if (each.at(where)) return &each;
  return nullptr;
}

std::unique_ptr<Analysis> analyzeText(const std::string& path, std::string text,
                                      const AnalysisOptions& options, const OpenTexts& openTexts) {
  auto analysis = std::make_unique<Analysis>();
  Analysis& a = *analysis;
  a.file = a.sources.add(path, std::move(text));
  a.syntax = parse(*a.file, a.diags);
  a.parsed = !a.diags.hasErrors();
  ImportSearch search{"", options.importFolders,
                      [&](const std::string& import) { return readImport(a, import, openTexts); }};
  if (const size_t slash = path.rfind('/'); slash != std::string::npos)
    search.scriptFolder = path.substr(0, slash + 1);
  loadImports(*a.syntax, search, a.diags);
  if (!a.diags.hasErrors()) checkPipelines(a, options.sema);
  return analysis;
}

} // namespace convoy::server
