// Which nodes share a kernel, and the algorithm, layout and register tile of each kernel.
#include "schedule/schedule.h"
#include <algorithm>
#include <set>

namespace convoy::schedule {

namespace {

using graph::Graph;
using graph::Value;
using graph::ValueId;

class Chooser {
public:
  Chooser(const Graph& graph, const Target& target)
      : graph_(graph), target_(target), users_(graph.users()), kernelOf_(graph.values.size(), -1),
        available_(graph.values.size()) {
    schedule_.lanes = target.lanes();
    for (ValueId input : graph.inputs) available_[input].insert(Layout::Planar);
    for (const graph::Output& o : graph.outputs) outputs_.insert(o.value);
  }

  Schedule run() {
    group();
    for (Kernel& kernel : groups_) {
      decide(kernel);
      addKernel(kernel);
    }
    for (ValueId output : outputs_)
      if (!available_[output].count(Layout::Planar) && graph_.value(output).kind == Value::Node)
        addReorder(output, Layout::Planar);
    return std::move(schedule_);
  }

private:
  // ---- grouping ----

  // The result's element needs the same element of this operand, as the op's access maps say.
  bool readsSameElement(const Value& node, size_t operand) const {
    std::vector<TensorType> types;
    for (ValueId id : node.operands) types.push_back(graph_.value(id).type);
    AccessMap map = opInfo(node.op).access(types, node.attributes, node.type)[operand];
    if (map.size() != node.type.dims.size()) return false;
    for (size_t axis = 0; axis < map.size(); ++axis) {
      bool same = map[axis].kind == AxisAccess::Same && map[axis].resultAxis == static_cast<int>(axis);
      bool only =
          map[axis].kind == AxisAccess::Broadcast && node.type.dims[axis] == Size(1); // there is one element
      if (!same && !only) return false;
    }
    return true;
  }

  // An element-wise node joins the kernel whose last value it reads element by element, if nobody else reads
  // that value and everything else that the node reads is there before that kernel runs. No pair of ops is
  // named.
  std::optional<int> kernelToJoin(const Value& node) const {
    if (!opInfo(node.op).elementwise) return std::nullopt;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      ValueId candidate = node.operands[i];
      int k = kernelOf_[candidate];
      if (k < 0 || groups_[static_cast<size_t>(k)].result() != candidate || outputs_.count(candidate))
        continue;
      if (!takesTail(groups_[static_cast<size_t>(k)].algorithm) || !readsSameElement(node, i)) continue;
      // Sizes may be equal and called differently: then only the running program knows.
      if (!graph_.value(candidate).type.sameDims(node.type)) continue;
      bool onlyUser = true, othersReady = true;
      for (ValueId user : users_[candidate]) onlyUser &= &graph_.value(user) == &node;
      for (ValueId other : node.operands) othersReady &= other == candidate || kernelOf_[other] < k;
      if (onlyUser && othersReady) return k;
    }
    return std::nullopt;
  }

  static bool takesTail(Algorithm algorithm) {
    return algorithm == Algorithm::Window || algorithm == Algorithm::Pointwise ||
           algorithm == Algorithm::Dense;
  }

  static Algorithm algorithmOf(OpKind op) {
    switch (op) {
    case OpKind::Conv:
    case OpKind::MaxPool:
    case OpKind::AvgPool: return Algorithm::Window;
    case OpKind::GlobalMaxPool:
    case OpKind::GlobalAvgPool: return Algorithm::GlobalPool;
    case OpKind::Relu:
    case OpKind::Clamp:
    case OpKind::Abs:
    case OpKind::Sqrt:
    case OpKind::Add:
    case OpKind::Sub:
    case OpKind::Mul:
    case OpKind::Div:
    case OpKind::BatchNorm:
    case OpKind::Less:
    case OpKind::LessEqual:
    case OpKind::Greater:
    case OpKind::GreaterEqual:
    case OpKind::Equal:
    case OpKind::NotEqual:
    case OpKind::Select:
    case OpKind::Luminance: return Algorithm::Pointwise;
    case OpKind::Concat: return Algorithm::Concat;
    case OpKind::Flatten: return Algorithm::Alias;
    case OpKind::Dense: return Algorithm::Dense;
    case OpKind::Softmax: return Algorithm::Softmax;
    }
    return Algorithm::Pointwise;
  }

  // Nodes that no output depends on have no kernel.
  std::vector<bool> liveNodes() const {
    std::vector<bool> live(graph_.values.size(), false);
    for (ValueId output : outputs_) live[output] = true;
    for (size_t id = graph_.values.size(); id-- > 0;)
      if (live[id])
        for (ValueId operand : graph_.values[id].operands) live[operand] = true;
    return live;
  }

