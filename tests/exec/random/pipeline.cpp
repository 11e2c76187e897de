#include "pipeline.h"
#include "ops/attributes.h"
#include <algorithm>
#include <cmath>

namespace convoy::random_pipelines {

namespace {

std::string extents(const std::vector<int64_t>& numbers) {
  std::string text;
  for (int64_t number : numbers) text += (text.empty() ? "" : "x") + std::to_string(number);
  return text;
}

class Writer {
public:
  explicit Writer(const Pipeline& pipeline) : p_(pipeline) {}

  std::string run() {
    std::string inputs, body;
    for (size_t i = 0; i < p_.inputs.size(); ++i) {
      const std::string own = name(static_cast<int>(i));
      if (p_.inputs[i].isLearned())
        body += "    " + own + " = parameter(" + extentsOf(p_.inputs[i]) + ", name: \"" + own + "\")\n";
      else
        inputs += (inputs.empty() ? "" : ", ") + own + ": " + type(p_.inputs[i]);
    }
    for (size_t i = 0; i < p_.layers.size(); ++i)
      body += "    " + name(static_cast<int>(p_.inputs.size() + i)) + " = " + call(p_.layers[i], i) + "\n";
    body += "    return ";
    if (p_.results.size() == 1)
      body += name(p_.results[0]);
    else
      for (size_t i = 0; i < p_.results.size(); ++i)
        body += (i ? ", r" : "(r") + std::to_string(i) + ": " + name(p_.results[i]);
    return "pipeline random(" + inputs + ") {\n" + body + (p_.results.size() == 1 ? "\n}\n" : ")\n}\n");
  }

private:
  std::string name(int value) const {
    const int inputs = static_cast<int>(p_.inputs.size());
    if (isLearned(value)) return "divisor" + std::to_string(value); // not zero
    return value < inputs ? "x" + std::to_string(value) : "v" + std::to_string(value - inputs);
  }
  bool isLearned(int value) const {
    return value < static_cast<int>(p_.inputs.size()) && p_.inputs[static_cast<size_t>(value)].isLearned();
  }

  std::string type(const Input& input) const {
    if (input.kind == Input::Scalar) return "float = 0.5";
    if (input.kind == Input::Image) return input.channels == 3 ? "image[rgb]" : "image[gray]";
    return "tensor" + extentsOf(input);
  }

  std::string extentsOf(const Input& input) const {
    std::string text = "[" + std::to_string(input.channels);
    if (input.kind == Input::Vector || input.kind == Input::LearnedVector) return text + "]";
    for (const std::string& extent : p_.spatial)
      text += ", " + (input.kind == Input::LearnedOnes ? "1" : extent);
    return text + "]";
  }

  std::string window(const Layer& layer) const {
    std::string text = ", padding: " + layer.padding + ", stride: " + extents(layer.stride);
    for (int64_t step : layer.dilation)
      if (step > 1) return text + ", dilation: " + extents(layer.dilation);
    return text;
  }

  static bool has(const OpInfo& row, const char* attribute) {
    return std::any_of(row.attributes.begin(), row.attributes.end(),
                       [&](const AttributeSpec& spec) { return spec.name == attribute; });
  }

  std::string pool(const OpInfo& row, const std::string& x, const Layer& layer) const {
    return row.name + ("(" + x) + ", " + extents(layer.kernel) + window(layer) +
           (layer.ceilMode && has(row, "ceil_mode") ? ", ceil_mode: true" : "") +
           (!layer.countPadding && has(row, "count_include_pad") ? ", count_include_pad: false" : "");
  }

  static std::string parts(const OpInfo& row, const Layer& layer) {
    if (has(row, "multiplier")) return ", multiplier: " + std::to_string(layer.filters / layer.groups);
    return layer.groups > 1 ? ", groups: " + std::to_string(layer.groups) : "";
  }

  // What keeps x among the numbers for which the layer is defined.
  static std::string inside(Domain domain, const std::string& x) {
    switch (domain) {
    case Domain::All: return x;
    case Domain::NotNegative: return "abs(" + x + ")";
    case Domain::Positive: return "abs(" + x + ") + 0.5";
    }
    return x;
  }

  std::string elementwise(const OpInfo& row, const Layer& layer, const std::vector<std::string>& x) const {
    if (row.symbol)
      return x[0] + " " + row.symbol + " " +
             (row.kind == OpKind::Div && !isLearned(layer.operands.back()) ? "(abs(" + x[1] + ") + 1)"
                                                                           : x[1]);
    std::string text = row.name + "(" + inside(row.domain, x[0]);
    for (int i = 1; i < row.maxOperands; ++i) text += ", " + x[static_cast<size_t>(i)];
    int numbers = 0;
    for (const AttributeSpec& spec : row.attributes)
      if (spec.form == AttributeForm::Float && !spec.fallback)
        text += ", " + spec.name + ": " + shortest(numbers++ ? layer.high : layer.low);
      else if (spec.form == AttributeForm::Numbers)
        text += ", " + spec.name + ": " + shortest(numbers++ ? std::fabs(layer.high) + 0.5 : layer.low);
    return text;
  }

  // What layers of whole numbers have beside others.
  static std::string steps(const OpInfo& row, const Layer& layer) {
    std::string text;
    size_t next = 0;
    for (const AttributeSpec& spec : row.attributes)
      if (spec.name == "zero_point")
        text += ", zero_point: " +
                std::to_string(layer.zeroPoints[row.elements == Elements::Dequantizes ? 0 : 2]);
      else if (spec.name.find("zero_point") != std::string::npos)
        text += ", " + spec.name + ": " + std::to_string(layer.zeroPoints[next++]);
      else if (spec.name == "type")
        text += ", type: " + layer.type;
      else if (spec.name == "scale")
        text += ", scale: " + shortest(layer.low);
      else if (spec.name.find("_multiplier") != std::string::npos)
        text += ", " + spec.name + (spec.name[0] == 'a' ? ": 0.7" : ": 0.31");
    return text;
  }

