#include "parse/words.h"
#include "ConvoyLexer.h"
#include <cctype>

namespace convoy {

static std::vector<std::string> readVocabulary() {
  antlr4::ANTLRInputStream nothing;
  const grammar::ConvoyLexer lexer(&nothing);
  std::vector<std::string> words;
  for (size_t kind = 0; kind <= lexer.getVocabulary().getMaxTokenType(); ++kind) {
    const std::string literal = lexer.getVocabulary().getLiteralName(kind); // in single quotes, or empty
    if (literal.size() > 2 && std::isalpha(static_cast<unsigned char>(literal[1])))
      words.push_back(literal.substr(1, literal.size() - 2));
  }
  return words;
}

const std::vector<std::string>& reservedWords() {
  static const std::vector<std::string> words = readVocabulary();
  return words;
}

} // namespace convoy
