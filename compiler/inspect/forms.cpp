#include "inspect/forms.h"
#include <algorithm>
#include <utility>

namespace convoy::inspect {

namespace {

using graph::Graph;
using graph::Value;
using graph::ValueId;
using reference::GraphForms;
using reference::LayerForms;
using reference::NumberForm;
using schedule::Layout;

NumberForm formOf(Layout layout) {
  switch (layout) {
  case Layout::Planar:
  case Layout::Blocked:
  case Layout::Int8: return NumberForm::Float32; // whole numbers are float32 numbers too
  case Layout::Bf16: return NumberForm::Bf16;
  case Layout::Split: return NumberForm::Split;
  }
  return NumberForm::Float32;
}

bool isFloat32(const LayerForms& forms) {
  return forms.winograd == 0 && forms.result == NumberForm::Float32 &&
         std::all_of(forms.operands.begin(), forms.operands.end(),
                     [](NumberForm form) { return form == NumberForm::Float32; });
}

} // namespace

GraphForms formsOf(const Graph& graph, const schedule::Schedule& schedule) {
  GraphForms all;
  for (const schedule::Kernel& kernel : schedule.kernels) {
    if (kernel.algorithm == schedule::Algorithm::Reorder) continue;
    for (ValueId id : kernel.nodes) {
      const Value& node = graph.value(id);
      LayerForms forms;
      for (size_t i = 0; i < node.operands.size(); ++i) {
        const ValueId operand = node.operands[i];
        const bool own = std::count(kernel.nodes.begin(), kernel.nodes.end(), operand) > 0; // in registers
        NumberForm form = NumberForm::Float32;
        if (graph.value(operand).kind == Value::Parameter) {
          if (id == kernel.anchor() && i == 1) form = formOf(kernel.layout); // the weight of its products
        } else if (id == kernel.anchor() && kernel.algorithm == schedule::Algorithm::Dense) {
          form = formOf(kernel.layout); // in which the kernel itself brings it
        } else if (!own) {
          if (const auto layout = neededLayout(graph, schedule, kernel, operand)) form = formOf(*layout);
        }
        forms.operands.push_back(form);
      }
      if (id == kernel.anchor() && kernel.algorithm == schedule::Algorithm::Winograd)
        forms.winograd = kernel.tile.at(0);
      if (id == kernel.result())
        forms.result = formOf(layoutFor(kernel.resultLayout(), graph.value(id).type));
      if (!isFloat32(forms)) all[id] = forms;
    }
  }
  return all;
}

GraphForms formsAsWritten(const Graph& written, const Graph& computed, const schedule::Schedule& schedule) {
  const GraphForms forms = formsOf(computed, schedule);
  std::map<std::string, ValueId> places;
  for (ValueId id = 0; id < computed.values.size(); ++id)
    if (computed.value(id).kind == Value::Node) places[computed.value(id).name] = id;
  GraphForms all;
  for (ValueId id = 0; id < written.values.size(); ++id) {
    const Value& node = written.value(id);
    if (node.kind != Value::Node) continue;
    if (auto place = places.find(node.name); place != places.end()) {
      if (auto known = forms.find(place->second); known != forms.end()) all[id] = known->second;
    } else if (auto before = all.find(node.operands[0]); before != all.end()) {
      before->second.scaledWeight = true;
      const NumberForm result = std::exchange(before->second.result, NumberForm::Float32);
      all[id].result = result;
    }
  }
  return all;
}

} // namespace convoy::inspect
