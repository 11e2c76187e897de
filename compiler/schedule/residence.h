// Where the memory that kernels touch lies when they do, over a run of a program: in the second cache, in the
// last one, or behind it. Private to schedule/.
#pragma once
#include "schedule/estimate.h"
#include <cstdint>
#include <vector>

namespace convoy::schedule {

struct Range {
  double begin, bytes; // addresses count from 0
  bool written = false;
  bool streamed = false;  // written past the caches
  bool parameter = false; // of the layers
};

// All memory of a program, in pages, each of which remembers when it was last touched.
class Residence {
public:
  Residence(const Machine& machine, double bytes);
  struct Touched {
    Moves values, parameters;
  };
  // What it takes to move these ranges, from their beginnings to their ends side by side, while the core
  // works for so many cycles.
  Touched touch(const std::vector<Range>& ranges, double cycles);
  // Time goes on, beyond the cycles that touch() was told.
  void pass(double cycles) { now_ += cycles; }

private:
  struct Page {
    double time, moved; // when it was touched: cycles; bytes that were moved by then
  };
  void movePage(Page& page, double bytes, const Range& range, double time, Moves& moves);

  const Machine& machine_;
  std::vector<Page> pages_;
  double now_ = 0, moved_ = 0;
};

} // namespace convoy::schedule
