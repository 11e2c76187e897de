#include "schedule/residence.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace convoy::schedule {

namespace {

constexpr double pageBytes = 16 << 10;
// Caches keep what was used last in sets of a few places, so that some goes before all are full.
constexpr double usableShare = 0.8;

} // namespace

Residence::Residence(const Machine& machine, double bytes) : machine_(machine) {
  const double never = -std::numeric_limits<double>::infinity();
  pages_.assign(static_cast<size_t>(std::ceil(bytes / pageBytes)) + 1, {never, never});
}

// A line that is written is read first, and one that left the caches goes back to memory.
void Residence::movePage(Page& page, double bytes, const Range& range, double time, Moves& moves) {
  const double since = moved_ - page.moved, age = time - page.time;
  if (range.streamed) {
    moves += transfer(machine_, bytes, Level::Memory);
  } else if (since <= usableShare * static_cast<double>(machine_.level2)) {
    moves += transfer(machine_, bytes, Level::Level2);
  } else {
    // Others replace what is in the last cache as time passes.
    const double stays = since <= usableShare * static_cast<double>(machine_.level3)
                             ? std::exp(-age / machine_.level3Lifetime)
                             : 0;
    moves += transfer(machine_, bytes * stays, Level::Level3);
    moves += transfer(machine_, bytes * (1 - stays) * (range.written ? 2 : 1), Level::Memory);
  }
  page = {time, moved_ += bytes};
}

Residence::Touched Residence::touch(const std::vector<Range>& ranges, double cycles) {
  struct Pages { // of a range
    size_t first, count;
  };
  std::vector<Pages> all;
  size_t most = 1;
  for (const Range& range : ranges) {
    const auto first = static_cast<size_t>(range.begin / pageBytes),
               end = static_cast<size_t>(std::ceil((range.begin + range.bytes) / pageBytes));
    all.push_back({first, end - first});
    most = std::max(most, end - first);
  }
  Touched moves;
  for (size_t step = 0; step < most; ++step)
    for (size_t i = 0; i < ranges.size(); ++i) {
      // The pages of which the share that is done by now has just been reached.
      const size_t from = step * all[i].count / most, to = (step + 1) * all[i].count / most;
      for (size_t page = from; page < to; ++page) {
        const double begin = static_cast<double>(all[i].first + page) * pageBytes,
                     bytes = std::min(begin + pageBytes, ranges[i].begin + ranges[i].bytes) -
                             std::max(begin, ranges[i].begin);
        const double done = static_cast<double>(step) / static_cast<double>(most);
        movePage(pages_.at(all[i].first + page), bytes, ranges[i], now_ + cycles * done,
                 ranges[i].parameter ? moves.parameters : moves.values);
      }
    }
  now_ += cycles;
  return moves;
}

} // namespace convoy::schedule
