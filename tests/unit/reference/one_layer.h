// A graph of one layer, built through its shape rule.
#pragma once
#include "reference/interpreter.h"
#include <stdexcept>

namespace convoy::reference {

using Ints = std::vector<int64_t>;

inline Attributes windowAttributes(const char* kernelName, Ints kernel, Ints stride, Ints dilation,
                                   Attribute padding) {
  Attributes a;
  a.set(kernelName, std::move(kernel));
  a.set("stride", std::move(stride));
  a.set("dilation", std::move(dilation));
  a.set("padding", std::move(padding));
  return a;
}

inline Attributes convAttributes(int64_t filters, Ints kernel, Ints stride = {1}, Ints dilation = {1},
                                 Attribute padding = Ints{0}, Border border = {}, int64_t groups = 1,
                                 bool bias = false) {
  Attributes a = windowAttributes("kernel", std::move(kernel), std::move(stride), std::move(dilation),
                                  std::move(padding));
  a.set("filters", filters);
  a.set("border", border);
  a.set("groups", groups);
  a.set("bias", bias);
  return a;
}

inline Attributes transposedAttributes(int64_t filters, Ints kernel, Ints stride, Ints dilation = {1},
                                       Attribute padding = Ints{0}, Ints outputPadding = {0},
                                       int64_t groups = 1, bool bias = false) {
  Attributes a = convAttributes(filters, std::move(kernel), std::move(stride), std::move(dilation),
                                std::move(padding), {}, groups, bias);
  a.erase("border");
  a.set("output_padding", std::move(outputPadding));
  return a;
}

inline Attributes poolAttributes(Ints window, Ints stride, Ints dilation = {1}, Attribute padding = Ints{0},
                                 bool ceilMode = false, bool countPadding = true) {
  Attributes a = windowAttributes("window", std::move(window), std::move(stride), std::move(dilation),
                                  std::move(padding));
  a.set("ceil_mode", ceilMode);
  a.set("count_include_pad", countPadding);
  return a;
}

// Inputs x0, x1, ..., the layer `y`, its parameters filled from `parameters` in order, one result. What the
// layer wants quantized is quantized before it, in steps of 1 / 32.
inline graph::Graph oneLayer(OpKind op, const std::vector<TensorType>& inputs, Attributes attributes = {},
                             const std::vector<std::vector<float>>& parameters = {}) {
  graph::Graph graph;
  graph.name = "test";
  graph::Value node;
  node.kind = graph::Value::Node;
  node.name = "y";
  node.op = op;
  for (const TensorType& type : inputs) {
    graph::Value input;
    input.kind = graph::Value::Input;
    input.name = "x" + std::to_string(graph.values.size());
    input.type = {type.dims};
    graph.inputs.push_back(static_cast<graph::ValueId>(graph.values.size()));
    graph.values.push_back(std::move(input));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    node.operands.push_back(graph.inputs[i]);
    if (!inputs[i].quantized()) continue;
    graph::Value quantize;
    quantize.kind = graph::Value::Node;
    quantize.name = "q" + std::to_string(i);
    quantize.op = OpKind::Quantize;
    quantize.type = inputs[i];
    quantize.operands = {graph.inputs[i]};
    quantize.attributes.set("scale", 1.0 / 32);
    quantize.attributes.set("zero_point", int64_t(0));
    quantize.attributes.set("type", std::string(nameOf(inputs[i].element)));
    node.operands.back() = static_cast<graph::ValueId>(graph.values.size());
    graph.values.push_back(std::move(quantize));
  }
  DiagnosticEngine diags;
  ShapeRequest request{inputs, attributes, {}, diags, "y"};
  auto type = resultType(opInfo(op), request);
  if (!type) throw std::runtime_error(diags.all().front()->message);
  for (size_t i = 0; i < request.parameters.size(); ++i) {
    graph::Value parameter;
    parameter.kind = graph::Value::Parameter;
    parameter.name = "y." + request.parameters[i].name;
    parameter.type.dims.assign(request.parameters[i].shape.begin(), request.parameters[i].shape.end());
    parameter.type.element = request.parameters[i].element;
    auto data = std::make_shared<graph::ParameterData>();
    data->data = parameters.at(i);
    parameter.data = std::move(data);
    node.operands.push_back(static_cast<graph::ValueId>(graph.values.size()));
    graph.values.push_back(std::move(parameter));
  }
  for (auto& check : request.checks) graph.checks.push_back({check, {}});
  node.attributes = attributes;
  node.type = *type;
  graph.outputs.push_back({"result", static_cast<graph::ValueId>(graph.values.size()), ImageKind::None});
  graph.values.push_back(std::move(node));
  auto problems = verify(graph);
  if (!problems.empty()) throw std::runtime_error(problems.front());
  return graph;
}

inline Tensor tensor(Ints shape, std::vector<double> data, int64_t batch = 1) {
  return {std::move(shape), batch, std::move(data)};
}

inline std::vector<double> run(const graph::Graph& graph, const std::vector<Tensor>& inputs,
                               const std::map<std::string, int64_t>& sizes = {}) {
  return evaluate(graph, inputs, sizes)[graph.outputs[0].value].data;
}

} // namespace convoy::reference
