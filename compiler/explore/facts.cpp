#include "explore/facts.h"
#include "explore/links.h"

namespace convoy::explore {

namespace {

using graph::Value;

Json numbersJson(const std::vector<size_t>& numbers) {
  Json json = Json::array();
  for (size_t number : numbers) json.push(static_cast<int64_t>(number));
  return json;
}

// The layers as the user wrote them, with the activations that they read.
Json layersJson(const Subject& subject, const Layers& layers) {
  std::map<std::string, const inspect::LayerPlan*> plans;
  for (const inspect::LayerPlan& layer : subject.plan.layers) plans[layer.name] = &layer;
  Json all = Json::array();
  for (const Value* value : layers.all()) {
    Json json = Json::object();
    json.set("name", value->name);
    json.set("shape", value->type.str());
    if (value->kind == Value::Node) {
      json.set("op", opInfo(value->op).name);
      std::string attributes;
      for (const auto& [name, attribute] : value->attributes.all())
        attributes += (attributes.empty() ? "" : ", ") + name + ": " + str(attribute);
      if (!attributes.empty()) json.set("attributes", attributes);
    }
    Json reads = Json::array();
    for (graph::ValueId operand : value->operands)
      if (const int64_t layer = layers.find(subject.written.value(operand).name); layer >= 0)
        reads.push(layer);
    json.set("reads", std::move(reads));
    if (const auto plan = plans.find(value->name); plan != plans.end()) {
      if (plan->second->kernel) json.set("kernel", static_cast<int64_t>(*plan->second->kernel));
      if (!plan->second->foldedInto.empty()) json.set("folded", layers.find(plan->second->foldedInto));
    }
    all.push(std::move(json));
  }
  return all;
}

Json resultsJson(const Subject& subject, const Layers& layers) {
  Json all = Json::array();
  for (const graph::Output& output : subject.written.outputs) {
    Json json = Json::object();
    json.set("name", output.name);
    json.set("layer", layers.find(subject.written.value(output.value).name));
    all.push(std::move(json));
  }
  return all;
}

// What `convoy plan` does not say of kernels: their layers by number, and which conversions they are.
Json kernelsJson(const Subject& subject, const Layers& layers) {
  Json all = Json::array();
  for (size_t k = 0; k < subject.schedule.kernels.size(); ++k) {
    const schedule::Kernel& kernel = subject.schedule.kernels[k];
    Json json = Json::object(), nodes = Json::array();
    for (graph::ValueId node : kernel.nodes) nodes.push(layers.standingFor(subject.computed.value(node)));
    json.set("layers", std::move(nodes));
    json.set("how", inspect::algorithmText(kernel));
    if (kernel.algorithm == schedule::Algorithm::Reorder) json.set("conversion", true);
    all.push(std::move(json));
  }
  return all;
}

Json functionsJson(const std::vector<FunctionFacts>& functions) {
  Json all = Json::array();
  for (const FunctionFacts& function : functions) {
    Json json = Json::object();
    json.set("name", function.name);
    json.set("kernels", numbersJson(function.kernels));
    json.set("line", static_cast<int64_t>(function.line));
    all.push(std::move(json));
  }
  return all;
}

// A pass that changed nothing has no text.
Json passesJson(const std::vector<PassText>& passes) {
  std::map<std::string, const std::string*> before; // by stage
  Json all = Json::array();
  for (const PassText& pass : passes) {
    Json json = Json::object();
    json.set("name", pass.name);
    json.set("why", pass.why);
    json.set("stage", pass.stage);
    const std::string*& last = before[pass.stage];
    if (!last || *last != pass.text) json.set("text", pass.text);
    last = &pass.text;
    all.push(std::move(json));
  }
  return all;
}

} // namespace

void addFacts(Page& page, const Subject& subject) {
  const Layers layers(subject);
  const std::vector<FunctionFacts> functions = functionsOf(subject);
  std::vector<LinkedText> texts = linkedTexts(subject, layers, functions);

  Json core = Json::object(), head = Json::array(), stages = Json::array();
  for (const auto& [name, value] : subject.facts) head.push(Json::array().push(name).push(value));
  for (const LinkedText& text : texts) {
    Json stage = Json::object();
    stage.set("id", text.id);
    stage.set("title", text.title);
    stage.set("language", text.language);
    stage.set("links", text.links);
    stages.push(std::move(stage));
  }
  core.set("pipeline", subject.written.name);
  core.set("file", subject.file);
  core.set("facts", std::move(head));
  core.set("layers", layersJson(subject, layers));
  core.set("results", resultsJson(subject, layers));
  core.set("kernels", kernelsJson(subject, layers));
  core.set("functions", functionsJson(functions));
  core.set("stages", std::move(stages));
  core.set("plan", inspect::planJson(subject.plan));
  page.addJson("core", core);
  for (const LinkedText& text : texts) page.addText("text." + text.id, text.text);
  if (!subject.passes.empty()) page.addJson("passes", passesJson(subject.passes));
}

} // namespace convoy::explore
