#include "schedule/layouts.h"
#include "schedule/separable.h"
#include "schedule/transposed.h"
#include "schedule/winograd.h"
#include <algorithm>
#include <map>
#include <set>

namespace convoy::schedule {

using graph::Graph;
using graph::Value;
using graph::ValueId;

namespace {

bool hasTiles(const Target& target, const Choices& choices) {
  return target.lanes() == 16 && (target.matrixUnit || choices.matrixTiles);
}

// One way to compute a kernel.
struct Option {
  Algorithm algorithm;
  Layout layout;
  std::optional<Layout> writes;
  double cycles = 0;
  Layout result = Layout::Planar;                // what is there afterwards
  std::vector<std::pair<ValueId, Layout>> needs; // operands and their layouts
  std::vector<std::pair<ValueId, double>>
      readsPlanes; // operands of either layout: what it costs where only planes are
};

class LayoutChooser {
public:
  LayoutChooser(const Costs& costs, const Choices& choices, std::vector<Kernel>& kernels,
                Wanted* wanted = nullptr)
      : costs_(costs), choices_(choices), units_(unitsToUse(costs.target, choices)), kernels_(kernels) {
    schedule_.lanes = costs.lanes;
    if (wanted)
      for (const Wanted::Conversion& conversion : wanted->conversions)
        conversions_.insert({conversion.value, conversion.layout});
    for (size_t i = 0; i < kernels.size(); ++i) {
      const KernelRequest* request = wanted ? wanted->requests[i] : nullptr;
      std::vector<Fault> wrong;
      options_.push_back(request ? requested(kernels[i], *request, wrong) : optionsOf(kernels[i]));
      leaveRoom(kernels[i], options_.back(), wrong);
      for (Fault& fault : wrong) wanted->faults.emplace_back(i, std::move(fault));
    }
    findUses();
  }

  void run() {
    std::vector<size_t> best;
    double least = 0;
    if (choices_.layouts == LayoutChoice::InBlocks) {
      best = all(units_.value_or(Layout::Int8));
    } else {
      std::vector<Layout> starts{Layout::Blocked, Layout::Planar};
      if (units_ || wholeInUnits()) starts.push_back(units_.value_or(Layout::Int8));
      for (Layout start : starts) {
        std::vector<size_t> chosen = improve(all(start));
        double total = cost(chosen);
        if (best.empty() || total < least) best = chosen, least = total;
      }
    }
    for (size_t i = 0; i < kernels_.size(); ++i) {
      kernels_[i].algorithm = options_[i][best[i]].algorithm;
      kernels_[i].layout = options_[i][best[i]].layout;
      kernels_[i].writes = options_[i][best[i]].writes;
    }
  }

  // ---- what else there is ----

  // `chosen` are the kernels as they were scheduled.
  std::vector<std::optional<Prediction::Other>> runnersUp(const std::vector<Kernel>& chosen) {
    std::vector<size_t> taken;
    for (size_t i = 0; i < chosen.size(); ++i) {
      const Kernel& kernel = chosen[i];
      auto same = [&](const Option& o) {
        return o.algorithm == kernel.algorithm && o.layout == kernel.layout && o.writes == kernel.writes;
      };
      auto at = std::find_if(options_[i].begin(), options_[i].end(), same);
      taken.push_back(static_cast<size_t>(at - options_[i].begin()));
      if (at == options_[i].end()) options_[i].push_back(option(kernel, kernel.layout, kernel.writes));
    }
    std::vector<std::optional<Prediction::Other>> others;
    for (size_t i = 0; i < chosen.size(); ++i) {
      others.emplace_back();
      for (size_t other = 0; other < options_[i].size(); ++other) {
        const Option& option = options_[i][other];
        if (option.algorithm == chosen[i].algorithm && option.layout == chosen[i].layout) continue;
        const double more = costsMore(taken, i, other);
        if (others.back() && others.back()->more <= more) continue;
        Kernel kernel = chosen[i];
        kernel.algorithm = option.algorithm, kernel.layout = option.layout, kernel.writes = option.writes;
        others.back() = Prediction::Other{kernel, more, Bound::MultiplyAdds};
      }
    }
    return others;
  }

private:
  // ---- what is possible ----

  bool hasTiles() const { return convoy::schedule::hasTiles(costs_.target, choices_); }

