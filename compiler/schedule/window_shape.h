// A window as costs see it: extents of the result, taps, and how much of them is at the border. Private to
// schedule/.
#pragma once
#include "schedule/tiles.h"
#include <optional>

namespace convoy::schedule {

inline double real(int64_t n) { return static_cast<double>(n); }
inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct WindowShape {
  Window window;
  size_t last;                        // the axis along which pixels of a tile lie
  bool flat;                          // all positions in a row
  int64_t width, rows = 1, outer = 1; // of the result
  std::optional<int64_t> knownWidth;
  int64_t taps = 1, filters, channels, groups = 1;
  double insideRows = 1, insideColumns = 1; // the share of taps that are not in a border of zeros
  double inputs = 1;                        // positions of the input

  WindowShape(const Costs& costs, const Kernel& kernel);

  // Extents of the axis of rows; 1 where there is none.
  int64_t height() const { return last == 0 || flat ? 1 : window.kernel[last - 1]; }
  bool hasRows() const { return last > 0 && !flat; }
  int64_t reach(size_t axis, int64_t results) const {
    return (results - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  }
  int64_t perGroup() const { return channels / groups; }
  // Tiles along the width, of `pixels`. Where the ends of rows are known, a narrower last one counts as what
  // it is.
  double tilesAcross(int64_t pixels) const;
};

// Of a multiply-add or of joining two numbers: the larger of two numbers has to let NaN pass.
inline double joinCost(const graph::Value& node) { return node.op == OpKind::MaxPool ? 1.5 : 1; }

// A step of an inner loop with so many multiply-adds and reads, of sums that the step before used. Beside
// them there are addresses to be computed, and a counter.
inline Step innerStep(double adds, double reads) {
  Step step;
  step.multiplyAdds = adds, step.loads = reads;
  step.instructions = 0.25 + 0.02 * reads;
  step.chained = true;
  return step;
}

} // namespace convoy::schedule
