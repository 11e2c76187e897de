// What a kernel must be like to run on bytes.
#include "schedule/images.h"
#include <algorithm>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

namespace {

bool sameExtents(const TensorType& a, const TensorType& b) {
  if (a.spatialRank() != b.spatialRank()) return false;
  for (int axis = 0; axis < a.spatialRank(); ++axis)
    if (a.spatial(axis) != b.spatial(axis)) return false;
  return true;
}

// A kernel and the images that it would take as bytes.
struct Candidate {
  const Graph& graph;
  const Kernel& kernel;
  const std::set<ValueId>& bytes;
  const std::set<ValueId>& interleaved;

  bool isBytes(ValueId id) const { return bytes.count(id) > 0; }
  // Its channels are columns.
  bool isColumns(ValueId id) const { return isBytes(id) || interleaved.count(id) > 0; }
  const Value& anchor() const { return graph.value(kernel.anchor()); }
  const TensorType& result() const { return graph.value(kernel.result()).type; }
  bool isGray() const {
    return std::all_of(bytes.begin(), bytes.end(),
                       [&](ValueId id) { return graph.value(id).type.channels() == 1; });
  }

  // nodes[from...] do the same to all channels of bytes, and make such bytes of them.
  bool treatsChannelsAlike(size_t from) const {
    if (!isColumns(kernel.result())) return false;
    for (size_t i = from; i < kernel.nodes.size(); ++i) {
      const Value& node = graph.value(kernel.nodes[i]);
      if (isFilter(node)) {
        if (node.operands.size() > 2) return false; // channels have biases of their own
        continue;
      }
      if (opInfo(node.op).form != OpForm::Elementwise) return false;
      for (ValueId id : node.operands) {
        const Value& operand = graph.value(id);
        const bool inside = std::count(kernel.nodes.begin(), kernel.nodes.end(), id) > 0,
                   one = operand.type.elements() == Size(1);
        const bool alike = isColumns(id) && operand.type.channels() == result().channels();
        if (!inside && !one && !alike) return false;
      }
    }
    return true;
  }

  // A kernel that works in planes of two axes, and nodes[from...] read images that are as large as its
  // result.
  bool fits(size_t from) const {
    if (kernel.layout != Layout::Planar || kernel.writes || result().spatialRank() != 2) return false;
    for (size_t i = from; i < kernel.nodes.size(); ++i)
      for (ValueId id : graph.value(kernel.nodes[i]).operands)
        if (isColumns(id) && !isFilter(graph.value(kernel.nodes[i])) &&
            std::find(kernel.nodes.begin(), kernel.nodes.end(), id) == kernel.nodes.end() &&
            !sameExtents(graph.value(id).type, result()))
          return false;
    return true;
  }

  // Its anchor, or another convolution of the same picture.
  bool isFilter(const Value& node) const {
    return kernel.algorithm == Algorithm::Separable && node.op == OpKind::Conv;
  }
  bool isWindow() const {
    return kernel.algorithm == Algorithm::Window || kernel.algorithm == Algorithm::Separable;
  }

  // A window of which all images have one channel, whatever else it reads or writes.
  bool takesOneChannel() const { return isWindow() && isGray() && fits(1) && inputFits(); }

  // Element-wise work, for each pixel by itself.
  bool takesPixels() const {
    return kernel.algorithm == Algorithm::Pointwise && opInfo(anchor().op).form != OpForm::ChannelWindow &&
           !choosesChannels(graph, kernel) && fits(0) && canFlatten(graph, kernel, 0) &&
           result().channels() <= 4;
  }

  // All channels are columns of one row.
  bool takesColumns() const {
    if (kernel.algorithm == Algorithm::Pointwise)
      return fits(0) && canFlatten(graph, kernel, 0) && treatsChannelsAlike(0);
    if (!isWindow()) return false; // the anchor of a conversion may be an input
    const ValueId input = anchor().operands[0];
    return fits(1) && inputFits() && isColumns(input) &&
           graph.value(input).type.channels() == result().channels() && filtersAlike() &&
           treatsChannelsAlike(1);
  }

  // Rows of bytes are moved as they are: a constant beside them is rounded as a result would be.
  bool movesBytes() const {
    const OpKind op = anchor().op;
    return (op == OpKind::Pad || op == OpKind::Crop) && kernel.nodes.size() == 1 &&
           kernel.layout == Layout::Planar && !kernel.writes && result().spatialRank() == 2 &&
           isBytes(anchor().operands[0]) && isBytes(kernel.result());
  }

  // What lies outside an input of bytes can be told in bytes.
  bool inputFits() const {
    if (!isBytes(anchor().operands[0])) return true;
    const Window window = windowOf(anchor().attributes);
    if (anchor().op == OpKind::Conv)
      return window.border.mode != BorderMode::Constant || window.border.value == 0;
    if (anchor().op != OpKind::MaxPool) return true;
    // Every window has an element: then 0 is as good as minus infinity.
    for (size_t axis = 0; axis < window.kernel.size(); ++axis) {
      const auto begin = window.padBegin[axis].constant(), end = window.padEnd[axis].constant();
      const bool none = begin == int64_t{0} && end == int64_t{0};
      const bool little = begin && end && *begin < window.kernel[axis] && *end < window.kernel[axis];
      if (!none && !(little && window.dilation[axis] == 1)) return false;
    }
    return true;
  }

  // Each channel by itself, and all with the same numbers.
  bool filtersAlike() const {
    if (windowOf(anchor().attributes).stride.back() != 1) return false;
    if (anchor().op != OpKind::Conv) return true;
    if (!isDepthwise(graph, anchor()) || anchor().operands.size() > 2) return false;
    const Value& weight = graph.value(anchor().operands[1]);
    if (!weight.data || !weight.data->literal) return false;
    const std::vector<float>& numbers = weight.data->data;
    const size_t taps = numbers.size() / static_cast<size_t>(anchor().type.channels());
    for (size_t i = taps; i < numbers.size(); ++i)
      if (numbers[i] != numbers[i - taps]) return false;
    return true;
  }
};

} // namespace

std::optional<BytesForm> bytesForm(const Graph& graph, const Kernel& kernel, const std::set<ValueId>& bytes) {
  const std::set<ValueId> none;
  const Candidate candidate{graph, kernel, bytes, none};
  if (candidate.takesOneChannel() || candidate.movesBytes()) return BytesForm::Interleaved;
  return candidate.takesPixels() ? std::optional(BytesForm::Pixels) : std::nullopt;
}

bool interleaves(const Graph& graph, const Kernel& kernel, const std::set<ValueId>& bytes,
                 const std::set<ValueId>& interleaved) {
  return Candidate{graph, kernel, bytes, interleaved}.takesColumns();
}

} // namespace convoy::schedule
