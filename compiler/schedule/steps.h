// The numbers of a program's steps, as lower.h says. Private to schedule/.
#pragma once
#include "schedule/call.h"
#include "schedule/memory.h"

namespace convoy::schedule {

inline int64_t stepOfKernel(size_t kernel) { return static_cast<int64_t>(kernel); }
inline int64_t stepOfImage(const Schedule& schedule, size_t image) {
  return static_cast<int64_t>(schedule.kernels.size() + image);
}
inline int64_t stepOfCopy(const Schedule& schedule, const Images& images, size_t copy) {
  return stepOfImage(schedule, images.all.size() + copy);
}
// Those of all images, then those of all copies.
std::vector<Move> movesOf(const graph::Graph& graph, const Images& images, const MemoryPlan& plan);

} // namespace convoy::schedule
