#include "server/layer_page.h"
#include "parse/parser.h"
#include "sema/sema.h"
#include "server/describe.h"
#include "server/layer_chapters.h"
#include "support/internal_error.h"
#include "support/text.h"

namespace convoy::server {

namespace {

const char* wordsFor(Rounding rounding) {
  switch (rounding) {
  case Rounding::None: return "exact";
  case Rounding::Decides: return "exact; on operands that were rounded the answer may be the other one";
  case Rounding::Once: return "rounded once";
  case Rounding::Sum: return "sums; exact while every partial sum fits 24 bits";
  case Rounding::Many: return "several roundings";
  }
  return "";
}

const char* wordsFor(Domain domain) {
  switch (domain) {
  case Domain::All: return "";
  case Domain::NotNegative: return "NaN below 0.";
  case Domain::Positive: return "NaN below 0, minus infinity at 0.";
  }
  return "";
}

std::string escaped(const std::string& text) { // inside a table
  std::string result;
  for (char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result;
}

std::string valuesOf(const AttributeSpec& spec) {
  switch (spec.form) {
  case AttributeForm::Int: return "an integer";
  case AttributeForm::Float: return "a number";
  case AttributeForm::Bool: return "`true` or `false`";
  case AttributeForm::Sizes: return "a number or a size";
  case AttributeForm::Kernel: return "a number, a size or [values](language.md#convolution)";
  case AttributeForm::Padding: return "[padding](language.md#padding)";
  case AttributeForm::Border: return "[a border](language.md#borders)";
  case AttributeForm::Extents: return "a number, a size, or a list of sizes";
  case AttributeForm::Like: return "a tensor";
  case AttributeForm::Scale: return "a number, or a list of one per axis";
  case AttributeForm::Word: {
    std::vector<std::string> words;
    for (const std::string& word : spec.words) words.push_back("`" + word + "`");
    return listed(words, "or");
  }
  case AttributeForm::Numbers: return "a number or a list of numbers";
  }
  return "";
}

graph::Graph graphOf(const std::string& example) {
  for (const char* sizes : {"H, W", "12, 20"}) {
    const std::string shape = std::string("tensor[3, ") + sizes + "]";
    const SourceFile file("example.cvy",
                          "pipeline example(x: " + shape + ", y: " + shape + ") { return " + example + " }");
    DiagnosticEngine diags;
    const auto tree = parse(file, diags);
    auto graph = diags.hasErrors() ? std::nullopt : analyze(*tree, {}, diags);
    if (graph && !diags.hasErrors()) return std::move(*graph);
  }
  internalError("the example of a layer is refused: " + example);
}

// A row of the table of examples: what it gives, and the parameters that it has.
std::string exampleRow(const std::string& example) {
  const graph::Graph graph = graphOf(example);
  std::string parameters;
  for (const graph::Value& value : graph.values)
    if (value.kind == graph::Value::Parameter && !(value.data && value.data->literal)) {
      std::string extents;
      for (const Size& dim : value.type.dims) extents += (extents.empty() ? "" : ", ") + dim.str();
      parameters += (parameters.empty() ? "`" : ", `") + value.name + " [" + extents + "]`";
    }
  return "| `" + escaped(example) + "` | `" + graph.value(graph.outputs[0].value).type.str() + "` | " +
         parameters + (parameters.empty() ? "|\n" : " |\n");
}

std::string attributeTable(const OpInfo& row) {
  if (row.attributes.empty()) return "";
  std::string text = "| attribute | is | default | |\n| --- | --- | --- | --- |\n";
  for (const AttributeSpec& spec : row.attributes)
    text += "| `" + spec.name + "`" + (spec.positional ? ", positional" : "") + " | " + valuesOf(spec) +
            " | " + (spec.fallback ? "`" + *spec.fallback + "`" : "") + (spec.fallback ? " | " : "| ") +
            escaped(spec.doc) + " |\n";
  return text + "\n";
}

std::string elsewhere(const LayerDoc& doc) {
  std::string text;
  for (const auto& [system, name] :
       {std::pair("PyTorch", doc.pytorch), std::pair("ONNX", doc.onnx), std::pair("OpenCV", doc.opencv)})
    if (!name.empty()) text += (text.empty() ? "" : "; ") + std::string(system) + ": " + name;
  return text.empty() ? "" : "Elsewhere: " + text + ".\n\n";
}

std::string section(const OpInfo& row) {
  const LayerDoc& doc = row.doc;
  std::string text =
      "### " + (row.symbol ? std::string(row.symbol) + " (" + row.name + ")" : row.name) + "\n\n";
  if (!row.symbol) text += "`" + signatureOf(row) + "`\n\n";
  text += doc.summary + "\n\n";
  if (!doc.formula.empty()) text += "```\n" + doc.formula + "\n```\n\n";
  text += attributeTable(row);
  for (const std::string& note : doc.notes) text += note + "\n\n";
  text += std::string("Numbers: ") + wordsFor(row.rounding) + ".";
  if (row.domain != Domain::All) text += std::string(" ") + wordsFor(row.domain);
  text += "\n\n" + elsewhere(doc);
  text += "| example | gives | parameters |\n| --- | --- | --- |\n";
  for (const std::string& example : doc.examples) text += exampleRow(example);
  if (!doc.picture.empty())
    text += "\n![" + row.name + "](pictures/layers/" + row.name +
            ".png)\n*Of the [photo](pictures/photo.png): `" + doc.picture + "`.*\n";
  return text + "\n";
}

} // namespace

std::string layerPage() {
  std::string text = std::string(layerPageStart) + "\n";
  for (const LayerChapter& chapter : layerChapters()) {
    text += std::string("## ") + chapter.title + "\n" + chapter.text + "\n";
    for (const OpInfo& row : opTable())
      if (row.group == chapter.group) text += section(row);
  }
  while (text.size() > 1 && text[text.size() - 2] == '\n') text.pop_back();
  return text;
}

} // namespace convoy::server
