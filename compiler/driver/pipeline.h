// The pipeline: every phase of a compilation, in one table. Running, timing, printing and writing of stages
// read it.
#pragma once
#include "driver/compilation.h"
#include "driver/phase_times.h"
#include <functional>
#include <string>
#include <vector>

namespace convoy::driver {

// A stage that can be printed once a phase is done.
struct View {
  Stage stage;
  std::string (*print)(const Compilation& compilation);
};

struct Phase {
  const char* name;
  const char* why;                       // it stands where it stands
  std::vector<FileKind> starts;          // takes part when the file is one of these
  std::optional<Stage> text;             // in whose text its work can be seen
  bool (*run)(Compilation& compilation); // false after a diagnostic
  // Problems of what the phase made; any is an internal error. Null: nothing to check.
  std::vector<std::string> (*verify)(const Compilation& compilation);
  std::vector<View> views;
  graph::Graph (*rewrite)(const graph::Graph& graph) = nullptr; // what it is when it is a pass over graphs
  bool optional = false;                                        // what follows does as well without it
  // Takes part only when a text of such a stage is given beside the file; what it makes of it takes the place
  // of what was made before.
  std::vector<Stage> resumes = {};
};
const std::vector<Phase>& pipeline();

// The stage as text, as far as the compilation has come.
std::string textOf(Stage stage, const Compilation& compilation);

// What the passes over graphs make of one.
graph::Graph rewritten(const graph::Graph& written);

// Whether the phase does something for such a file, with such a text beside it.
bool takesPart(const Phase& phase, FileKind kind, std::optional<Stage> textStage);

// The stages that a compilation which starts from such a file passes.
std::vector<Stage> stagesFrom(FileKind kind);

// How far to go: until every mistake in the file is known; until compilation.stages exist and
// compilation.shownPhases are done; to loop IR; to machine code.
enum class Goal { Check, Stages, Loops, Code };

using StageSink = std::function<void(Stage stage, const std::string& text)>;

// Runs the phases up to the goal. `sink` gets each of compilation.stages as soon as it exists. False after a
// diagnostic.
bool runPipeline(Compilation& compilation, Goal goal, PhaseTimes& times, const StageSink& sink);
// To machine code for several processors, the best one first, and the code that chooses among them when it
// runs: everything up to the schedule is done once. From a script or graph IR.
bool runVersions(Compilation& compilation, std::vector<Target> targets, PhaseTimes& times,
                 const StageSink& sink);
// The passes over graphs alone, from a graph that is there.
void runGraphPasses(Compilation& compilation, PhaseTimes& times);
// From a graph and its schedule, which are there, to machine code. False when the watcher wants no more.
bool runScheduled(Compilation& compilation, PhaseTimes& times);

} // namespace convoy::driver
