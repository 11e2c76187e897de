#include "driver/run_sizes.h"
#include "command/benchmark.h"
#include "support/text.h"
#include <algorithm>

namespace convoy::driver {

namespace {

bool isAxisOf(const std::string& axis, const std::string& symbol) {
  const size_t dot = symbol.rfind('.');
  return dot != std::string::npos && symbol.compare(dot + 1, std::string::npos, axis) == 0;
}

void reportUnknown(const graph::Graph& graph, const std::string& name, DiagnosticEngine& diags) {
  const std::vector<std::string> symbols = graph.symbols();
  std::string names;
  for (const std::string& symbol : symbols) names += (names.empty() ? "" : ", ") + symbol;
  diags.report(diag::UnknownSize, {}, graph.name, name)
      .help(names.empty() ? "all of its sizes are known when compiling"
                          : (symbols.size() == 1 ? "its only one is " : "its sizes are ") + names);
}

} // namespace

std::optional<RunSizes> findSizes(const graph::Graph& graph,
                                  const std::vector<std::pair<std::string, int64_t>>& given,
                                  DiagnosticEngine& diags) {
  const std::vector<std::string> symbols = graph.symbols();
  RunSizes sizes;
  bool good = true;
  for (const auto& [name, number] : given) {
    bool found = false;
    const bool whole = std::count(symbols.begin(), symbols.end(), name) > 0;
    for (const std::string& symbol : symbols)
      if (whole ? symbol == name : isAxisOf(name, symbol)) sizes[symbol] = number, found = true;
    if (!found) reportUnknown(graph, name, diags);
    good &= found;
  }
  if (!good) return std::nullopt;
  return sizes;
}

const graph::EntryCheck* failingCheck(const graph::Graph& graph, const RunSizes& sizes) {
  for (const graph::EntryCheck& entry : graph.checks) {
    const auto left = entry.check.left.evaluate(sizes), right = entry.check.right.evaluate(sizes);
    if (!left || !right) continue;
    const bool equal = entry.check.kind == ShapeRequest::RuntimeCheck::Equal;
    if (equal ? *left != *right : *left < *right) return &entry;
  }
  return nullptr;
}

RunSizes withUsualSizes(const graph::Graph& graph, const RunSizes& given) {
  RunSizes sizes = given;
  const std::vector<std::string> symbols = graph.symbols();
  for (graph::ValueId input : graph.inputs) {
    const std::vector<Size>& dims = graph.value(input).type.dims;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      const std::string name = dims[axis].str();
      if (std::count(symbols.begin(), symbols.end(), name))
        sizes.emplace(name,
                      command::defaultExtent(static_cast<int32_t>(axis), static_cast<int32_t>(dims.size())));
    }
  }
  return failingCheck(graph, sizes) ? given : sizes;
}

bool checkSizes(const graph::Graph& graph, const RunSizes& sizes, DiagnosticEngine& diags) {
  const graph::EntryCheck* failing = failingCheck(graph, sizes);
  if (failing) diags.report(diag::SizesDoNotFit, failing->location, failing->check.message);
  return !failing;
}

} // namespace convoy::driver
