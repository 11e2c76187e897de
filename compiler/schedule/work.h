// How long a kernel takes, roughly: whether its work is worth a second thread. Private to schedule/.
#pragma once
#include "schedule/schedule.h"

namespace convoy::schedule {

// Cycles of one core.
struct WorkCycles {
  Size perItem; // of the batch
  int64_t once; // however many items there are
};

// `sharesWeights`: the kernel reads its weights once for all items.
WorkCycles workOf(const graph::Graph& graph, const Target& target, const Kernel& kernel, bool sharesWeights);

// What handing a range to a thread that waits costs, with the data that moves from one core's cache to
// another's: about two microseconds.
constexpr int64_t cyclesWorthHanding = 6000;

} // namespace convoy::schedule
