// The layouts in which kernels work and write, chosen over the whole graph. Private to schedule/.
#pragma once
#include "schedule/predict.h"
#include "schedule/request.h"

namespace convoy::schedule {

// What is wanted of kernels, as far as layouts go.
struct Wanted {
  struct Conversion {
    graph::ValueId value;
    Layout layout;
  };
  std::vector<const KernelRequest*> requests;   // of each kernel; null: nothing
  std::vector<Conversion> conversions;          // that there will be, whatever is chosen
  std::vector<std::pair<size_t, Fault>> faults; // what is not possible, with the number of the kernel
};

// Sets `algorithm`, `layout` and `writes` of every kernel. By cost: they are chosen so that the kernels and
// the conversions between them take the fewest cycles that were found: from all planar, from all blocked and
// from all in units of several channels, one kernel after another is changed as long as that helps. `kernels`
// stand in order of execution, without conversions. Nothing is set where something that is wanted is not
// possible.
void chooseLayouts(const Costs& costs, const Choices& choices, std::vector<Kernel>& kernels,
                   Wanted* wanted = nullptr);

// The best other algorithm or layout for each kernel of a schedule, conversions left out.
std::vector<std::optional<Prediction::Other>> runnersUp(const Costs& costs, const Choices& choices,
                                                        const std::vector<Kernel>& kernels);

} // namespace convoy::schedule
