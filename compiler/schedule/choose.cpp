// Which nodes share a kernel, and the algorithm, layout and register tile of each kernel.
#include "schedule/layouts.h"
#include "schedule/separable.h"
#include "schedule/storage.h"
#include "schedule/winograd.h"
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
      : graph_(graph), costs_{graph, target, target.lanes()}, users_(graph.users()),
        kernelOf_(graph.values.size(), -1), available_(graph.values.size()) {
    schedule_.lanes = target.lanes();
    for (ValueId input : graph.inputs) available_[input].insert(Layout::Planar);
    for (const graph::Output& o : graph.outputs) outputs_.insert(o.value);
  }

  Schedule run(const Choices& choices) {
    group();
    layouts_ = choices.layouts;
    chooseLayouts(costs_, choices, groups_);
    joinPools();
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
    if (!opInfo(node.op).isElementwise()) return std::nullopt;
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
        kernel.algorithm = algorithmOf(opInfo(node.op));
        groups_.push_back(kernel);
      }
    }
  }

  // Winograd tiles hold whole windows of a 2x2 pool: it joins them, with what follows it, if nobody else
  // reads what it pools.
  void joinPools() {
    for (size_t at = 0; at < groups_.size(); ++at) {
      const Kernel pool = groups_[at];
      const Value& node = graph_.value(pool.anchor());
      if (!poolsTiles(graph_, node)) continue;
      const ValueId pooled = node.operands[0];
      auto tiles = std::find_if(groups_.begin(), groups_.end(),
                                [&](const Kernel& kernel) { return kernel.result() == pooled; });
      if (tiles == groups_.end() || tiles->algorithm != Algorithm::Winograd || users_[pooled].size() != 1 ||
          outputs_.count(pooled) || tiles->resultLayout() != pool.layout)
        continue;
      if (pool.layout == Layout::Planar && pool.nodes.size() > 1) continue; // reads planes
      // What follows the pool may read what is computed between the two.
      bool ready = true;
      for (ValueId id : valuesRead(graph_, pool))
        ready &= id == pooled || std::none_of(tiles, groups_.end(),
                                              [&](const Kernel& kernel) { return kernel.result() == id; });
      if (!ready) continue;
      tiles->nodes.insert(tiles->nodes.end(), pool.nodes.begin(), pool.nodes.end());
      if (pool.layout != Layout::Planar) tiles->writes = pool.writes;
      groups_.erase(groups_.begin() + static_cast<std::ptrdiff_t>(at--));
    }
  }

  // ---- layout, tile, order ----

  void decide(Kernel& kernel) {
    const Value& anchor = graph_.value(kernel.anchor());
    if (kernel.algorithm == Algorithm::Window && kernel.layout == Layout::Planar &&
        separate(graph_, anchor)) {
      kernel.algorithm = Algorithm::Separable;
      kernel.tile = {costs_.target.vectorRegisters >= 32 ? 4 : 2}; // the sums of a column stay in registers
    }
    if (isWindowed(kernel.algorithm)) {
      const Costs::Tile tile = costs_.windowTile(kernel);
      kernel.tile = tile.extents, kernel.order = tile.order;
    }
    if (kernel.algorithm == Algorithm::Dense) {
      // Three vectors keep the units of one item busy, and leave registers for the sums of several items.
      int64_t vectors = (anchor.type.channels() + schedule_.lanes - 1) / schedule_.lanes,
              tiles = (vectors + 2) / 3;
      kernel.tile = {(vectors + tiles - 1) / tiles};
    }
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

  // Of an operand that may be read from planes.
  bool convertsPlanes(const Kernel& kernel, ValueId operand) const {
    if (layoutFor(Layout::Blocked, graph_.value(operand).type) == Layout::Planar) return false;
    if (layouts_ == LayoutChoice::InBlocks) return graph_.value(operand).type.channels() >= schedule_.lanes;
    return isWindowed(kernel.algorithm) && costs_.readingPlanes(kernel, operand) > costs_.conversion(operand);
  }

  void addKernel(const Kernel& kernel) {
    std::set<ValueId> own(kernel.nodes.begin(), kernel.nodes.end());
    for (ValueId node : kernel.nodes)
      for (ValueId operand : graph_.value(node).operands) {
        if (own.count(operand) || graph_.value(operand).kind == Value::Parameter) continue;
        auto needed = neededLayout(graph_, schedule_, kernel, operand);
        const std::set<Layout>& there = available_[operand];
        if (needed && !there.count(*needed)) addReorder(operand, *needed);
        if (!needed && !there.count(Layout::Planar) && !there.count(Layout::Blocked))
          addReorder(operand, Layout::Blocked);
        if (!needed && !there.count(Layout::Blocked) && convertsPlanes(kernel, operand))
          addReorder(operand, Layout::Blocked);
      }
    schedule_.kernels.push_back(kernel);
    available_[kernel.result()].insert(layoutFor(kernel.resultLayout(), graph_.value(kernel.result()).type));
  }

  const Graph& graph_;
  Costs costs_;
  LayoutChoice layouts_ = LayoutChoice::ByCost;
  std::vector<std::vector<ValueId>> users_;
  std::vector<int> kernelOf_;
  std::vector<std::set<Layout>> available_;
  std::set<ValueId> outputs_;
  std::vector<Kernel> groups_;
  Schedule schedule_;
};

} // namespace

Schedule makeSchedule(const Graph& graph, const Target& target, const Choices& choices) {
  return Chooser(graph, target).run(choices);
}

} // namespace convoy::schedule
