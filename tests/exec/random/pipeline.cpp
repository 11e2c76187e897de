#include "pipeline.h"
#include "ops/attributes.h"

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
    for (size_t i = 0; i < p_.inputs.size(); ++i)
      inputs += (i ? ", " : "") + name(static_cast<int>(i)) + ": " + type(p_.inputs[i]);
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
    return value < inputs ? "x" + std::to_string(value) : "v" + std::to_string(value - inputs);
  }

  std::string type(const Input& input) const {
    std::string text = "tensor[" + std::to_string(input.channels);
    switch (input.kind) {
    case Input::Scalar: return "float = 0.5";
    case Input::Image: return input.channels == 3 ? "image[rgb]" : "image[gray]";
    case Input::Vector: return text + "]";
    case Input::Tensor: break;
    }
    for (const std::string& extent : p_.spatial) text += ", " + extent;
    return text + "]";
  }

  std::string window(const Layer& layer) const {
    std::string text = ", padding: " + layer.padding + ", stride: " + extents(layer.stride);
    for (int64_t step : layer.dilation)
      if (step > 1) return text + ", dilation: " + extents(layer.dilation);
    return text;
  }

  std::string pool(const char* op, const std::string& x, const Layer& layer) const {
    return op + ("(" + x) + ", " + extents(layer.kernel) + window(layer) +
           (layer.ceilMode ? ", ceil_mode: true" : "") +
           (layer.op == OpKind::AvgPool && !layer.countPadding ? ", count_include_pad: false)" : ")");
  }

  // Every layer of the op table: the compiler warns of one that is missing.
  std::string call(const Layer& layer, size_t index) const {
    const std::string x = name(layer.operands[0]), own = ", name: \"l" + std::to_string(index) + "\")";
    const std::string y = layer.operands.size() > 1 ? name(layer.operands[1]) : shortest(layer.low);
    const std::string z = layer.operands.size() > 2 ? name(layer.operands[2]) : shortest(layer.high);
    switch (layer.op) {
    case OpKind::Conv:
      return "conv(" + x + ", " + std::to_string(layer.filters) + ", kernel: " + extents(layer.kernel) +
             window(layer) + (layer.border.empty() ? "" : ", border: " + layer.border) +
             (layer.groups > 1 ? ", groups: " + std::to_string(layer.groups) : "") +
             (layer.bias ? "" : ", bias: false") + own;
    case OpKind::MaxPool: return pool("max_pool", x, layer);
    case OpKind::AvgPool: return pool("avg_pool", x, layer);
    case OpKind::GlobalMaxPool: return "global_max_pool(" + x + ")";
    case OpKind::GlobalAvgPool: return "global_avg_pool(" + x + ")";
    case OpKind::Relu: return "relu(" + x + ")";
    case OpKind::Clamp: return "clamp(" + x + ", " + shortest(layer.low) + ", " + shortest(layer.high) + ")";
    case OpKind::Abs: return "abs(" + x + ")";
    case OpKind::Sqrt: return "sqrt(abs(" + x + "))";
    case OpKind::Add: return x + " + " + y;
    case OpKind::Sub: return x + " - " + y;
    case OpKind::Mul: return x + " * " + y;
    case OpKind::Div: return x + " / (abs(" + y + ") + 1)";
    case OpKind::Luminance: return "luminance(" + x + ")";
    case OpKind::Concat: {
      std::string text = "concat(" + x;
      for (size_t i = 1; i < layer.operands.size(); ++i) text += ", " + name(layer.operands[i]);
      return text + ")";
    }
    case OpKind::Flatten: return "flatten(" + x + ")";
    case OpKind::Dense:
      return "dense(" + x + ", " + std::to_string(layer.filters) + (layer.bias ? "" : ", bias: false") + own;
    case OpKind::Softmax: return "softmax(" + x + ")";
    case OpKind::BatchNorm: return "batch_norm(" + x + own;
    case OpKind::Less: return x + " < " + y;
    case OpKind::LessEqual: return x + " <= " + y;
    case OpKind::Greater: return x + " > " + y;
    case OpKind::GreaterEqual: return x + " >= " + y;
    case OpKind::Equal: return x + " == " + y;
    case OpKind::NotEqual: return x + " != " + y;
    case OpKind::Select: return "select(" + x + ", " + y + ", " + z + ")";
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
         (pipeline.fill == sweep::Fill::Integers ? "; integers" : "; real numbers");
}

} // namespace convoy::random_pipelines