  void group() {
    std::vector<bool> live = liveNodes();
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      const Value& node = graph_.value(id);
      if (node.kind != Value::Node || !live[id]) continue;
      if (auto k = kernelToJoin(node)) {
        groups_[static_cast<size_t>(*k)].nodes.push_back(id);
        kernelOf_[id] = *k;
      } else {
        kernelOf_[id] = static_cast<int>(groups_.size());
        Kernel kernel;
        kernel.nodes = {id};
        kernel.algorithm = algorithmOf(node.op);
        groups_.push_back(kernel);
      }
    }
  }

  // ---- algorithm, layout, tile ----

  bool isBlocked(ValueId id) const { return available_[id].count(Layout::Blocked) > 0; }

  void decide(Kernel& kernel) {
    const Value& anchor = graph_.value(kernel.anchor());
    switch (kernel.algorithm) {
    case Algorithm::Window:
      kernel.layout = windowLayout(anchor);
      kernel.tile = kernel.layout == Layout::Planar                  ? planarTile(anchor)
                    : isChannelwise(graph_, anchor, schedule_.lanes) ? channelwiseTile(anchor)
                                                                     : blockedTile(anchor);
      break;
    case Algorithm::Pointwise:
      if (anchor.op == OpKind::Luminance) break;
      for (ValueId node : kernel.nodes)
        for (ValueId operand : graph_.value(node).operands)
          if (isBlocked(operand))
            kernel.layout = layoutFor(Layout::Blocked, graph_.value(kernel.result()).type);
      break;
    case Algorithm::Dense: {
      int64_t vectors = (anchor.type.channels() + schedule_.lanes - 1) / schedule_.lanes;
      kernel.tile = {std::min<int64_t>(vectors, 8)};
      break;
    }
    case Algorithm::Concat:
    case Algorithm::Softmax:
    case Algorithm::GlobalPool:
    case Algorithm::Alias:
    case Algorithm::Reorder: break;
    }
  }

  Layout windowLayout(const Value& node) const {
    int64_t lanes = schedule_.lanes, filters = node.type.channels();
    if (isChannelwise(graph_, node, schedule_.lanes))
      return isBlocked(node.operands[0]) ? Layout::Blocked : Layout::Planar;
    int64_t channels = graph_.value(node.operands[0]).type.channels(),
            groups = node.attributes.get<int64_t>("groups");
    bool whole = groups == 1 || ((channels / groups) % lanes == 0 && (filters / groups) % lanes == 0);
    return whole && filters >= lanes ? Layout::Blocked : Layout::Planar;
  }

  // Output channels x rows x vectors: at least eight accumulators, to hide the latency of a multiply-add.
  std::vector<int64_t> planarTile(const Value& node) const {
    Window window = windowOf(node.attributes);
    int rank = static_cast<int>(window.kernel.size());
    if (node.op != OpKind::Conv && isSmallWindow(node)) {
      int64_t rows = mostTileRows(graph_, node) > 1 && window.stride[static_cast<size_t>(rank) - 2] <
                                                           window.kernel[static_cast<size_t>(rank) - 2]
                         ? 2
                         : 1;
      return {1, rows, 1};
    }
    int64_t perGroup = 1;
    if (node.op == OpKind::Conv) perGroup = node.type.channels() / node.attributes.get<int64_t>("groups");
    int64_t filters = perGroup % 4 == 0 ? 4 : perGroup % 2 == 0 ? 2 : 1;
    int64_t taps = 1, height = rank > 1 ? window.kernel[static_cast<size_t>(rank) - 2] : 1;
    for (int64_t k : window.kernel) taps *= k;
    int64_t rows = rank > 1 ? 8 / filters : 1;
    if (rank > 1)
      if (auto outputs = node.type.spatial(rank - 2).constant())
        while (rows > 1 && rows > *outputs) rows /= 2;
    // Rows are unrolled with all their taps, and each input row is a pointer: both must stay small.
    int64_t stride = rank > 1 ? window.stride[static_cast<size_t>(rank) - 2] : 1;
    int64_t dilation = rank > 1 ? window.dilation[static_cast<size_t>(rank) - 2] : 1;
    while (rows > 1 &&
           (taps * rows * filters > 256 || (rows - 1) * stride + (height - 1) * dilation + 1 > 16))
      rows /= 2;
    int64_t vectors = rows > 1 ? 1 : std::max<int64_t>(1, 8 / filters / 2);
    return {filters, rows, vectors};
  }

