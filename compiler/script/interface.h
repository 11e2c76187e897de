// Inputs, results and sizes as a script's first line has them.
#pragma once
#include "graph/graph.h"
#include <map>
#include <set>

namespace convoy::script {

class Interface {
public:
  // `names`: those of the inputs in the script.
  Interface(const graph::Graph& graph, const std::map<graph::ValueId, std::string>& names);

  std::string inputs() const; // what stands between the parentheses
  // What stands behind the arrow; `outputNames` are empty for one that has no name.
  std::string results(const std::vector<std::string>& outputNames) const;
  // Checks that neither a layer nor a type of the written script makes.
  std::vector<const graph::EntryCheck*> lostChecks() const;

private:
  std::string input(const graph::Value& value) const;
  std::string result(const graph::Output& output) const;
  std::optional<std::string> written(const Size& size) const;

  const graph::Graph& graph_;
  const std::map<graph::ValueId, std::string>& names_;
  std::map<std::string, std::string> sizes_; // by symbol; empty: it stands in one place, where it has no name
};

} // namespace convoy::script
