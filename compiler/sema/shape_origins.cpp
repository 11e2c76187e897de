#include "sema/shape_origins.h"
#include "graph/retyped.h"
#include <algorithm>

namespace convoy::sema {

namespace {

using graph::ValueId;

// A layer that changed what is looked at, and the value it changed.
struct Step {
  ValueId layer, from;
};

bool samePlace(Location a, Location b) { return a.file == b.file && a.begin == b.begin && a.end == b.end; }

bool agree(const TensorType& a, const TensorType& b, const std::vector<int>& axes) {
  if (a.dims.size() != b.dims.size()) return false;
  return std::all_of(axes.begin(), axes.end(), [&](int axis) {
    const auto i = static_cast<size_t>(axis);
    return i >= a.dims.size() || a.dims[i] == b.dims[i];
  });
}

// The layers that changed these axes on the way to the value, the last first.
std::vector<Step> stepsTo(const graph::Graph& graph, ValueId value, const std::vector<int>& axes) {
  std::vector<Step> steps;
  for (ValueId id = value; graph.value(id).kind == graph::Value::Node;) {
    const graph::Value& node = graph.value(id);
    // Of several operands the one that has what the result has.
    std::optional<ValueId> from;
    for (ValueId operand : node.operands) {
      if (graph.value(operand).kind == graph::Value::Parameter) continue;
      if (!from) from = operand;
      if (agree(graph.value(operand).type, node.type, axes)) {
        from = operand;
        break;
      }
    }
    if (!from) break;
    const TensorType& before = graph.value(*from).type;
    if (!agree(before, node.type, axes)) steps.push_back({id, *from});
    if (before.dims.size() != node.type.dims.size()) break; // the axes are others from here on
    id = *from;
  }
  return steps;
}

// ---- labels ----

void labelSteps(const Misfit& misfit, const std::vector<std::vector<Step>>& steps, Diagnostic& diagnostic) {
  constexpr size_t mostLabels = 4;
  // The primary one is not counted.
  auto isFull = [&] { return diagnostic.labels.size() > mostLabels; };
  std::vector<std::vector<const Step*>> shown(
      steps.size()); // one of each place, which may make several layers
  for (size_t i = 0; i < steps.size(); ++i)
    for (const Step& step : steps[i]) {
      const Location where = misfit.graph.value(step.layer).location;
      const bool isKnown = std::any_of(shown[i].begin(), shown[i].end(), [&](const Step* other) {
        return samePlace(misfit.graph.value(other->layer).location, where);
      });
      if (!isKnown) shown[i].push_back(&step);
    }
  size_t longest = 0;
  for (const auto& each : shown) longest = std::max(longest, each.size());
  // The last steps to each of the values in turn.
  for (size_t n = 0; n < longest; ++n)
    for (size_t i = 0; i < shown.size(); ++i) {
      if (n >= shown[i].size()) continue;
      const graph::Value& layer = misfit.graph.value(shown[i][n]->layer);
      const auto times = std::count_if(steps[i].begin(), steps[i].end(), [&](const Step& step) {
        return samePlace(misfit.graph.value(step.layer).location, layer.location);
      });
      const std::string several = times > 1 ? ", the last of " + counted(times, "change") : "";
      auto label = std::find_if(diagnostic.labels.begin(), diagnostic.labels.end(),
                                [&](const Label& each) { // The value's own layer ends what is labelled in `x
                                                         // |> conv(5, kernel: 1)`.
                                  const bool isLast = shown[i][n]->layer == misfit.values[i];
                                  return samePlace(each.location, layer.location) ||
                                         (isLast && each.location.file == layer.location.file &&
                                          each.location.end == layer.location.end);
                                });
      if (label != diagnostic.labels.end()) {
        if (!label->primary) label->text += several;
      } else if (!isFull()) {
        diagnostic.labels.push_back({layer.location, misfit.graph.value(shown[i][n]->from).type.str() +
                                                         " became " + layer.type.str() + " here" + several});
      }
    }
}

// ---- padding ----

// A change of one or more layers in the script, and in the graph.
struct Proposal {
  graph::Changes changes;
  std::vector<Edit> edits;
};

bool hasWindow(const graph::Value& value) {
  return value.kind == graph::Value::Node && opInfo(value.op).form == OpForm::Window;
}

// A padding that keeps sizes: half of the window, or `same`. "" when there is none of the kind.
std::string paddingOf(const Window& window, bool same) {
  if (same) return "same";
  std::string text;
  bool alike = true;
  const int64_t first = window.dilation[0] * (window.kernel[0] - 1) / 2;
  for (size_t axis = 0; axis < window.kernel.size(); ++axis) {
    const int64_t around = window.dilation[axis] * (window.kernel[axis] - 1);
    if (around % 2 != 0) return "";
    alike = alike && around / 2 == first;
    text += (text.empty() ? "" : "x") + std::to_string(around / 2);
  }
  return alike ? std::to_string(first) : text;
}

// Pads every layer that the place makes. False when that cannot be written, or says different things of them.
bool pad(const graph::Graph& graph, ValueId id, bool same, const std::string& text, Proposal& proposal) {
  const graph::Value& layer = graph.value(id);
  for (const Edit& edit : proposal.edits)
    if (layer.location.file == edit.where.file && layer.location.begin <= edit.where.begin &&
        edit.where.end <= layer.location.end)
      return true; // the place has been changed
  const Window window = windowOf(layer.attributes);
  const auto edit = setArgument(layer.location, layer.written, "padding", text);
  if (!edit) return false;
  std::vector<int64_t> pads;
  for (size_t axis = 0; axis < window.kernel.size(); ++axis)
    pads.push_back(window.dilation[axis] * (window.kernel[axis] - 1) / 2);
  for (ValueId other = 0; other < graph.values.size(); ++other) {
    const graph::Value& value = graph.value(other);
    if (!hasWindow(value) || !samePlace(value.location, layer.location)) continue;
    const Window others = windowOf(value.attributes);
    if (others.kernel != window.kernel || others.dilation != window.dilation) return false;
    proposal.changes[other] =
        same ? graph::withSamePadding(value.attributes) : graph::withPadding(value.attributes, pads);
  }
  proposal.edits.push_back(*edit);
  return true;
}

// "56x56", as far as it is known when compiling.
std::string sizeText(const TensorType& type) {
  std::string text;
  for (int axis = 0; axis < type.spatialRank(); ++axis) {
    if (!type.spatial(axis).isConstant()) return "the size";
    text += (axis == 0 ? "" : "x") + type.spatial(axis).str();
  }
  return text;
}

// Pads these layers alike, if that makes everything fit.
bool proposePadding(const Misfit& misfit, const std::vector<Step>& steps, bool same, Diagnostic& diagnostic) {
  const graph::Graph& graph = misfit.graph;
  Proposal proposal;
  std::string text;
  for (const Step& step : steps) {
    const std::string padding = paddingOf(windowOf(graph.value(step.layer).attributes), same);
    if (padding.empty() || padding == "0" || !pad(graph, step.layer, same, padding, proposal)) return false;
    if (!text.empty() && text != padding) text = "such padding";
    if (text.empty()) text = padding;
  }
  const auto types = graph::retyped(graph, proposal.changes);
  if (!types || !misfit.fits(*types)) return false;
  const Step& last = steps.front();
  const TensorType &before = (*types)[steps.back().from], &after = (*types)[last.layer];
  const bool keeps = sizeText(before) == sizeText(after);
  std::string what = text == "such padding" ? text : "`padding: " + text + "`";
  if (proposal.edits.size() > 1) what += proposal.edits.size() == 2 ? " in both" : " in all of them";
  diagnostic.fixes.push_back(
      {what + (keeps ? " would keep " : " would make ") + sizeText(after), proposal.edits});
  return true;
}

void proposePadding(const Misfit& misfit, const std::vector<Step>& steps, Diagnostic& diagnostic) {
  constexpr size_t mostSteps = 8; // each is tried by computing all shapes anew
  std::vector<Step> padded;
  for (const Step& step : steps)
    if (hasWindow(misfit.graph.value(step.layer)) && padded.size() < mostSteps) padded.push_back(step);
  for (bool same : {false, true}) {
    for (const Step& step : padded)
      if (proposePadding(misfit, {step}, same, diagnostic)) return;
    // The last ones together.
    for (size_t count = 2; count <= padded.size(); ++count)
      if (proposePadding(misfit, {padded.begin(), padded.begin() + static_cast<ptrdiff_t>(count)}, same,
                         diagnostic))
        return;
  }
}

// tensor[224, 224, 3]: the order of other tools.
void adviseChannelsFirst(const graph::Graph& graph, Diagnostic& diagnostic) {
  for (ValueId input : graph.inputs) {
    const TensorType& type = graph.value(input).type;
    if (type.spatialRank() != 2) continue;
    const auto height = type.spatial(0).constant(), last = type.spatial(1).constant();
    constexpr int64_t leastExtent = 16; // of a picture, so that a small map with many channels is none
    const bool isPicture = height && last && (*last == 3 || *last == 4) && type.channels() >= leastExtent &&
                           *height >= leastExtent;
    if (!isPicture) continue;
    const TensorType turned{{type.dims[2], type.dims[0], type.dims[1]}};
    diagnostic.helps.push_back("channels come first: '" + graph.value(input).name + "' would be " +
                               turned.str());
  }
}

} // namespace

void explainShapes(const Misfit& misfit, Diagnostic& diagnostic) {
  std::vector<std::vector<Step>> steps;
  for (ValueId value : misfit.values) steps.push_back(stepsTo(misfit.graph, value, misfit.axes));
  labelSteps(misfit, steps, diagnostic);
  adviseChannelsFirst(misfit.graph, diagnostic);
  const bool isSpatial =
      std::any_of(misfit.axes.begin(), misfit.axes.end(), [](int axis) { return axis > 0; });
  for (size_t i = 0; isSpatial && i < steps.size() && diagnostic.fixes.empty(); ++i)
    proposePadding(misfit, steps[i], diagnostic);
}

} // namespace convoy::sema
