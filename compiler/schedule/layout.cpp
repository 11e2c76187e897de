#include "schedule/tile_window.h"
#include <algorithm>

namespace convoy::schedule {

Algorithm algorithmOf(const OpInfo& info) {
  if (info.elements == Elements::Whole && !info.isElementwise()) return Algorithm::Integer;
  switch (info.form) {
  case OpForm::Window: return Algorithm::Window;
  case OpForm::Transposed: return Algorithm::Transposed;
  case OpForm::Elementwise:
  case OpForm::Pixelwise:
  case OpForm::ChannelWindow:
  case OpForm::Channels: return Algorithm::Pointwise;
  case OpForm::Adaptive: return Algorithm::Adaptive;
  case OpForm::Standardize: return Algorithm::Standardize;
  case OpForm::Reduction: return Algorithm::Reduction;
  case OpForm::Resample: return Algorithm::Resample;
  case OpForm::Interleave:
  case OpForm::Permute: return Algorithm::Interleave;
  case OpForm::Softmax: return Algorithm::Softmax;
  case OpForm::Concat: return Algorithm::Concat;
  case OpForm::Dense: return Algorithm::Dense;
  case OpForm::View: return Algorithm::Alias;
  }
  return Algorithm::Pointwise;
}

int64_t unitChannels(Layout layout) {
  switch (layout) {
  case Layout::Planar:
  case Layout::Blocked: return 1;
  case Layout::Bf16:
  case Layout::Split: return 2;
  case Layout::Int8: return 4;
  }
  return 1;
}

int64_t partsOf(Layout layout) { return layout == Layout::Split ? 2 : 1; }

int64_t blocksOf(int64_t channels, Layout layout, int64_t lanes) {
  const int64_t block = lanes * unitChannels(layout);
  return (channels + block - 1) / block;
}

int64_t blockUnits(int64_t channels, Layout layout, int64_t lanes) {
  const int64_t perUnit = unitChannels(layout);
  if (perUnit == 1) return lanes;
  int64_t units = 1;
  while (units < lanes && units * perUnit < channels) units *= 2;
  return units;
}

int64_t vectorsOf(int64_t channels, Layout layout, int64_t lanes) {
  const int64_t block = blockUnits(channels, layout, lanes) * unitChannels(layout);
  return blocksOf(channels, layout, lanes) * std::max<int64_t>(1, block / lanes);
}

Arithmetic arithmeticOf(const Kernel& kernel) {
  if (kernel.algorithm == Algorithm::Winograd) return Arithmetic::Winograd;
  switch (kernel.layout) {
  case Layout::Planar:
  case Layout::Blocked: return Arithmetic::Float32;
  case Layout::Bf16: return Arithmetic::Bf16;
  case Layout::Split: return Arithmetic::Split;
  case Layout::Int8: return Arithmetic::Int8;
  }
  return Arithmetic::Float32;
}

bool takesTail(Algorithm algorithm) {
  switch (algorithm) {
  case Algorithm::Window:
  case Algorithm::Tiles:
  case Algorithm::Winograd:
  case Algorithm::Transposed:
  case Algorithm::Separable:
  case Algorithm::Pointwise:
  case Algorithm::Resample:
  case Algorithm::Interleave:
  case Algorithm::Standardize:
  case Algorithm::Integer:
  case Algorithm::Dense: return true;
  case Algorithm::Concat:
  case Algorithm::Softmax:
  case Algorithm::Reduction:
  case Algorithm::Adaptive:
  case Algorithm::Alias:
  case Algorithm::Reorder: return false;
  }
  return false;
}

bool convolves(const graph::Value& node) {
  return node.kind == graph::Value::Node && (node.op == OpKind::Conv || node.op == OpKind::QuantizedConv);
}

std::optional<graph::ValueId> biasOf(const graph::Value& conv) {
  const size_t at = opInfo(conv.op).elements == Elements::Whole ? 3 : 2; // behind weights and multiplier
  if (conv.operands.size() <= at) return std::nullopt;
  return conv.operands[at];
}

int64_t storedZero(const graph::Graph& graph, const graph::Value& conv) {
  const auto zero = conv.attributes.get<int64_t>("input_zero_point");
  return graph.value(conv.operands[0]).type.element == Element::I8 ? zero + 128 : zero;
}

bool isDepthwise(const graph::Graph& graph, const graph::Value& conv) {
  int64_t channels = graph.value(conv.operands[0]).type.channels(),
          groups = conv.attributes.get<int64_t>("groups");
  return groups > 1 && groups == channels && conv.type.channels() == channels;
}

int64_t mixedChannels(const graph::Graph& graph, const graph::Value& window) {
  if (!convolves(window)) return 1;
  return graph.value(window.operands[0]).type.channels() / window.attributes.get<int64_t>("groups");
}

bool isChannelwise(const graph::Graph& graph, const graph::Value& window, int lanes) {
  if (!convolves(window) || isDepthwise(graph, window)) return true;
  int64_t channels = graph.value(window.operands[0]).type.channels(), mixed = mixedChannels(graph, window);
  return window.type.channels() == channels && mixed < channels && mixed > 1 && mixed < lanes &&
         lanes % mixed == 0 && isSmallWindow(window);
}

// All convolutions of its input take the same number for 0, so that there is one border.
static bool hasOneZero(const graph::Graph& graph, const graph::Value& conv) {
  if (conv.op != OpKind::QuantizedConv) return true;
  for (const graph::Value& other : graph.values)
    if (other.kind == graph::Value::Node && other.op == OpKind::QuantizedConv &&
        other.operands[0] == conv.operands[0] && storedZero(graph, other) != storedZero(graph, conv))
      return false;
  return true;
}

// An item fits on the stack, and a line more.
static bool canBeDenseInUnits(const graph::Graph& graph, const Kernel& kernel) {
  const graph::Value& node = graph.value(kernel.anchor());
  const int64_t inputs = graph.value(node.operands[0]).type.channels();
  if (kernel.layout != (node.op == OpKind::QuantizedDense ? Layout::Int8 : Layout::Bf16)) return false;
  return inputs <= (denseBufferBytes - 128) / 4 * unitChannels(kernel.layout);
}

bool canWorkInUnits(const graph::Graph& graph, const Kernel& kernel, int lanes) {
  const graph::Value& node = graph.value(kernel.anchor());
  if (kernel.algorithm == Algorithm::Dense) return canBeDenseInUnits(graph, kernel);
  const bool transposed = node.kind == graph::Value::Node && node.op == OpKind::TransposedConv,
             tiles = kernel.algorithm == Algorithm::Tiles;
  if (transposed ? !canBlockTransposed(graph, node, lanes) || isDepthwise(graph, node)
                 : !convolves(node) || isChannelwise(graph, node, lanes))
    return false;
  if ((kernel.layout == Layout::Int8) != (node.op == OpKind::QuantizedConv)) return false;
  if (tiles ? lanes != 16
            : kernel.algorithm != (transposed ? Algorithm::Transposed : Algorithm::Window) ||
                  kernel.layout == Layout::Split)
    return false;
  if (tiles && (tileWindowsOf(graph, node).empty() || !hasOneZero(graph, node))) return false;
  const TensorType& input = graph.value(node.operands[0]).type;
  const int64_t groups = node.attributes.get<int64_t>("groups"), block = lanes * unitChannels(kernel.layout);
  // A row of a tile is 16 units: neighbouring taps where a position has fewer.
  if (tiles && blockUnits(input.channels(), kernel.layout, lanes) < lanes &&
      (transposed || windowOf(node.attributes).dilation.back() != 1))
    return false;
  const bool whole = input.channels() / groups % block == 0 && node.type.channels() / groups % lanes == 0;
  return layoutFor(kernel.layout, input) == kernel.layout && node.type.channels() > 1 &&
         (groups == 1 || whole);
}

bool isExactInFloat32(const graph::Graph& graph, const graph::Value& node) {
  if (node.kind != graph::Value::Node || node.op != OpKind::QuantizedConv || !isDepthwise(graph, node))
    return false;
  int64_t taps = 1;
  for (int64_t extent : windowOf(node.attributes).kernel) taps *= extent;
  return taps <= exactTerms && isSmallWindow(node) && node.attributes.get<int64_t>("input_zero_point") == 0 &&
         layoutFor(Layout::Blocked, graph.value(node.operands[0]).type) == Layout::Blocked;
}

bool readsFrame(const graph::Graph& graph, const Kernel& kernel) {
  if (kernel.algorithm == Algorithm::Tiles) return true;
  if (kernel.algorithm != Algorithm::Window || kernel.layout != Layout::Int8) return false;
  const graph::Value& conv = graph.value(kernel.anchor());
  return storedZero(graph, conv) != 0 && tileWindowOf(graph, conv) && hasOneZero(graph, conv);
}

bool isSmallWindow(const graph::Value& node) {
  Window window = windowOf(node.attributes);
  for (int64_t extent : window.kernel)
    if (extent > 16) return false;
  return (window.kernel.back() - 1) * window.dilation.back() < 16 && window.stride.back() <= 4;
}

// Depthwise convolution keeps the weights of all rows in registers, pooling has none.
bool unrollsRows(const graph::Graph& graph, const graph::Value& node) {
  Window window = windowOf(node.attributes);
  if (window.kernel.size() < 2) return false;
  int64_t height = window.kernel[window.kernel.size() - 2];
  if (!convolves(node)) return height <= 5;
  return height * window.kernel.back() <= 9 && mixedChannels(graph, node) == 1;
}

int64_t mostTileRows(const graph::Graph& graph, const graph::Value& window) {
  return isSmallWindow(window) && unrollsRows(graph, window) ? 8 : 1;
}

Layout layoutFor(Layout layout, const TensorType& type) {
  if (layout == Layout::Int8 && !type.quantized()) layout = Layout::Blocked;
  if (type.channels() == 1) return Layout::Planar;
  for (int axis = 0; axis < type.spatialRank(); ++axis)
    if (type.spatial(axis) != Size(1)) return layout;
  return Layout::Planar;
}

bool choosesChannels(const graph::Graph& graph, const Kernel& kernel) {
  return kernel.algorithm == Algorithm::Pointwise &&
         opInfo(graph.value(kernel.anchor()).op).form == OpForm::Channels;
}

bool isAllBlocks(const graph::Graph& graph, const graph::Value& node) {
  bool blocks = layoutFor(Layout::Blocked, node.type) == Layout::Blocked;
  for (graph::ValueId operand : node.operands)
    blocks &= layoutFor(Layout::Blocked, graph.value(operand).type) == Layout::Blocked;
  return blocks;
}

bool concatsBlocks(const graph::Graph& graph, const graph::Value& concat, int lanes) {
  bool whole = layoutFor(Layout::Blocked, concat.type) == Layout::Blocked;
  for (graph::ValueId operand : concat.operands) whole &= graph.value(operand).type.channels() % lanes == 0;
  return whole;
}

bool windowsBlocks(const graph::Value& node, int lanes) {
  return node.attributes.get<int64_t>("size") / 2 < lanes;
}

// That in which a value is computed: others are made of it.
static Layout writtenLayout(const graph::Graph& graph, const Schedule& schedule, graph::ValueId value) {
  for (const Kernel& kernel : schedule.kernels)
    if (kernel.algorithm != Algorithm::Reorder && kernel.result() == value)
      return layoutFor(kernel.resultLayout(), graph.value(value).type);
  return Layout::Planar; // an input
}

std::optional<Layout> neededLayout(const graph::Graph& graph, const Schedule& schedule, const Kernel& kernel,
                                   graph::ValueId operand) {
  const TensorType& type = graph.value(operand).type;
  const graph::Value& anchor = graph.value(kernel.anchor());
  auto reads = [&](const graph::Value& node) {
    return std::count(node.operands.begin(), node.operands.end(), operand) > 0;
  };
  bool ofAnchorAlone = reads(anchor);
  for (size_t i = 1; i < kernel.nodes.size(); ++i) ofAnchorAlone &= !reads(graph.value(kernel.nodes[i]));
  switch (kernel.algorithm) {
  case Algorithm::Window:
    // A blocked convolution reads single numbers of its input, wherever they lie; what mixes no channels
    // reads vectors, as does what is fused behind it.
    if (ofAnchorAlone && kernel.layout == Layout::Blocked && !isChannelwise(graph, anchor, schedule.lanes))
      return std::nullopt;
    return layoutFor(kernel.layout, type);
  case Algorithm::Transposed: // reads single numbers where it mixes channels
    if (ofAnchorAlone && kernel.layout == Layout::Blocked && !isDepthwise(graph, anchor)) return std::nullopt;
    return layoutFor(kernel.layout, type);
  case Algorithm::Tiles:
  case Algorithm::Winograd:
  case Algorithm::Separable:
  case Algorithm::Pointwise:
  case Algorithm::Standardize:
  case Algorithm::Adaptive:
  case Algorithm::Resample:
  case Algorithm::Concat: return layoutFor(kernel.layout, type);
  case Algorithm::Reduction: // one axis of several is reduced in planes
    if (layoutFor(Layout::Blocked, anchor.type) == Layout::Blocked) return Layout::Planar;
    return std::nullopt;
  case Algorithm::Interleave:
  case Algorithm::Softmax:
  case Algorithm::Dense:
  case Algorithm::Integer:
  case Algorithm::Alias: return Layout::Planar;
  case Algorithm::Reorder: return writtenLayout(graph, schedule, operand);
  }
  return std::nullopt;
}

bool canFlatten(const graph::Graph& graph, const Kernel& kernel, size_t from) {
  const TensorType& result = graph.value(kernel.result()).type;
  for (size_t i = from; i < kernel.nodes.size(); ++i)
    for (graph::ValueId operand : graph.value(kernel.nodes[i]).operands) {
      const TensorType& type = graph.value(operand).type;
      bool same = type.spatialRank() == result.spatialRank(), none = true;
      for (int axis = 0; axis < type.spatialRank(); ++axis) {
        same &= axis < result.spatialRank() && type.spatial(axis) == result.spatial(axis);
        none &= type.spatial(axis) == Size(1);
      }
      if (!same && !none) return false;
    }
  return true;
}

bool walksFlat(const graph::Graph& graph, const Kernel& kernel) {
  Window window = windowOf(graph.value(kernel.anchor()).attributes);
  for (size_t i = 0; i < window.kernel.size(); ++i)
    if (window.kernel[i] != 1 || window.stride[i] != 1 || window.padBegin[i] != Size(0) ||
        window.padEnd[i] != Size(0))
      return false;
  return canFlatten(graph, kernel, 1);
}

} // namespace convoy::schedule