  bool canBlock(const Kernel& kernel) const {
    const Graph& graph = costs_.graph;
    const Value& anchor = graph.value(kernel.anchor());
    const TensorType& result = graph.value(kernel.result()).type;
    switch (kernel.algorithm) {
    case Algorithm::Pointwise:
      return opInfo(anchor.op).form != OpForm::Pixelwise &&
             (opInfo(anchor.op).form != OpForm::ChannelWindow || windowsBlocks(anchor, costs_.lanes)) &&
             layoutFor(Layout::Blocked, result) == Layout::Blocked;
    case Algorithm::Standardize: return layoutFor(Layout::Blocked, result) == Layout::Blocked;
    case Algorithm::Window: {
      const TensorType& input = graph.value(anchor.operands[0]).type;
      if (isChannelwise(graph, anchor, costs_.lanes))
        return layoutFor(Layout::Blocked, input) == Layout::Blocked;
      int64_t groups = anchor.attributes.get<int64_t>("groups"), lanes = costs_.lanes;
      bool whole = (input.channels() / groups) % lanes == 0 && (result.channels() / groups) % lanes == 0;
      return result.channels() > 1 && (groups == 1 || whole);
    }
    case Algorithm::Transposed: return canBlockTransposed(graph, anchor, costs_.lanes);
    case Algorithm::Adaptive:
    case Algorithm::Resample:
    case Algorithm::Concat: return isAllBlocks(graph, anchor);
    case Algorithm::Tiles:
    case Algorithm::Winograd:
    case Algorithm::Separable:
    case Algorithm::Interleave:
    case Algorithm::Softmax:
    case Algorithm::Reduction:
    case Algorithm::Dense:
    case Algorithm::Integer:
    case Algorithm::Alias:
    case Algorithm::Reorder: return false;
    }
    return false;
  }

  bool usesWinograd() const {
    return choices_.math != Math::Strict && choices_.winograd != WinogradChoice::Never;
  }

  // The layouts of several channels a unit in which a kernel may leave its result.
  std::vector<Layout> unitsOfResult(const Kernel& kernel) const {
    const TensorType& type = costs_.graph.value(kernel.result()).type;
    std::vector<Layout> layouts;
    if (units_) layouts.push_back(*units_);
    if (wholeInUnits() && layoutFor(Layout::Int8, type) == Layout::Int8) layouts.push_back(Layout::Int8);
    return layouts;
  }
  // Whole numbers may be four to a unit.
  bool wholeInUnits() const {
    return hasTiles() || costs_.target.quadProducts || choices_.layouts == LayoutChoice::InBlocks;
  }

  // Every way that a kernel may be computed.
  std::vector<Option> optionsOf(const Kernel& kernel) const {
    std::vector<Option> options{option(kernel, Layout::Planar, std::nullopt)};
    if (canBlock(kernel)) {
      addBlocked(kernel, options);
      if (usesWinograd() && canUseWinograd(costs_.graph, costs_.graph.value(kernel.anchor()))) {
        Kernel winograd = kernel;
        winograd.algorithm = Algorithm::Winograd;
        if (choices_.winograd == WinogradChoice::Wherever) options.clear();
        addBlocked(winograd, options);
        if (choices_.winograd == WinogradChoice::Wherever) return options;
      }
      if (options[1].result != Layout::Blocked) return options; // a single position
    }
    if (kernel.algorithm == Algorithm::Integer) {
      if (const Value& anchor = costs_.graph.value(kernel.anchor()); isExactInFloat32(costs_.graph, anchor)) {
        Kernel window = kernel;
        window.algorithm = Algorithm::Window;
        addBlocked(window, options);
      } else if (wholeInUnits()) {
        addUnits(kernel, Layout::Int8, options);
      }
    } else if (units_) {
      addUnits(kernel, *units_, options);
    }
    return options;
  }

  // Those that do what is wanted. None: then `faults` says why.
  std::vector<Option> requested(const Kernel& kernel, const KernelRequest& request,
                                std::vector<Fault>& faults) const {
    std::vector<Option> options;
    if (!request.algorithm) // those that this processor is good at first
      for (const Option& one : optionsOf(kernel)) {
        Kernel form = kernel;
        form.algorithm = one.algorithm, form.layout = one.layout, form.writes = one.writes;
        if (!agrees(form, request) || !formFaults(costs_.graph, form, costs_.lanes).empty()) continue;
        decide(costs_, form, &request);
        if (tileFaults(costs_.graph, form, costs_.lanes).empty())
          options.push_back(request.tile ? option(form, form.layout, form.writes) : one);
      }
    if (!options.empty()) return options;
    std::vector<Layout> works{Layout::Planar, Layout::Blocked}, writes = works;
    if (units_)
      works.push_back(*units_);
    else if (request.algorithm == Algorithm::Tiles && choices_.math != Math::Strict)
      works.push_back(choices_.math == Math::Bf16 ? Layout::Bf16 : Layout::Split);
    works.push_back(Layout::Int8); // the only one of many quantized layers
    for (Layout units : unitsOfResult(kernel)) writes.push_back(units);
    for (const Kernel& form : formsOf(costs_, request, works, writes, faults)) {
      if (form.algorithm == Algorithm::Winograd && !request.algorithm && !usesWinograd())
        faults = {{Part::Layers, "winograd, which could do it, is not what --math allows"}};
      else
        options.push_back(option(form, form.layout, form.writes));
    }
    if (!options.empty()) faults.clear();
    return options;
  }

