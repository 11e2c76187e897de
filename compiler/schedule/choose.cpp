// Which nodes share a kernel, in which order kernels run, and the algorithm, layout and register tile of
// each: all of it, or what a request leaves open.
#include "schedule/groups.h"
#include "schedule/layouts.h"
#include "schedule/separable.h"
#include "schedule/storage.h"
#include "schedule/winograd.h"
#include <algorithm>
#include <map>
#include <set>

namespace convoy::schedule {

namespace {

using graph::Graph;
using graph::Value;
using graph::ValueId;

class Chooser {
public:
  Chooser(const Request& request, const Graph& graph, const Target& target, const Choices& choices)
      : request_(request), choices_(choices), graph_(graph),
        costs_{graph, target, request.lanes.value_or(target.lanes())}, users_(graph.users()),
        kernelOf_(graph.values.size(), -1), available_(graph.values.size()) {
    schedule_.lanes = costs_.lanes;
    schedule_.items = request.items;
    schedule_.wholeNumbers = choices.math != Math::Strict;
    for (ValueId input : graph.inputs) available_[input].insert(Layout::Planar);
    for (const graph::Output& o : graph.outputs) outputs_.insert(o.value);
    std::vector<ValueId> wanted;
    for (const KernelRequest& kernel : request.kernels)
      wanted.insert(wanted.end(), kernel.nodes.begin(), kernel.nodes.end());
    live_ = liveNodes(graph, wanted);
  }

  Fulfilled run() {
    if (possible() && (group(), putInOrder()) && chooseForms()) {
      for (const Step& step : steps_) take(step);
      for (ValueId output : outputs_)
        if (!available_[output].count(Layout::Planar) && graph_.value(output).kind == Value::Node)
          addReorder(output, Layout::Planar);
      takeGroups();
      if (!request_.kernels.empty()) checkAll();
    }
    return {std::move(schedule_), std::move(problems_)};
  }

private:
  // ---- what is requested ----

  void problem(size_t request, const std::string& text, Part part = Part::Layers,
               const std::string& help = {}) {
    problems_.push_back(
        {"kernel '" + name(request_.kernels[request].result()) + "': " + text, request, part, help});
  }
  void problem(size_t request, const Fault& fault) { problem(request, fault.text, fault.part, fault.help); }
  const std::string& name(ValueId id) const { return graph_.value(id).name; }

  // The layers of each kernel go together, and none has two kernels.
  bool possible() {
    std::set<ValueId> computed;
    for (size_t i = 0; i < request_.kernels.size(); ++i) {
      const KernelRequest& kernel = request_.kernels[i];
      exactEnough(i);
      if (kernel.converts()) {
        const Kernel made = conversion(kernel);
        for (const Fault& fault : formFaults(graph_, made, schedule_.lanes)) problem(i, fault);
        for (const Fault& fault : tileFaults(graph_, made, schedule_.lanes)) problem(i, fault);
        continue;
      }
      for (ValueId id : kernel.nodes)
        if (!computed.insert(id).second) problem(i, "'" + name(id) + "' is computed twice");
      for (const Fault& fault : chainFaults(graph_, kernel.nodes, kernel.algorithm, live_)) problem(i, fault);
    }
    return problems_.empty();
  }

  // What the options of the compilation exclude, a schedule cannot have.
  void exactEnough(size_t request) {
    if (choices_.math != Math::Strict) return;
    const KernelRequest& kernel = request_.kernels[request];
    auto check = [&](bool wrong, const char* name, Part part) {
      if (wrong)
        problem(request, std::string(name) + " is not exact enough for --math=strict", part,
                "without --math=strict it is possible");
    };
    auto rounds = [](std::optional<Layout> layout) {
      return layout == Layout::Bf16 || layout == Layout::Split;
    };
    check(kernel.algorithm == Algorithm::Winograd, nameOf(Algorithm::Winograd), Part::Algorithm);
    check(rounds(kernel.layout), nameOf(kernel.layout.value_or(Layout::Planar)), Part::Layout);
    check(rounds(kernel.writes), nameOf(kernel.writes.value_or(Layout::Planar)), Part::Writes);
  }

