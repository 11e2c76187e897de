// Which neighbouring kernels run in groups: those whose values would otherwise leave the caches between them,
// by the cost model (docs/cost.md). Private to schedule/.
#pragma once
#include "schedule/strips.h"
#include "schedule/tiles.h"

namespace convoy::schedule {

// Groups of a schedule that has none yet, of kernels that are `free`.
std::vector<Group> chooseGroups(const Costs& costs, const Schedule& schedule, const std::vector<bool>& free,
                                GroupChoice choice);

// Rows of the last result for the strips of a group that does not say it.
int64_t rowsOfGroup(const Costs& costs, const Schedule& schedule, const Group& group, GroupChoice choice);

} // namespace convoy::schedule
