// The steps of the shrinker.
#include "pipeline.h"
#include <algorithm>
#include <set>

namespace convoy::random_pipelines {

Pipeline pruned(Pipeline p) {
  const int inputs = static_cast<int>(p.inputs.size());
  std::vector<bool> used(static_cast<size_t>(p.values()), false);
  for (int result : p.results) used[static_cast<size_t>(result)] = true;
  for (int value = p.values(); value-- > inputs;)
    if (used[static_cast<size_t>(value)])
      for (int operand : p.layers[static_cast<size_t>(value - inputs)].operands)
        used[static_cast<size_t>(operand)] = true;
  if (std::find(used.begin(), used.begin() + inputs, true) == used.begin() + inputs) used[0] = true;

  std::vector<int> moved(used.size(), -1);
  Pipeline left = p;
  left.inputs.clear(), left.layers.clear();
  for (int value = 0; value < p.values(); ++value) {
    if (!used[static_cast<size_t>(value)]) continue;
    moved[static_cast<size_t>(value)] = left.values();
    if (value < inputs) {
      left.inputs.push_back(p.inputs[static_cast<size_t>(value)]);
      continue;
    }
    Layer layer = p.layers[static_cast<size_t>(value - inputs)];
    for (int& operand : layer.operands) operand = moved[static_cast<size_t>(operand)];
    left.layers.push_back(std::move(layer));
  }
  for (int& result : left.results) result = moved[static_cast<size_t>(result)];
  return left;
}

namespace {

class Steps {
public:
  explicit Steps(const Pipeline& pipeline) : p_(pipeline) {}

  std::vector<Pipeline> all() {
    fewerRuns();
    fewerResults();
    withoutLayers();
    simplerLayers();
    simplerInputs();
    smallerRuns();
    simplerSettings();
    return std::move(steps_);
  }

private:
  template <typename Change> void step(Change change) {
    Pipeline next = p_;
    change(next);
    steps_.push_back(pruned(std::move(next)));
  }

  void fewerRuns() {
    if (p_.runs.size() > 1)
      for (const sweep::Run& run : p_.runs) step([&](Pipeline& next) { next.runs = {run}; });
  }

  void fewerResults() {
    if (p_.results.size() > 1)
      for (int result : p_.results) step([&](Pipeline& next) { next.results = {result}; });
    const int inputs = static_cast<int>(p_.inputs.size());
    for (size_t i = 0; i < p_.results.size(); ++i)
      if (p_.results[i] >= inputs)
        for (int operand : p_.layers[static_cast<size_t>(p_.results[i] - inputs)].operands)
          step([&](Pipeline& next) { next.results[i] = operand; });
  }

  // Whoever reads a layer reads what it reads.
  void withoutLayers() {
    const int inputs = static_cast<int>(p_.inputs.size());
    for (size_t i = p_.layers.size(); i-- > 0;)
      for (int operand : std::set<int>(p_.layers[i].operands.begin(), p_.layers[i].operands.end()))
        step([&](Pipeline& next) {
          const int value = inputs + static_cast<int>(i);
          for (Layer& layer : next.layers)
            std::replace(layer.operands.begin(), layer.operands.end(), value, operand);
          std::replace(next.results.begin(), next.results.end(), value, operand);
        });
  }