  static Kernel conversion(const KernelRequest& request) {
    Kernel kernel;
    kernel.nodes = request.nodes;
    kernel.algorithm = Algorithm::Reorder;
    kernel.layout = *request.layout;
    kernel.writes = request.writes;
    kernel.tile = request.tile.value_or(std::vector<int64_t>{});
    kernel.order = request.order.value_or(Order::Filters);
    kernel.threads = request.threads;
    kernel.storesPast = request.storesPast;
    kernel.prefetches = request.prefetches;
    return kernel;
  }

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
      if (requestOf_[static_cast<size_t>(k)] || converted_.count(candidate)) continue;
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

  // Kernels as they are requested; what they leave over joins others or begins its own. Nodes that nobody
  // needs have no kernel.
  void group() {
    std::map<ValueId, size_t> anchors; // of what is requested
    for (size_t i = 0; i < request_.kernels.size(); ++i)
      if (request_.kernels[i].converts())
        converted_.insert(request_.kernels[i].result());
      else
        anchors[request_.kernels[i].nodes.front()] = i;
    std::set<ValueId> taken;
    for (const auto& [anchor, i] : anchors)
      taken.insert(request_.kernels[i].nodes.begin(), request_.kernels[i].nodes.end());
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      const Value& node = graph_.value(id);
      if (node.kind != Value::Node || !live_[id]) continue;
      const auto requested = anchors.find(id);
      if (requested != anchors.end()) {
        addGroup(request_.kernels[requested->second].nodes, requested->second);
      } else if (taken.count(id)) {
        continue;
      } else if (auto k = kernelToJoin(node)) {
        groups_[static_cast<size_t>(*k)].nodes.push_back(id);
        kernelOf_[id] = *k;
      } else {
        addGroup({id}, std::nullopt);
      }
    }
  }

  void addGroup(const std::vector<ValueId>& nodes, std::optional<size_t> request) {
    for (ValueId node : nodes) kernelOf_[node] = static_cast<int>(groups_.size());
    Kernel kernel;
    kernel.nodes = nodes;
    kernel.algorithm = algorithmOf(opInfo(graph_.value(nodes.front()).op));
    groups_.push_back(kernel);
    requestOf_.push_back(request);
  }

  // ---- order ----

  // A kernel, or a conversion that is requested.
  struct Step {
    Kernel kernel;
    std::optional<size_t> request;
    bool converts() const { return kernel.algorithm == Algorithm::Reorder; }
  };
  using Before = std::vector<std::set<size_t>>; // the steps that must be done before each

  // Operands first; what is requested in its order; else as the graph has the first layers.
  bool putInOrder() {
    std::vector<Step> all; // kernels by their number
    for (size_t i = 0; i < groups_.size(); ++i) all.push_back({groups_[i], requestOf_[i]});
    for (size_t i = 0; i < request_.kernels.size(); ++i)
      if (request_.kernels[i].converts()) all.push_back({conversion(request_.kernels[i]), i});
    Before operands(all.size());
    for (size_t i = 0; i < all.size(); ++i)
      for (ValueId operand : valuesRead(graph_, all[i].kernel))
        if (kernelOf_[operand] >= 0) operands[i].insert(static_cast<size_t>(kernelOf_[operand]));
    std::vector<size_t> ofRequest(request_.kernels.size());
    for (size_t i = 0; i < all.size(); ++i)
      if (all[i].request) ofRequest[*all[i].request] = i;
    Before before = operands;
    for (size_t i = 1; i < ofRequest.size(); ++i) before[ofRequest[i]].insert(ofRequest[i - 1]);
    Before behind(all.size());
    for (size_t i = 0; i < all.size(); ++i)
      for (size_t first : before[i]) behind[first].insert(i);

    std::set<std::pair<ValueId, size_t>> ready; // by anchor
    auto makeReady = [&](size_t i) {
      if (before[i].empty()) ready.insert({all[i].kernel.anchor(), i});
    };
    for (size_t i = 0; i < all.size(); ++i) makeReady(i);
    while (!ready.empty()) {
      const size_t next = ready.begin()->second;
      ready.erase(ready.begin());
      steps_.push_back(all[next]);
      for (size_t i : behind[next])
        if (before[i].erase(next) > 0) makeReady(i);
    }
    if (steps_.size() == all.size()) return true;
    for (size_t i = 0; i < ofRequest.size(); ++i) findLate(all, operands, ofRequest[i]);
    return false;
  }

