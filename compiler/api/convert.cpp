#include "api/convert.h"
#include <algorithm>
#include <cmath>

namespace convoy::api {

namespace {

int64_t bytesOf(ElementType type) { return type == ElementType::Float32 ? 4 : 1; }

// One copy: rows of the last dimension, the others in front of it.
struct Copy {
  const AnyView& view;
  float* planes;

  int64_t width() const { return view.extents[view.rank - 1]; }
  int64_t step() const { return view.strides[view.rank - 1]; }
  int64_t rows() const {
    int64_t count = 1;
    for (int axis = 0; axis < view.rank - 1; ++axis) count *= view.extents[axis];
    return count;
  }
  // Where a row begins in the view, in elements.
  int64_t offset(int64_t row) const {
    int64_t at = 0;
    for (int axis = view.rank - 2; axis >= 0; --axis) {
      at += row % view.extents[axis] * view.strides[axis];
      row /= view.extents[axis];
    }
    return at;
  }
};

uint8_t toByte(float value) {
  const float shade = value > 0.0f ? (value < 1.0f ? value : 1.0f) : 0.0f; // NaN is not above 0
  return static_cast<uint8_t>(std::nearbyintf(shade * 255.0f));
}

void readRows(void* context, int64_t begin, int64_t end) {
  const Copy& copy = *static_cast<const Copy*>(context);
  const int64_t width = copy.width(), step = copy.step();
  for (int64_t row = begin; row < end; ++row) {
    float* to = copy.planes + row * width;
    if (copy.view.type == ElementType::Float32) {
      const float* from = static_cast<const float*>(copy.view.data) + copy.offset(row);
      for (int64_t x = 0; x < width; ++x) to[x] = from[x * step];
    } else {
      const uint8_t* from = static_cast<const uint8_t*>(copy.view.data) + copy.offset(row);
      for (int64_t x = 0; x < width; ++x) to[x] = static_cast<float>(from[x * step]) / 255.0f;
    }
  }
}

void writeRows(void* context, int64_t begin, int64_t end) {
  const Copy& copy = *static_cast<const Copy*>(context);
  const int64_t width = copy.width(), step = copy.step();
  for (int64_t row = begin; row < end; ++row) {
    const float* from = copy.planes + row * width;
    if (copy.view.type == ElementType::Float32) {
      float* to = static_cast<float*>(copy.view.data) + copy.offset(row);
      for (int64_t x = 0; x < width; ++x) to[x * step] = from[x];
    } else {
      uint8_t* to = static_cast<uint8_t*>(copy.view.data) + copy.offset(row);
      for (int64_t x = 0; x < width; ++x) to[x * step] = toByte(from[x]);
    }
  }
}

void forRows(Copy& copy, void (*body)(void*, int64_t, int64_t), const convoy_executor* executor) {
  const int64_t rows = copy.rows();
  if (rows == 0 || copy.width() == 0) return;
  constexpr int64_t worthSharing = int64_t{1} << 16; // elements
  if (executor && rows * copy.width() >= worthSharing)
    executor->parallel(executor->self, body, &copy, rows,
                       std::max<int64_t>(1, worthSharing / 2 / copy.width()));
  else
    body(&copy, 0, rows);
}

} // namespace

namespace {

// The elements of the axes, the one that varies fastest first, lie side by side.
bool isDenseAlong(const AnyView& view, const int* axes) {
  int64_t step = 1;
  for (int i = 0; i < view.rank; ++i) {
    const int axis = axes[i];
    if (view.extents[axis] != 1 && view.strides[axis] != step) return false;
    step *= view.extents[axis];
  }
  return true;
}

} // namespace

bool isDense(const AnyView& view) {
  constexpr int backwards[] = {4, 3, 2, 1, 0};
  return view.type == ElementType::Float32 && isDenseAlong(view, backwards + (largestRank - view.rank));
}

bool isDensePicture(const AnyView& view) {
  constexpr int picture[] = {0, 2, 1}, pictures[] = {1, 3, 2, 0}; // channels, width, height
  if (view.type != ElementType::UInt8) return false;
  return (view.rank == 3 && isDenseAlong(view, picture)) || (view.rank == 4 && isDenseAlong(view, pictures));
}

int64_t elementCount(const AnyView& view) {
  int64_t count = 1;
  for (int axis = 0; axis < view.rank; ++axis)
    if (view.extents[axis] < 0 || __builtin_mul_overflow(count, view.extents[axis], &count)) return -1;
  return count;
}

bool rangeOf(const AnyView& view, MemoryRange& range) {
  range = {};
  constexpr int64_t farthest = int64_t{1} << 47; // bytes: more than any machine addresses
  int64_t low = 0, high = 1;
  for (int axis = 0; axis < view.rank; ++axis) {
    if (view.extents[axis] == 0) return true;
    int64_t reach = 0;
    if (__builtin_mul_overflow(view.extents[axis] - 1, view.strides[axis], &reach)) return false;
    if (reach > farthest || reach < -farthest) return false;
    (reach < 0 ? low : high) += reach;
  }
  const int64_t bytes = bytesOf(view.type);
  if (low * bytes < -farthest || high * bytes > farthest) return false;
  const auto data = reinterpret_cast<uintptr_t>(view.data);
  range = {data + static_cast<uintptr_t>(low * bytes), data + static_cast<uintptr_t>(high * bytes)};
  return true;
}

bool isInjective(const AnyView& view) {
  struct Axis {
    int64_t extent, stride;
  } axes[largestRank];
  int count = 0;
  for (int axis = 0; axis < view.rank; ++axis)
    if (view.extents[axis] > 1) axes[count++] = {view.extents[axis], view.strides[axis]};
  std::sort(axes, axes + count, [](const Axis& a, const Axis& b) { return a.stride < b.stride; });
  int64_t reach = 0; // of the axes so far
  for (int axis = 0; axis < count; ++axis) {
    if (axes[axis].stride <= reach) return false;
    reach += (axes[axis].extent - 1) * axes[axis].stride;
  }
  return true;
}

void copyIn(const AnyView& view, float* planes, const convoy_executor* executor) {
  Copy copy{view, planes};
  forRows(copy, readRows, executor);
}

void copyOut(const float* planes, const AnyView& view, const convoy_executor* executor) {
  Copy copy{view, const_cast<float*>(planes)};
  forRows(copy, writeRows, executor);
}

} // namespace convoy::api
