// From a script to graph text, or to its diagnostics.
#pragma once
#include "graph/reader.h"
#include "parse/parser.h"
#include "sema/sema.h"
#include <gtest/gtest.h>

namespace convoy {

struct Analyzed {
  std::optional<graph::Graph> graph;
  // A line each: "line:column: code: message", labels "  line:column: text", helps "  help: ...", fixes "
  // fix: ..." and their edits.
  std::string diagnostics;
};

inline std::string position(Location location) {
  auto at = location.file->position(location.begin);
  return std::to_string(at.line) + ":" + std::to_string(at.column);
}

// "1:39: 'phto' becomes 'photo'"
inline std::string edited(const SourceFile& file, const Edit& edit) {
  return position(edit.where) + ": '" +
         std::string(file.text().substr(edit.where.begin, edit.where.end - edit.where.begin)) +
         "' becomes '" + edit.replacement + "'";
}

inline Analyzed analyzeText(const std::string& text, const SemaOptions& options = {}) {
  SourceFile file("test.cvy", text);
  DiagnosticEngine diags;
  auto ast = parse(file, diags);
  Analyzed result;
  SemaOptions chosen = options;
  for (const ast::Pipeline& pipeline : ast->pipelines)
    if (options.pipeline.empty() && pipeline.name == "main") chosen.pipeline = "main"; // among several
  if (!diags.hasErrors()) result.graph = analyze(*ast, chosen, diags);
  for (const auto& d : diags.all()) {
    if (d->severity == Severity::Warning) continue; // these have a test of their own
    result.diagnostics += position(d->labels[0].location) + ": " + d->code + ": " + d->message + "\n";
    for (size_t i = 1; i < d->labels.size(); ++i)
      result.diagnostics += "  " + position(d->labels[i].location) + ": " + d->labels[i].text + "\n";
    for (const std::string& help : d->helps) result.diagnostics += "  help: " + help + "\n";
    for (const Fix& fix : d->fixes) {
      result.diagnostics += "  fix: " + fix.text + "\n";
      for (const Edit& edit : fix.edits) result.diagnostics += "    " + edited(file, edit) + "\n";
    }
  }
  EXPECT_EQ(result.graph.has_value(), !diags.hasErrors());
  // Locations point into `file`, which ends here.
  if (result.graph)
    for (auto& value : result.graph->values) value.location = {};
  return result;
}

inline graph::Graph graphOf(const std::string& text, const SemaOptions& options = {}) {
  Analyzed analyzed = analyzeText(text, options);
  EXPECT_EQ(analyzed.diagnostics, "");
  return analyzed.graph ? *analyzed.graph : graph::Graph();
}

inline std::string printed(const std::string& text) { return print(graphOf(text)); }

// The graph's lines between header and `return`, of the nodes whose text contains `part`.
inline std::string lines(const std::string& text, const std::string& part) {
  std::string all = printed(text), found;
  for (size_t at = 0; at < all.size();) {
    size_t end = all.find('\n', at);
    std::string line = all.substr(at, end - at);
    if (line.find(part) != std::string::npos) found += line.substr(line.find_first_not_of(' ')) + "\n";
    at = end + 1;
  }
  return found;
}

} // namespace convoy
