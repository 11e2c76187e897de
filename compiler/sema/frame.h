// What the elaboration of one body knows: of the pipeline, of a block that is called, of a constant.
#pragma once
#include "sema/names.h"
#include "sema/value.h"

namespace convoy::sema {

// A call that is being elaborated, for messages: "in block 'basic' called here, with stage = 2, i = 0".
struct CallSite {
  Location location;
  std::string text;
  std::shared_ptr<const CallSite> caller; // null: the pipeline itself
};

// A place of the script, and how elaboration came there.
struct Place {
  Location location;
  std::string loops; // ", with stage = 2, i = 0", or ""
  std::shared_ptr<const CallSite> site;
};

struct Returned {
  std::string name; // empty: one value
  Value value;
  Location location, nameLocation;
};

struct Frame {
  Frame(const Namespace& names, const std::vector<ast::Statement>* body) : names(names), body(body) {}

  const Namespace& names;
  const std::vector<ast::Statement>* body; // null: a constant
  const void* definition = nullptr;        // the block or pipeline: it cannot be called again from inside
  std::string description;                 // "block 'basic'"
  std::string prefix;                      // of the names of layers, with its dot
  std::shared_ptr<const CallSite> site;

  std::vector<std::map<std::string, Value>> scopes = std::vector<std::map<std::string, Value>>(1);
  std::vector<std::pair<std::string, std::string>> loops; // variables of the loops around, and their values
  std::map<std::string, Size> sizes;                      // named by the inputs

  bool returned = false, returnedRecord = false;
  std::vector<Returned> results;
  Location returnLocation;
  size_t explained = 0; // diagnostics before this one say how elaboration came to them

  Value* find(const std::string& name);
  // Rebinds the name where it is bound, or binds it in the innermost scope.
  void assign(const std::string& name, Value value);
  std::vector<std::string> visibleNames() const;
  // ", with stage = 2, i = 0"; "" outside of loops.
  std::string loopText() const;
};

} // namespace convoy::sema
