// The names of a script that is written from a graph.
#pragma once
#include "graph/graph.h"
#include <map>
#include <set>

namespace convoy::script {

// A name that a script can have for a value, of any text; not yet unique.
std::string identifier(const std::string& text);
// A name that a script can give to a layer.
std::string layerName(const std::string& text);

// The text, or with the first free number behind it; it is taken from then on.
std::string unique(const std::string& text, std::set<std::string>& taken);

// Whether elaboration could have given the name by itself: a kind of layer and a number, in some block.
bool isAutomatic(const std::string& name, const std::string& kind);

// What a call is to be named so that its layer, and the parameters of it, get the names that they have.
class LayerNames {
public:
  explicit LayerNames(const graph::Graph& graph);
  // Of the calls in the order of the script. Empty: it needs no `name:`.
  struct Name {
    std::string written;
    std::string parameters; // what the names of its parameters begin with, without the dot
  };
  // `parameters`: those that are learned, as the row names them.
  Name next(const graph::Value& node, const std::vector<ParameterSpec>& parameters);

  // Of a parameter that is an operand, before the call that reads it: what it is named, always.
  std::string parameter(const graph::Value& value);

private:
  std::string automatic(const std::string& kind);

  const graph::Graph& graph_;
  std::set<std::string> taken_;      // by values of the script
  std::set<std::string> parametric_; // layers
  std::map<std::string, int64_t> counters_;
};

} // namespace convoy::script
