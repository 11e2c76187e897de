// Which layer, kernel, function and line of loop IR each line of a stage's text belongs to. Private to
// explore/.
#pragma once
#include "explore/facts.h"

namespace convoy::explore {

// The layers of the page, in its numbers: inputs and nodes of the graph as it was written.
class Layers {
public:
  explicit Layers(const Subject& subject);
  const std::vector<const graph::Value*>& all() const { return all_; }
  // -1: the page has no such layer.
  int64_t find(const std::string& name) const;
  // Of a layer of the computed graph: what a pass made counts as the layer whose name it continues.
  int64_t standingFor(const graph::Value& computed) const;

private:
  std::vector<const graph::Value*> all_;
  std::map<std::string, size_t> numbers_;
};

// A function of loop IR.
struct FunctionFacts {
  std::string name;
  std::vector<size_t> kernels; // that it computes, or a part of them; none: it serves the whole program
  uint32_t line = 0;           // where it begins, from 0
};
std::vector<FunctionFacts> functionsOf(const Subject& subject);

// A text and what is known of its lines (from 0), by its kind:
//   `layers`: of each line the layer, or -1
//   `kernels`: likewise
//   `functions`: pairs of a line and the function, of FunctionFacts, that begins there; -1: none
//   `parts`: of each line of loop IR which layer of its function's kernels it computes, from 1; 0: all of
//   them `origins`: of each line that of the loop IR's text, from 1; 0: not known `spans`: of a script,
//   triples of begin, end, layer
struct LinkedText {
  std::string id, title, language;
  std::string text;
  Json links = Json::object();
};
std::vector<LinkedText> linkedTexts(const Subject& subject, const Layers& layers,
                                    const std::vector<FunctionFacts>& functions);

} // namespace convoy::explore