  // Says what a requested kernel needs that is requested behind it.
  void findLate(const std::vector<Step>& all, const Before& operands, size_t number) {
    const size_t request = *all[number].request;
    std::vector<size_t> open{number};
    std::set<size_t> seen;
    while (!open.empty()) {
      const size_t step = open.back();
      open.pop_back();
      for (size_t from : operands[step]) {
        if (!seen.insert(from).second) continue;
        open.push_back(from);
        if (!all[from].request || *all[from].request <= request) continue;
        const std::string& late = name(all[from].kernel.result());
        return problem(request, "'" + late + "' is not computed before it", Part::Layers,
                       "kernels stand in the order in which they run: that of '" + late +
                           "' belongs in front of this one");
      }
    }
  }

  // ---- layout, tile, order ----

  bool chooseForms() {
    std::vector<Kernel> kernels;
    std::vector<size_t> places; // of the kernels
    Wanted wanted;
    for (size_t i = 0; i < steps_.size(); ++i) {
      const auto& [kernel, request] = steps_[i];
      if (steps_[i].converts()) {
        wanted.conversions.push_back({kernel.result(), kernel.layout});
        continue;
      }
      places.push_back(i);
      kernels.push_back(kernel);
      wanted.requests.push_back(request ? &request_.kernels[*request] : nullptr);
    }
    chooseLayouts(costs_, choices_, kernels, &wanted);
    for (const auto& [number, fault] : wanted.faults) reject(steps_[places[number]], fault);
    if (!wanted.faults.empty()) return false;
    for (size_t i = 0; i < kernels.size(); ++i) steps_[places[i]].kernel = kernels[i];
    joinPools();
    for (Step& step : steps_)
      if (!step.converts())
        decide(costs_, step.kernel, step.request ? &request_.kernels[*step.request] : nullptr);
    joinFilters();
    return true;
  }

  // What is wrong with a kernel that nobody asked for is wrong with the conversion of its result.
  void reject(const Step& step, const Fault& fault) {
    if (step.request) return problem(*step.request, fault);
    for (size_t i = 0; i < request_.kernels.size(); ++i)
      if (request_.kernels[i].converts() && request_.kernels[i].result() == step.kernel.result())
        return problem(i, fault);
  }

  // Winograd tiles hold whole windows of a 2x2 pool: it joins them, with what follows it, if nobody else
  // reads what it pools. Not where either is requested as it is.
  void joinPools() {
    for (size_t at = 0; at < steps_.size(); ++at) {
      const Kernel pool = steps_[at].kernel;
      if (steps_[at].request || !poolsTiles(graph_, graph_.value(pool.anchor()))) continue;
      const ValueId pooled = graph_.value(pool.anchor()).operands[0];
      auto computes = [](ValueId id) {
        return [id](const Step& step) { return !step.converts() && step.kernel.result() == id; };
      };
      const auto found = std::find_if(steps_.begin(), steps_.end(), computes(pooled));
      if (found == steps_.end() || found->request || found->kernel.algorithm != Algorithm::Winograd ||
          users_[pooled].size() != 1 || outputs_.count(pooled) || converted_.count(pooled) ||
          found->kernel.resultLayout() != pool.layout)
        continue;
      if (pool.layout == Layout::Planar && pool.nodes.size() > 1) continue; // reads planes
      // What follows the pool may read what is computed between the two.
      bool ready = true;
      for (ValueId id : valuesRead(graph_, pool))
        ready &= id == pooled || std::none_of(found, steps_.end(), computes(id));
      if (!ready) continue;
      Kernel& tiles = found->kernel;
      tiles.nodes.insert(tiles.nodes.end(), pool.nodes.begin(), pool.nodes.end());
      if (pool.layout != Layout::Planar) tiles.writes = pool.writes;
      steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(at--));
    }
  }

