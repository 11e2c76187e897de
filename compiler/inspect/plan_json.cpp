// A plan as JSON.
#include "inspect/plan.h"
#include "inspect/size_text.h"
#include <cmath>

namespace convoy::inspect {

namespace {

bool isWinograd(const LayerPlan& layer) { return layer.arithmetic == schedule::Arithmetic::Winograd; }

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

// Operations for each byte are null where they are not known.
void setBytes(Json& json, const Size& multiplyAdds, const Size& bytes) {
  json.set("bytes", sizeJson(bytes));
  const std::optional<double> flops = intensity(multiplyAdds, bytes);
  const bool none = multiplyAdds == Size(0) || bytes == Size(0);
  json.set("flops_per_byte", flops ? Json(std::round(*flops * 1e3) / 1e3) : none ? Json(0) : Json());
}

Json fieldJson(const Field& field) {
  Json json = Json::object();
  json.set("input", field.input);
  json.set("extent", arrayOf(field.axes, [](const FieldAxis& axis) {
             return axis.extent ? Json(*axis.extent) : Json();
           }));
  json.set("step", arrayOf(field.axes, [](const FieldAxis& axis) { return Json(axis.step); }));
  return json;
}

void setGroup(Json& json, const Plan& plan, size_t kernel) {
  const auto group = groupOf(plan.fusion, kernel);
  json.set("group", group ? Json(static_cast<int64_t>(*group)) : Json());
}

void setEfficiency(Json& json, const Efficiency& all) {
  auto rounded = [](double number, double steps) { return std::round(number * steps) / steps; };
  json.set("measured_ms", rounded(all.seconds * 1e3, 1e6));
  if (all.predictedShare > 0) json.set("predicted_share", rounded(all.predictedShare, 1e4));
  json.set("gflops", rounded(all.gflops, 1e3));
  if (all.ofPeak > 0) json.set("percent_of_peak", rounded(100 * all.ofPeak, 1e2));
  if (all.gigabytes > 0) json.set("gigabytes_per_second", rounded(all.gigabytes, 1e3));
}

void setMeasured(Json& json, const Plan& plan, size_t kernel) {
  if (const std::optional<Efficiency> all = efficiencyOf(plan, kernel)) setEfficiency(json, *all);
}

Json layerJson(const Plan& plan, const LayerPlan& layer) {
  Json json = Json::object();
  json.set("name", layer.name);
  json.set("op", layer.op);
  if (layer.location.valid() && !layer.location.file->text().empty()) {
    const SourceFile::Position at = layer.location.file->position(layer.location.begin);
    json.set("file", layer.location.file->path()).set("line", at.line).set("column", at.column);
  }
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
  setBytes(json, layer.multiplyAdds, layer.traffic.total());
  json.set("receptive_field", arrayOf(layer.fields, fieldJson));
  json.set("kernel", layer.kernel ? Json(static_cast<int64_t>(*layer.kernel)) : Json());
  if (!layer.foldedInto.empty()) json.set("folded_into", layer.foldedInto);
  if (layer.kernel) {
    const KernelFacts& facts = plan.kernels[*layer.kernel];
    setAlgorithm(json, facts);
    setGroup(json, plan, *layer.kernel);
    setPrediction(json, facts, plan.machine);
    setMeasured(json, plan, *layer.kernel);
  }
  return json;
}

Json kernelJson(const Plan& plan, size_t number) {
  const KernelFacts& facts = plan.kernels[number];
  Json json = Json::object();
  json.set("name", facts.name);
  json.set("layers", arrayOf(facts.layers, [](const std::string& name) { return Json(name); }));
  setAlgorithm(json, facts);
  json.set("macs", sizeJson(facts.multiplyAdds));
  setTraffic(json, facts.traffic);
  json.set("ring_bytes", sizeJson(facts.inRings));
  setBytes(json, facts.multiplyAdds, facts.bytes());
  setGroup(json, plan, number);
  setPrediction(json, facts, plan.machine);
  setMeasured(json, plan, number);
  return json;
}

// What bounds the kernels: for a roofline.
Json machineJson(const Plan& plan) {
  const Machine& machine = plan.machine;
  auto bandwidth = [&](double bytesPerCycle) {
    return std::round(bytesPerCycle * machine.clock * 1e3) / 1e3;
  };
  Json json = Json::object();
  json.set("clock_ghz", machine.clock);
  json.set("peak_gflops", plan.measured && plan.measured->peak > 0 ? plan.measured->peak : peakOf(plan));
  json.set("level1_bytes", machine.level1)
      .set("level2_bytes", machine.level2)
      .set("level3_bytes", machine.level3);
  json.set("level2_gigabytes_per_second", bandwidth(machine.level2Bandwidth));
  json.set("level3_gigabytes_per_second", bandwidth(machine.level3Bandwidth));
  json.set("memory_gigabytes_per_second", bandwidth(machine.memoryBandwidth));
  return json;
}

} // namespace

Json planJson(const Plan& plan) {
  Json totals = Json::object();
  totals.set("parameters", plan.parameters);
  totals.set("macs", sizeJson(plan.multiplyAdds));
  totals.set("workspace_bytes", sizeJson(plan.workspace.bytes(plan.threads)));
  totals.set("predicted_ms", std::round(predictedSeconds(plan) * 1e9) / 1e6);
  setBytes(totals, plan.multiplyAdds, bytesOf(plan));
  if (const std::optional<Efficiency> all = efficiencyOf(plan)) {
    setEfficiency(totals, *all);
    totals.set("threads", all->threads);
  }
  Json json = Json::object();
  json.set("pipeline", plan.pipeline);
  json.set("lanes", plan.lanes);
  json.set("clock_ghz", plan.machine.clock);
  json.set("machine", machineJson(plan));
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
