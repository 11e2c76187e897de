#include "sema/facts.h"

namespace convoy::sema {

void Facts::note(Location where, const Value& value) {
  if (value.isPoison() || !where.valid()) return;
  Fact& fact = places_[{where.file, where.begin}];
  ++fact.times;
  if (fact.values.size() < Fact::kept) fact.values.push_back(value);
}

const Fact* Facts::at(Location where) const {
  auto found = places_.find({where.file, where.begin});
  return found == places_.end() ? nullptr : &found->second;
}

} // namespace convoy::sema
