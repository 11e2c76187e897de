// The layouts in which kernels work and write, chosen over the whole graph. Private to schedule/.
#pragma once
#include "schedule/predict.h"
#include "schedule/tiles.h"

namespace convoy::schedule {

// Sets `layout` and `writes` of every kernel, and which convolutions work on matrix tiles. By cost: they are
// chosen so that the kernels and the conversions between them take the fewest cycles that were found: from
// all planar, from all blocked and from all in units of several channels, one kernel after another is changed
// as long as that helps. `kernels` stand in order of execution, without conversions.
void chooseLayouts(const Costs& costs, const Choices& choices, std::vector<Kernel>& kernels);

// The best other algorithm or layout for each kernel of a schedule, conversions left out.
std::vector<std::optional<Prediction::Other>> runnersUp(const Costs& costs, const Choices& choices,
                                                        const std::vector<Kernel>& kernels);

} // namespace convoy::schedule
