#include "schedule/images.h"
#include <algorithm>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;

Images::Images(const Graph& graph, const Schedule& schedule, const Storage& storage)
    : ofKernel_(schedule.kernels.size()), forms_(schedule.kernels.size()) {
  const int end = static_cast<int>(schedule.kernels.size());
  auto pieceOf = [&](ValueId value) { return storage.pieceOf({value, Layout::Planar}); };
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    if (graph.value(graph.inputs[i]).type.image != ImageKind::None)
      all.push_back({true, i, graph.inputs[i], false, {}, false, 0});
  for (size_t i = 0; i < graph.outputs.size(); ++i)
    if (graph.outputs[i].image != ImageKind::None &&
        storage.pieces[pieceOf(graph.outputs[i].value)].output == i)
      all.push_back({false, i, graph.outputs[i].value, false, {}, false, 0});

  // What is copied to a result is read as planes.
  std::vector<bool> copied(storage.pieces.size(), false);
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const size_t piece = pieceOf(graph.outputs[i].value);
    if (storage.pieces[piece].output != i) copied[piece] = true;
  }
  for (Image& image : all) {
    image.alwaysConverted = copied[pieceOf(image.value)];
    if (image.alwaysConverted) image.last = end;
  }

  for (size_t k = 0; k < schedule.kernels.size(); ++k) {
    const Kernel& kernel = schedule.kernels[k];
    const Buffer result = resultBuffer(graph, kernel);
    std::vector<ValueId> values; // that are images, if the kernel runs on bytes
    for (size_t i = 0; i < all.size(); ++i) {
      Image& image = all[i];
      const size_t piece = pieceOf(image.value);
      bool direct = false, touched = false;
      if (!image.input && result == Buffer{image.value, Layout::Planar}) direct = !image.alwaysConverted;
      if (storage.pieceOf(result) == piece) touched = true;
      for (ValueId id : valuesRead(graph, kernel)) {
        const Buffer operand = operandBuffer(graph, schedule, kernel, id);
        if (storage.pieceOf(operand) != piece) continue;
        touched = true;
        if (id != image.value)
          image.shared = true; // what the result is computed over, or another view of the input
        else if (image.input)
          direct = true;
        else
          image.alwaysConverted = true; // a result that others read
      }
      if (touched) image.last = std::max(image.last, static_cast<int>(k));
      if (direct) ofKernel_[k].push_back(i), values.push_back(image.value);
    }
    if (!values.empty()) forms_[k] = bytesForm(graph, kernel, values);
    // A kernel that cannot do so needs planes.
    for (size_t i : ofKernel_[k])
      if (forms_[k])
        all[i].direct.push_back(k);
      else
        all[i].alwaysConverted = true;
    if (!forms_[k]) ofKernel_[k].clear();
  }
  // A result that others read is not written as bytes; nor is any other image of that kernel read so then.
  for (size_t k = 0; k < schedule.kernels.size(); ++k) {
    auto written = [&](size_t i) { return !all[i].input && all[i].alwaysConverted; };
    if (std::none_of(ofKernel_[k].begin(), ofKernel_[k].end(), written)) continue;
    for (size_t i : ofKernel_[k]) all[i].alwaysConverted = true;
    ofKernel_[k].clear();
    forms_[k].reset();
  }
  for (Image& image : all) image.alwaysConverted |= image.direct.empty() || (image.input && image.shared);
}

std::optional<size_t> Images::find(bool input, size_t number) const {
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].input == input && all[i].number == number) return i;
  return std::nullopt;
}

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
  const std::vector<ValueId>& bytes;

  bool isBytes(ValueId id) const { return std::count(bytes.begin(), bytes.end(), id) > 0; }
  const Value& anchor() const { return graph.value(kernel.anchor()); }
  const TensorType& result() const { return graph.value(kernel.result()).type; }
  bool isGray() const {
    return std::all_of(bytes.begin(), bytes.end(),
                       [&](ValueId id) { return graph.value(id).type.channels() == 1; });
  }

  // nodes[from...] do the same to all channels of bytes, and make such bytes of them.
  bool treatsChannelsAlike(size_t from) const {
    if (!isBytes(kernel.result())) return false;
    for (size_t i = from; i < kernel.nodes.size(); ++i) {
      const Value& node = graph.value(kernel.nodes[i]);
      if (opInfo(node.op).form == OpForm::Pixelwise) return false;
      for (ValueId id : node.operands) {
        const Value& operand = graph.value(id);
        const bool inside = i > 0 && id == kernel.nodes[i - 1], one = operand.type.elements() == Size(1);
        const bool alike = isBytes(id) && operand.type.channels() == result().channels();
        if (!inside && !one && !alike) return false;
      }
    }
    return true;
  }

  std::optional<BytesForm> pointwise() const {
    if (!canFlatten(graph, kernel, 0) || result().channels() > 4) return std::nullopt;
    for (ValueId id : bytes)
      if (!sameExtents(graph.value(id).type, result())) return std::nullopt;
    return treatsChannelsAlike(0) ? BytesForm::Interleaved : BytesForm::Pixels;
  }

  // What lies outside an input of bytes can be told in bytes.
  bool borderFits(const Window& window) const {
    if (anchor().op == OpKind::Conv) return window.border.mode != BorderMode::Constant || window.border.value == 0;
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
  bool filtersAlike(const Window& window) const {
    if (window.stride.back() != 1) return false;
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

  std::optional<BytesForm> window() const {
    const Window window = windowOf(anchor().attributes);
    const ValueId input = anchor().operands[0];
    if (isBytes(input) && !borderFits(window)) return std::nullopt;
    for (size_t i = 1; i < kernel.nodes.size(); ++i)
      for (ValueId id : graph.value(kernel.nodes[i]).operands)
        if (isBytes(id) && !sameExtents(graph.value(id).type, result())) return std::nullopt;
    if (isGray()) return BytesForm::Interleaved;
    const bool alike = isBytes(input) && graph.value(input).type.channels() == result().channels() &&
                       filtersAlike(window) && treatsChannelsAlike(1);
    return alike ? std::optional(BytesForm::Interleaved) : std::nullopt;
  }
};

} // namespace

std::optional<BytesForm> bytesForm(const Graph& graph, const Kernel& kernel, const std::vector<ValueId>& bytes) {
  const Candidate candidate{graph, kernel, bytes};
  if (kernel.layout != Layout::Planar || kernel.writes || candidate.result().spatialRank() != 2)
    return std::nullopt;
  switch (kernel.algorithm) {
  case Algorithm::Pointwise: return candidate.pointwise();
  case Algorithm::Window:
  case Algorithm::Separable: return candidate.window();
  case Algorithm::Transposed:
  case Algorithm::Resample:
  case Algorithm::Interleave:
  case Algorithm::Concat:
  case Algorithm::Softmax:
  case Algorithm::GlobalPool:
  case Algorithm::Dense:
  case Algorithm::Alias:
  case Algorithm::Reorder: return std::nullopt;
  }
  return std::nullopt;
}

} // namespace convoy::schedule
