// What a name or a layer is, with shapes.
#include "graph/work.h"
#include "server/describe.h"
#include "server/document.h"
#include "server/names.h"

namespace convoy::server {

namespace {

struct Hover {
  std::string text; // Markdown
  Location range;
};

std::string codeBlock(const std::string& text) { return "```convoy\n" + text + "\n```\n"; }

// " = the integer 3", ": tensor[3, H, W]", or nothing.
std::string valueBehind(const Analysis& analysis, Location where) {
  const sema::Facts* facts = analysis.factsAt(where);
  if (!facts) return "";
  const sema::Fact& fact = *facts->at(where);
  const bool tensor = fact.values.front().as<sema::Tensor>() != nullptr;
  return (tensor ? ": " : " = ") + valueText(fact, facts->graph);
}

// The layers that a call made, each kind of shape once.
std::string layersOf(const Analysis& analysis, const OpInfo& row, Location callee) {
  constexpr size_t most = 4;
  const sema::Facts* facts = analysis.factsAt(callee);
  if (!facts) return "";
  const sema::Fact& fact = *facts->at(callee);
  std::string text;
  std::vector<std::string> shapes;
  for (const sema::Value& value : fact.values) {
    const auto* tensor = value.as<sema::Tensor>();
    const graph::Value* node = tensor ? &facts->graph.value(tensor->id) : nullptr;
    if (!node || node->kind != graph::Value::Node || node->op != row.kind) continue;
    const std::string shape = node->type.str();
    if (std::find(shapes.begin(), shapes.end(), shape) != shapes.end()) continue;
    shapes.push_back(shape);
    if (shapes.size() <= most) text += describeLayer(facts->graph, *node) + "\n";
  }
  if (fact.times > 1) text += "made " + std::to_string(fact.times) + " times\n";
  return text;
}

std::string describe(const Analysis& analysis, const Declaration& declaration) {
  if (!declaration.detail.empty() && declaration.kind != Declaration::Input &&
      declaration.kind != Declaration::Parameter) {
    std::string text = codeBlock(declaration.detail);
    if (declaration.kind == Declaration::Constant)
      if (const sema::Facts* facts = analysis.factsAt(declaration.location))
        text += "\n" + valueText(*facts->at(declaration.location), facts->graph) + "\n";
    return text;
  }
  return "";
}

std::string pipelineWork(const Analysis& analysis, const std::string& name) {
  for (const sema::Facts& facts : analysis.facts)
    if (facts.graph.name == name && !analysis.diags.hasErrors())
      return workText(graph::multiplyAdds(facts.graph), graph::learnedNumbers(facts.graph));
  return "";
}

std::optional<Hover> ofDeclaration(const Analysis& analysis, const Declaration& declaration) {
  std::string text = describe(analysis, declaration);
  if (text.empty())
    text = codeBlock(declaration.name + valueBehind(analysis, declaration.location)) + "\n" +
           nameOf(declaration.kind) + (declaration.detail.empty() ? "" : " `" + declaration.detail + "`") +
           "\n";
  if (declaration.kind == Declaration::Pipeline)
    text += "\n" + pipelineWork(analysis, declaration.name) + "\n";
  return Hover{text, declaration.location};
}

std::optional<Hover> ofAttribute(const Mention& mention, const Names& names) {
  if (mention.text == "name")
    return Hover{"The name of the layer, or what stands before the names inside of a block.",
                 mention.location};
  const OpInfo* row =
      names.target({Mention::Callee, mention.callee, {}, "", nullptr}) ? nullptr : findOp(mention.callee);
  if (!row) return std::nullopt;
  for (const AttributeSpec& spec : row->attributes)
    if (spec.name == mention.text) return Hover{server::describe(spec), mention.location};
  return std::nullopt;
}

std::optional<Hover> ofMention(const Analysis& analysis, const Names& names, const Mention& mention) {
  switch (mention.kind) {
  case Mention::Attribute: return ofAttribute(mention, names);
  case Mention::Import:
    if (!mention.file) return std::nullopt;
    return Hover{"`" + mention.file->source->path() + "`", mention.location};
  case Mention::Name: {
    const std::string value = valueBehind(analysis, mention.location);
    const Declaration* declaration = names.target(mention);
    if (value.empty() && !declaration) return std::nullopt;
    std::string text = codeBlock(mention.text + value);
    if (declaration) text += std::string("\n") + nameOf(declaration->kind) + "\n";
    return Hover{text, mention.location};
  }
  case Mention::Callee: break;
  }
  const OpInfo* row = findOp(mention.text);
  const Declaration* declaration = names.target(mention);
  // As in the language: a block comes before a layer of its name, a pipeline behind it.
  if (declaration && (declaration->kind == Declaration::Block || !row)) {
    const std::string value = valueBehind(analysis, mention.location);
    return Hover{codeBlock(declaration->detail) + (value.empty() ? "" : "\ngives" + value + "\n"),
                 mention.location};
  }
  if (row && !row->symbol) {
    const std::string layers = layersOf(analysis, *row, mention.location);
    return Hover{codeBlock(signatureOf(*row)) + "\n" + layers + (layers.empty() ? "" : "\n") +
                     server::describe(*row) + "\n",
                 mention.location};
  }
  const std::string value = valueBehind(analysis, mention.location);
  if (value.empty()) return std::nullopt;
  return Hover{codeBlock(mention.text + "(...)" + value), mention.location};
}

// For editors that show no Markdown.
std::string withoutMarks(const std::string& text) {
  std::string plain;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (line.substr(0, 3) == "```") continue;
    for (const char c : line)
      if (c != '`') plain += c;
    plain += '\n';
  }
  return plain;
}

} // namespace

Json hoverAt(const Document& document, uint32_t offset, const Client& client) {
  const Analysis& analysis = *document.analysis;
  const Names names(*analysis.syntax);
  std::optional<Hover> hover;
  if (const Mention* mention = names.mentionAt(offset))
    hover = ofMention(analysis, names, *mention);
  else if (const Declaration* declaration = names.declarationAt(offset))
    hover = ofDeclaration(analysis, *declaration);
  if (!hover) return nullptr;
  Json contents = Json::object();
  contents.set("kind", client.markdown ? "markdown" : "plaintext");
  contents.set("value", client.markdown ? hover->text : withoutMarks(hover->text));
  return Json::object().set("contents", contents).set("range", rangeOf(hover->range, client.encoding));
}

} // namespace convoy::server