  // Rows x pixels, by the work for each result: what is read and computed, and what is computed behind the
  // end of a row, as long as it all fits in registers.
  std::vector<int64_t> channelwiseTile(const Value& node) const {
    Window window = windowOf(node.attributes);
    bool convolves = node.op == OpKind::Conv, small = isSmallWindow(node),
         unrolls = unrollsRows(graph_, node);
    size_t last = window.kernel.size() - 1;
    auto reach = [&](size_t axis, int64_t outputs) {
      return (outputs - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    };
    int64_t taps = 1;
    for (int64_t extent : window.kernel) taps *= extent;
    int64_t registers = target_.vectorRegisters - 1, weights = !convolves ? 0 : unrolls ? taps : 1;
    if (weights > 9 || registers < 20) weights = convolves ? 1 : 0; // read where they are used
    auto width = node.type.spatial(static_cast<int>(last)).constant();
    std::vector<int64_t> best{1, 1};
    double least = 0;
    for (int64_t rows = 1; rows <= (last > 0 ? mostTileRows(graph_, node) : 1); ++rows)
      for (int64_t pixels = 1; pixels <= 8; ++pixels) {
        if (rows > 4 || (width && pixels > *width)) continue;
        int64_t columns = small ? reach(last, pixels) : pixels,
                height = last > 0 ? window.kernel[last - 1] : 1;
        int64_t sums = convolves ? rows * pixels : (rows + 1) * columns;
        if (rows * pixels > 1 && sums + weights + (convolves && small ? columns : 0) > registers) continue;
        int64_t rowsRead = last == 0 ? 1 : unrolls ? reach(last - 1, rows) : height;
        double reads = static_cast<double>(rowsRead * columns), results = static_cast<double>(rows * pixels);
        double computes =
            convolves ? results * static_cast<double>(taps)
                      : static_cast<double>(rows * height * columns + rows * pixels * window.kernel[last]);
        double cost = (reads + computes + 4) / results; // 4: the loop itself
        if (width)
          cost *= static_cast<double>((*width + pixels - 1) / pixels * pixels) / static_cast<double>(*width);
        if (least == 0 || cost < least) least = cost, best = {rows, pixels};
      }
    return best;
  }

  // Pixels x channel vectors, all accumulators in registers beside the weights and one broadcast.
  std::vector<int64_t> blockedTile(const Value& node) const {
    int64_t lanes = schedule_.lanes, blocks = (node.type.channels() + lanes - 1) / lanes, vectors = 1;
    vectors = blocks / node.attributes.get<int64_t>("groups") % 2 == 0 ? 2 : 1;
    int64_t most = target_.vectorRegisters >= 32 ? 14 : vectors == 2 ? 6 : 8;
    auto width = node.type.spatial(node.type.spatialRank() - 1).constant();
    if (!width) return {most, vectors};
    int64_t best = most;
    auto padded = [&](int64_t pixels) { return (*width + pixels - 1) / pixels * pixels; };
    for (int64_t pixels = most; pixels >= std::max<int64_t>(1, most / 2); --pixels)
      if (padded(pixels) < padded(best)) best = pixels;
    return {std::min(best, *width), vectors};
  }

  // ---- conversions ----

  void addReorder(ValueId value, Layout layout) {
    Kernel kernel;
    kernel.nodes = {value};
    kernel.algorithm = Algorithm::Reorder;
    kernel.layout = layout;
    schedule_.kernels.push_back(kernel);
    available_[value].insert(layout);
  }

  void addKernel(const Kernel& kernel) {
    std::set<ValueId> own(kernel.nodes.begin(), kernel.nodes.end());
    for (ValueId node : kernel.nodes)
      for (ValueId operand : graph_.value(node).operands) {
        if (own.count(operand) || graph_.value(operand).kind == Value::Parameter) continue;
        auto needed = neededLayout(graph_, schedule_, kernel, operand);
        if (needed && !available_[operand].count(*needed)) addReorder(operand, *needed);
      }
    schedule_.kernels.push_back(kernel);
    available_[kernel.result()].insert(layoutFor(kernel.resultLayout(), graph_.value(kernel.result()).type));
  }

  const Graph& graph_;
  const Target& target_;
  std::vector<std::vector<ValueId>> users_;
  std::vector<int> kernelOf_;
  std::vector<std::set<Layout>> available_;
  std::set<ValueId> outputs_;
  std::vector<Kernel> groups_;
  Schedule schedule_;
};

} // namespace

Schedule makeSchedule(const Graph& graph, const Target& target) { return Chooser(graph, target).run(); }

} // namespace convoy::schedule
