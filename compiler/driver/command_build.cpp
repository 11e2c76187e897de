#include "driver/commands.h"
#include "driver/report.h"
#include "output/archive.h"
#include "output/files.h"
#include "output/header.h"
#include "output/link.h"
#include "support/internal_error.h"
#include <algorithm>
#include <cstdio>

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

std::string headerOf(const Compilation& c) {
  HeaderRequest request{*c.description, {}, {}, c.target->triple, c.target->cpu};
  for (graph::ValueId input : c.graph->inputs) request.inputTypes.push_back(c.graph->value(input).type.str());
  for (const graph::Output& output : c.graph->outputs) {
    TensorType type = c.graph->value(output.value).type;
    type.image = output.image;
    request.outputTypes.push_back(type.str());
  }
  return makeHeader(request);
}

std::optional<std::string> make(const Compilation& c, OutputKind kind, const std::string& path) {
  LinkContext context{c.diags, path, {}};
  if (c.options.verbose)
    context.log = [](const std::string& command) { std::fprintf(stderr, "link: %s\n", command.c_str()); };
  switch (kind) {
  case OutputKind::Executable: return linkExecutable(c.units, c.description->prefix + "_pipeline", context);
  case OutputKind::Object: return linkObject(c.units, context);
  case OutputKind::Library: return makeArchive(c.units);
  case OutputKind::Shared: return linkShared(c.units, c.exportedSymbols(), withoutFolder(path), context);
  case OutputKind::Header: return headerOf(c);
  }
  internalError("an output kind that nothing makes");
}

bool needsCode(OutputKind kind) { return kind != OutputKind::Header; }

// What can be said before any work.
bool checkRequest(Compilation& c) {
  const Options& options = c.options;
  for (OutputKind kind : options.kinds)
    if (c.kind == FileKind::Loops && (kind == OutputKind::Executable || kind == OutputKind::Header))
      c.diags.report(diag::NeedsPipeline, {}, rowOf(kind).name, describe(c.kind))
          .help("obj, lib and shared can be made");
  for (OutputKind kind : options.kinds)
    if (isSameFile(pathFor(c, kind), options.file))
      c.diags.report(diag::OutputIsInput, {}, options.file).help("name another file with -o");
  return !c.diags.hasErrors();
}

// What depends on the target.
bool checkTarget(Compilation& c) {
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

} // namespace

int runBuild(Compilation& c, PhaseTimes& times) {
  const std::vector<OutputKind>& kinds = c.options.kinds;
  c.needsParameters = std::any_of(kinds.begin(), kinds.end(), needsCode);
  if (!checkRequest(c) || !prepareStagesFolder(c)) return Failure;
  const auto sink = [&](Stage stage, const std::string& text) { writeStage(c, stage, text); };
  if (!runPipeline(c, Goal::Code, times, sink) || !checkTarget(c)) return Failure;

  // Everything is made before anything is written.
  std::vector<std::pair<OutputKind, std::string>> made;
  for (OutputKind kind : kinds) {
    const std::string path = pathFor(c, kind);
    std::optional<std::string> bytes =
        times.measure(std::string("make ") + rowOf(kind).name, [&] { return make(c, kind, path); });
    if (!bytes) return Failure;
    made.emplace_back(kind, std::move(*bytes));
  }
  for (const auto& [kind, bytes] : made) {
    const std::string path = pathFor(c, kind);
    const bool executable = kind == OutputKind::Executable || kind == OutputKind::Shared;
    const auto error =
        times.measure("write", [&, &content = bytes] { return writeFile(path, content, executable); });
    if (!wrote(error, path, c.diags)) return Failure;
  }
  return c.diags.hasErrors() ? Failure : Success;
}

} // namespace convoy::driver
