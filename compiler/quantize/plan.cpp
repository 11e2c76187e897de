#include "quantize/plan.h"
#include "graph/work.h"
#include <algorithm>
#include <map>
#include <numeric>

namespace convoy::quantize {

namespace {

// The layers before the answer stay float32 when they are no more than this part of the work.
constexpr double mostForAnswer = 0.1;

class Planner {
public:
  explicit Planner(const graph::Graph& graph)
      : graph_(graph), users_(graph.users()), isOutput_(graph.values.size()), made_(graph.values.size()),
        parent_(graph.values.size()) {
    for (const graph::Output& output : graph.outputs) isOutput_[output.value] = true;
    std::iota(parent_.begin(), parent_.end(), 0);
    plan_.layers.resize(graph.values.size());
    plan_.group.resize(graph.values.size());
  }

  Plan run() {
    findSums();
    keepAnswer();
    for (ValueId id = 0; id < graph_.values.size(); ++id)
      if (isNode(id)) decide(id);
    makeGroups();
    return std::move(plan_);
  }

private:
  bool isNode(ValueId id) const { return graph_.value(id).kind == graph::Value::Node; }
  Layer& layer(ValueId id) { return plan_.layers[id]; }

  // Why a layer with products cannot be computed in 8 bits; empty: it can.
  static std::string obstacle(const graph::Graph& graph, const graph::Value& node) {
    if (node.op == OpKind::TransposedConv) return "a transposed convolution has no 8-bit form";
    if (node.op == OpKind::Conv && !(node.attributes.get<Border>("border") == Border()))
      return "its border is not zero";
    const std::vector<Size>& weight = graph.value(node.operands[1]).type.dims;
    int64_t terms = 1;
    for (size_t axis = 1; axis < weight.size(); ++axis) terms *= weight[axis].known();
    if (terms > (int64_t(1) << 16) - 1024) return "its sums have too many terms for 32 bits";
    return "";
  }

  void findSums() {
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      const graph::Value& node = graph_.value(id);
      if (!isNode(id) ||
          (node.op != OpKind::Conv && node.op != OpKind::TransposedConv && node.op != OpKind::Dense))
        continue;
      layer(id).reason = obstacle(graph_, node);
      if (layer(id).reason.empty()) layer(id).role = Role::Sum;
    }
  }

  double work(ValueId id) const {
    std::map<std::string, int64_t> sizes;
    for (const std::string& symbol : graph_.symbols()) sizes[symbol] = 224;
    return static_cast<double>(multiplyAdds(graph_, graph_.value(id)).evaluate(sizes).value_or(0));
  }

  // The layers behind which no other one sums: 8 bits of their results would make equal what is nearly equal.
  void keepAnswer() {
    std::vector<bool> feeds(graph_.values.size()); // some layer that sums
    std::vector<ValueId> last;
    double all = 0, ofLast = 0;
    for (ValueId id = static_cast<ValueId>(graph_.values.size()); id-- > 0;) {
      const bool sums = isNode(id) && layer(id).role == Role::Sum;
      if (isNode(id)) all += work(id);
      if (sums && !feeds[id]) last.push_back(id), ofLast += work(id);
      for (ValueId operand : graph_.value(id).operands)
        if (sums || feeds[id]) feeds[operand] = true;
    }
    if (ofLast > mostForAnswer * all) return;
    for (ValueId id : last) layer(id) = {Role::Float, "its results are the answer", 0};
  }

  // The activation behind a layer that is the only one to see its result, and only limits it from 0 on.
  std::optional<ValueId> activationOf(ValueId id) const {
    if (users_[id].size() != 1 || isOutput_[id]) return std::nullopt;
    const graph::Value& user = graph_.value(users_[id][0]);
    const bool limits = user.op == OpKind::Relu || user.op == OpKind::Relu6 ||
                        (user.op == OpKind::Clamp && user.attributes.get<double>("low") == 0 &&
                         user.attributes.get<double>("high") > 0);
    return limits ? std::optional(users_[id][0]) : std::nullopt;
  }

