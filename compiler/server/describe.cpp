#include "server/describe.h"
#include "graph/work.h"
#include "support/text.h"
#include <algorithm>

namespace convoy::server {

std::vector<std::string> distinctValues(const sema::Fact& fact, const graph::Graph& graph) {
  std::vector<std::string> texts;
  for (const sema::Value& value : fact.values) {
    std::string text = sema::describe(value, graph);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return texts;
}

std::string valueText(const sema::Fact& fact, const graph::Graph& graph) {
  constexpr size_t most = 4;
  const std::vector<std::string> texts = distinctValues(fact, graph);
  std::string all;
  for (size_t i = 0; i < std::min(texts.size(), most); ++i) all += (i ? " or " : "") + texts[i];
  if (texts.size() > most) all += " or " + std::to_string(texts.size() - most) + " more";
  return all;
}

std::string countText(const Size& count) { return count.isConstant() ? grouped(count.known()) : count.str(); }

std::string signatureOf(const OpInfo& row) {
  std::string text = std::string(row.name) + "(";
  if (row.maxOperands < 0)
    text += "x, ...";
  else
    for (int i = 0; i < row.maxOperands; ++i) text += (i ? ", " : "") + std::string(1, "xyz"[std::min(i, 2)]);
  for (const AttributeSpec& spec : row.attributes) {
    text += ", " + spec.name;
    if (spec.fallback) text += ": " + *spec.fallback;
    if (!spec.fallback && !spec.positional) text += ":";
  }
  return text + ")";
}

std::string describe(const AttributeSpec& spec) {
  return "`" + spec.name + "`" + (spec.fallback ? ", " + *spec.fallback + " by default" : "") + ": " +
         spec.doc;
}

std::string describe(const OpInfo& row) {
  std::string text = std::string(row.doc.summary) + "\n";
  for (const AttributeSpec& spec : row.attributes) text += "\n- " + describe(spec);
  return text;
}

std::string workText(const Size& multiplyAdds, int64_t learned) {
  std::string text;
  if (multiplyAdds != Size(0)) text += countText(multiplyAdds) + " multiply-adds per item";
  if (learned > 0)
    text += (text.empty() ? "" : ", ") + countText(learned) + (learned == 1 ? " parameter" : " parameters");
  return text;
}

std::string describeLayer(const graph::Graph& graph, const graph::Value& node) {
  const OpInfo& row = opInfo(node.op);
  const int activations = activationCount(row, static_cast<int>(node.operands.size()));
  std::string inputs, attributes;
  for (int i = 0; i < activations; ++i) {
    const graph::Value& operand = graph.value(node.operands[static_cast<size_t>(i)]);
    inputs += (i ? ", " : "") + operand.type.str();
  }
  std::string text = "```\n" + node.name + ": " + inputs + " -> " + node.type.str() + "\n```\n";
  for (const auto& [name, value] : node.attributes.all())
    attributes += (attributes.empty() ? "" : ", ") + name + ": " + str(value);
  if (!attributes.empty()) text += "\n`" + attributes + "`\n";
  const std::string work = workText(graph::multiplyAdds(graph, node), graph::learnedNumbers(graph, node));
  if (!work.empty()) text += "\n" + work + "\n";
  return text;
}

} // namespace convoy::server