  void simplerLayers() {
    for (size_t i = 0; i < p_.layers.size(); ++i) {
      const Layer& layer = p_.layers[i];
      auto change = [&](auto set) { step([&](Pipeline& next) { set(next.layers[i]); }); };
      if (layer.operands.size() > 1) change([](Layer& l) { l.operands.pop_back(); });
      for (auto list : {&Layer::stride, &Layer::dilation, &Layer::kernel})
        for (size_t axis = 0; axis < (layer.*list).size(); ++axis)
          if ((layer.*list)[axis] > 1) {
            change([&](Layer& l) { (l.*list)[axis] = 1; });
            change([&](Layer& l) { --(l.*list)[axis]; });
          }
      if (layer.padding != "0") change([](Layer& l) { l.padding = "0"; });
      if (layer.padding != "0" && layer.padding != "1") change([](Layer& l) { l.padding = "1"; });
      if (!layer.border.empty()) change([](Layer& l) { l.border.clear(); });
      if (!layer.outputPadding.empty())
        change([](Layer& l) { std::fill(l.outputPadding.begin(), l.outputPadding.end(), 0); });
      if (layer.groups > 1 && layer.op != OpKind::DepthwiseConv) change([](Layer& l) { l.groups = 1; });
      if (layer.bias) change([](Layer& l) { l.bias = false; });
      if (layer.ceilMode) change([](Layer& l) { l.ceilMode = false; });
      if (!layer.countPadding) change([](Layer& l) { l.countPadding = true; });
      for (int64_t filters : {int64_t{1}, layer.filters / 2, layer.filters - 1})
        if (filters >= 1 && filters < layer.filters &&
            (layer.op != OpKind::DepthwiseConv || filters % layer.groups == 0))
          change([&](Layer& l) { l.filters = filters; });
    }
  }

  void simplerInputs() {
    for (size_t i = 0; i < p_.inputs.size(); ++i) {
      if (p_.inputs[i].kind != Input::Tensor)
        step([&](Pipeline& next) { next.inputs[i].kind = Input::Tensor; });
      const int64_t channels = p_.inputs[i].channels;
      for (int64_t fewer : {int64_t{1}, channels / 2, channels - 1})
        if (fewer >= 1 && fewer < channels)
          step([&](Pipeline& next) {
            for (size_t k = 0; k < next.inputs.size(); ++k) // inputs that were alike stay so
              if (k == i || p_.inputs[k].channels == channels) next.inputs[k].channels = fewer;
            for (Layer& layer : next.layers) { // and convolutions that were depthwise
              if (layer.groups != channels) continue;
              layer.filters = std::max<int64_t>(1, layer.filters / channels) * fewer;
              layer.groups = fewer;
            }
          });
    }
  }

  void smallerRuns() {
    for (size_t r = 0; r < p_.runs.size(); ++r) {
      if (p_.runs[r].batch != 1) step([&](Pipeline& next) { next.runs[r].batch = 1; });
      for (const auto& [name, size] : p_.runs[r].sizes)
        for (int64_t less : {int64_t{1}, size / 2, size - 1})
          if (less >= 1 && less < size)
            step([&, size = name](Pipeline& next) { next.runs[r].sizes[size] = less; });
    }
    for (size_t axis = 0; axis < p_.spatial.size(); ++axis) {
      if (p_.spatial[axis].find_first_not_of("0123456789") != std::string::npos) continue;
      const int64_t size = std::stoll(p_.spatial[axis]);
      for (int64_t less : {int64_t{1}, size / 2, size - 1})
        if (less >= 1 && less < size)
          step([&](Pipeline& next) { next.spatial[axis] = std::to_string(less); });
    }
  }

  void simplerSettings() {
    if (p_.fill != sweep::Fill::Integers) step([](Pipeline& next) { next.fill = sweep::Fill::Integers; });
    if (p_.mode) step([](Pipeline& next) { next.mode.reset(); });
    if (p_.anySchedule) step([](Pipeline& next) { next.anySchedule = false; });
    if (p_.groupRows) step([](Pipeline& next) { next.groupRows = 0; });
    if (p_.groupRows > 1) step([](Pipeline& next) { next.groupRows = 1; });
    if (p_.optimize > 0) step([](Pipeline& next) { next.optimize = 0; });
  }

  const Pipeline& p_;
  std::vector<Pipeline> steps_;
};

} // namespace

std::vector<Pipeline> smaller(const Pipeline& pipeline) { return Steps(pipeline).all(); }

} // namespace convoy::random_pipelines
