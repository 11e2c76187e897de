#include "convoy/convoy.h"
#include "api/program.h"
#include <new>

namespace convoy {

namespace api {
namespace {

Severity severityOf(Level level) {
  switch (level) {
  case Level::Error: return Severity::Error;
  case Level::Warning: return Severity::Warning;
  case Level::Note: return Severity::Note;
  }
  return Severity::Error;
}

Diagnostic diagnosticOf(Problem problem) {
  Diagnostic diagnostic;
  diagnostic.code = std::move(problem.code);
  diagnostic.name = std::move(problem.name);
  diagnostic.severity = severityOf(problem.level);
  diagnostic.message = std::move(problem.message);
  diagnostic.notes = std::move(problem.notes);
  diagnostic.helps = std::move(problem.helps);
  diagnostic.rendered = std::move(problem.rendered);
  for (const Mark& mark : problem.marks)
    diagnostic.labels.push_back(
        {mark.file, mark.line, mark.column, mark.endLine, mark.endColumn, mark.text, mark.primary});
  for (Repair& repair : problem.repairs) {
    diagnostic.fixes.push_back({std::move(repair.text), {}});
    for (const Mark& edit : repair.edits)
      diagnostic.fixes.back().edits.push_back(
          {edit.file, edit.line, edit.column, edit.endLine, edit.endColumn, edit.text});
  }
  return diagnostic;
}

Request requestOf(const std::string& name, const std::string* text, const Options& options) {
  Request request;
  request.name = name;
  if (text) request.text = *text;
  request.pipeline = options.pipeline;
  request.cpu = options.cpu;
  request.weights = options.weights;
  request.scheduleFile = options.scheduleFile;
  if (!options.scheduleText.empty()) request.scheduleText = options.scheduleText;
  request.initSeed = options.initSeed;
  request.constants = options.constants;
  request.importFolders = options.importFolders;
  request.optimize = options.optimize;
  request.math = options.math == convoy::Math::Fast     ? api::Math::Fast
                 : options.math == convoy::Math::Strict ? api::Math::Strict
                                                        : api::Math::Bf16;
  request.threads = options.threads;
  if (options.fromStage)
    request.fromStage = {static_cast<int>(options.fromStage->stage), options.fromStage->text,
                         options.fromStage->name};
  if (options.afterPass)
    request.afterPass = [&options](const std::string& pass, int stage, std::string text) {
      options.afterPass({pass, static_cast<Stage>(stage), std::move(text)});
    };
  if (options.cancellation || options.progress)
    request.watcher = [&options](const std::string& phase, double done) {
      if (options.cancellation && options.cancellation->isCancelled()) return false;
      if (options.progress) options.progress(phase, done);
      return !options.cancellation || !options.cancellation->isCancelled();
    };
  return request;
}

// The program, ready to run, or null and one more problem.
std::shared_ptr<Program> load(std::unique_ptr<Session> session, const Options& options,
                              std::vector<Problem>& problems) {
  auto program = std::make_shared<Program>(std::move(session),
                                           Hooks{options.executor, options.allocator, options.threads});
  const Status status = program->prepare();
  if (status) return program;
  problems.push_back(status.code() == StatusCode::Memory ? memoryProblem()
                                                         : internalProblem(status.message()));
  return nullptr;
}

Expected<Pipeline> compileAny(const std::string& name, const std::string* text, const Options& options) {
  std::vector<Problem> problems;
  std::optional<Pipeline> pipeline;
  try {
    Outcome outcome = compile(requestOf(name, text, options));
    problems = std::move(outcome.problems);
    if (outcome.session)
      if (std::shared_ptr<Program> program = load(std::move(outcome.session), options, problems))
        pipeline.emplace(std::move(program));
    if (pipeline && options.progress) options.progress("done", 1);
  } catch (const std::bad_alloc&) {
    pipeline.reset();
    problems.push_back(memoryProblem());
  } catch (const std::exception& error) {
    pipeline.reset();
    problems.push_back(internalProblem(error.what()));
  } catch (...) {
    pipeline.reset();
    problems.push_back(internalProblem("an exception without a message"));
  }
  std::vector<Diagnostic> diagnostics;
  for (Problem& problem : problems) diagnostics.push_back(diagnosticOf(std::move(problem)));
  return {std::move(pipeline), std::move(diagnostics)};
}

} // namespace
} // namespace api

inline namespace v1 {

Expected<Pipeline> compileFile(const std::string& path, const Options& options) {
  return api::compileAny(path, nullptr, options);
}

Expected<Pipeline> compileSource(const std::string& text, const std::string& name, const Options& options) {
  return api::compileAny(name, &text, options);
}

std::vector<Pass> passes() {
  std::vector<Pass> passes;
  for (auto& [name, why] : api::passTable()) passes.push_back({name, why});
  return passes;
}

const char* version() { return CONVOY_VERSION; }

// The hooks' first virtual functions are here, so that their tables are in the library alone.
Executor::Executor() = default;
Executor::~Executor() = default;
Allocator::Allocator() = default;
Allocator::~Allocator() = default;

} // namespace v1
} // namespace convoy
