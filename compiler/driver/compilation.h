// One compilation: what was asked for, and all that the phases have made so far.
#pragma once
#include "ast/ast.h"
#include "codegen/descriptor.h"
#include "driver/options.h"
#include "graph/graph.h"
#include "inspect/remarks.h"
#include "loop/ir.h"
#include "output/compile.h"
#include "output/llvm_text.h"
#include "schedule/call.h"
#include "target/target.h"
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace convoy::driver {

struct Phase; // of the table in pipeline.h

struct Compilation {
  Compilation(const Options& options, DiagnosticEngine& diags)
      : options(options), diags(diags), pipeline(options.pipeline) {}
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;

  const Options& options;
  DiagnosticEngine& diags;
  SourceManager sources;        // before everything that points into a file
  std::set<Stage> stages;       // that will be printed
  std::string pipeline;         // options.pipeline, or the one of several that `check` has come to
  bool wantsPlan = false;       // `plan`
  bool needsParameters = false; // what is made will run, so parameters must have values
  std::string weightsFile;      // PipelineDescription::weightsFile
  // While one of several versions is made: what its symbols begin with, after the pipeline's prefix.
  std::string version;
  std::optional<std::string> scheduleText; // stands for options.scheduleFile
  std::set<std::string> leftOut;           // optional phases, by name
  // May be empty. Called before each phase and each kernel, by one thread at a time, with the share of the
  // work that is done; false ends the compilation with a diagnostic.
  std::function<bool(const std::string& phase, double done)> watcher;
  std::set<std::string> shownPhases; // what they made will be looked at, by name
  // May be empty. Called after each phase that took part, whether it is shown or not.
  std::function<void(const Phase& phase)> afterPhase;
  std::optional<std::string> textContent; // stands for that of options.fromStageFile
  FileKind kind = FileKind::Script;
  const SourceFile* file = nullptr; // options.file; of an ONNX model nothing but its name
  // The text of a stage that takes the place of what the phases make of `file`, and that stage. Null: none.
  const SourceFile* text = nullptr;
  std::optional<Stage> textStage;
  std::vector<std::string> filesRead; // as they were opened; standard input is none

  // Filled by the phases, in this order.
  std::unique_ptr<ast::File> syntax;
  std::optional<graph::Graph> graph;   // to be computed; until it is scheduled,
  std::optional<graph::Graph> written; // what the script says: with the layers that were folded into others
  std::optional<Target> target;        // may be there from the start: options name several, or one for later
  std::optional<schedule::Schedule> schedule;
  loop::Module loops;
  // Of the schedule, without run-time sizes; when there are several versions, of the best one. Only if it is
  // wanted.
  std::optional<inspect::Plan> plan;
  std::vector<inspect::Remark> remarks;           // likewise
  schedule::ProgramCalls calls;                   // of the schedule's kernels, into `loops`
  schedule::Workspace workspace;                  // for one item
  std::optional<PipelineDescription> description; // none when loop IR was the start
  std::optional<LlvmText> llvm;                   // that was read, in place of what would be generated
  std::vector<CompiledUnit> units;

  // Reads a file; null after a diagnostic.
  const SourceFile* read(const std::string& path);
  // Reads options.file, and the text of a stage beside it; false after a diagnostic.
  bool open();
  // Takes `content` for that of options.file, which need not exist.
  bool open(std::string content);
  // Symbols that whoever links the code may use.
  std::vector<std::string> exportedSymbols() const;
  int threads() const; // of the compiler

private:
  bool openText();
  void warnOfIdleOptions();
};

} // namespace convoy::driver