  // Leaves out what would make a conversion that is wanted needless.
  void leaveRoom(const Kernel& kernel, std::vector<Option>& options, std::vector<Fault>& faults) const {
    const Value& value = costs_.graph.value(kernel.result());
    const auto wanted = conversions_.equal_range(kernel.result());
    for (auto it = wanted.first; it != wanted.second && !options.empty(); ++it) {
      const Layout layout = layoutFor(it->second, value.type);
      auto there = [&](const Option& option) { return option.result == layout; };
      options.erase(std::remove_if(options.begin(), options.end(), there), options.end());
      if (options.empty())
        faults.push_back({Part::Layers, "'" + value.name + "' is written in " + nameOf(layout) +
                                            " layout, so that it cannot be converted to it"});
    }
  }

  // In blocks of float32, with every layout in which the result may be left.
  void addBlocked(const Kernel& kernel, std::vector<Option>& options) const {
    options.push_back(option(kernel, Layout::Blocked, std::nullopt));
    if (options.back().result != Layout::Blocked) return; // a single position
    if (kernel.algorithm == Algorithm::Window || kernel.algorithm == Algorithm::Winograd)
      options.push_back(option(kernel, Layout::Blocked, Layout::Planar));
    if (!takesTail(kernel.algorithm)) return;
    for (Layout units : unitsOfResult(kernel)) options.push_back(option(kernel, Layout::Blocked, units));
  }

  // In units of several channels: on matrix tiles where they can be, else in vectors.
  void addUnits(Kernel kernel, Layout units, std::vector<Option>& options) const {
    const Algorithm given = kernel.algorithm;
    kernel.layout = units;
    auto can = [&](Algorithm algorithm) {
      kernel.algorithm = algorithm;
      return canWorkInUnits(costs_.graph, kernel, costs_.lanes);
    };
    auto add = [&](std::optional<Layout> writes) { options.push_back(option(kernel, units, writes)); };
    if (opInfo(costs_.graph.value(kernel.anchor()).op).form == OpForm::Dense) {
      const Target& target = costs_.target;
      const bool multiplies = units == Layout::Int8 ? target.quadProducts : target.pairProducts; // in vectors
      if ((multiplies || choices_.layouts == LayoutChoice::InBlocks) && can(Algorithm::Dense))
        add(std::nullopt);
      return;
    }
    const bool tiles = hasTiles() && can(Algorithm::Tiles);
    if (!tiles && !can(given == Algorithm::Transposed ? given : Algorithm::Window)) return;
    const TensorType& result = costs_.graph.value(kernel.result()).type;
    if (layoutFor(units, result) == units) add(std::nullopt);
    add(Layout::Blocked);
    if (kernel.algorithm == Algorithm::Window) add(Layout::Planar);
  }

  Option option(Kernel kernel, Layout layout, std::optional<Layout> writes) const {
    const Graph& graph = costs_.graph;
    kernel.layout = layout;
    kernel.writes = writes;
    Option option{kernel.algorithm,
                  layout,
                  writes,
                  costs_.cycles(kernel),
                  layoutFor(kernel.resultLayout(), graph.value(kernel.result()).type),
                  {},
                  {}};
    for (ValueId node : kernel.nodes)
      for (ValueId operand : graph.value(node).operands) {
        if (graph.value(operand).kind == Value::Parameter) continue;
        if (std::find(kernel.nodes.begin(), kernel.nodes.end(), operand) != kernel.nodes.end()) continue;
        if (auto needed = neededLayout(graph, schedule_, kernel, operand))
          option.needs.emplace_back(operand, *needed);
        else
          option.readsPlanes.emplace_back(
              operand, isWindowed(kernel.algorithm) ? costs_.readingPlanes(kernel, operand) : 0);
      }
    return option;
  }

  // ---- what it costs ----

