#include "server/editor_files.h"
#include "server/editor_words.h"
#include "support/json.h"

namespace convoy::server {

namespace {

constexpr const char* remark = "Made by build/bin/editor_files from the op table and grammar/Convoy.g4.";

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

// A regular expression for one of the words, as a whole word.
std::string anyOf(const std::vector<std::string>& words) { return "\\b(" + joined(words, "|") + ")\\b"; }

std::vector<std::string> both(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// ---- TextMate ----

Json match(const std::string& expression, const std::string& scope) {
  return Json::object().set("match", expression).set("name", scope + ".convoy");
}

Json match(const std::string& expression, const std::vector<std::string>& scopes) {
  Json captures = Json::object();
  for (size_t i = 0; i < scopes.size(); ++i)
    captures.set(std::to_string(i + 1), Json::object().set("name", scopes[i] + ".convoy"));
  return Json::object().set("match", expression).set("captures", std::move(captures));
}

Json include(const std::string& name) { return Json::object().set("include", name); }
Json patterns(Json::Array list) { return Json::object().set("patterns", std::move(list)); }

Json stringRule() {
  Json value = Json::object().set("name", "meta.embedded.interpolation.convoy");
  Json mark = Json::object().set("0", Json::object().set("name", "punctuation.section.interpolation.convoy"));
  value.set("begin", "\\{").set("end", "\\}|(?=$)").set("beginCaptures", mark).set("endCaptures", mark);
  value.set("patterns", Json::Array{include("#expression")});
  Json rule = Json::object().set("name", "string.quoted.double.convoy").set("begin", "\"").set("end", "\"|$");
  rule.set("patterns", Json::Array{match("\\\\.", "constant.character.escape"),
                                   match("\\{\\{|\\}\\}", "constant.character.escape"), std::move(value)});
  return rule;
}

std::string textMate(const EditorWords& words) {
  const std::string types = anyOf(words.types);
  Json repository = Json::object();
  repository.set("comment", match("//.*$", "comment.line.double-slash"));
  repository.set("string", stringRule());
  repository.set("number",
                 patterns({match("\\b[0-9]+(x[0-9]+)+\\b", "constant.numeric.size"),
                           match("\\b[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?\\b", "constant.numeric")}));
  repository.set("definition",
                 patterns({match("\\b(pipeline|block)\\s+([A-Za-z_]\\w*)",
                                 std::vector<std::string>{"storage.type", "entity.name.function"}),
                           match("\\b(const)\\s+([A-Za-z_]\\w*)",
                                 std::vector<std::string>{"storage.type", "variable.other.constant"}),
                           match(anyOf(words.definitions), "storage.type")}));
  repository.set("keyword", patterns({match(anyOf(words.control), "keyword.control"),
                                      match(anyOf(words.constants), "constant.language.boolean")}));
  repository.set("type",
                 patterns({match("(?<=\\bimage\\[)\\s*" + anyOf(words.imageKinds),
                                 std::vector<std::string>{"constant.language.image"}),
                           match("(?:(?<=:)|(?<=->))\\s*" + types, std::vector<std::string>{"support.type"}),
                           match("\\b(tensor|image)(?=\\s*\\[)", "support.type")}));
  repository.set(
      "attribute",
      patterns({match(anyOf(words.attributes) + "\\s*(:)",
                      std::vector<std::string>{"support.variable.attribute", "punctuation.separator"}),
                match("\\b([A-Za-z_]\\w*)\\s*(:)",
                      std::vector<std::string>{"variable.parameter", "punctuation.separator"}),
                match("(?<=:)\\s*" + anyOf(words.words) + "(?!\\s*\\.)",
                      std::vector<std::string>{"constant.language.word"})}));
  repository.set(
      "call",
      patterns(
          {match("(?<=\\|>)\\s*" + anyOf(words.layers), std::vector<std::string>{"support.function.layer"}),
           match(anyOf(words.layers) + "(?=\\s*\\()", "support.function.layer"),
           match(anyOf(words.functions) + "(?=\\s*\\()", "support.function"),
           match("(?<=\\|>)\\s*([A-Za-z_]\\w*)", std::vector<std::string>{"entity.name.function"}),
           match("\\b([A-Za-z_]\\w*)(?=\\s*\\()", "entity.name.function")}));
  repository.set("operator", match("\\|>|->|\\*\\*|\\.\\.|&&|\\|\\||[<>=!]=|[-+*/<>=]", "keyword.operator"));
  Json::Array everything;
  for (const char* name :
       {"comment", "string", "number", "definition", "keyword", "type", "attribute", "call", "operator"})
    everything.push_back(include("#" + std::string(name)));
  repository.set("expression", patterns(everything));
  Json grammar = Json::object().set("information_for_contributors", Json::Array{Json(remark)});
  grammar.set("name", "Convoy").set("scopeName", "source.convoy").set("fileTypes", Json::Array{Json("cvy")});
  grammar.set("patterns", Json::Array{include("#expression")}).set("repository", std::move(repository));
  return grammar.str(true) + "\n";
}

// ---- Vim ----

std::string vim(const EditorWords& words) {
  auto keywords = [](const char* group, const std::vector<std::string>& list) {
    return "syn keyword " + std::string(group) + " " + joined(list, " ") + "\n";
  };
  std::string text = "\" Vim syntax file of Convoy scripts (.cvy). " + std::string(remark) + "\n";
  text += "if exists('b:current_syntax')\n  finish\nendif\n\n";
  text += keywords("convoyDefinition", words.definitions) + keywords("convoyControl", words.control);
  text += keywords("convoyBoolean", words.constants) + keywords("convoyType", words.types);
  // Layers and words are ordinary names: they count in their places alone.
  text += "syn match convoyLayer /\\v(\\|\\>\\s*)@<=<(" + joined(words.layers, "|") + ")>/\n";
  text +=
      "syn match convoyLayer /\\v<(" + joined(both(words.layers, words.functions), "|") + ")>\\ze\\s*\\(/\n";
  text += "syn match convoyAttribute /\\v<(" + joined(words.attributes, "|") + ")>\\ze\\s*:/\n";
  text += "syn match convoyWord /\\v(:\\s*)@<=<(" + joined(words.words, "|") + ")>/\n";
  text += "syn match convoyWord /\\v(image\\s*\\[\\s*)@<=<(" + joined(words.imageKinds, "|") + ")>/\n";
  text += "syn match convoyNumber /\\v<\\d+(\\.\\d+)?([eE][+-]?\\d+)?>/\n";
  text += "syn match convoyNumber /\\v<\\d+(x\\d+)+>/\n";
  text += "syn match convoyOperator /\\v\\|\\>|-\\>|\\*\\*|\\.\\.|\\&\\&|\\|\\|/\n";
  text += "syn match convoyEscape /\\v\\\\.|\\{\\{|\\}\\}/ contained\n";
  text += "syn region convoyValue start=/{/ end=/}/ contained contains=convoyNumber,convoyLayer\n";
  text += "syn region convoyString start=/\"/ end=/\"/ oneline contains=convoyValue,convoyEscape\n";
  text += "syn match convoyComment ,//.*$,\n\n";
  const std::pair<const char*, const char*> links[] = {
      {"Definition", "Keyword"}, {"Control", "Statement"},    {"Boolean", "Boolean"}, {"Type", "Type"},
      {"Layer", "Function"},     {"Attribute", "Identifier"}, {"Word", "Constant"},   {"Number", "Number"},
      {"Operator", "Operator"},  {"Escape", "SpecialChar"},   {"Value", "Special"},   {"String", "String"},
      {"Comment", "Comment"}};
  for (const auto& [group, link] : links)
    text += "hi def link convoy" + std::string(group) + " " + link + "\n";
  return text + "\nlet b:current_syntax = 'convoy'\n";
}

} // namespace

std::vector<EditorFile> editorFiles() {
  const EditorWords words = editorWords();
  return {{"vscode/syntaxes/convoy.tmLanguage.json", textMate(words)}, {"vim/syntax/convoy.vim", vim(words)}};
}

} // namespace convoy::server
