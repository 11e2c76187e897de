// Which names a script declares, where each can be used, and where names stand.
#pragma once
#include "ast/ast.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace convoy::server {

struct Declaration {
  enum Kind { Pipeline, Block, Constant, Input, Parameter, Variable, LoopVariable, Size } kind;
  std::string name;
  Location location; // of the name
  uint32_t from = 0; // the part of its file in which it can be used
  uint32_t to = 0;
  std::string detail; // how it is written: "block basic(x, filters: int)"; empty for variables
};
const char* nameOf(Declaration::Kind kind); // "pipeline", "block", "loop variable", ...

// A name that is used, or the path of an import.
struct Mention {
  enum Kind { Name, Callee, Attribute, Import } kind;
  std::string text;
  Location location;
  std::string callee;              // Attribute: of which call
  const ast::File* file = nullptr; // Import: null when it was not found
};

class Names {
public:
  // Of a file, and the definitions of what it imports.
  explicit Names(const ast::File& file);

  const std::vector<Declaration>& declarations() const { return declarations_; }
  // The name under or just before an offset.
  const Mention* mentionAt(uint32_t offset) const;
  const Declaration* declarationAt(uint32_t offset) const;
  // What a name that stands at this offset means: the last declaration before it. nullptr for layers,
  // functions and words.
  const Declaration* resolve(const std::string& name, uint32_t offset) const;
  const Declaration* target(const Mention& mention) const;
  // Names that can be used there, each once, the nearest declaration first.
  std::vector<const Declaration*> visibleAt(uint32_t offset) const;

private:
  friend class NameWalker;
  void add(Declaration declaration);
  const SourceFile* file_;
  std::vector<Declaration> declarations_; // in the order in which they come into force
  std::map<std::string, std::vector<size_t>> byName_;
  std::vector<Mention> mentions_;
};

// "block basic(x, filters: int, stride: int = 1)", "pipeline p(x: image[rgb]) -> image[gray]", "const sigma
// = 1.5": as it is written, on one line.
std::string headOf(const ast::Block& block);
std::string headOf(const ast::Pipeline& pipeline);
std::string headOf(const ast::Constant& constant);

} // namespace convoy::server
