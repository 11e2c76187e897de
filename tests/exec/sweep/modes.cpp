#include "modes.h"
#include "driver/pipeline.h"
#include "inspect/forms.h"

namespace convoy::sweep {

const std::vector<Mode>& modes() {
  using schedule::LayoutChoice;
  using schedule::Math;
  static const std::vector<Mode> all = {
      {"bf16 in vectors", {LayoutChoice::InBlocks, Math::Bf16, false}},
      {"split bf16 on tiles", {LayoutChoice::InBlocks, Math::Fast, true}},
      {"bf16 on tiles", {LayoutChoice::InBlocks, Math::Bf16, true}},
  };
  return all;
}

bool canRun(const Mode& mode, const Target& target) {
  return mode.choices.matrixTiles ? target.lanes() == 16 : !target.matrixUnit;
}

schedule::Schedule scheduleOf(const graph::Graph& rewritten, const Target& target, const Mode& mode) {
  Target able = target;
  able.pairProducts = true;
  return schedule::makeSchedule(rewritten, able, mode.choices);
}

reference::GraphForms formsOf(const graph::Graph& written, const Target& target, const Mode& mode) {
  const graph::Graph rewritten = driver::rewritten(written);
  return inspect::formsAsWritten(written, rewritten, scheduleOf(rewritten, target, mode));
}

} // namespace convoy::sweep
