// Schedules that nobody would choose: whatever a text may say is done, or refused.
#pragma once
#include "schedule/schedule.h"

namespace convoy::random_pipelines {

// The compiler's schedule after some random changes of its text, each of which stays if the text is not
// refused. Float32 sums alone: no layout that rounds. `refused` counts the changes that do not stay.
schedule::Schedule randomSchedule(const graph::Graph& graph, const Target& target, uint64_t seed, int& refused);

} // namespace convoy::random_pipelines
