#include "graph/verify.h"

namespace convoy::graph {

std::vector<std::string> verify(const Graph& graph) {
  Problems problems;
  verifyStructure(graph, problems);
  if (!problems.empty()) return problems;
  verifyNodes(graph, problems);
  verifyInterface(graph, problems);
  return problems;
}

} // namespace convoy::graph
