#include "explore/links.h"
#include "explore/debug_lines.h"
#include "explore/script_spans.h"
#include "support/text.h"
#include <algorithm>
#include <functional>
#include <set>

namespace convoy::explore {

namespace {

using graph::Value;
using schedule::Kernel;

// Numbers that grow slowly, as their differences: these compress best.
template <typename Numbers> Json differences(const Numbers& numbers) {
  Json json = Json::array();
  int64_t before = 0;
  for (auto number : numbers) {
    json.push(static_cast<int64_t>(number) - before);
    before = static_cast<int64_t>(number);
  }
  return json;
}

// ---- functions ----

void forEachCallee(const loop::Block& block, const std::function<void(const std::string&)>& see) {
  for (const auto& inst : block.insts) {
    if (!inst->callee.empty()) see(inst->callee);
    for (const auto& inner : inst->blocks) forEachCallee(*inner, see);
  }
}

// The kernels that each function is called for: those of the schedule's calls, and of a function that calls
// others, as the driver of a group does, all of theirs.
class FunctionKernels {
public:
  explicit FunctionKernels(const Subject& subject) : loops_(subject.loops) {
    for (size_t k = 0; k < subject.calls.size(); ++k)
      for (const schedule::KernelCall& call : subject.calls[k]) add(call, k);
  }

  std::set<size_t> of(const loop::Function& function) {
    if (function.exported) return {};
    const auto known = direct_.find(function.name);
    if (known != direct_.end()) return known->second;
    std::set<size_t> all;
    forEachCallee(function.body, [&](const std::string& callee) {
      if (const loop::Function* called = loops_.find(callee)) {
        const std::set<size_t> theirs = of(*called);
        all.insert(theirs.begin(), theirs.end());
      }
    });
    return direct_[function.name] = all;
  }

private:
  void add(const schedule::KernelCall& call, size_t kernel) {
    if (!call.function.empty()) direct_[call.function].insert(kernel);
    for (const schedule::KernelCall& other : call.onBytes) add(other, kernel);
  }

