#include "script/script.h"
#include "format/format.h"
#include "script/arguments.h"
#include "script/interface.h"
#include "script/names.h"
#include <algorithm>

namespace convoy::script {

namespace {

using graph::ValueId;

// The learned parameters of a node, as its row names them.
std::vector<ParameterSpec> parametersOf(const graph::Graph& graph, const graph::Value& node) {
  std::vector<TensorType> operands;
  for (ValueId id : node.operands) operands.push_back(graph.value(id).type);
  Attributes attributes = node.attributes;
  DiagnosticEngine quiet;
  ShapeRequest request{operands, attributes, {}, quiet, node.name};
  resultType(opInfo(node.op), request);
  return request.parameters;
}

std::string joined(const std::vector<std::string>& texts, const std::string& between) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : between) + text;
  return all;
}

std::string infix(const OpInfo& row) { return std::string(" ") + row.symbol + " "; }

class Writer {
public:
  Writer(const graph::Graph& graph, const std::string& weightsFile, DiagnosticEngine& diags)
      : graph_(graph), weightsFile_(weightsFile), diags_(diags), uses_(graph.values.size()), layers_(graph) {}

  std::optional<Script> run() {
    for (ValueId id : graph_.inputs) names_[id] = unique(identifier(graph_.value(id).name), taken_);
    countUses();
    const Interface interface(graph_, names_);
    for (const graph::EntryCheck* check : interface.lostChecks())
      noForm("the check '" + check->check.message + "'", "it is of no layer and no type");
    for (ValueId id = 0; id < graph_.values.size(); ++id)
      if (graph_.value(id).kind == graph::Value::Node && uses_[id] > 0) node(id);
    const std::string result = returned();
    if (diags_.hasErrors()) return std::nullopt;
    std::string text;
    if (!script_.parameters.empty()) text = "weights \"" + weightsFile_ + "\"\n\n";
    text += "pipeline " + identifier(graph_.name) + "(" + interface.inputs() + ") -> " +
            interface.results(outputNames_) + " {\n" + body_ + "return " + result + "\n}\n";
    script_.text = formatScript(text);
    return std::move(script_);
  }

private:
  // A chain of calls that is not yet a statement.
  struct Chain {
    ValueId last;
    std::string head;
    std::vector<std::string> links;
    bool ends = false; // nothing may follow
    std::string str() const {
      constexpr size_t shortest = 4; // from here on a line each
      std::string text = head;
      for (const std::string& link : links) text += (links.size() < shortest ? " |> " : "\n|> ") + link;
      return text;
    }
  };

  void noForm(const std::string& what, const std::string& why, Location location = {}) {
    diags_.report(diag::NoScriptForm, location, what, why);
  }

  // Of values that a result needs: how often they are read.
  void countUses() {
    for (const graph::Output& output : graph_.outputs) ++uses_[output.value];
    for (ValueId id = static_cast<ValueId>(graph_.values.size()); id-- > 0;)
      if (uses_[id] > 0)
        for (ValueId operand : graph_.value(id).operands) ++uses_[operand];
  }

  std::string nameOf(ValueId id) {
    if (chain_ && chain_->last == id) endStatement();
    return names_.at(id);
  }

  void endStatement() {
    if (!chain_) return;
    const std::string name = unique(identifier(graph_.value(chain_->last).name), taken_);
    body_ += name + " = " + chain_->str() + "\n";
    names_[chain_->last] = name;
    chain_.reset();
  }

  // Operands from the first to `count`, without the layer's own parameters.
  std::vector<std::string> operands(const graph::Value& value, size_t first, size_t count) {
    std::vector<std::string> texts;
    for (size_t i = first; i < count; ++i) {
      const ValueId id = value.operands[i];
      if (const auto text = inPlace_.find(id); text != inPlace_.end())
        texts.push_back(text->second);
      else
        texts.push_back(nameOf(id));
    }
    return texts;
  }

  // A parameter beside tensors: a number as it is, others as calls, which have names where several layers
  // read them.
  void parameter(ValueId id) {
    const graph::Value& value = graph_.value(id);
    if (value.kind != graph::Value::Parameter || inPlace_.count(id) || names_.count(id)) return;
    const std::vector<float>& numbers = value.data->data;
    const bool isNumber = value.data->literal && numbers.size() == 1;
    if (const auto text = isNumber ? numberText(numbers[0]) : std::nullopt) {
      inPlace_[id] = *text;
      return;
    }
    const std::string name = layers_.parameter(value);
    if (!numbers.empty()) script_.parameters.push_back({name, id});
    std::vector<std::string> extents;
    for (const Size& extent : value.type.dims) extents.push_back(extent.str());
    const std::string text = "parameter([" + joined(extents, ", ") + "], name: \"" + name + "\")";
    if (uses_[id] == 1) {
      inPlace_[id] = text;
      return;
    }
    endStatement(); // which is what came before it
    names_[id] = unique(identifier(value.name), taken_);
    body_ += names_[id] + " = " + text + "\n";
  }

