// How long the kernels of a schedule take, why, and how else they could be computed (docs/cost.md).
#pragma once
#include "schedule/call.h"
#include "schedule/estimate.h"
#include <map>
#include <optional>

namespace convoy::schedule {

struct Prediction {
  Estimate estimate; // of one item, on one core, within one run of the program after another
  // The best other algorithm or layout for the same kernel while all others stay as they are, and the cycles
  // that the program would take more or less with it, conversions included. None: there is no other.
  struct Other {
    Kernel kernel;
    double more = 0;
    Bound bound = Bound::MultiplyAdds; // of its time
  };
  std::optional<Other> runnerUp;
  // Of kernels with register tiles: the best other one, likewise, among all `tiles` that were compared.
  struct OtherTile {
    std::vector<int64_t> extents;
    Order order = Order::Filters;
    double more = 0;
    int64_t tiles = 0;
  };
  std::optional<OtherTile> otherTile;
};

// One for each kernel of `schedule`, in its order. `calls` are those of the program that was made of it. A
// size that is known only at run time and is not given counts as what the chooser takes for usual.
std::vector<Prediction> predict(const graph::Graph& graph, const Target& target, const Choices& choices,
                                const Schedule& schedule, const ProgramCalls& calls,
                                const std::map<std::string, int64_t>& sizes = {});

} // namespace convoy::schedule
