// What a schedule keeps out of memory, and why not more: its groups with what lies in their rings, and every
// value that goes from one kernel to another through memory (docs/fusion.md).
#pragma once
#include "schedule/schedule.h"
#include <map>

namespace convoy::schedule {

using graph::ValueId;

// A value of which only some rows are in memory at a time. `kept` of them move to the front before a strip.
struct RingFacts {
  ValueId value;
  int64_t rows = 0, kept = 0;
  Size bytes = 0; // of a thread
};

// A value that a group reads from memory: so many rows beyond those that a strip advances by. They are read
// again by the next strip.
struct HaloFacts {
  ValueId value;
  int64_t rows = 0;
};

struct GroupFacts {
  Group group;
  Size strips = 1; // of an item
  std::vector<RingFacts> rings;
  std::vector<HaloFacts> halos;
  // Every part of the strips but the first one, which other threads compute, computes as much again as is in
  // so many strips. A part has at least stripsPerPart of them.
  double stripsAgain = 0;
  int64_t stripsPerPart = 1;
  Size scratchBytes = 0; // what its kernels keep between their functions, of an item
  Size savedBytes =
      0; // of values in rings, that are neither written to memory nor read from there: of an item
};
// The share of a group's work that is done twice when so many threads run it.
double shareAgain(const GroupFacts& group, int64_t strips, int64_t threads);

// A value that one kernel writes to memory and another one reads from there.
struct EdgeFacts {
  size_t producer = 0, consumer = 0; // kernels of the schedule
  ValueId value;
  Size bytes = 0;     // of an item
  std::string why;    // it goes through memory: a sentence without a full stop
  std::string change; // what would change that; empty: nothing would
};

struct Fusion {
  std::vector<GroupFacts> groups;
  std::vector<EdgeFacts> edges; // by consumer
};

// `apart`: of whyApart, for edges whose kernels could be in a group.
Fusion fusionOf(const graph::Graph& graph, const Schedule& schedule, const std::vector<Apart>& apart);

} // namespace convoy::schedule
