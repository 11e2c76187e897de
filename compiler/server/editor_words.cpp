#include "server/editor_words.h"
#include "parse/words.h"
#include "sema/arithmetic.h"
#include "sema/sema.h"
#include "server/describe.h"
#include <algorithm>
#include <set>

namespace convoy::server {

namespace {

std::vector<std::string> sorted(std::set<std::string> words) { return {words.begin(), words.end()}; }

} // namespace

EditorWords editorWords() {
  const std::set<std::string> control = {"for", "in", "if", "else", "return"}, constants = {"true", "false"};
  EditorWords words;
  std::set<std::string> definitions, layers, attributes = {"name"}, values, functions;
  for (const std::string& word : reservedWords())
    if (!control.count(word) && !constants.count(word)) definitions.insert(word);
  for (const OpInfo& row : opTable()) {
    if (row.symbol) continue;
    layers.insert(row.name);
    for (const AttributeSpec& spec : row.attributes) {
      attributes.insert(spec.name);
      for (const std::string& word : spec.choices())
        if (!constants.count(word)) values.insert(word);
    }
  }
  for (const std::string& name : sema::functionNames())
    if (!layers.count(name)) functions.insert(name);
  std::set<std::string> types(sema::parameterTypes().begin(), sema::parameterTypes().end());
  types.insert("image");
  words.definitions = sorted(definitions);
  words.control = sorted(control);
  words.constants = sorted(constants);
  words.types = sorted(types);
  for (ImageKind kind : {ImageKind::Gray, ImageKind::Rgb, ImageKind::Rgba})
    words.imageKinds.push_back(nameOf(kind));
  words.layers = sorted(layers);
  words.functions = sorted(functions);
  words.attributes = sorted(attributes);
  words.words = sorted(values);
  return words;
}

} // namespace convoy::server
