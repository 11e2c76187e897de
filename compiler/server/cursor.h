// What is being written at a place of a text that need not parse: which words fit there.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace convoy::server {

struct Cursor {
  enum Kind {
    Nothing,        // in a comment or a string
    TopLevel,       // between definitions
    Statement,      // in a body, where a statement or an operator may come
    Operand,        // where a value is needed
    Target,         // behind |>
    Argument,       // where an argument of a call begins: an attribute's name, or a value
    AttributeValue, // behind `attribute:`
    Type,           // of an input, a parameter or a result
    ImageKind,      // in image[...]
    NewName,        // of something that is being declared
  } kind = Nothing;
  std::string callee;          // Argument, AttributeValue
  std::string attribute;       // AttributeValue
  std::set<std::string> given; // Argument: attributes that the call has before
  uint32_t wordBegin = 0;      // of the word before the cursor; the cursor itself when there is none
};

// `offset` is inside the text or at its end.
Cursor cursorAt(std::string_view text, uint32_t offset);

} // namespace convoy::server
