// The layouts in which kernels work and write, chosen over the whole graph. Private to schedule/.
#pragma once
#include "schedule/request.h"

namespace convoy::schedule {

// A conversion that there will be, whatever is chosen.
struct Conversion {
  graph::ValueId value;
  Layout layout;
};

// Sets `algorithm`, `layout` and `writes` of every kernel. By cost: they are chosen so that the kernels and
// the conversions between them take the fewest cycles that were found: from all planar, from all blocked and
// from all in units of several channels, one kernel after another is changed as long as that helps. `kernels`
// stand in order of execution, without conversions. `requests`: what is wanted of each; null: nothing. Where
// that is not possible, nothing is set, and faults are added, with the numbers of their kernels.
void chooseLayouts(const Costs& costs, const Choices& choices, std::vector<Kernel>& kernels,
                   const std::vector<const KernelRequest*>& requests,
                   const std::vector<Conversion>& conversions, std::vector<std::pair<size_t, Fault>>& faults);

} // namespace convoy::schedule
