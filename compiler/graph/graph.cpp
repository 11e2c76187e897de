#include "graph/graph.h"
#include <algorithm>

namespace convoy::graph {

std::vector<std::string> Graph::symbols() const {
  std::vector<std::string> names;
  for (ValueId input : inputs)
    for (const Size& dim : values[input].type.dims)
      for (const std::string& name : dim.symbols())
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::vector<std::vector<ValueId>> Graph::users() const {
  std::vector<std::vector<ValueId>> users(values.size());
  for (ValueId id = 0; id < values.size(); ++id)
    for (ValueId operand : values[id].operands)
      if (users[operand].empty() || users[operand].back() != id) users[operand].push_back(id);
  return users;
}

} // namespace convoy::graph
