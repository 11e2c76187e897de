// A plan as a table and as JSON.
#include "inspect/plan.h"
#include "inspect/size_text.h"
#include "inspect/table.h"
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace convoy::inspect {

namespace {

std::string shapeText(const TensorType& type) {
  std::string text = "[";
  for (size_t i = 0; i < type.dims.size(); ++i) text += (i ? ", " : "") + type.dims[i].str();
  return text + "]";
}

// "1" when all sides are alike, else as `padding:` takes them.
std::string padsText(const std::vector<Size>& pads) {
  if (pads.empty()) return "";
  if (std::all_of(pads.begin(), pads.end(), [&](const Size& pad) { return pad == pads[0]; }))
    return pads[0].str();
  std::string text = "[";
  for (size_t i = 0; i < pads.size(); ++i) text += (i ? ", " : "") + pads[i].str();
  return text + "]";
}

std::string shareText(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", share);
  return share == 0 ? "0" : text;
}

bool isWinograd(const LayerPlan& layer) { return layer.arithmetic == schedule::Arithmetic::Winograd; }
// "3.7 GHz, the usual clock of such processors"
std::string clockText(const Machine& machine) {
  return fixedText(machine.clock, 1) + " GHz, " +
         (machine.clockIsKnown ? "as the system says" : "the usual clock of such processors");
}

// "33,216 bytes: 4 buffers in 32,960, 2 border rows in 256, 3 rings in 12,800 for each thread"
std::string workspaceText(const schedule::Workspace& workspace, int64_t threads) {
  std::string text = countText(workspace.bytes(threads)) + " bytes";
  if (threads > 1 && workspace.rings > 0) text += " for " + counted(threads, "thread");
  const char* mark = ": ";
  auto part = [&](int64_t count, const std::string& what, const Size& bytes) {
    if (count == 0) return;
    text += mark + counted(count, what);
    if (bytes.isConstant()) text += " in " + countText(bytes); // expressions are long
    mark = ", ";
  };
  part(workspace.buffers, "buffer", workspace.bufferBytes);
  part(workspace.borderRows, "border row", workspace.borderBytes);
  if (workspace.rings > 0) {
    part(workspace.rings, "ring", workspace.ringBytes);
    text += " for each thread";
  }
  return text + "\n";
}

class TextPlan {
public:
  explicit TextPlan(const Plan& plan) : plan_(plan) {}

  std::string run() {
    for (size_t k = 0; k < plan_.kernels.size(); ++k) kernel(k);
    for (const LayerPlan& layer : plan_.layers)
      if (!layer.kernel) add("", layer, nullptr, "not computed: no result depends on it");
    std::string text =
        plan_.pipeline + ": " + counted(static_cast<int64_t>(plan_.layers.size()), "layer") + " in " +
        counted(static_cast<int64_t>(plan_.kernels.size()), "kernel") + ", vectors of " +
        std::to_string(plan_.lanes) + "; counts and bytes are for one item of the batch\n\n" + table_.str() +
        "\n" + timesText() + "parameters     " + grouped(plan_.parameters) + "\nmultiply-adds  " +
        countText(plan_.multiplyAdds) + "\nworkspace      " + workspaceText(plan_.workspace, plan_.threads);
    if (std::any_of(plan_.layers.begin(), plan_.layers.end(), isWinograd))
      text += "bound of winograd: a share of the largest number that a tile reads times the sum of absolute "
              "weights\n";
    if (!scalar_.empty()) text += "not vectorized: " + scalar_ + "\n";
    if (!plan_.remark.empty()) text += plan_.remark + "\n";
    return text;
  }

private:
  // What is expected of each kernel, and of the best other way to compute it; then what is fused.
  std::string timesText() {
    Table times({{"#", true},
                 {"kernel"},
                 {"computed by"},
                 {"ms", true},
                 {"bound by"},
                 {"runner-up"},
                 {"ms", true},
                 {"bound by"}});
    double all = 0;
    auto milliseconds = [&](double cycles) { return fixedText(secondsOf(cycles, plan_.machine) * 1e3, 4); };
    for (size_t i = 0; i < plan_.kernels.size(); ++i) {
      const KernelFacts& facts = plan_.kernels[i];
      if (!facts.prediction) return "";
      const double cycles = facts.prediction->estimate.cycles();
      if (cycles == 0) continue; // another view of the same memory
      all += cycles;
      std::vector<std::string> cells{std::to_string(i), facts.name, algorithmText(facts.kernel),
                                     milliseconds(cycles), nameOf(facts.prediction->estimate.bound())};
      if (const auto& other = facts.prediction->runnerUp)
        cells.insert(cells.end(), {algorithmText(other->kernel), milliseconds(cycles + other->more),
                                   nameOf(other->bound)});
      times.add(std::move(cells));
    }
    return times.str() + fusionText(plan_.fusion) + "\npredicted      " + milliseconds(all) +
           " ms on one core at " + clockText(plan_.machine) + "\n";
  }

  void kernel(size_t number) {
    const KernelFacts& facts = plan_.kernels[number];
    std::string how = algorithmText(facts.kernel);
    const bool concat = facts.kernel.algorithm == schedule::Algorithm::Concat;
    if (concat && facts.traffic.total() == Size(0)) how += ", in place";
    if (const auto group = groupOf(plan_.fusion, number)) how += ", group " + std::to_string(*group);
    if (!facts.vectorized) {
      how += ", not vectorized";
      scalar_ += (scalar_.empty() ? "" : ", ") + escapeForTerminal(facts.name);
    }
    const std::string label = std::to_string(number);
    if (facts.layers.empty()) {
      table_.add({label, facts.name, "", "", "", "", "", "", countText(facts.traffic.input),
                  countText(facts.traffic.output), "", how});
      return;
    }
    bool first = true;
    for (const LayerPlan& layer : plan_.layers) {
      if (layer.kernel != number) continue;
      if (!layer.foldedInto.empty())
        add("", layer, nullptr, "folded into " + layer.foldedInto);
      else
        add(first ? label : "", layer, first ? &facts.traffic : nullptr, first ? how : "fused");
      if (layer.foldedInto.empty()) first = false;
    }
  }

  // `traffic`: of the kernel, where the layer is its first.
  void add(const std::string& label, const LayerPlan& layer, const Traffic* traffic, const std::string& how) {
    std::vector<std::string> cells{label,
                                   layer.name,
                                   layer.op,
                                   shapeText(layer.result),
                                   padsText(layer.pads),
                                   layer.multiplyAdds == Size(0) ? "" : countText(layer.multiplyAdds),
                                   layer.arithmetic ? nameOf(*layer.arithmetic) : "",
                                   layer.arithmetic ? shareText(layer.bound) : ""};
    if (traffic)
      cells.insert(cells.end(),
                   {bytesText(traffic->input), bytesText(traffic->output), bytesText(traffic->weights)});
    cells.resize(11);
    cells.push_back(how);
    table_.add(std::move(cells));
  }

  const Plan& plan_;
  std::string scalar_; // names of kernels that are not vectorized
  Table table_{{{"#", true},
                {"layer"},
                {"op"},
                {"result"},
                {"pads"},
                {"multiply-adds", true},
                {"arithmetic"},
                {"bound", true},
                {"bytes read", true},
                {"written", true},
                {"weights", true},
                {"computed by"}}};
};

Json shapeJson(const TensorType& type) { return arrayOf(type.dims, sizeJson); }

void setTraffic(Json& json, const Traffic& traffic) {
  json.set("input_bytes", sizeJson(traffic.input));
  json.set("output_bytes", sizeJson(traffic.output));
  json.set("weight_bytes", traffic.weights);
}

double millisecondsOf(double cycles, const Machine& machine) {
  return std::round(secondsOf(cycles, machine) * 1e9) / 1e6;
}

void setAlgorithm(Json& json, const KernelFacts& facts) {
  json.set("algorithm", nameOf(facts.kernel.algorithm));
  json.set("layout", nameOf(facts.kernel.layout));
  json.set("tile", arrayOf(facts.kernel.tile, [](int64_t extent) { return Json(extent); }));
  json.set("vectorized", facts.vectorized);
}

Json layerJson(const Plan& plan, const LayerPlan& layer) {
  Json json = Json::object();
  json.set("name", layer.name);
  json.set("op", layer.op);
  json.set("inputs", arrayOf(layer.inputs, shapeJson));
  json.set("shape", shapeJson(layer.result));
  if (!layer.pads.empty()) json.set("pads", arrayOf(layer.pads, sizeJson));
  json.set("macs", sizeJson(layer.multiplyAdds));
  json.set("parameters", layer.parameters);
  if (layer.arithmetic) {
    json.set("arithmetic", nameOf(*layer.arithmetic));
    json.set("bound", layer.bound);
    json.set("bound_of", isWinograd(layer) ? "largest input times weights" : "products");
  }
  setTraffic(json, layer.traffic);
  json.set("kernel", layer.kernel ? Json(static_cast<int64_t>(*layer.kernel)) : Json());
  if (!layer.foldedInto.empty()) json.set("folded_into", layer.foldedInto);
  if (layer.kernel) {
    const KernelFacts& facts = plan.kernels[*layer.kernel];
    setAlgorithm(json, facts);
    if (facts.prediction)
      json.set("predicted_ms", millisecondsOf(facts.prediction->estimate.cycles(), plan.machine));
  }
  return json;
}

Json cyclesJson(const schedule::Estimate& estimate) {
  Json json = Json::object();
  auto set = [&](const char* name, double cycles) { json.set(name, std::round(cycles)); };
  set("multiply_adds", estimate.multiplyAdds), set("adds", estimate.adds), set("latency", estimate.latency);
  set("loads", estimate.loads), set("stores", estimate.stores), set("instructions", estimate.instructions);
  const schedule::Moves moves = estimate.moves();
  set("level2", moves.level2), set("level3", moves.level3), set("memory", moves.memory);
  set("start", estimate.start), set("all", estimate.cycles());
  return json;
}

void setPrediction(Json& json, const KernelFacts& facts, const Machine& machine) {
  if (!facts.prediction) return;
  const double cycles = facts.prediction->estimate.cycles();
  json.set("predicted_ms", millisecondsOf(cycles, machine));
  if (cycles == 0) return;
  json.set("bound_by", nameOf(facts.prediction->estimate.bound()));
  json.set("cycles", cyclesJson(facts.prediction->estimate));
  const auto& other = facts.prediction->runnerUp;
  if (!other) return;
  Json runnerUp = Json::object();
  runnerUp.set("algorithm", nameOf(other->kernel.algorithm));
  runnerUp.set("layout", nameOf(other->kernel.layout));
  runnerUp.set("tile", arrayOf(other->kernel.tile, [](int64_t extent) { return Json(extent); }));
  runnerUp.set("predicted_ms", millisecondsOf(cycles + other->more, machine));
  runnerUp.set("bound_by", nameOf(other->bound));
  json.set("runner_up", std::move(runnerUp));
}

Json kernelJson(const Plan& plan, size_t number) {
  const KernelFacts& facts = plan.kernels[number];
  Json json = Json::object();
  json.set("name", facts.name);
  json.set("layers", arrayOf(facts.layers, [](const std::string& name) { return Json(name); }));
  setAlgorithm(json, facts);
  json.set("macs", sizeJson(facts.multiplyAdds));
  setTraffic(json, facts.traffic);
  setPrediction(json, facts, plan.machine);
  const auto group = groupOf(plan.fusion, number);
  json.set("group", group ? Json(static_cast<int64_t>(*group)) : Json());
  return json;
}

} // namespace

std::string planText(const Plan& plan) { return TextPlan(plan).run(); }

Json planJson(const Plan& plan) {
  Json totals = Json::object();
  totals.set("parameters", plan.parameters);
  totals.set("macs", sizeJson(plan.multiplyAdds));
  totals.set("workspace_bytes", sizeJson(plan.workspace.bytes(plan.threads)));
  double cycles = 0;
  for (const KernelFacts& facts : plan.kernels)
    if (facts.prediction) cycles += facts.prediction->estimate.cycles();
  totals.set("predicted_ms", millisecondsOf(cycles, plan.machine));
  Json json = Json::object();
  json.set("pipeline", plan.pipeline);
  json.set("lanes", plan.lanes);
  json.set("clock_ghz", plan.machine.clock);
  if (!plan.remark.empty()) json.set("remark", plan.remark);
  json.set("totals", std::move(totals));
  Json workspace = Json::object();
  workspace.set("buffers", plan.workspace.buffers);
  workspace.set("buffer_bytes", sizeJson(plan.workspace.bufferBytes));
  workspace.set("border_rows", plan.workspace.borderRows);
  workspace.set("border_row_bytes", sizeJson(plan.workspace.borderBytes));
  workspace.set("rings", plan.workspace.rings);
  workspace.set("ring_bytes", sizeJson(plan.workspace.ringBytes));
  workspace.set("threads", plan.threads);
  json.set("workspace", std::move(workspace));
  json.set("layers", arrayOf(plan.layers, [&](const LayerPlan& layer) { return layerJson(plan, layer); }));
  Json kernels = Json::array();
  for (size_t i = 0; i < plan.kernels.size(); ++i) kernels.push(kernelJson(plan, i));
  json.set("kernels", std::move(kernels));
  json.set("groups", groupsJson(plan.fusion));
  json.set("edges", edgesJson(plan.fusion));
  return json;
}

} // namespace convoy::inspect
