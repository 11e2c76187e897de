#include "onnx/import.h"
#include "import/elements.h"
#include "import/npy_tensor.h"
#include "onnx/node.h"
#include "support/text.h"
#include <charconv>
#include <set>

namespace convoy::onnx {

namespace {

std::string inQuotes(const std::string& name) { return "'" + escapeForTerminal(name) + "'"; }

// What is wrong with a model: what has no layers, and why. Nodes of one operator that have the same reason
// are one problem.
struct Problem {
  std::string what, why; // "Loop"; "the input"
  std::vector<std::string> names;
  std::string str() const {
    std::string text = what;
    for (size_t i = 0; i < names.size(); ++i) text += (i ? ", " : " ") + inQuotes(names[i]);
    return text + ": " + why;
  }
};
using Problems = std::vector<Problem>;

// "2.5" or "[1, -1, 3]". nullopt: neither.
std::optional<Value> valueOfText(const std::string& text, DataType type) {
  const bool isList = !text.empty() && text.front() == '[' && text.back() == ']';
  const std::string inside = isList ? text.substr(1, text.size() - 2) : text;
  std::vector<double> numbers;
  const char *at = inside.data(), *end = at + inside.size();
  auto skip = [&] {
    while (at != end && *at == ' ') ++at;
  };
  for (skip(); at != end; skip()) {
    double number = 0;
    const auto [behind, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return std::nullopt;
    numbers.push_back(number);
    at = behind;
    skip();
    if (at == end) break;
    if (*at++ != ',') return std::nullopt;
  }
  if (!isList && numbers.size() != 1) return std::nullopt;
  const Dims dims = isList ? Dims{static_cast<int64_t>(numbers.size())} : Dims{};
  if (!isInteger(type)) return constantOf(std::vector<float>(numbers.begin(), numbers.end()), dims);
  std::vector<Size> sizes;
  for (double number : numbers) sizes.push_back(static_cast<int64_t>(number));
  return constantOf(std::move(sizes), dims, type);
}

// A file of numbers, as an input that is known when compiling.
std::optional<Value> valueOfFile(const std::string& path, DataType type) {
  auto file = weights::InputFile::open(path);
  constexpr size_t largestHeader = 1 << 16;
  if (!file) return std::nullopt;
  std::vector<uint8_t> head(std::min<uint64_t>(file->size(), largestHeader));
  if (file->read(0, head.data(), head.size())) return std::nullopt;
  auto npy = weights::describeNpy(head.data(), head.size(), file->size());
  if (!npy || npy->tensor.fortranOrder || isInteger(type) || npy->tensor.element == weights::Element::Other)
    return std::nullopt;
  std::vector<uint8_t> bytes(npy->size);
  if (file->read(npy->offset, bytes.data(), bytes.size())) return std::nullopt;
  std::vector<float> numbers(bytes.size() / sizeOf(npy->tensor.element));
  weights::widen(npy->tensor.element, bytes.data(), bytes.size(), numbers.data());
  return constantOf(std::move(numbers), Dims(npy->tensor.shape.begin(), npy->tensor.shape.end()));
}

// One way through a model: with its batch, or with whole tensors.
class Importer {
public:
  Importer(const Model& model, const ImportOptions& options, std::optional<Size> batch)
      : model_(model), options_(options), builder_(options.name, std::move(batch)) {
    // Models of the first years do not say it.
    if (const auto known = model.opsets.find(""); known != model.opsets.end()) version_ = known->second;
  }

  void run() {
    for (const Tensor& tensor : model_.graph.initializers) tensors_[tensor.name] = &tensor;
    for (const ValueInfo& info : model_.graph.inputs)
      if (!tensors_.count(info.name)) input(info);
    for (const Node& node : model_.graph.nodes) translate(node);
    for (const ValueInfo& info : model_.graph.outputs) output(info);
    if (model_.graph.outputs.empty()) problem("the graph", model_.graph.name, "it has no outputs");
  }

  const Problems& problems() const { return problems_; }
  graph::Graph take() { return builder_.take(); }

private:
  void input(const ValueInfo& info) {
    Value& value = values_[info.name];
    value.kind = Value::Unknown;
    for (const auto& [name, text] : options_.defines) {
      if (name != info.name) continue;
      const bool isFile = text.size() > 4 && text.compare(text.size() - 4, 4, ".npy") == 0;
      const auto given = isFile ? valueOfFile(text, info.type) : valueOfText(text, info.type);
      if (given)
        value = *given;
      else
        problem("the input", info.name,
                isFile ? "the file '" + text + "' has no real numbers in C order"
                       : "'" + text + "' is neither a number nor a list of numbers");
      return;
    }
    try {
      if (info.name.empty() || !inputs_.insert(info.name).second) throw Refused{"it has no name of its own"};
      if (!info.isTensor) throw Refused{"it is no tensor"};
      if (!info.shape) throw Refused{"its shape is not known"};
      const bool isReal =
          info.type == DataType::Float || info.type == DataType::Float16 || info.type == DataType::Bool;
      if (!isReal)
        throw Refused{"it is of " + onnx::nameOf(info.type) + "; where it is a shape or the like, '-D " +
                      info.name + "=[...]' makes it known when compiling"};
      value = builder_.input(info.name, info.type, dimensions(info));
    } catch (const Refused& refused) {
      problem("the input", info.name, refused.why);
    }
  }

  Dims dimensions(const ValueInfo& info) const {
    const size_t most = builder_.isBatched() ? 5 : 4;
    if (info.shape->size() > most) throw Refused{"it has more than 4 dimensions beside the batch"};
    Dims dims;
    for (size_t axis = 0; axis < info.shape->size(); ++axis) {
      const Dimension& dimension = (*info.shape)[axis];
      if (axis == 0 && builder_.batch())
        dims.push_back(*builder_.batch());
      else if (dimension.value)
        dims.push_back(*dimension.value);
      else
        dims.push_back(Size::symbol(symbolOf(info, axis)));
    }
    return dims;
  }

  // A name that a script can have, of the model's own where it has one.
  std::string symbolOf(const ValueInfo& info, size_t axis) const {
    const size_t rank = info.shape->size();
    std::string name;
    for (char c : (*info.shape)[axis].symbol)
      name += std::isalnum(static_cast<unsigned char>(c)) || c == '_' ? c : '_';
    if (!name.empty() && !std::isdigit(static_cast<unsigned char>(name[0]))) return name;
    TensorType type;
    type.dims.resize(rank - (builder_.isBatched() ? 1 : 0));
    const std::string axisText = axisName(type, static_cast<int>(axis - (builder_.isBatched() ? 1 : 0)));
    std::string owner;
    for (char c : info.name) owner += std::isalnum(static_cast<unsigned char>(c)) || c == '_' ? c : '_';
    if (owner.empty() || std::isdigit(static_cast<unsigned char>(owner[0]))) owner = "_" + owner;
    return owner + "." + axisText;
  }

  Value valueOf(const std::string& name) {
    if (name.empty()) return {};
    const auto known = values_.find(name);
    if (known != values_.end() && known->second.kind == Value::Nothing)
      throw Refused{"its operand " + inQuotes(name) + " is a result that no layer makes"};
    if (known != values_.end()) return known->second;
    const auto tensor = tensors_.find(name);
    if (tensor == tensors_.end()) throw Refused{"nothing before it makes its operand " + inQuotes(name)};
    Value value = constantOf(*tensor->second);
    if (value.kind == Value::Unknown)
      throw Refused{"its operand " + inQuotes(name) + " is of " + onnx::nameOf(tensor->second->type) +
                    ", which no layer takes"};
    value.name = name;
    return values_[name] = value;
  }

  void translate(const Node& node) {
    std::vector<Value> results(node.outputs.size());
    for (Value& result : results) result.kind = Value::Unknown;
    try {
      layersOf(node, results);
    } catch (const Refused& refused) {
      problem(escapeForTerminal(node.op), nameOf(node), refused.why);
    }
    // Not before: a node may name its own result as an operand, which nothing makes.
    for (size_t i = 0; i < results.size(); ++i)
      if (!node.outputs[i].empty()) values_[node.outputs[i]] = results[i];
  }

  // Leaves the results as they are where an operand was refused.
  void layersOf(const Node& node, std::vector<Value>& results) {
    const Operator* row = node.domain.empty() || node.domain == "ai.onnx" ? findOperator(node.op) : nullptr;
    if (!row) throw Refused{"there are no layers for it"};
    if (version_ < row->since)
      throw Refused{"its meaning in version " + std::to_string(version_) +
                    " of the operators is not read; it is from version " + std::to_string(row->since) +
                    " on"};
    std::vector<Value> operands;
    bool isKnown = true;
    for (const std::string& name : node.inputs) {
      operands.push_back(valueOf(name));
      isKnown = isKnown && operands.back().kind != Value::Unknown;
    }
    if (!isKnown) return;
    builder_.startNode(nameOf(node));
    NodeCall call(builder_, node, version_, std::move(operands));
    row->translate(call);
    results = call.results();
  }

  static std::string nameOf(const Node& node) {
    if (!node.name.empty()) return node.name;
    return node.outputs.empty() ? node.op : node.outputs[0];
  }

  void output(const ValueInfo& info) {
    try {
      if (info.name.empty() || !outputs_.insert(info.name).second) throw Refused{"it has no name of its own"};
      const Value value = valueOf(info.name);
      if (value.kind == Value::Unknown) return;
      if (!value.isComputed()) throw Refused{"it depends on no input"};
      builder_.output(info.name, value);
    } catch (const Refused& refused) {
      problem("the output", info.name, refused.why);
    }
  }

  void problem(const std::string& what, const std::string& name, const std::string& why) {
    for (Problem& known : problems_)
      if (known.what == what && known.why == why) return known.names.push_back(name);
    problems_.push_back({what, why, {name}});
  }

  const Model& model_;
  const ImportOptions& options_;
  int64_t version_ = 1; // of the operators
  Builder builder_;
  std::map<std::string, const Tensor*> tensors_;
  std::map<std::string, Value> values_;
  std::set<std::string> inputs_, outputs_; // their names
  Problems problems_;
};

// What the inputs that are computed with have as their first dimension. nullopt: there is no such thing.
std::optional<Size> batchOf(const Model& model, const ImportOptions& options) {
  std::map<std::string, bool> skipped;
  for (const Tensor& tensor : model.graph.initializers) skipped[tensor.name] = true;
  for (const auto& define : options.defines) skipped[define.first] = true;
  std::optional<Dimension> batch;
  for (const ValueInfo& input : model.graph.inputs) {
    if (skipped.count(input.name)) continue;
    if (!input.shape || input.shape->empty()) return std::nullopt;
    const Dimension& first = input.shape->front();
    if (batch && (batch->value != first.value || batch->symbol != first.symbol)) return std::nullopt;
    batch = first;
  }
  if (!batch) return std::nullopt;
  // No name of a size has a space.
  return batch->value ? Size(*batch->value) : Size::symbol("the batch");
}

} // namespace

std::optional<graph::Graph> importModel(const Model& model, const std::string& path,
                                        const ImportOptions& options, DiagnosticEngine& diags) {
  Problems problems;
  std::vector<std::optional<Size>> ways;
  if (auto batch = batchOf(model, options)) ways.push_back(batch);
  ways.push_back(std::nullopt);
  for (const std::optional<Size>& batch : ways) {
    Importer importer(model, options, batch);
    importer.run();
    if (importer.problems().empty()) return importer.take();
    if (problems.empty()) problems = importer.problems();
  }
  auto report =
      diags.report(diag::OnnxRefused, {}, path, counted(static_cast<int64_t>(problems.size()), "reason"));
  for (const Problem& problem : problems) report.note(problem.str());
  return std::nullopt;
}

} // namespace convoy::onnx
