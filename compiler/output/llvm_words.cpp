#include "output/llvm_words.h"
#include <vector>

namespace convoy {

namespace {

struct Row {
  const char* message; // of LLVM, with # for each quoted part
  const char* words;   // with {0} for the first of them
};

constexpr Row rows[] = {
    {"use of undefined value #", "{0} is not defined here"},
    {"use of undefined type named #", "there is no type {0}"},
    {"use of undefined metadata #", "there is no metadata {0}"},
    {"use of undefined comdat #", "there is no group of sections {0}"},
    {"# defined with type # but expected #", "{0} is {1}, and {2} is wanted here"},
    {"constant expression type mismatch: got type # but expected #",
     "the constant is {0}, and {1} is wanted here"},
    {"multiple definition of local value named #", "a value named {0} exists already"},
    {"invalid redefinition of function #", "a function named {0} exists already"},
    {"redefinition of function #", "a function named {0} exists already"},
    {"redefinition of global #", "{0} exists already"},
    {"instruction expected to be numbered #", "numbers of values go up, and the next one is {0}"},
    {"instruction expected to be numbered # or greater", "numbers of values go up, and the next one is {0}"},
    {"label expected to be numbered #", "numbers of blocks go up, and the next one is {0}"},
    {"label expected to be numbered # or greater", "numbers of blocks go up, and the next one is {0}"},
    {"value doesn't match function result type #", "the function gives {0}, and this is another type"},
    {"expected instruction opcode", "an instruction is wanted here"},
    {"expected top-level entity",
     "a function, a declaration, a constant or an attribute group is wanted here"},
    {"expected type", "a type is wanted here"},
    {"expected value token", "a value is wanted here"},
    {"expected function body", "the body of a function is wanted here"},
    {"expected a basic block", "this is no block of the function"},
    {"expected '(' in call", "the arguments of the call are wanted here"},
    {"floating point constant invalid for type", "a number with a point is no constant of this type"},
    {"floating point constant does not have type #", "a number with a point is no {0}"},
    {"integer constant must have integer type", "a whole number is no constant of this type"},
    {"invalid operand type for instruction", "the instruction does not work on this type"},
    {"not enough parameters specified for call", "the call has too few arguments"},
    {"too many arguments specified", "the call has too many arguments"},
    {"argument is not of expected type #", "an argument that is {0} is wanted here"},
    {"instructions returning void cannot have a name", "what gives nothing has no name"},
    {"stored value and pointer type do not match", "what is stored is of another type than its place"},
    {"explicit pointee type doesn't match operand's pointee type", "the type is not the one of the place"},
    {"end of file in string constant", "a text in quotes does not end"},
};

} // namespace

LlvmReason explainLlvm(std::string_view message) {
  std::string plain;
  std::vector<std::string> quoted;
  for (size_t at = 0; at < message.size(); ++at) {
    const size_t end = message[at] == '\'' ? message.find('\'', at + 1) : std::string_view::npos;
    const bool mark =
        end == at + 2 && (message[at + 1] == '(' || message[at + 1] == ',' || message[at + 1] == '=');
    if (end == std::string_view::npos || mark) {
      plain += message[at];
      continue;
    }
    quoted.emplace_back(message.substr(at, end + 1 - at));
    plain += '#';
    at = end;
  }
  for (const Row& row : rows) {
    if (plain != row.message) continue;
    std::string words = row.words;
    for (size_t i = 0; i < quoted.size(); ++i)
      if (const size_t place = words.find("{" + std::to_string(i) + "}"); place != std::string::npos)
        words.replace(place, 3, quoted[i]);
    return {std::move(words), ""};
  }
  return {"this cannot be read", std::string(message)};
}

} // namespace convoy
