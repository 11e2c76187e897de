#include "command/benchmark.h"
#include "driver/commands.h"
#include "driver/report.h"
#include "driver/run_sizes.h"
#include "explore/facts.h"
#include "output/files.h"
#include "support/text.h"
#include <algorithm>

namespace convoy::driver {

namespace {

// Numbers for all run-time sizes: those that are given, and else those that measurements take. Without these
// where they do not fit one another.
RunSizes allSizes(const graph::Graph& graph, const RunSizes& given) {
  RunSizes sizes = given;
  const std::vector<std::string> symbols = graph.symbols();
  for (graph::ValueId input : graph.inputs) {
    const std::vector<Size>& dims = graph.value(input).type.dims;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      const std::string name = dims[axis].str();
      if (std::count(symbols.begin(), symbols.end(), name))
        sizes.emplace(name, command::defaultExtent(static_cast<int32_t>(axis), static_cast<int32_t>(dims.size())));
    }
  }
  return failingCheck(graph, sizes) ? given : sizes;
}

// The name of the file without folders and ending, beside where we are.
std::string defaultPage(const std::string& file) {
  if (file == "-") return "page.html";
  const std::string name = file.substr(file.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  return (dot == std::string::npos || dot == 0 ? name : name.substr(0, dot)) + ".html";
}

std::string sizesText(const RunSizes& sizes) {
  std::string text;
  for (const auto& [name, number] : sizes)
    text += (text.empty() ? "" : ", ") + name + " = " + std::to_string(number);
  return text;
}

const char* nameOf(schedule::Math math) {
  switch (math) {
  case schedule::Math::Strict: return "strict";
  case schedule::Math::Fast: return "fast";
  case schedule::Math::Bf16: return "bf16";
  }
  return "";
}

inspect::Plan planOf(Compilation& c, const RunSizes& sizes) {
  inspect::Plan plan = inspect::makePlan(*c.written, *c.graph, *c.schedule, c.calls, c.loops, c.workspace);
  inspect::addPredictions(
      plan, schedule::predict(*c.graph, *c.target, c.options.choices, *c.schedule, c.calls, sizes),
      c.target->machine);
  inspect::addFusion(plan, std::move(*c.fusion), std::max(c.options.threads, 1));
  inspect::bindSizes(plan, sizes);
  return plan;
}

} // namespace

int runExplore(Compilation& c, PhaseTimes& times) {
  if (c.kind == FileKind::Loops) {
    c.diags.report(diag::NeedsPipeline, {}, "a page", describe(c.kind));
    return Failure;
  }
  const std::string path = c.options.output.value_or(defaultPage(c.options.file));
  if (isSameFile(path, c.options.file)) {
    c.diags.report(diag::OutputIsInput, {}, c.options.file).help("name another file with -o");
    return Failure;
  }
  c.wantsFusion = true;
  c.stages = {Stage::Llvm, Stage::LlvmOptimized, Stage::Assembly};
  if (!runPipeline(c, Goal::Code, times, [](Stage, const std::string&) {}) || c.diags.hasErrors())
    return Failure;
  const std::optional<RunSizes> given = findSizes(*c.graph, c.options.sizes, c.diags);
  if (!given || !checkSizes(*c.graph, *given, c.diags) || c.diags.hasErrors()) return Failure;

  const RunSizes sizes = allSizes(*c.graph, *given);
  const inspect::Plan plan = planOf(c, sizes);
  explore::Subject subject{c.file->path(), c.kind == FileKind::Script ? c.file : nullptr,
                           *c.written,     *c.graph,
                           *c.schedule,    c.calls,
                           c.loops,        plan,
                           *c.target,      {},
                           {},             {}};
  for (CompiledUnit& unit : c.units)
    subject.units.push_back({std::move(unit.llvm), std::move(unit.optimized), std::move(unit.assembly)});
  subject.facts = {{"processor", c.target->cpu},
                   {"vectors", std::to_string(c.target->vectorBits) + " bits"},
                   {"arithmetic", nameOf(c.options.choices.math)}};
  if (!sizes.empty()) subject.facts.emplace_back("sizes", sizesText(sizes));

  explore::Page page(c.written->name);
  times.measure("page", [&] { explore::addFacts(page, subject); });
  return wrote(writeFile(path, page.html()), path, c.diags) ? Success : Failure;
}

} // namespace convoy::driver
