// Graphs beside each other, whatever their values are called.
#pragma once
#include "parse/parser.h"
#include "script/script.h"
#include "sema/sema.h"
#include <algorithm>
#include <map>

namespace convoy::script {

// With every parameter before the first node that reads it.
inline graph::Graph withParametersAtNodes(const graph::Graph& graph) {
  graph::Graph ordered = graph;
  ordered.values.clear();
  std::map<graph::ValueId, graph::ValueId> places;
  auto place = [&](graph::ValueId id) {
    if (!places.emplace(id, ordered.values.size()).second) return;
    ordered.values.push_back(graph.value(id));
    for (graph::ValueId& operand : ordered.values.back().operands) operand = places.at(operand);
  };
  for (graph::ValueId id = 0; id < graph.values.size(); ++id) {
    if (graph.value(id).kind == graph::Value::Parameter) continue;
    for (graph::ValueId operand : graph.value(id).operands) place(operand);
    place(id);
  }
  for (graph::ValueId& input : ordered.inputs) input = places.at(input);
  for (graph::Output& output : ordered.outputs) output.value = places.at(output.value);
  return ordered;
}

// The graph's text with names that follow from the places of values, and without the messages of checks.
inline std::string withoutNames(const graph::Graph& original) {
  graph::Graph graph = withParametersAtNodes(original);
  graph.name = "graph";
  std::map<std::string, Size> sizes;
  for (const std::string& symbol : graph.symbols())
    sizes.emplace(symbol, Size::symbol("S" + std::to_string(sizes.size())));
  int inputs = 0, parameters = 0, nodes = 0;
  for (graph::Value& value : graph.values) {
    for (Size& dim : value.type.dims) dim = dim.substitute(sizes);
    if (value.kind == graph::Value::Input) value.name = "i" + std::to_string(inputs++);
    if (value.kind == graph::Value::Parameter) value.name = "p" + std::to_string(parameters++);
    if (value.kind == graph::Value::Node) value.name = "n" + std::to_string(nodes++);
    auto attributes = value.attributes.all(); // a script may write them in any order
    std::sort(attributes.begin(), attributes.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    value.attributes = {};
    for (auto& [name, attribute] : attributes) {
      if (auto* list = std::get_if<std::vector<Size>>(&attribute))
        for (Size& size : *list) size = size.substitute(sizes);
      value.attributes.set(name, attribute);
    }
  }
  for (graph::EntryCheck& entry : graph.checks) {
    entry.check.left = entry.check.left.substitute(sizes),
    entry.check.right = entry.check.right.substitute(sizes);
    entry.check.message.clear();
  }
  std::sort(graph.checks.begin(), graph.checks.end(), [](const auto& a, const auto& b) {
    auto text = [](const graph::EntryCheck& entry) {
      return entry.check.left.str() + "," + entry.check.right.str();
    };
    return text(a) < text(b);
  });
  for (size_t i = 0; i < graph.outputs.size(); ++i) graph.outputs[i].name = "o" + std::to_string(i);
  return print(graph, /*full=*/true);
}

// The graph that a written script stands for, with the numbers that it stores. nullopt after a diagnostic.
inline std::optional<graph::Graph> readBack(const graph::Graph& original, const Script& script,
                                            DiagnosticEngine& diags) {
  const SourceFile file("written.cvy", script.text);
  const auto syntax = parse(file, diags);
  if (diags.hasErrors()) return std::nullopt;
  std::optional<graph::Graph> graph = analyze(*syntax, {}, diags);
  if (!graph || diags.hasErrors()) return std::nullopt;
  std::map<std::string, graph::ValueId> stored;
  for (const StoredParameter& parameter : script.parameters) stored[parameter.name] = parameter.value;
  for (graph::Value& value : graph->values) {
    value.location = {}; // in `file`
    if (const auto found = stored.find(value.name); found != stored.end())
      value.data = original.value(found->second).data;
  }
  return graph;
}

} // namespace convoy::script
