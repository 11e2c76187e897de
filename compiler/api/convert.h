// Between views and dense float planes.
#pragma once
#include "convoy/runtime.h"
#include "convoy/view.h"

namespace convoy::api {

using detail::AnyView;

// Whether the numbers lie as the compiled code wants them: float32, dense.
bool isDense(const AnyView& view);
// The same of an 8-bit picture: [batch,] channels, height, width; in memory [batch][height][width][channels].
bool isDensePicture(const AnyView& view);
// The product of the extents; -1: too large, or an extent is negative.
int64_t elementCount(const AnyView& view);

// The bytes from the lowest to one past the highest that a view reaches; none when it has no elements. False
// when that range cannot be addressed.
struct MemoryRange {
  uintptr_t begin = 0, end = 0;
  bool overlaps(const MemoryRange& other) const { return begin < other.end && other.begin < end; }
};
bool rangeOf(const AnyView& view, MemoryRange& range);

// Strides are positive and no two elements are at one place. Strides must nest: a few views that never meet
// themselves in other ways count as if they did.
bool isInjective(const AnyView& view);

// Rows are shared out to the executor, which may be null. `planes` is dense, in the order of the extents.
void copyIn(const AnyView& view, float* planes, const convoy_executor* executor);
void copyOut(const float* planes, const AnyView& view, const convoy_executor* executor);

} // namespace convoy::api
