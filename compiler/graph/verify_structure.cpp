#include "graph/verify.h"
#include <set>

namespace convoy::graph {

void verifyStructure(const Graph& graph, Problems& problems) {
  std::set<std::string> names;
  bool pastInputs = false;
  size_t inputCount = 0;
  for (ValueId id = 0; id < graph.values.size(); ++id) {
    const Value& value = graph.values[id];
    std::string who = "'" + value.name + "'";
    if (value.name.empty())
      problems.push_back("a value has no name");
    else if (!names.insert(value.name).second)
      problems.push_back("two values are named " + who);

    if (value.kind == Value::Input) {
      if (pastInputs) problems.push_back("the input " + who + " comes after other values");
      if (inputCount >= graph.inputs.size() || graph.inputs[inputCount] != id)
        problems.push_back("the input " + who + " is not in the list of inputs, or out of order");
      ++inputCount;
    } else {
      pastInputs = true;
    }
    if (value.kind != Value::Node && !value.operands.empty())
      problems.push_back(who + " is no node but has operands");
    for (ValueId operand : value.operands)
      if (operand >= id) problems.push_back("an operand of " + who + " does not come before it");

    size_t dims = value.type.dims.size();
    size_t most = value.kind == Value::Parameter ? 5 : 4; // a 3-D kernel has two dimensions more
    if (dims < 1 || dims > most)
      problems.push_back(who + " has " + std::to_string(dims) + " dimensions");
    else if (!value.type.dims[0].isConstant())
      problems.push_back("the channels of " + who + " are not constant");
    // Far beyond what is useful, and small enough that the shape rules can add and multiply a few of them.
    constexpr int64_t longest = int64_t(1) << 44;
    for (const Size& dim : value.type.dims)
      if (auto extent = dim.constant(); extent && (*extent < 1 || *extent > longest))
        problems.push_back(who + " has an extent of " + dim.str());
  }
  if (inputCount != graph.inputs.size())
    problems.push_back("the list of inputs names values that are no inputs");
  std::set<std::pair<bool, std::string>> outputNames; // a layer that is kept may be called as a result is
  for (const Output& output : graph.outputs) {
    if (output.value >= graph.values.size())
      problems.push_back("the output '" + output.name + "' is not a value");
    if (output.name.empty() || !outputNames.emplace(output.kept, output.name).second)
      problems.push_back("the output name '" + output.name + "' is empty or used twice");
  }
}

} // namespace convoy::graph