  // A separable kernel whose result only another one of the same picture reads is computed in the registers
  // of that one, where that costs less. Not where either is requested as it is.
  void joinFilters() {
    auto isFree = [](const Step& step) {
      return !step.request && step.kernel.algorithm == Algorithm::Separable;
    };
    for (size_t at = 0; at < steps_.size(); ++at) {
      const Kernel& kernel = steps_[at].kernel;
      const ValueId result = kernel.result();
      if (!isFree(steps_[at]) || outputs_.count(result) || converted_.count(result)) continue;
      auto readsAll = [&](const Step& step) {
        const std::vector<ValueId>& nodes = step.kernel.nodes;
        return std::all_of(users_[result].begin(), users_[result].end(),
                           [&](ValueId user) { return std::count(nodes.begin(), nodes.end(), user) > 0; });
      };
      const auto reader = std::find_if(steps_.begin(), steps_.end(), readsAll);
      if (reader == steps_.end() || !isFree(*reader) ||
          !sharesPicture(graph_, kernel.anchor(), reader->kernel.anchor()))
        continue;
      Kernel joined = kernel;
      joined.nodes.insert(joined.nodes.end(), reader->kernel.nodes.begin(), reader->kernel.nodes.end());
      decide(costs_, joined, nullptr);
      if (costs_.cycles(joined) >= costs_.cycles(kernel) + costs_.cycles(reader->kernel)) continue;
      reader->kernel = joined;
      steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(at--));
    }
  }

  void take(const Step& step) {
    current_ = step.request;
    if (step.converts())
      add(step.kernel);
    else
      addKernel(step.kernel);
    current_.reset();
  }

  // From the first kernel of a requested group to its last one, with the conversions between them.
  void takeGroups() {
    for (const GroupRequest& wanted : request_.groups) {
      std::optional<size_t> first, last;
      for (size_t i = 0; i < from_.size(); ++i) {
        if (!from_[i] || *from_[i] < wanted.first || *from_[i] >= wanted.end) continue;
        if (!first) first = i;
        last = i;
      }
      if (!first) continue;
      Group group{*first, *last + 1 - *first, wanted.rows};
      if (group.rows == 0) group.rows = rowsOfGroup(costs_, schedule_, group, choices_.groups);
      schedule_.groups.push_back(group);
    }
    std::vector<bool> free; // whatever the request says of others
    for (size_t i = 0; i < from_.size(); ++i) free.push_back(!from_[i] && !schedule_.groupOf(i));
    const std::vector<Group> chosen = chooseGroups(costs_, schedule_, free, choices_.groups);
    schedule_.groups.insert(schedule_.groups.end(), chosen.begin(), chosen.end());
    std::sort(schedule_.groups.begin(), schedule_.groups.end(),
              [](const Group& a, const Group& b) { return a.first < b.first; });
  }

  // What is left of the rules: where values lie.
  void checkAll() {
    for (Problem& found : problems(schedule_, graph_)) {
      found.kernel = found.kernel ? from_[*found.kernel] : std::nullopt;
      problems_.push_back(std::move(found));
    }
  }

  // ---- conversions ----

  void addReorder(ValueId value, Layout layout) {
    Kernel kernel;
    kernel.nodes = {value};
    kernel.algorithm = Algorithm::Reorder;
    kernel.layout = layout;
    add(kernel);
  }
  void add(const Kernel& kernel) {
    schedule_.kernels.push_back(kernel);
    from_.push_back(current_);
    available_[kernel.result()].insert(layoutFor(kernel.resultLayout(), graph_.value(kernel.result()).type));
  }

  // Of an operand that may be read from planes. Not where every word about the kernel is said.
  bool convertsPlanes(const Kernel& kernel, ValueId operand) const {
    if (current_ && saysAll(graph_, kernel, request_.kernels[*current_], costs_.lanes)) return false;
    if (layoutFor(Layout::Blocked, graph_.value(operand).type) == Layout::Planar) return false;
    if (choices_.layouts == LayoutChoice::InBlocks)
      return graph_.value(operand).type.channels() >= schedule_.lanes;
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
    add(kernel);
  }

  const Request& request_;
  const Choices& choices_;
  const Graph& graph_;
  Costs costs_;
  std::vector<std::vector<ValueId>> users_;
  std::vector<bool> live_;
  std::vector<int> kernelOf_;
  std::vector<std::set<Layout>> available_;
  std::set<ValueId> outputs_, converted_; // values of which conversions are requested
  std::vector<Kernel> groups_;
  std::vector<std::optional<size_t>> requestOf_; // of each group
  std::vector<Step> steps_;
  Schedule schedule_;
  std::vector<std::optional<size_t>> from_; // which request each kernel of the schedule is
  std::optional<size_t> current_;           // the request that is taken up
  std::vector<Problem> problems_;
};

} // namespace

Fulfilled fulfil(const Request& request, const Graph& graph, const Target& target, const Choices& choices) {
  return Chooser(request, graph, target, choices).run();
}

Schedule makeSchedule(const Graph& graph, const Target& target, const Choices& choices) {
  return fulfil({}, graph, target, choices).schedule;
}

} // namespace convoy::schedule