  // Every kernel that can works in this layout, or else in blocks; by the algorithm that costs least there.
  std::vector<size_t> all(Layout layout) const {
    std::vector<size_t> chosen;
    for (const std::vector<Option>& options : options_) {
      auto of = [&](Layout wanted) {
        std::optional<size_t> best;
        for (size_t i = 0; i < options.size(); ++i) {
          if (options[i].layout != wanted || (best && options[i].writes != options[*best].writes)) continue;
          if (!best || options[i].cycles < options[*best].cycles) best = i;
        }
        return best.value_or(0);
      };
      size_t choice = of(layout);
      if (choice == 0 && unitChannels(layout) > 1) choice = of(Layout::Int8);
      if (choice == 0 && layout != Layout::Planar) choice = of(Layout::Blocked);
      chosen.push_back(choice);
    }
    return chosen;
  }

  // Who computes and who reads each value.
  void findUses() {
    const std::vector<Value>& values = costs_.graph.values;
    writers_.resize(values.size()), readers_.resize(values.size()), isOutput_.resize(values.size());
    for (const graph::Output& output : costs_.graph.outputs) isOutput_[output.value] = true;
    auto read = [&](ValueId value, size_t kernel) {
      std::vector<size_t>& readers = readers_[value];
      if (readers.empty() || readers.back() != kernel) readers.push_back(kernel);
    };
    for (size_t i = 0; i < options_.size(); ++i) {
      writers_[kernels_[i].result()] = i;
      if (options_[i].empty()) continue;       // what is wanted is not possible
      const Option& any = options_[i].front(); // all of them read the same
      for (const auto& [value, layout] : any.needs) read(value, i);
      for (const auto& [value, cycles] : any.readsPlanes) read(value, i);
    }
  }

  // What the conversions of a value cost, and reading its planes instead.
  double costOf(ValueId value, const std::vector<size_t>& chosen) const {
    const TensorType& type = costs_.graph.value(value).type;
    double total = 0;
    Layout written = Layout::Planar; // as inputs are
    if (const std::optional<size_t> writer = writers_[value])
      written = options_[*writer][chosen[*writer]].result;
    std::set<Layout> converted;
    const auto wanted = conversions_.equal_range(value);
    for (auto it = wanted.first; it != wanted.second; ++it) converted.insert(it->second);
    auto need = [&](Layout layout) {
      if (layoutFor(layout, type) == written || !converted.insert(layout).second) return;
      // What is read as float32 should not have been rounded before.
      const bool rounded = written == Layout::Bf16 || written == Layout::Split;
      total += costs_.conversion(value) * (rounded ? 2 : 1);
    };
    for (size_t reader : readers_[value]) {
      const Option& option = options_[reader][chosen[reader]];
      for (const auto& [needed, layout] : option.needs)
        if (needed == value) need(layout);
      // A conversion, or what reading planes costs more, whichever is less.
      for (const auto& [read, cycles] : option.readsPlanes)
        if (read != value || converted.count(Layout::Blocked))
          continue;
        else if (written == Layout::Planar)
          total += std::min(cycles, costs_.conversion(value));
        else if (written != Layout::Blocked)
          need(Layout::Blocked);
    }
    if (isOutput_[value]) need(Layout::Planar);
    return total;
  }

  double cost(const std::vector<size_t>& chosen) const {
    double total = 0;
    for (size_t i = 0; i < chosen.size(); ++i) total += options_[i][chosen[i]].cycles;
    for (ValueId value = 0; value < readers_.size(); ++value)
      if (!readers_[value].empty() || isOutput_[value]) total += costOf(value, chosen);
    return total;
  }

  // The values that a kernel reads and writes.
  std::set<ValueId> valuesAround(size_t kernel) const {
    std::set<ValueId> values{kernels_[kernel].result()};
    const Option& any = options_[kernel].front();
    for (const auto& [value, layout] : any.needs) values.insert(value);
    for (const auto& [value, cycles] : any.readsPlanes) values.insert(value);
    return values;
  }

  // What it would cost more if this kernel were computed in that way, and all others as chosen. `chosen` is
  // the same afterwards.
  double costsMore(std::vector<size_t>& chosen, size_t kernel, size_t option) const {
    auto around = [&] {
      double total = options_[kernel][chosen[kernel]].cycles;
      for (ValueId value : valuesAround(kernel)) total += costOf(value, chosen);
      return total;
    };
    const double now = around();
    std::swap(chosen[kernel], option);
    const double then = around();
    std::swap(chosen[kernel], option);
    return then - now;
  }

