// docs/language.md has the rows of the op table, word for word.
#include "ops/op_table.h"
#include <fstream>
#include <gtest/gtest.h>
#include <set>

namespace convoy {
namespace {

std::set<std::string> linesOf(const char* path) {
  std::ifstream file(path);
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.insert(line);
  return lines;
}

std::string layerRow(const OpInfo& row) {
  std::string name = row.symbol ? std::string("`") + row.symbol + "`, named `" + row.name + "`"
                                : std::string("`") + row.name + "`";
  std::string attributes;
  for (const AttributeSpec& spec : row.attributes)
    attributes +=
        (attributes.empty() ? "`" : ", `") + spec.name + (spec.fallback ? ": " + *spec.fallback : "") + "`";
  return "| " + name + " | " + attributes + (attributes.empty() ? "| " : " | ") + row.doc.summary + " |";
}

const char* valuesOf(AttributeForm form) {
  switch (form) {
  case AttributeForm::Int: return "an integer";
  case AttributeForm::Float: return "a number";
  case AttributeForm::Bool: return "`true` or `false`";
  case AttributeForm::Sizes: return "a number or a size";
  case AttributeForm::Kernel: return "a number, a size or values";
  case AttributeForm::Padding: return "see [padding](#padding)";
  case AttributeForm::Border: return "see [borders](#borders)";
  }
  return "";
}

TEST(LanguageReference, HasEveryLayerAndAttribute) {
  std::set<std::string> lines = linesOf(CONVOY_LANGUAGE_REFERENCE);
  ASSERT_GT(lines.size(), opTable().size()) << "cannot read docs/language.md";
  for (const OpInfo& row : opTable()) {
    EXPECT_TRUE(lines.count(layerRow(row))) << "docs/language.md needs the line\n" << layerRow(row);
    for (const AttributeSpec& spec : row.attributes) {
      std::string line = "| `" + spec.name + "` | " + valuesOf(spec.form) + " | " + spec.doc + " |";
      EXPECT_TRUE(lines.count(line)) << "docs/language.md needs the line\n" << line;
    }
  }
}

// What the table no longer has must not stay behind.
TEST(LanguageReference, HasNoOtherLayer) {
  std::ifstream file(CONVOY_LANGUAGE_REFERENCE);
  size_t rows = 0;
  bool inTable = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("| layer | attributes |", 0) == 0)
      inTable = true;
    else if (line.empty())
      inTable = false;
    else if (inTable && line.rfind("| `", 0) == 0)
      ++rows;
  }
  EXPECT_EQ(rows, opTable().size());
}

} // namespace
} // namespace convoy