  std::optional<std::string> extent(const Size& size) {
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      const graph::Value& value = graph_.value(id);
      if (value.kind == graph::Value::Parameter || value.type.scalar || (!names_.count(id) && !isLast(id)))
        continue;
      static constexpr const char* functions[] = {"width", "height", "depth"};
      for (int axis = 0; axis < value.type.spatialRank(); ++axis)
        if (value.type.spatial(axis) == size)
          return functions[value.type.spatialRank() - 1 - axis] + ("(" + nameOf(id) + ")");
    }
    return std::nullopt;
  }

  bool isLast(ValueId id) const { return chain_ && chain_->last == id; }

  void node(ValueId id) {
    const graph::Value& value = graph_.value(id);
    const OpInfo& row = opInfo(value.op);
    CallContext context{graph_, value, parametersOf(graph_, value),
                        [this](const Size& size) { return extent(size); }};
    const size_t count = value.operands.size() - context.parameters.size();
    // Whether it goes on with the chain: nothing else reads the last value.
    const bool follows = isLast(value.operands[0]) && !chain_->ends && uses_[value.operands[0]] == 1 &&
                         !row.symbol && row.maxOperands != -1;
    std::string reason;
    const auto attributes = arguments(context, reason); // may end the statement, for a size
    if (!attributes) noForm("'" + value.name + "'", reason, value.location);
    for (size_t i = 0; i < count; ++i) parameter(value.operands[i]);
    const LayerNames::Name name = layers_.next(value, context.parameters);
    store(value, context.parameters, count, name.parameters);

    const bool piped = follows && isLast(value.operands[0]), pipes = piped || (count == 1 && !row.symbol);
    const auto texts = operands(value, piped ? 1 : 0, count);
    if (!piped || !attributes) endStatement();
    if (!attributes) {
      names_[id] = "_"; // others are looked at too
      return;
    }
    std::vector<std::string> inBrackets(texts.begin() + (pipes && !piped ? 1 : 0), texts.end());
    for (const Argument& argument : *attributes)
      inBrackets.push_back((argument.name.empty() ? "" : argument.name + ": ") + argument.text);
    if (!name.written.empty()) inBrackets.push_back("name: \"" + name.written + "\"");
    std::string call = row.name;
    if (!pipes || !inBrackets.empty()) call += "(" + joined(inBrackets, ", ") + ")";
    if (!piped) chain_ = Chain{id, pipes ? texts[0] : row.symbol ? joined(texts, infix(row)) : call, {}};
    if (pipes) chain_->links.push_back(call);
    chain_->last = id;
    chain_->ends = row.symbol; // a pipe behind a sum is easily misread
  }

  void store(const graph::Value& value, const std::vector<ParameterSpec>& specs, size_t first,
             const std::string& layer) {
    for (size_t i = 0; i < specs.size(); ++i) {
      const ValueId id = value.operands[first + i];
      const bool written = i == 0 && hasLiteralKernel(graph_, value);
      if (!written && !graph_.value(id).data->data.empty())
        script_.parameters.push_back({layer + "." + specs[i].name, id});
    }
  }

  // What stands behind `return`.
  std::string returned() {
    const std::vector<graph::Output>& outputs = graph_.outputs;
    if (outputs.size() == 1 && outputs[0].name == "result") {
      outputNames_ = {""};
      const ValueId id = outputs[0].value;
      return isLast(id) && uses_[id] == 1 ? chain_->str() : nameOf(id);
    }
    endStatement();
    std::set<std::string> taken;
    std::string text = "(";
    for (const graph::Output& output : outputs) {
      outputNames_.push_back(unique(identifier(output.name), taken));
      text += (text.size() > 1 ? ", " : "") + outputNames_.back() + ": " + names_.at(output.value);
    }
    return text + ")";
  }

  const graph::Graph& graph_;
  const std::string& weightsFile_;
  DiagnosticEngine& diags_;
  std::vector<int> uses_;
  LayerNames layers_;
  std::map<ValueId, std::string> names_;   // of inputs, and of values that are statements
  std::map<ValueId, std::string> inPlace_; // parameters that are written where they are read
  std::set<std::string> taken_;
  std::vector<std::string> outputNames_;
  std::string body_;
  std::optional<Chain> chain_;
  Script script_;
};

} // namespace

std::optional<Script> write(const graph::Graph& graph, const std::string& weightsFile,
                            DiagnosticEngine& diags) {
  return Writer(graph, weightsFile, diags).run();
}

} // namespace convoy::script