  const loop::Module& loops_;
  std::map<std::string, std::set<size_t>> direct_;
};

// ---- texts of graphs and schedules: in the order in which they print what they hold ----

LinkedText graphText(const Subject& subject, const Layers& layers) {
  LinkedText linked{"graph-text", "Graph IR", "graph", graph::print(subject.written)};
  std::map<graph::ValueId, int64_t> userOf; // of a parameter, the layer that reads it
  for (const Value& value : subject.written.values)
    for (graph::ValueId operand : value.operands) userOf.emplace(operand, layers.find(value.name));
  std::vector<int64_t> numbers{-1}; // the head
  for (graph::ValueId id = 0; id < subject.written.values.size(); ++id) {
    const Value& value = subject.written.value(id);
    if (value.kind == Value::Node) numbers.push_back(layers.find(value.name));
    if (value.kind == Value::Parameter) numbers.push_back(userOf.count(id) ? userOf[id] : -1);
  }
  numbers.resize(linesOf(linked.text).size(), -1); // checks and results
  linked.links.set("layers", differences(numbers));
  return linked;
}

LinkedText fusedText(const Subject& subject, const Layers& layers) {
  LinkedText linked{"fused", "Fused graph", "graph",
                    schedule::printFused(subject.schedule, subject.computed)};
  std::vector<int64_t> numbers, kernels;
  int64_t kernel = -1;
  size_t node = 0;
  bool inside = false;
  for (std::string_view line : linesOf(linked.text)) {
    const std::string_view words = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    const bool opens = !words.empty() && words.back() == '{' && words[0] != '%';
    if (opens && words != "group {" && !startsWith(words, "fused @")) ++kernel, node = 0, inside = true;
    const bool known = inside && kernel < static_cast<int64_t>(subject.schedule.kernels.size());
    kernels.push_back(known ? kernel : -1);
    int64_t layer = -1;
    if (known && startsWith(words, "%")) {
      const Kernel& its = subject.schedule.kernels[static_cast<size_t>(kernel)];
      if (node < its.nodes.size()) layer = layers.standingFor(subject.computed.value(its.nodes[node++]));
    }
    numbers.push_back(layer);
    if (words == "}") inside = false;
  }
  linked.links.set("layers", differences(numbers));
  linked.links.set("kernels", differences(kernels));
  return linked;
}

LinkedText scheduleText(const Subject& subject) {
  LinkedText linked{"schedule", "Schedule", "schedule", schedule::print(subject.schedule, subject.computed)};
  std::vector<int64_t> kernels;
  int64_t kernel = 0;
  for (std::string_view line : linesOf(linked.text))
    kernels.push_back(startsWith(line.substr(std::min(line.find_first_not_of(' '), line.size())), "kernel [")
                          ? kernel++
                          : -1);
  linked.links.set("kernels", differences(kernels));
  return linked;
}

void forEachInst(const loop::Block& block, const std::function<void(const loop::Inst&)>& see) {
  for (const auto& inst : block.insts) {
    see(*inst);
    for (const auto& inner : inst->blocks) forEachInst(*inner, see);
  }
}

bool same(const Location& a, const Location& b) {
  return a.file == b.file && a.begin == b.begin && a.end == b.end;
}

// Which layer of a kernel stands at a place of the script, from 1; 0: none.
int64_t partAt(const Subject& subject, const Kernel& kernel, const Location& location) {
  for (size_t i = 0; i < kernel.nodes.size() && location.valid(); ++i)
    if (same(subject.computed.value(kernel.nodes[i]).location, location)) return static_cast<int64_t>(i) + 1;
  return 0;
}

// Lines of a function tell their layer by their place in the script: of the first of its kernels, since the
// others do the same with other names. Where all have the same place, it stands for the whole kernel.
void addParts(const Subject& subject, const loop::Function& function, const FunctionFacts& facts,
              const loop::LineNumbers& lines, std::vector<int64_t>& parts) {
  if (facts.kernels.empty()) return;
  const Kernel& kernel = subject.schedule.kernels[facts.kernels.front()];
  std::map<uint32_t, int64_t> found;
  std::set<int64_t> different;
  forEachInst(function.body, [&](const loop::Inst& inst) {
    const auto line = lines.find(&inst);
    if (line == lines.end()) return; // a literal
    const int64_t part = partAt(subject, kernel, inst.location);
    found[line->second] = part;
    if (part > 0) different.insert(part);
  });
  if (different.size() < 2) return;
  for (const auto& [line, part] : found) parts[line - 1] = part;
}

LinkedText loopText(const Subject& subject, const std::vector<FunctionFacts>& functions) {
  loop::LineNumbers lines;
  LinkedText linked{"loops", "Loop IR", "loops", loop::print(subject.loops, &lines)};
  Json starts = Json::array();
  std::vector<int64_t> parts(linesOf(linked.text).size(), 0);
  for (size_t f = 0; f < functions.size(); ++f) {
    starts.push(static_cast<int64_t>(functions[f].line)).push(static_cast<int64_t>(f));
    addParts(subject, *subject.loops.functions[f], functions[f], lines, parts);
  }
  linked.links.set("functions", std::move(starts));
  linked.links.set("parts", differences(parts));
  return linked;
}

// ---- texts of code ----

// The name that begins at `at`, which may be in quotes.
std::string symbolAt(const std::string& line, size_t at, const std::string& ends) {
  if (at < line.size() && line[at] == '"') return line.substr(at + 1, line.find('"', at + 1) - at - 1);
  return line.substr(at, line.find_first_of(ends, at) - at);
}

// The function that a line of LLVM IR or assembly begins; empty: none.
std::string llvmFunction(const std::string& line) {
  if (!startsWith(line, "define ")) return "";
  const size_t at = line.find('@');
  return at == std::string::npos ? "" : symbolAt(line, at + 1, "(");
}
std::string assemblyFunction(const std::string& line) {
  // Neither an instruction, nor a local label, nor a comment.
  if (line.empty() || std::string("\t .#/").find(line[0]) != std::string::npos) return "";
  const std::string name = symbolAt(line, 0, ":");
  return name.size() < line.size() ? name : "";
}

LinkedText codeText(const std::string& id, const std::string& title, const std::string& language,
                    const std::vector<FunctionFacts>& functions, const std::vector<OriginLines>& units,
                    std::string (*functionOf)(const std::string&)) {
  std::map<std::string, size_t> numbers;
  for (size_t f = 0; f < functions.size(); ++f) numbers[functions[f].name] = f;
  LinkedText linked{id, title, language, ""};
  std::vector<uint32_t> origins;
  Json starts = Json::array();
  auto begins = [&](int64_t function) { starts.push(static_cast<int64_t>(origins.size())).push(function); };
  for (const OriginLines& unit : units) {
    if (!linked.text.empty()) linked.text += "\n", origins.push_back(0);
    begins(-1);
    for (size_t i = 0; i < unit.lines.size(); ++i) {
      std::string name = functionOf(unit.lines[i]);
      // What unpacks the arguments of a kernel for a thread.
      const std::string thunk = ".range";
      if (name.size() > thunk.size() && name.compare(name.size() - thunk.size(), thunk.size(), thunk) == 0 &&
          !numbers.count(name))
        name.resize(name.size() - thunk.size());
      const auto known = numbers.find(name);
      if (!name.empty()) begins(known == numbers.end() ? -1 : static_cast<int64_t>(known->second));
      linked.text += unit.lines[i] + "\n";
      origins.push_back(unit.origins[i]);
    }
  }
  linked.links.set("functions", std::move(starts));
  linked.links.set("origins", differences(origins));
  return linked;
}

} // namespace

Layers::Layers(const Subject& subject) {
  for (const Value& value : subject.written.values) {
    if (value.kind == Value::Parameter) continue;
    numbers_[value.name] = all_.size();
    all_.push_back(&value);
  }
}

int64_t Layers::find(const std::string& name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? -1 : static_cast<int64_t>(found->second);
}

int64_t Layers::standingFor(const Value& computed) const {
  for (std::string name = computed.name; !name.empty();) {
    if (const int64_t number = find(name); number >= 0) return number;
    const size_t dot = name.rfind('.');
    name.resize(dot == std::string::npos ? 0 : dot);
  }
  return -1;
}

std::vector<FunctionFacts> functionsOf(const Subject& subject) {
  FunctionKernels kernels(subject);
  loop::LineNumbers lines;
  loop::print(subject.loops, &lines);
  std::vector<FunctionFacts> all;
  for (const auto& function : subject.loops.functions) {
    const std::set<size_t> its = kernels.of(*function);
    all.push_back({function->name, {its.begin(), its.end()}, lines.at(function.get()) - 1});
  }
  return all;
}

std::vector<LinkedText> linkedTexts(const Subject& subject, const Layers& layers,
                                    const std::vector<FunctionFacts>& functions) {
  std::vector<LinkedText> texts;
  if (subject.script) {
    const ScriptText script = scriptTextOf(*subject.script, layers.all());
    LinkedText linked{"script", "Script", "script", script.text};
    Json spans = Json::array();
    for (const ScriptSpan& span : script.spans)
      spans.push(static_cast<int64_t>(span.begin))
          .push(static_cast<int64_t>(span.end))
          .push(static_cast<int64_t>(span.node));
    linked.links.set("spans", std::move(spans));
    texts.push_back(std::move(linked));
  }
  texts.push_back(graphText(subject, layers));
  texts.push_back(fusedText(subject, layers));
  texts.push_back(scheduleText(subject));
  texts.push_back(loopText(subject, functions));
  std::vector<OriginLines> llvm, optimized, assembly;
  for (const UnitTexts& unit : subject.units) {
    llvm.push_back(originsOfLlvm(unit.llvm));
    optimized.push_back(originsOfLlvm(unit.optimized));
    assembly.push_back(originsOfAssembly(unit.assembly));
  }
  texts.push_back(codeText("llvm", "LLVM IR", "llvm", functions, llvm, llvmFunction));
  texts.push_back(codeText("llvm-opt", "LLVM IR, cleaned up", "llvm", functions, optimized, llvmFunction));
  texts.push_back(codeText("asm", "Assembly", "asm", functions, assembly, assemblyFunction));
  return texts;
}

} // namespace convoy::explore