  // Kernels in their order, again and again, those of which nothing around has changed since left out.
  std::vector<size_t> improve(std::vector<size_t> chosen) const {
    constexpr double leastGain = 1e-3; // cycles: what is less is an error of sums
    std::set<size_t> open;
    for (size_t i = 0; i < chosen.size(); ++i) open.insert(open.end(), i);
    size_t i = 0;
    while (!open.empty()) {
      auto at = open.lower_bound(i);
      if (at == open.end()) at = open.begin();
      i = *at;
      open.erase(at);
      bool changed = false;
      for (size_t other = 0; other < options_[i].size(); ++other)
        if (other != chosen[i] && costsMore(chosen, i, other) < -leastGain) chosen[i] = other, changed = true;
      if (!changed) continue;
      for (ValueId value : valuesAround(i)) {
        open.insert(readers_[value].begin(), readers_[value].end());
        if (writers_[value]) open.insert(*writers_[value]);
      }
      ++i;
    }
    return chosen;
  }

  const Costs& costs_;
  const Choices& choices_;
  std::optional<Layout> units_; // of several channels, where they may be used
  std::vector<Kernel>& kernels_;
  std::multimap<ValueId, Layout> conversions_; // that are wanted
  Schedule schedule_;                          // for the number of lanes
  std::vector<std::vector<Option>> options_;
  std::vector<std::optional<size_t>> writers_; // of each value, if a kernel computes it
  std::vector<std::vector<size_t>> readers_;   // of each value, in order
  std::vector<bool> isOutput_;
};

} // namespace

std::optional<Layout> unitsToUse(const Target& target, const Choices& choices) {
  const bool tiles = hasTiles(target, choices);
  if (choices.math == Math::Bf16 && (tiles || target.pairProducts)) return Layout::Bf16;
  if (choices.math == Math::Fast && tiles) return Layout::Split;
  return std::nullopt;
}

void chooseLayouts(const Costs& costs, const Choices& choices, std::vector<Kernel>& kernels, Wanted* wanted) {
  LayoutChooser chooser(costs, choices, kernels, wanted);
  if (!wanted || wanted->faults.empty()) chooser.run();
}

std::vector<std::optional<Prediction::Other>> runnersUp(const Costs& costs, const Choices& choices,
                                                        const std::vector<Kernel>& kernels) {
  // A layer of windows on Winograd tiles is a kernel of its own in every other algorithm.
  std::vector<Kernel> chosen, plain;
  std::vector<size_t> numbers; // of `kernels` in `chosen`
  for (const Kernel& kernel : kernels) {
    numbers.push_back(chosen.size());
    chosen.push_back(kernel);
    if (const std::optional<size_t> pool = pooledBy(costs.graph, kernel)) {
      const auto at = kernel.nodes.begin() + static_cast<std::ptrdiff_t>(*pool);
      Kernel windows = kernel;
      windows.nodes.assign(at, kernel.nodes.end());
      windows.algorithm = Algorithm::Window, windows.tile.clear(), windows.order = Order::Filters;
      chosen.back().nodes.assign(kernel.nodes.begin(), at);
      chosen.back().writes.reset();
      chosen.push_back(windows);
    }
  }
  for (const Kernel& kernel : chosen) { // as they are before anything is chosen
    plain.push_back({});
    plain.back().nodes = kernel.nodes;
    plain.back().algorithm = algorithmOf(opInfo(costs.graph.value(kernel.anchor()).op));
    if (const auto frame = filterFrame(costs.graph, kernel.nodes); frame && frame->filters.size() > 1)
      plain.back().algorithm = kernel.algorithm; // no other computes several filters
  }
  const std::vector<std::optional<Prediction::Other>> all =
      LayoutChooser(costs, choices, plain).runnersUp(chosen);
  std::vector<std::optional<Prediction::Other>> others;
  for (size_t i = 0; i < kernels.size(); ++i) {
    others.push_back(all[numbers[i]]);
    if (!others.back()) continue;
    Kernel& kernel = others.back()->kernel;
    kernel.tile.clear(), kernel.order = Order::Filters;
    if (isWindowed(kernel.algorithm)) {
      const Costs::Tile tile = costs.windowTile(kernel);
      kernel.tile = tile.extents, kernel.order = tile.order;
    }
    others.back()->bound = costs.estimate(kernel).bound();
    const bool split = kernel.nodes.size() < kernels[i].nodes.size();
    if (split) others.back()->more += costs.cycles(chosen[numbers[i] + 1]);
  }
  return others;
}

} // namespace convoy::schedule
