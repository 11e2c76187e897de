// A script as words, signs and comments, for the formatter: unlike the parser's tokens these keep the
// comments, and how the lines were broken.
#pragma once
#include <string_view>
#include <vector>

namespace convoy::format {

struct Token {
  enum Kind { Word, Number, String, Sign, Comment, End } kind = End;
  std::string_view text; // of the file; a string includes its quotes and what it interpolates
  int linesBefore = 0;   // line ends between the token before and this one; 0 at the start of the file

  bool is(std::string_view what) const { return text == what && (kind == Word || kind == Sign); }
};

// Of any text; of one that does not parse, the words and signs are a guess. The last token is the End.
std::vector<Token> tokenize(std::string_view text);

} // namespace convoy::format
