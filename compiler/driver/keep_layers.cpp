#include "driver/keep_layers.h"
#include "support/text.h"
#include <algorithm>
#include <set>

namespace convoy::driver {

namespace {

std::vector<std::string> layersOf(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Value& value : graph.values)
    if (value.kind == graph::Value::Node) names.push_back(value.name);
  return names;
}

bool isResult(const graph::Graph& graph, const std::string& name) {
  return std::any_of(graph.outputs.begin(), graph.outputs.end(),
                     [&](const graph::Output& output) { return output.name == name; });
}

void reportUnknown(const Compilation& c, const std::string& name, const std::vector<std::string>& layers) {
  auto report = c.diags.report(diag::NoSuchLayer, {}, c.graph->name, name);
  const std::string near = nearestName(name, layers);
  report.help(near.empty() ? "'convoy plan' lists its layers" : "did you mean '" + near + "'?");
}

} // namespace

NamedFile splitNamedFile(const std::string& text, const std::vector<std::string>& names) {
  size_t length = 0;
  for (const std::string& name : names)
    if (name.size() > length && text.compare(0, name.size() + 1, name + "=") == 0) length = name.size();
  if (length == 0) length = text.find('=');
  if (length == std::string::npos) return {"", text};
  return {text.substr(0, length), text.substr(length + 1)};
}

bool keepLayers(Compilation& c) {
  graph::Graph& graph = *c.graph;
  const std::vector<std::string> layers = layersOf(graph);
  std::set<std::string> wanted(c.options.keepLayers.begin(), c.options.keepLayers.end());
  if (wanted.erase("all") > 0) wanted.insert(layers.begin(), layers.end());
  for (const std::string& text : c.options.dumpLayers) wanted.insert(splitNamedFile(text, layers).name);
  std::vector<std::string> compared = layers; // results too
  for (const graph::Output& output : graph.outputs) compared.push_back(output.name);
  for (const std::string& text : c.options.against) {
    const std::string name = splitNamedFile(text, compared).name;
    if (!name.empty() && !isResult(graph, name)) wanted.insert(name);
  }
  for (graph::ValueId id = 0; id < graph.values.size(); ++id) {
    const graph::Value& value = graph.value(id);
    if (value.kind == graph::Value::Node && wanted.erase(value.name) > 0)
      graph.outputs.push_back({value.name, id, ImageKind::None, /*kept=*/true});
  }
  for (const std::string& name : wanted) reportUnknown(c, name, layers);
  return wanted.empty();
}

} // namespace convoy::driver
