// Why two kernels are not in one group, for the fusion report.
#pragma once
#include "schedule/schedule.h"

namespace convoy::schedule {

// A kernel and one that reads its result.
struct Apart {
  size_t producer = 0, consumer = 0; // of the schedule's kernels
  std::string why;                   // a sentence without a full stop
  std::string change;                // what would change it; empty: nothing would
};

} // namespace convoy::schedule
