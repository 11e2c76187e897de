// Which words can be written at a place.
#include "server/cursor.h"
#include "server/describe.h"
#include "server/document.h"
#include "server/editor_words.h"
#include "server/names.h"
#include <algorithm>
#include <set>

namespace convoy::server {

namespace {

// Numbers of the protocol.
enum ItemKind {
  ItemFunction = 3,
  ItemVariable = 6,
  ItemProperty = 10,
  ItemKeyword = 14,
  ItemEnumMember = 20,
  ItemConstant = 21,
  ItemType = 25,
};

// How near to what is probably meant; lists are sorted by it first.
enum class Rank { First, Second, Third, Last };

struct Item {
  std::string label;
  ItemKind kind;
  Rank rank;
  std::string detail, documentation;
  std::string insert; // empty: the label
};

class Completions {
public:
  Completions(const Client& client, const EditorWords& words) : client_(client), words_(words) {}

  void add(Item item) {
    if (!labels_.insert(item.label).second) return;
    Json json = Json::object().set("label", item.label).set("kind", static_cast<int>(item.kind));
    json.set("sortText", std::to_string(static_cast<int>(item.rank)) + item.label);
    if (!item.detail.empty()) json.set("detail", item.detail);
    if (!item.documentation.empty()) {
      const char* kind = client_.markdown ? "markdown" : "plaintext";
      json.set("documentation", Json::object().set("kind", kind).set("value", item.documentation));
    }
    if (!item.insert.empty()) json.set("insertText", item.insert);
    list_.push(std::move(json));
  }

  void keywords(const std::vector<std::string>& words, Rank rank) {
    for (const std::string& word : words) add({word, ItemKeyword, rank, "", "", ""});
  }

  void layers(Rank rank) {
    for (const OpInfo& row : opTable())
      if (!row.symbol) add({row.name, ItemFunction, rank, signatureOf(row), describe(row), ""});
  }

  void functions(Rank rank) {
    for (const std::string& name : words_.functions) add({name, ItemFunction, rank, "function", "", ""});
  }

  void names(const std::vector<const Declaration*>& visible, const Analysis& analysis, bool callable,
             bool values) {
    for (const Declaration* each : visible) {
      const bool definition = each->kind == Declaration::Block || each->kind == Declaration::Pipeline;
      if (definition ? !callable : !values || each->kind == Declaration::Size) continue;
      std::string detail = each->detail;
      const sema::Facts* facts = analysis.factsAt(each->location);
      if (!definition && facts) detail = valueText(*facts->at(each->location), facts->graph);
      if (detail.empty()) detail = nameOf(each->kind);
      const ItemKind kind = definition                            ? ItemFunction
                            : each->kind == Declaration::Constant ? ItemConstant
                                                                  : ItemVariable;
      add({each->name, kind, Rank::First, detail, "", ""});
    }
  }

  void attribute(const std::string& name, const std::string& detail, const std::string& documentation) {
    add({name + ":", ItemProperty, Rank::First, detail, documentation, name + ": "});
  }

  Json take() { return std::move(list_); }

private:
  const Client& client_;
  const EditorWords& words_;
  std::set<std::string> labels_;
  Json list_ = Json::array();
};

const ast::Block* findBlock(const ast::File& file, const std::string& name) {
  for (const ast::Block& block : file.blocks)
    if (block.name == name) return &block;
  for (const ast::Import& import : file.imports)
    if (import.file)
      for (const ast::Block& block : import.file->blocks)
        if (block.name == name) return &block;
  return nullptr;
}

void addArguments(Completions& list, const ast::File& file, const Cursor& cursor) {
  const OpInfo* row = findOp(cursor.callee);
  if (const ast::Block* block = findBlock(file, cursor.callee)) {
    for (const ast::Parameter& each : block->parameters)
      if (!cursor.given.count(each.name)) {
        const auto text =
            each.location.file->text().substr(each.location.begin, each.location.end - each.location.begin);
        list.attribute(each.name, std::string(text), "");
      }
  } else if (row) {
    for (const AttributeSpec& spec : row->attributes)
      if (!cursor.given.count(spec.name))
        list.attribute(spec.name, spec.fallback ? "default: " + *spec.fallback : "", spec.doc);
  } else {
    return;
  }
  if (!cursor.given.count("name"))
    list.attribute("name", "", "The name of the layer, or what stands before the names inside of a block.");
}

void addAttributeWords(Completions& list, const Cursor& cursor) {
  const OpInfo* row = findOp(cursor.callee);
  for (const AttributeSpec& spec : row ? row->attributes : std::vector<AttributeSpec>())
    if (spec.name == cursor.attribute)
      for (const std::string& word : spec.choices())
        list.add({word, ItemEnumMember, Rank::First, spec.fallback == word ? "the default" : "", "",
                  word == "constant" ? "constant(0)" : ""});
}

// The text as it would be with a word at the cursor: a statement that only lacks that word is then whole.
std::string withWord(std::string_view text, uint32_t offset, const Cursor& cursor) {
  std::string whole(text);
  if (cursor.wordBegin == offset) whole.insert(offset, cursor.kind == Cursor::Argument ? "x" : " x ");
  return whole;
}

} // namespace

Json completionsAt(const Document& document, uint32_t offset, const Client& client, const Analyze& analyze) {
  const std::string_view text = document.file().text();
  const Cursor cursor = cursorAt(text, offset);
  const EditorWords words = editorWords();
  Completions list(client, words);
  if (cursor.kind == Cursor::Nothing || cursor.kind == Cursor::NewName) return list.take();
  const auto analysis = analyze(withWord(text, offset, cursor));
  const Names names(*analysis->syntax);
  const auto visible = names.visibleAt(cursor.wordBegin);
  auto values = [&](Rank layers) {
    list.names(visible, *analysis, true, true);
    list.layers(layers);
    list.functions(Rank::Last);
    list.keywords({"if", "true", "false"}, Rank::Last);
  };
  switch (cursor.kind) {
  case Cursor::Nothing:
  case Cursor::NewName: break;
  case Cursor::TopLevel: list.keywords(words.definitions, Rank::First); break;
  case Cursor::Type:
    for (const std::string& word : words.types) list.add({word, ItemType, Rank::First, "", "", ""});
    break;
  case Cursor::ImageKind:
    for (const std::string& word : words.imageKinds)
      list.add({word, ItemEnumMember, Rank::First, "", "", ""});
    break;
  case Cursor::Target:
    list.names(visible, *analysis, true, false);
    list.layers(Rank::First);
    break;
  case Cursor::Argument:
    addArguments(list, *analysis->syntax, cursor);
    values(Rank::Third);
    break;
  case Cursor::AttributeValue:
    addAttributeWords(list, cursor);
    values(Rank::Third);
    break;
  case Cursor::Statement:
    values(Rank::Second);
    list.keywords(words.control, Rank::Third);
    break;
  case Cursor::Operand: values(Rank::Second); break;
  }
  return list.take();
}

} // namespace convoy::server
