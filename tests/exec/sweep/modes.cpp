#include "modes.h"
#include "case.h"
#include "driver/pipeline.h"
#include "inspect/forms.h"
#include <algorithm>

namespace convoy::sweep {

const std::vector<Mode>& modes() {
  using schedule::GroupChoice;
  using schedule::LayoutChoice;
  using schedule::Math;
  using schedule::WinogradChoice;
  static const std::vector<Mode> all = {
      {"bf16 in vectors", {LayoutChoice::InBlocks, Math::Bf16, false}},
      {"split bf16 on tiles", {LayoutChoice::InBlocks, Math::Fast, true}},
      {"bf16 on tiles",
       {LayoutChoice::InBlocks, Math::Bf16, true, WinogradChoice::ByCost, GroupChoice::Wherever}},
      {"Winograd F(2)", {LayoutChoice::ByCost, Math::Fast, false, WinogradChoice::Wherever}, 2},
      {"Winograd F(4)", {LayoutChoice::ByCost, Math::Fast, false, WinogradChoice::Wherever}, 4},
      {"Winograd F(6)", {LayoutChoice::ByCost, Math::Fast, false, WinogradChoice::Wherever}, 6},
      {"by cost", {}},
  };
  return all;
}

namespace {

// Any register tile, and either order, instead of the ones that cost least.
void spread(schedule::Kernel& kernel, const graph::Graph& graph, int lanes) {
  const auto channelsOf = [&](graph::ValueId id) { return graph.value(id).type.channels(); };
  const int64_t filters = channelsOf(kernel.anchor()),
                channels = channelsOf(graph.value(kernel.anchor()).operands[0]);
  Random random(static_cast<uint64_t>(filters * 1000 + channels) + kernel.anchor());
  kernel.order = random.chance(50) ? schedule::Order::Filters : schedule::Order::Positions;
  const int64_t vectors = random.between(1, std::min<int64_t>(3, (filters + lanes - 1) / lanes));
  kernel.tile = {2, random.between(1, 8 / vectors), vectors, random.between(1, 3)};
}

} // namespace

schedule::Choices directSums() {
  schedule::Choices choices;
  choices.winograd = schedule::WinogradChoice::Never;
  return choices;
}

bool canRun(const Mode& mode, const Target& target) {
  return mode.choices.matrixTiles ? target.lanes() == 16 : !target.matrixUnit;
}

void setWinogradTiles(schedule::Schedule& schedule, const graph::Graph& graph, int64_t results) {
  const auto each = [&](auto change) {
    for (schedule::Kernel& kernel : schedule.kernels)
      if (kernel.algorithm == schedule::Algorithm::Winograd) change(kernel);
  };
  each([&](schedule::Kernel& kernel) { kernel.tile[0] = results; });
  if (problems(schedule, graph).empty()) return;
  each([&](schedule::Kernel& kernel) { // more than there may be on a stack
    kernel.tile = {results, 1, 1, 1}, kernel.order = schedule::Order::Filters;
  });
}

schedule::Schedule scheduleOf(const graph::Graph& rewritten, const Target& target, const Mode& mode) {
  Target able = target;
  able.pairProducts = true;
  schedule::Choices choices = mode.choices;
  if (mode.winogradTile > 0) choices.groups = schedule::GroupChoice::Never; // of other tiles
  schedule::Schedule schedule = schedule::makeSchedule(rewritten, able, choices);
  if (mode.winogradTile == 0) return schedule;
  for (schedule::Kernel& kernel : schedule.kernels)
    if (kernel.algorithm == schedule::Algorithm::Winograd) spread(kernel, rewritten, schedule.lanes);
  setWinogradTiles(schedule, rewritten, mode.winogradTile);
  regroup(schedule, rewritten, able, mode.choices.groups);
  return schedule;
}

reference::GraphForms formsOf(const graph::Graph& written, const Target& target, const Mode& mode) {
  const graph::Graph rewritten = driver::rewritten(written);
  return inspect::formsAsWritten(written, rewritten, scheduleOf(rewritten, target, mode));
}

} // namespace convoy::sweep
