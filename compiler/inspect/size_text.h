// Sizes, as people and programs read them. Private to inspect/.
#pragma once
#include "ops/size.h"
#include "support/json.h"
#include "support/text.h"

namespace convoy::inspect {

inline std::string countText(const Size& count) {
  return count.isConstant() ? grouped(count.known()) : count.str();
}
// Nothing where there are none.
inline std::string bytesText(const Size& count) { return count == Size(0) ? "" : countText(count); }

inline Json sizeJson(const Size& size) { return size.isConstant() ? Json(size.known()) : Json(size.str()); }

template <typename Items, typename Function> Json arrayOf(const Items& items, Function function) {
  Json array = Json::array();
  for (const auto& item : items) array.push(function(item));
  return array;
}

} // namespace convoy::inspect
