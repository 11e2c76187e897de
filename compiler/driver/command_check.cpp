#include "driver/commands.h"
#include "sema/sema.h"
#include <set>
#include <tuple>

namespace convoy::driver {

namespace {

// What several pipelines have in common is said once.
void removeRepeated(DiagnosticEngine& diags) {
  std::set<std::tuple<std::string, std::string, const SourceFile*, uint32_t>> seen;
  for (std::unique_ptr<Diagnostic>& diagnostic : diags.release()) {
    const Location where = diagnostic->labels.front().location;
    if (seen.insert({diagnostic->code, diagnostic->message, where.file, where.begin}).second)
      diags.adopt(std::move(diagnostic));
  }
}

} // namespace

bool checkPipelines(Compilation& c, PhaseTimes& times) {
  const auto nothing = [](Stage, const std::string&) {};
  std::vector<std::string> names;
  if (c.kind == FileKind::Script && c.pipeline.empty()) {
    c.stages = {Stage::Ast};
    if (!runPipeline(c, Goal::Stages, times, nothing)) return false;
    for (const ast::Pipeline& pipeline : c.syntax->pipelines) names.push_back(pipeline.name);
  }
  // A file for others to import has no pipeline.
  if (c.syntax && names.empty() && !(c.syntax->blocks.empty() && c.syntax->constants.empty())) {
    SemaOptions options;
    options.defines = c.options.defines;
    checkDefinitions(*c.syntax, options, c.diags);
    return !c.diags.hasErrors();
  }
  const std::set<std::string> different(names.begin(), names.end());
  if (names.size() < 2 || different.size() < names.size()) return runPipeline(c, Goal::Check, times, nothing);
  for (const std::string& name : names) {
    c.pipeline = name;
    runPipeline(c, Goal::Check, times, nothing);
  }
  removeRepeated(c.diags);
  return !c.diags.hasErrors();
}

int runCheck(Compilation& c, PhaseTimes& times) { return checkPipelines(c, times) ? Success : Failure; }

} // namespace convoy::driver