  std::string call(const Layer& layer, size_t index) const {
    const OpInfo& row = opInfo(layer.op);
    const std::string own = ", name: \"l" + std::to_string(index) + "\")",
                      bias = layer.bias ? "" : ", bias: false";
    const bool isWhole = row.elements != Elements::Float && row.elements != Elements::Keeps;
    const std::string quantized = isWhole ? steps(row, layer) : "";
    std::vector<std::string> x;
    for (int operand : layer.operands) x.push_back(name(operand));
    switch (row.form) {
    case OpForm::Window:
      if (row.group == LayerGroup::Pooling) return pool(row, x[0], layer) + own;
      return row.name + "(" + x[0] + (has(row, "filters") ? ", " + std::to_string(layer.filters) : "") +
             ", kernel: " + extents(layer.kernel) + window(layer) +
             (layer.border.empty() ? "" : ", border: " + layer.border) + parts(row, layer) + bias +
             quantized + own;
    case OpForm::Transposed: {
      std::string more;
      for (int64_t extra : layer.outputPadding) more += (more.empty() ? "" : ", ") + std::to_string(extra);
      if (layer.outputPadding.size() > 1) more = "size(" + more + ")";
      return row.name + "(" + x[0] + ", " + std::to_string(layer.filters) +
             ", kernel: " + extents(layer.kernel) + window(layer) + ", output_padding: " + more +
             parts(row, layer) + bias + own;
    }
    case OpForm::Adaptive: return row.name + "(" + x[0] + ", " + extents(layer.kernel) + own;
    case OpForm::Elementwise:
      if (isWhole) return row.name + "(" + x[0] + (row.maxOperands > 1 ? ", " + x[1] : "") + quantized + own;
      if (x.size() < 2) x.push_back(shortest(layer.low));
      if (x.size() < 3) x.push_back(shortest(layer.high));
      return elementwise(row, layer, x) + (row.symbol ? "" : own);
    case OpForm::Concat: {
      std::string text = "concat(" + x[0];
      for (size_t i = 1; i < x.size(); ++i) text += ", " + x[i];
      return text + own;
    }
    case OpForm::Dense:
      return row.name + "(" + x[0] + ", " + std::to_string(layer.filters) + bias + quantized + own;
    case OpForm::Reduction:
      return row.name + "(" + x[0] + (layer.word.empty() ? "" : ", axes: " + layer.word) + own;
    case OpForm::Standardize: return row.name + "(" + x[0] + (layer.bias ? ", affine: true" : "") + own;
    case OpForm::ChannelWindow:
      return row.name + "(" + x[0] + ", " + std::to_string(layer.filters) +
             ", alpha: 0.5, beta: " + (layer.bias ? "0.5" : "0.75") + own;
    case OpForm::Resample:
      if (row.kind == OpKind::Pad)
        return "pad(" + x[0] + ", " + layer.padding +
               (layer.border.empty() ? "" : ", border: " + layer.border) + own;
      if (row.kind == OpKind::Crop) return "crop(" + x[0] + ", sides: " + layer.padding + own;
      return row.name + "(" + x[0] + ", " + layer.padding + ", mode: " + layer.border +
             (layer.align.empty() ? "" : ", align: " + layer.align) +
             (layer.round.empty() ? "" : ", round: " + layer.round) + own;
    case OpForm::Interleave:
      return row.name + "(" + x[0] + ", " + std::to_string(layer.groups) + (layer.bias ? ", mode: dcr" : "") +
             own;
    case OpForm::Permute: {
      std::string order;
      for (int64_t axis : layer.kernel) order += (order.empty() ? "[" : ", ") + std::to_string(axis);
      return row.name + "(" + x[0] + ", " + order + "]" + own;
    }
    case OpForm::Channels:
      if (row.kind == OpKind::Slice)
        return "slice(" + x[0] + ", " + std::to_string(layer.from) + ", " +
               std::to_string(layer.from + layer.filters) + own;
      return row.name + "(" + x[0] + ", " + std::to_string(layer.groups) + own;
    case OpForm::Pixelwise:
    case OpForm::Softmax: return row.name + "(" + x[0] + own;
    case OpForm::View:
      if (row.kind == OpKind::Reshape)
        return "reshape(" + x[0] + ", [" + std::to_string(layer.filters) + "]" + own;
      return row.name + "(" + x[0] + own;
    }
    return "";
  }

  const Pipeline& p_;
};

} // namespace

std::string script(const Pipeline& pipeline) { return Writer(pipeline).run(); }

std::string settings(const Pipeline& pipeline) {
  std::string text;
  for (const sweep::Run& run : pipeline.runs) {
    text += text.empty() ? "" : "; ";
    for (const auto& [name, size] : run.sizes) text += name + " " + std::to_string(size) + ", ";
    text += "batch " + std::to_string(run.batch);
  }
  return text + "; " + pipeline.cpu + " -O" + std::to_string(pipeline.optimize) +
         (pipeline.anySchedule ? ", any schedule" : "") +
         (pipeline.groupRows ? ", groups of " + std::to_string(pipeline.groupRows) : "") +
         (pipeline.mode ? std::string(", ") + sweep::modes()[*pipeline.mode].name : "") +
         (pipeline.fill == sweep::Fill::Integers ? "; integers" : "; real numbers");
}

} // namespace convoy::random_pipelines
