// Schedules that nobody would choose: whatever a text may say is done, or refused.
#pragma once
#include "schedule/schedule.h"

namespace convoy::random_pipelines {

// The compiler's schedule after some random changes of its text, each of which stays if the text is not
// refused. `text` is what was read last. Float32 sums alone: no layout that rounds.
schedule::Schedule randomSchedule(const graph::Graph& graph, const Target& target, uint64_t seed,
                                  std::string& text);

} // namespace convoy::random_pipelines
