// What elaboration met at places of the script, for whoever shows it to a person.
#pragma once
#include "sema/value.h"
#include <map>

namespace convoy::sema {

// The values of one place: of a name, where it is used or bound, or of a call, at the name that is called. A
// body that is elaborated several times gives several.
struct Fact {
  static constexpr size_t kept = 16; // the first ones
  std::vector<Value> values;
  int64_t times = 0;
};

class Facts {
public:
  // Poison is no fact.
  void note(Location where, const Value& value);
  // What begins at this place; nullptr when nothing was met there.
  const Fact* at(Location where) const;

  // That the tensors are values of. After errors it holds the layers without any.
  graph::Graph graph;

private:
  std::map<std::pair<const SourceFile*, uint32_t>, Fact> places_;
};

} // namespace convoy::sema
