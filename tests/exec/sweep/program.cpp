#include "program.h"
#include "../../unit/script/same_graph.h"
#include "driver/describe.h"
#include "driver/pipeline.h"
#include "graph/reader.h"
#include "loop/reader.h"
#include "parse/parser.h"
#include "schedule/lower.h"
#include "sema/sema.h"
#include <stdexcept>

namespace convoy::sweep {

namespace {

[[noreturn]] void fail(const std::string& what, const DiagnosticEngine& diags) {
  std::string text = what + "\n";
  for (const auto& d : diags.all()) text += renderText(*d, false);
  throw std::runtime_error(text);
}

// Shows the first line in which two texts differ.
void requireEqual(const std::string& what, const std::string& a, const std::string& b) {
  if (a == b) return;
  size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  auto lineAt = [&](const std::string& s) {
    size_t begin = at ? s.rfind('\n', at - 1) + 1 : 0;
    return s.substr(begin, s.find('\n', at) - begin);
  };
  throw std::runtime_error(what + " reads back as another one:\n  " + lineAt(a) + "\n  " + lineAt(b));
}

// Prints, reads, prints.
template <typename Read, typename Print>
void checkText(const char* what, const std::string& first, Read read, Print print) {
  SourceFile file(what, first);
  DiagnosticEngine diags;
  auto again = read(file, diags);
  if (!again || diags.hasErrors()) fail(std::string(what) + " cannot be read back", diags);
  requireEqual(what, first, print(*again));
}

void requireNone(const std::string& what, const std::vector<std::string>& problems) {
  if (!problems.empty()) throw std::runtime_error(what + ": " + problems.front());
}

} // namespace

Parsed parseScript(const std::string& name, const std::string& text) {
  Parsed parsed;
  parsed.file = std::make_unique<SourceFile>(name + ".cvy", text);
  DiagnosticEngine diags;
  auto tree = parse(*parsed.file, diags);
  if (diags.hasErrors()) fail("the script does not parse", diags);
  auto graph = analyze(*tree, {}, diags);
  if (!graph || diags.hasErrors()) fail("the script has errors", diags);
  requireNone("the graph is not well formed", graph::verify(*graph));
  parsed.graph = std::move(*graph);
  return parsed;
}

void checkGraphText(const graph::Graph& graph) {
  checkText(
      "graph IR", graph::print(graph, true),
      [](const SourceFile& f, DiagnosticEngine& d) { return graph::read(f, d); },
      [](const graph::Graph& g) { return graph::print(g, true); });

  DiagnosticEngine diags;
  const std::optional<script::Script> written = script::write(graph, "w.safetensors", diags);
  if (!written) fail("the graph has no script", diags);
  const std::optional<graph::Graph> again = script::readBack(graph, *written, diags);
  if (!again) fail("the written script has errors:\n" + written->text, diags);
  requireEqual("the script\n" + written->text, script::withoutNames(graph), script::withoutNames(*again));
}

Target withSmallCaches(Target target) {
  target.machine.level1 = 2 << 10;
  target.machine.level3 = 4 << 10;
  return target;
}

Program compileGraph(const graph::Graph& given, const Target& target, int optimize, const Mode* mode) {
  const graph::Graph graph = driver::rewritten(given);
  requireNone("the rewritten graph is not well formed", graph::verify(graph));
  return compileScheduled(
      graph, mode ? scheduleOf(graph, target, *mode) : schedule::makeSchedule(graph, target, directSums()),
      target, optimize);
}

Program compileScheduled(const graph::Graph& graph, const schedule::Schedule& schedule, const Target& target,
                         int optimize) {
  checkText(
      "the schedule", schedule::print(schedule, graph),
      [&](const SourceFile& f, DiagnosticEngine& d) { return schedule::read(f, graph, target, d); },
      [&](const schedule::Schedule& s) { return schedule::print(s, graph); });

  Program program;
  program.prefix = driver::symbolPrefix(graph.name);
  schedule::Program lowered = schedule::lower(graph, schedule, target, program.prefix);
  requireNone("the loop IR is not well formed", loop::verify(lowered.loops));
  checkText(
      "loop IR", loop::print(lowered.loops),
      [](const SourceFile& f, DiagnosticEngine& d) { return loop::read(f, d); },
      [](const loop::Module& m) {
        requireNone("the loop IR that was read back is not well formed", loop::verify(m));
        return loop::print(m);
      });

  program.description = driver::interfaceOf(graph, std::move(lowered.weights));
  CompileOptions options;
  options.optimize = optimize;
  program.units = compileProgram(lowered.loops, &program.description, target, options);
  for (const auto& function : lowered.loops.functions)
    if (function->exported) program.exports.push_back(function->name);
  program.exports.push_back(program.prefix + "_pipeline");
  return program;
}

} // namespace convoy::sweep
