#include "sema/value.h"

namespace convoy::sema {

namespace {

struct Description {
  const graph::Graph& graph;
  std::string operator()(const Poison&) const { return "an error"; }
  std::string operator()(int64_t value) const { return "the integer " + std::to_string(value); }
  std::string operator()(double value) const { return "the number " + shortest(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const { return "the text " + quoted(value); }
  std::string operator()(const SizeTuple& value) const {
    std::string text;
    for (int64_t extent : value.extents) text += (text.empty() ? "" : "x") + std::to_string(extent);
    return "the size " + text;
  }
  std::string operator()(const List& value) const {
    return "a list of " + std::to_string(value.elements->size());
  }
  std::string operator()(const Tensor& value) const { return graph.value(value.id).type.str(); }
};

} // namespace

std::string describe(const Value& value, const graph::Graph& graph) {
  return std::visit(Description{graph}, value.data);
}

} // namespace convoy::sema
