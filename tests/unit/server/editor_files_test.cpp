// The files of editors/: JSON that is JSON, and every word of the language in them.
#include "server/editor_files.h"
#include "server/editor_words.h"
#include "support/json.h"
#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <sstream>

namespace convoy::server {
namespace {

std::string committed(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(std::string(CONVOY_EDITORS_FOLDER) + "/" + path).rdbuf();
  return text.str();
}

Json json(const std::string& path) {
  std::string error;
  const auto value = parseJson(committed(path), &error);
  EXPECT_TRUE(value) << path << ": " << error;
  return value.value_or(Json());
}

TEST(EditorFiles, EveryWordIsInThem) {
  const EditorWords words = editorWords();
  EXPECT_EQ(words.definitions, (std::vector<std::string>{"block", "const", "import", "pipeline", "weights"}));
  EXPECT_GT(words.layers.size(), 10u);
  for (const EditorFile& file : editorFiles()) {
    const std::string text = committed(file.path);
    for (const auto* list :
         {&words.definitions, &words.control, &words.constants, &words.types, &words.imageKinds,
          &words.layers, &words.functions, &words.attributes, &words.words})
      for (const std::string& word : *list)
        EXPECT_TRUE(std::regex_search(text, std::regex("\\b" + word + "\\b")))
            << word << " is not in " << file.path;
  }
}

TEST(EditorFiles, TheExtensionNamesFilesThatAreThere) {
  const Json package = json("vscode/package.json");
  const Json* contributes = package.find("contributes");
  ASSERT_TRUE(contributes);
  for (const char* part : {"languages", "grammars", "snippets"})
    for (const Json& each : *contributes->find(part)->asArray())
      for (const char* key : {"configuration", "path"})
        if (const Json* path = each.find(key)) json("vscode/" + *path->asString());
  EXPECT_FALSE(committed("vscode/" + *package.find("main")->asString()).empty());
  const Json grammar = json("vscode/syntaxes/convoy.tmLanguage.json");
  EXPECT_EQ(*grammar.find("scopeName")->asString(), "source.convoy");
}

// Every `#name` that is included is a rule, and every expression is one.
void checkRules(const Json& rule, const Json& repository) {
  if (const Json* name = rule.find("include"))
    EXPECT_TRUE(repository.find(name->asString()->substr(1))) << *name->asString();
  if (const Json::Object* members = rule.asObject())
    for (const auto& [key, value] : *members) checkRules(value, repository);
  if (const Json::Array* elements = rule.asArray())
    for (const Json& element : *elements) checkRules(element, repository);
}

TEST(EditorFiles, IncludedRulesExist) {
  const Json grammar = json("vscode/syntaxes/convoy.tmLanguage.json");
  checkRules(grammar, *grammar.find("repository"));
}

} // namespace
} // namespace convoy::server
