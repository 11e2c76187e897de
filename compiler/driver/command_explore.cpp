#include "driver/commands.h"
#include "driver/page_inputs.h"
#include "driver/plan.h"
#include "driver/report.h"
#include "driver/run_sizes.h"
#include "explore/facts.h"
#include "explore/maps.h"
#include "output/files.h"
#include "support/internal_error.h"
#include "support/text.h"

namespace convoy::driver {

namespace {

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

// Collects the texts of graph and loops after each phase that works on them. The watcher is called before a
// phase, when the one before it is done.
class PassTexts {
public:
  explicit PassTexts(Compilation& c) : c_(c) {
    c.watcher = [this](const std::string& phase, double) {
      next(phase);
      return true;
    };
  }
  std::vector<explore::PassText> take() {
    c_.watcher = nullptr;
    return std::move(texts_);
  }

private:
  void next(const std::string& phase) {
    const Phase* done = nullptr;
    for (const Phase& row : pipeline()) {
      if (row.name == phase) break;
      if (row.name == last_) done = &row;
    }
    last_ = phase;
    if (!done) return;
    const bool loops = !c_.loops.functions.empty();
    if (loops)
      texts_.push_back({done->name, done->why, "loops", loop::print(c_.loops)});
    else if (c_.graph && !c_.schedule && !c_.target)
      texts_.push_back({done->name, done->why, "graph", graph::print(*c_.graph)});
  }

  Compilation& c_;
  std::string last_;
  std::vector<explore::PassText> texts_;
};

constexpr size_t mostBytes = 4'900'000; // of a page, with its pictures

// The pictures of layers, which are computed here from what --input says.
void addPictures(explore::Page& page, const graph::Graph& written, const PageInputs& inputs,
                 PhaseTimes& times) {
  const std::vector<reference::Tensor> values =
      times.measure("reference", [&] { return reference::evaluate(written, inputs.tensors, inputs.sizes); });
  const size_t used = page.bytes(), least = 500'000;
  times.measure("pictures", [&] {
    explore::addMaps(page, {written, values, inputs.sizes, inputs.remarks},
                     used + least < mostBytes ? mostBytes - used : least);
  });
}

} // namespace

int runExplore(Compilation& c, PhaseTimes& times) {
  if (!hasLayers(c.kind)) {
    c.diags.report(diag::NeedsPipeline, {}, "a page", describe(c.kind));
    return Failure;
  }
  const std::string path = c.options.output.value_or(defaultPage(c.options.file));
  if (isSameFile(path, c.options.file)) {
    c.diags.report(diag::OutputIsInput, {}, c.options.file).help("name another file with -o");
    return Failure;
  }
  c.stages = {Stage::Llvm, Stage::LlvmOptimized, Stage::Assembly};
  PassTexts passes(c);
  const bool pictures = !c.options.inputs.empty();
  c.needsParameters = pictures;
  std::optional<PageInputs> inputs;
  PlanWishes wishes{/*code=*/true, /*usualSizes=*/true};
  if (pictures)
    wishes.sizes = [&]() -> std::optional<RunSizes> {
      if (!c.graph) internalError("sizes of no graph");
      inputs = readPageInputs(*c.graph, c.options, c.diags);
      return inputs ? std::optional(inputs->sizes) : std::nullopt;
    };
  const std::optional<inspect::Plan> plan = makePlan(c, times, wishes);
  if (!plan || c.diags.hasErrors()) return Failure;
  if (!c.written || !c.graph || !c.schedule || !c.target) internalError("a plan without what it was made of");
  const std::optional<RunSizes> given = findSizes(*c.graph, c.options.sizes, c.diags);
  if (!given) return Failure; // makePlan has said why

  explore::Subject subject{c.file->path(), c.kind == FileKind::Script ? c.file : nullptr,
                           *c.written,     *c.graph,
                           *c.schedule,    c.calls,
                           c.loops,        *plan};
  for (CompiledUnit& unit : c.units)
    subject.units.push_back({std::move(unit.llvm), std::move(unit.optimized), std::move(unit.assembly)});
  subject.passes = passes.take();
  subject.facts = {{"processor", c.target->cpu},
                   {"vectors", std::to_string(c.target->vectorBits) + " bits"},
                   {"arithmetic", nameOf(c.options.choices.math)}};
  const RunSizes sizes = inputs ? inputs->sizes : withUsualSizes(*c.graph, *given);
  if (!sizes.empty()) subject.facts.emplace_back("sizes", sizesText(sizes));

  explore::Page page(c.written->name);
  times.measure("page", [&] { explore::addFacts(page, subject); });
  if (inputs) addPictures(page, *c.written, *inputs, times);
  return wrote(writeFile(path, page.html()), path, c.diags) ? Success : Failure;
}

} // namespace convoy::driver
