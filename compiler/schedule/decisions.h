// A schedule's decisions one by one, and the schedule without some of them: to find the one that is guilty of
// a wrong result.
#pragma once
#include "schedule/schedule.h"

namespace convoy::schedule {

// In the order of the kernels, those of each kernel in the order in which one builds on the other: algorithm
// and layout, tile, what else its line says, the layers that continue it. Then the conversions that are no
// kernel's need, then the groups.
struct Decision {
  std::string kernel;  // "[conv_1, relu_1]"; empty: it is about no single kernel
  std::string what;    // "winograd blocked"
  std::string instead; // what is there without it: "window planar"
};

class Decisions {
public:
  Decisions(const graph::Graph& graph, const Target& target, Schedule schedule, const Choices& choices);
  ~Decisions();
  Decisions(const Decisions&) = delete;
  Decisions& operator=(const Decisions&) = delete;

  const std::vector<Decision>& all() const { return all_; }
  // The schedule with those that are `taken` (one for each of all()); what builds on one that is not is left
  // out too. With none of them each layer is a kernel of its own, in planes, with the smallest tile. nullopt:
  // the rules allow no such schedule.
  std::optional<Schedule> with(const std::vector<bool>& taken) const;

private:
  struct Ladder;
  void addKernel(const Kernel& kernel);
  Schedule grouped(const std::vector<bool>& taken) const;

  const graph::Graph& graph_;
  const Target& target_;
  const Schedule schedule_;
  Choices choices_;
  std::vector<Ladder> ladders_;         // of the schedule's kernels
  size_t conversions_ = 0, groups_ = 0; // of all_: the decision about conversions, the first about a group
  std::vector<Decision> all_;
};

} // namespace convoy::schedule
