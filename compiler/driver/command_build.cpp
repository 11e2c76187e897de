#include "driver/commands.h"
#include "driver/dependencies.h"
#include "driver/describe.h"
#include "driver/remarks.h"
#include "driver/report.h"
#include "driver/targets.h"
#include "output/artifact.h"
#include "output/header.h"
#include "output/link.h"
#include "output/weights_file.h"
#include "output/weights_object.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cstdio>
#include <set>

namespace convoy::driver {

namespace {

std::string withoutFolder(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// The name to build on when -o gives none: the file's, without its ending and folder.
std::string defaultStem(const Compilation& c) {
  if (c.options.file == "-") return c.description ? c.description->prefix : "out";
  const std::string name = withoutFolder(c.options.file);
  const size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? name + ".out" : name.substr(0, dot);
}

// Where a kind of output goes: what -o says when there is one kind, else a stem with the kind's ending.
std::string pathFor(const Compilation& c, OutputKind kind) {
  const bool alone = c.options.kinds.size() == 1;
  if (alone && c.options.output) return *c.options.output;
  return c.options.output.value_or(defaultStem(c)) + rowOf(kind).suffix;
}

// The weights' own file, beside the others.
std::string weightsPath(const Compilation& c) {
  return c.options.output.value_or(defaultStem(c)) + ".weights.safetensors";
}

// Where -MD writes: what -MF says, else the output with another ending.
std::string dependenciesPath(const Compilation& c) {
  if (c.options.dependencyFile) return *c.options.dependencyFile;
  std::string stem = c.options.output.value_or(defaultStem(c));
  if (c.options.kinds.size() == 1) {
    const std::string suffix = rowOf(c.options.kinds.front()).suffix;
    if (stem.size() > suffix.size() && stem.compare(stem.size() - suffix.size(), suffix.size(), suffix) == 0)
      stem.resize(stem.size() - suffix.size());
  }
  return stem + ".d";
}

bool hasRuntime(const Compilation& c) {
  return c.options.runtime.value_or(canLinkFor(c.target->triple) ? RuntimeKind::Bundled
                                                                 : RuntimeKind::None) == RuntimeKind::Bundled;
}

std::string headerOf(const Compilation& c) {
  HeaderRequest request{*c.description, {}, {}, c.target->triple, hasRuntime(c)};
  for (graph::ValueId input : c.graph->inputs)
    request.inputTypes.push_back(c.graph->value(input).type.fullText());
  for (const graph::Output& output : c.graph->outputs) {
    TensorType type = c.graph->value(output.value).type;
    type.image = output.image;
    request.outputTypes.push_back(type.fullText());
  }
  return makeHeader(request);
}

std::optional<Artifact> make(const Compilation& c, OutputKind kind, const std::string& path) {
  LinkContext context{c.diags, path, {}};
  if (c.options.verbose)
    context.log = [](const std::string& command) { std::fprintf(stderr, "link: %s\n", command.c_str()); };
  switch (kind) {
  case OutputKind::Executable: return linkExecutable(c.units, c.description->prefix + "_pipeline", context);
  case OutputKind::Object: return linkObject(c.units, context);
  case OutputKind::Library: return linkArchive(c.units, hasRuntime(c), context);
  case OutputKind::Shared: return linkShared(c.units, c.exportedSymbols(), withoutFolder(path), context);
  case OutputKind::Header: return Artifact{headerOf(c)};
  }
  internalError("an output kind that nothing makes");
}

bool needsCode(OutputKind kind) { return kind != OutputKind::Header; }

// What can be said before any work.
bool checkRequest(Compilation& c) {
  const Options& options = c.options;
  for (OutputKind kind : options.kinds)
    if (!hasLayers(c.kind) && (kind == OutputKind::Executable || kind == OutputKind::Header))
      c.diags.report(diag::NeedsPipeline, {}, rowOf(kind).name, describe(c.kind))
          .help("obj, lib and shared can be made");
  for (OutputKind kind : options.kinds)
    if (isSameFile(pathFor(c, kind), options.file))
      c.diags.report(diag::OutputIsInput, {}, options.file).help("name another file with -o");
  return !c.diags.hasErrors();
}

// Nothing that was read may be written over, whatever its name.
bool checkPaths(Compilation& c, const std::vector<std::string>& paths) {
  std::set<std::string> reported;
  for (const std::string& path : paths)
    for (const std::string& source : c.filesRead)
      if (isSameFile(path, source) && reported.insert(source).second)
        c.diags.report(diag::OutputIsInput, {}, source);
  return !c.diags.hasErrors();
}

// What depends on the target.
bool checkTarget(Compilation& c) {
  if (c.options.runtime == RuntimeKind::Bundled && !canLinkFor(c.target->triple))
    c.diags.report(diag::ForeignLink, {}, "the runtime library", c.target->triple).help("use --runtime=none");
  for (OutputKind kind : c.options.kinds) {
    const bool linked = kind == OutputKind::Executable || kind == OutputKind::Shared;
    if (linked && !canLinkFor(c.target->triple))
      c.diags
          .report(diag::ForeignLink, {}, kind == OutputKind::Executable ? "programs" : "shared libraries",
                  c.target->triple)
          .help("--emit=obj and --emit=lib work for every target");
  }
  return !c.diags.hasErrors();
}

// To machine code for all that -mcpu names.
bool runForTargets(Compilation& c, PhaseTimes& times, const StageSink& sink) {
  std::vector<Target> targets = targetsOf(c.options, c.diags);
  if (targets.empty()) return false;
  // What code is for is said in the text of it.
  const std::optional<Stage> text = c.textStage ? c.textStage : stageOf(c.kind);
  const bool hasCode = text && *text >= Stage::Loops;
  if (targets.size() > 1 && !hasCode) return runVersions(c, std::move(targets), times, sink);
  if (c.options.cpu.find(',') != std::string::npos && hasCode) {
    c.diags.report(diag::NeedsPipeline, {}, "code for several processors", describe(kindOf(*text)));
    return false;
  }
  c.target = std::move(targets.front());
  return runPipeline(c, Goal::Code, times, sink);
}

} // namespace

bool checkEmbeddedWeights(const PipelineDescription& description, int64_t bytes, DiagnosticEngine& diags) {
  if (bytes <= largestEmbeddedWeights) return true;
  diags.report(diag::WeightsTooLarge, {}, description.name, bytes, largestEmbeddedWeights)
      .help("--external-weights keeps them in a file of their own");
  return false;
}

int runBuild(Compilation& c, PhaseTimes& times) {
  const std::vector<OutputKind>& kinds = c.options.kinds;
  c.needsParameters = std::any_of(kinds.begin(), kinds.end(), needsCode);
  if (c.options.externalWeights) c.weightsFile = withoutFolder(weightsPath(c));
  if (!checkRequest(c) || !checkRemarks(c) || !prepareStagesFolder(c)) return Failure;
  const auto sink = [&](Stage stage, const std::string& text) { writeStage(c, stage, text); };
  if (!runForTargets(c, times, sink) || !checkTarget(c)) return Failure;
  const bool hasWeights = c.needsParameters && c.description && c.description->weights;
  if (hasWeights && c.description->embedsWeights()) {
    const auto bytes = static_cast<int64_t>(c.description->weights->size() * sizeof(float));
    if (!checkEmbeddedWeights(*c.description, bytes, c.diags)) return Failure;
    c.units.push_back(makeWeightsObject(*c.description, *c.target));
  }

  // Everything is made before anything is written.
  struct Made {
    std::string path;
    Artifact content;
    bool executable;
  };
  std::vector<Made> made;
  for (OutputKind kind : kinds) {
    const std::string path = pathFor(c, kind);
    std::optional<Artifact> content =
        times.measure(std::string("make ") + rowOf(kind).name, [&] { return make(c, kind, path); });
    if (!content) return Failure;
    made.push_back({path, std::move(*content), kind == OutputKind::Executable || kind == OutputKind::Shared});
  }
  if (hasWeights && !c.description->embedsWeights())
    made.push_back({weightsPath(c), makeWeightsFile(*c.description, parametersOf(*c.graph)), false});
  std::vector<std::string> paths;
  for (const Made& each : made) paths.push_back(each.path);
  if (c.options.dependencies) {
    const std::string rule = dependencyRule(paths, c.filesRead);
    paths.push_back(dependenciesPath(c));
    made.push_back({paths.back(), {rule}, false});
  }
  if (!checkPaths(c, paths)) return Failure;
  return times.measure("write", [&] {
    PendingFiles files;
    for (Made& each : made)
      if (!wrote(files.add(each.path, std::move(each.content), each.executable), each.path, c.diags))
        return Failure;
    if (const std::optional<PendingFiles::Failure> failure = files.commit()) {
      wrote(failure->why, failure->path, c.diags);
      return Failure;
    }
    return c.diags.hasErrors() || !writeRemarks(c) ? Failure : Success;
  });
}

} // namespace convoy::driver