  void decide(ValueId id) {
    const graph::Value& node = graph_.value(id);
    if (layer(id).role == Role::Fused) return;
    const bool allMade =
        std::all_of(node.operands.begin(), node.operands.end(), [&](ValueId o) { return made_[o]; });
    if (layer(id).role == Role::Float && node.op == OpKind::Add && allMade) layer(id).role = Role::Add;
    if (layer(id).role == Role::Sum || layer(id).role == Role::Add) {
      const std::optional<ValueId> activation = activationOf(id);
      layer(id).result = activation.value_or(id);
      if (activation) layer(*activation).role = Role::Fused;
      made_[layer(id).result] = true;
    } else if (allMade && keeps(node)) {
      layer(id).role = Role::Keep;
      made_[id] = true;
      for (ValueId operand : node.operands) join(operand, id);
    }
  }

  // Where 0 stands for 0, relu limits whole numbers as it does others.
  static bool keeps(const graph::Value& node) {
    if (node.op == OpKind::Relu) return true;
    if (opInfo(node.op).elements != Elements::Keeps || node.op == OpKind::Clamp) return false;
    if (node.op == OpKind::Resize || node.op == OpKind::Upsample)
      return node.attributes.get<std::string>("mode") == "nearest";
    if (node.op != OpKind::Pad) return true;
    const Border border = node.attributes.get<Border>("border");
    return border.mode != BorderMode::Constant || border.value == 0;
  }

  ValueId root(ValueId id) {
    while (parent_[id] != id) id = parent_[id] = parent_[parent_[id]];
    return id;
  }
  void join(ValueId a, ValueId b) { parent_[root(a)] = root(b); }

  Group& groupOf(ValueId id) {
    std::optional<size_t>& group = plan_.group[root(id)];
    if (!group) group = plan_.groups.size(), plan_.groups.emplace_back();
    plan_.group[id] = group;
    return plan_.groups[*group];
  }

  void makeGroups() {
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      if (!isNode(id)) continue;
      const Layer& made = layer(id);
      if (made.role == Role::Sum && !made_[graph_.value(id).operands[0]])
        convert(graph_.value(id).operands[0]);
      if (made.role == Role::Keep) groupOf(id);
      if (made.role != Role::Sum && made.role != Role::Add) continue;
      Group& group = groupOf(made.result);
      const bool limited = made.result != id;
      group.hasNegative = group.hasNegative || !limited;
      group.observed.push_back({made.result, limited ? mostOf(graph_.value(made.result)) : INFINITY});
    }
  }

  // A float32 value that a layer in 8 bits reads.
  void convert(ValueId id) {
    Group& group = groupOf(id);
    if (!group.observed.empty()) return;
    group.observed.push_back({id});
    group.isImage = graph_.value(id).type.image != ImageKind::None;
  }

  const graph::Graph& graph_;
  std::vector<std::vector<ValueId>> users_;
  std::vector<bool> isOutput_, made_;
  std::vector<ValueId> parent_; // values that share a scale, as a forest
  Plan plan_;
};

} // namespace

bool Plan::empty() const {
  return std::none_of(layers.begin(), layers.end(),
                      [](const Layer& layer) { return layer.role == Role::Sum; });
}

bool Plan::isMade(const graph::Graph& graph, ValueId id) const {
  if (!group[id] || graph.value(id).kind != graph::Value::Node) return false;
  return layers[id].role != Role::Float;
}

double mostOf(const graph::Value& activation) {
  if (activation.op == OpKind::Relu6) return 6;
  return activation.op == OpKind::Clamp ? activation.attributes.get<double>("high") : INFINITY;
}

Plan makePlan(const graph::Graph& graph) { return Planner(graph).run(); }

} // namespace convoy::quantize
