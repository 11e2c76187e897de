#include "script/names.h"
#include "parse/words.h"
#include <algorithm>
#include <cctype>

namespace convoy::script {

namespace {

constexpr size_t longestName = 200; // of a layer, as sema has it

bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
bool isWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

template <typename Legal> std::string withLegal(std::string text, Legal legal) {
  std::replace_if(text.begin(), text.end(), [&](char c) { return !legal(c); }, '_');
  return text.substr(0, longestName - 10); // a number may follow
}

} // namespace

std::string identifier(const std::string& text) {
  std::string name = withLegal(text, isWord);
  if (name.empty() || isDigit(name[0])) name = "_" + name;
  const std::vector<std::string>& reserved = reservedWords();
  return std::count(reserved.begin(), reserved.end(), name) ? name + "_" : name;
}

std::string layerName(const std::string& text) {
  std::string name = withLegal(text, [](char c) { return isWord(c) || c == '.' || c == '/' || c == '-'; });
  return name.empty() ? "_" : name;
}

std::string unique(const std::string& text, std::set<std::string>& taken) {
  std::string name = text;
  for (int64_t i = 2; !taken.insert(name).second; ++i) name = text + "_" + std::to_string(i);
  return name;
}

bool isAutomatic(const std::string& name, const std::string& kind) {
  size_t number = name.size();
  while (number > 0 && isDigit(name[number - 1])) --number;
  if (number == name.size() || number < kind.size() + 1 || name[number - 1] != '_') return false;
  const size_t begin = number - 1 - kind.size();
  return name.compare(begin, kind.size(), kind) == 0 && (begin == 0 || name[begin - 1] == '.');
}

LayerNames::LayerNames(const graph::Graph& graph) : graph_(graph) {
  for (graph::ValueId id : graph.inputs) taken_.insert(identifier(graph.value(id).name));
}

// As sema counts.
std::string LayerNames::automatic(const std::string& kind) {
  int64_t number = counters_[kind] + 1;
  while (taken_.count(kind + "_" + std::to_string(number))) ++number;
  return kind + "_" + std::to_string(number);
}

std::string LayerNames::parameter(const graph::Value& value) {
  const std::string text = layerName(value.name);
  std::string name = text;
  for (int64_t i = 2; taken_.count(name) || parametric_.count(name); ++i)
    name = text + "_" + std::to_string(i);
  taken_.insert(name);
  parametric_.insert(name);
  return name;
}

LayerNames::Name LayerNames::next(const graph::Value& node, const std::vector<ParameterSpec>& parameters) {
  const OpInfo& row = opInfo(node.op);
  const std::string given = automatic(row.name);
  ++counters_[row.name];

  // What the parameters' names begin with is what the script called the layer.
  std::string wanted = node.name;
  const size_t first = node.operands.size() - parameters.size();
  if (!parameters.empty()) {
    const std::string &whole = graph_.value(node.operands[first]).name, ending = "." + parameters[0].name;
    if (whole.size() > ending.size() &&
        whole.compare(whole.size() - ending.size(), ending.size(), ending) == 0)
      wanted = whole.substr(0, whole.size() - ending.size());
  }
  wanted = layerName(wanted);
  Name name;
  if (parameters.empty() ? isAutomatic(wanted, row.name) || row.symbol
                         : wanted == given && !parametric_.count(wanted)) {
    taken_.insert(given);
    parametric_.insert(given);
    name.parameters = given;
  } else {
    name.written = parameters.empty() ? wanted : unique(wanted, parametric_);
    name.parameters = name.written;
    unique(name.written, taken_);
  }
  for (const ParameterSpec& spec : parameters) taken_.insert(name.parameters + "." + spec.name);
  return name;
}

} // namespace convoy::script
