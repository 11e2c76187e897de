#include "driver/resume.h"
#include "graph/reader.h"
#include "loop/reader.h"
#include "output/symbols.h"
#include "support/text.h"
#include <algorithm>
#include <set>

namespace convoy::driver {

namespace {

std::string dimsOf(const graph::Value& parameter) {
  std::string text = "[";
  for (const Size& dim : parameter.type.dims) text += (text.size() > 1 ? ", " : "") + dim.str();
  return text + "]";
}

// Loop IR that a person wrote: what is wrong with it is a diagnostic.
std::optional<loop::Module> readModule(const SourceFile& file, DiagnosticEngine& diags) {
  std::optional<loop::Module> module = loop::read(file, diags);
  if (!module || diags.hasErrors()) return std::nullopt;
  return module;
}

// What a problem is about: "@f, add %a: ..." names a function and a value.
Location locate(const std::string& problem, const loop::Module& module, const SourceFile& file) {
  const std::string subject = problem.substr(0, problem.find(':'));
  const loop::Function* function = problem.substr(0, 1) == "@"
                                       ? module.find(problem.substr(1, problem.find_first_of(", :") - 1))
                                       : nullptr;
  if (!function || function->location.file != &file) return {&file, 0, 0};
  if (const size_t percent = subject.find('%'); percent != std::string::npos)
    for (const auto& value : function->values())
      if (value->def && value->name == subject.substr(percent + 1) && value->def->location.file == &file)
        return value->def->location;
  return function->location;
}

bool checkModule(const loop::Module& module, const SourceFile& file, DiagnosticEngine& diags) {
  for (const std::string& problem : loop::verify(module))
    diags.report(diag::LoopInvalid, locate(problem, module, file), problem);
  return !diags.hasErrors();
}

// "export (i64, ptr) -> i64"
std::string signatureOf(const loop::Function& function) {
  std::string text = function.exported ? "export (" : "(";
  for (const loop::Value* parameter : function.parameters)
    text += (text.back() == '(' ? "" : ", ") + parameter->type.str();
  text += ")";
  for (size_t i = 0; i < function.results.size(); ++i)
    text += (i ? ", " : " -> ") + function.results[i].str();
  return text;
}

void findCallees(const loop::Block& block, std::set<std::string>& callees) {
  for (const auto& inst : block.insts) {
    if (!inst->callee.empty()) callees.insert(inst->callee);
    for (const auto& inner : inst->blocks) findCallees(*inner, callees);
  }
}

std::vector<std::string> namesOf(const loop::Module& module) {
  std::vector<std::string> names;
  for (const auto& function : module.functions) names.push_back(function->name);
  return names;
}

// `made` has a function of each name that it may stand for.
void checkNames(const Compilation& c, const loop::Module& text) {
  std::set<std::string> callees;
  for (const auto& function : text.functions) findCallees(function->body, callees);
  for (const auto& function : text.functions) {
    if (const loop::Function* made = c.loops.find(function->name)) {
      const std::string wanted = signatureOf(*made), written = signatureOf(*function);
      if (wanted != written)
        c.diags.report(diag::LoopMisfit, function->location, c.graph->name,
                       "'@" + function->name + "' is " + written + ", and those who call it expect " +
                           wanted);
    } else if (callees.count(function->name) == 0) {
      auto report = c.diags.report(diag::LoopMisfit, function->location, c.graph->name,
                                   "it has no function '@" + function->name + "', and nothing calls one");
      const std::string near = nearestName(function->name, namesOf(c.loops));
      report.help(near.empty() ? "'convoy emit --stage=loops' prints the functions that there are"
                               : "did you mean '@" + near + "'?");
    }
  }
}

} // namespace

bool readGraph(Compilation& c) {
  c.graph = graph::read(*c.file, c.diags);
  return c.graph && !c.diags.hasErrors();
}

bool readLoops(Compilation& c) {
  std::optional<loop::Module> module = readModule(*c.file, c.diags);
  if (!module || !checkModule(*module, *c.file, c.diags)) return false;
  c.loops = std::move(*module);
  return true;
}

bool readLlvm(Compilation& c) {
  c.llvm = convoy::readLlvm(*c.file, c.kind == FileKind::LlvmOptimized, c.diags);
  return c.llvm.has_value();
}

bool resumeGraph(Compilation& c) {
  std::optional<graph::Graph> text = graph::read(*c.text, c.diags);
  if (!text || c.diags.hasErrors()) return false;
  std::map<std::string, const graph::Value*> before;
  for (const graph::Value& value : c.graph->values) before[value.name] = &value;
  for (graph::Value& value : text->values) {
    const auto found = before.find(value.name);
    if (found == before.end()) continue;
    const graph::Value& old = *found->second;
    const bool leftOut = value.kind == graph::Value::Parameter && (!value.data || value.data->data.empty());
    if (leftOut && old.data && !old.data->data.empty()) {
      if (dimsOf(value) == dimsOf(old) && value.type.element == old.type.element)
        value.data = old.data;
      else
        c.diags.report(diag::GraphMisfit, value.location, c.graph->name,
                       "it leaves out the numbers of '" + value.name + "', a parameter of " + dimsOf(value) +
                           ", and the one that there is has " + dimsOf(old));
    }
    if (old.location.valid()) value.location = old.location;
  }
  c.graph = std::move(text);
  return !c.diags.hasErrors();
}

bool resumeLoops(Compilation& c) {
  std::optional<loop::Module> text = readModule(*c.text, c.diags);
  if (!text) return false;
  checkNames(c, *text);
  if (c.diags.hasErrors()) return false;
  // In the order in which they were made, and what is new behind them.
  loop::Module all;
  for (auto& made : c.loops.functions) {
    auto& functions = text->functions;
    const auto same = std::find_if(functions.begin(), functions.end(),
                                   [&](const auto& function) { return function->name == made->name; });
    if (same != functions.end()) {
      made = std::move(*same);
      functions.erase(same);
    }
    all.functions.push_back(std::move(made));
  }
  for (auto& added : text->functions) all.functions.push_back(std::move(added));
  c.loops = std::move(all);
  return checkModule(c.loops, *c.text, c.diags);
}

bool resumeLlvm(Compilation& c) {
  c.llvm = convoy::readLlvm(*c.text, *c.textStage == Stage::LlvmOptimized, c.diags);
  if (!c.llvm) return false;
  const std::vector<std::string> units = unitNames(c.loops, c.description ? &*c.description : nullptr);
  const std::string name = c.description ? c.description->name : c.options.file;
  for (const LlvmModule& module : c.llvm->modules) {
    if (std::count(units.begin(), units.end(), module.name) > 0) continue;
    auto report = c.diags.report(diag::LlvmMisfit, c.llvm->locate("'" + module.name + "'"), name,
                                 "it has no module '" + module.name + "'");
    const std::string near = nearestName(module.name, units);
    report.help(near.empty() ? "'convoy emit --stage=llvm' prints the modules that there are"
                             : "did you mean '" + near + "'?");
  }
  return !c.diags.hasErrors();
}

bool checkCode(Compilation& c) {
  const std::string name = c.description ? c.description->name : c.options.file;
  for (const CompiledUnit& unit : c.units)
    if (!unit.refused.empty())
      c.diags.report(diag::LlvmRefused, c.llvm->locate("'" + unit.name + "'"), unit.name)
          .note("LLVM's reason: " + unit.refused.substr(0, unit.refused.find('\n')));
  if (c.diags.hasErrors()) return false;
  const Symbols symbols = symbolsOf(c.units);
  for (const std::string& repeated : symbols.repeated)
    c.diags.report(diag::LlvmMisfit, c.llvm->locate("@" + repeated), name,
                   "two modules define '@" + repeated + "'");
  // Whoever links the code of a text alone may define more.
  const std::vector<OutputKind>& kinds = c.options.kinds;
  const bool isWhole = hasLayers(c.kind) || std::count(kinds.begin(), kinds.end(), OutputKind::Shared) > 0;
  if (!isWhole || c.diags.hasErrors()) return !c.diags.hasErrors();
  std::set<std::string> given = {"memcpy", "memmove", "memset"};
  if (c.description && c.description->embedsWeights()) given.insert(c.description->weightsSymbol());
  for (const std::string& missing : symbols.missing)
    if (given.count(missing) == 0)
      c.diags.report(diag::LlvmMisfit, c.llvm->locate("@" + missing), name,
                     "nothing defines '@" + missing + "', which its code uses");
  if (!c.description) return !c.diags.hasErrors();
  for (const std::string& entry : c.exportedSymbols())
    if (symbols.exported.count(entry) == 0 && symbols.missing.count(entry) == 0)
      c.diags.report(diag::LlvmMisfit, c.llvm->locate(""), name,
                     "nothing defines '@" + entry + "', which every pipeline has");
  return !c.diags.hasErrors();
}

} // namespace convoy::driver
