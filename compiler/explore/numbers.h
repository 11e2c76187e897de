// Numbers of tensors as the page has them: perhaps a part of a tensor, in few bytes. Private to explore/.
#pragma once
#include "support/json.h"
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace convoy::explore {

// Tensors of any rank have four axes here: channels, slices, rows, columns. Of a weight: results, operand's
// channels, rows and columns of taps (of three axes, the first two as one).
using Extents = std::array<int64_t, 4>;
Extents extentsOf(const std::vector<int64_t>& shape, bool parameter);

// The first channels and slices, and the middle of each plane.
struct Part {
  Extents kept = {};
  int64_t row = 0, column = 0; // where the middle begins
  int64_t count() const { return kept[0] * kept[1] * kept[2] * kept[3]; }
};
Part wholeOf(const Extents& extents);

// How numbers are written; each byte of a number has a plane of its own, the most significant one first, so
// that they become small when they are deflated.
enum class Encoding {
  Float32, // as they are
  Levels,  // whole numbers from 0 to 65535 from `low` to `high`, each less the one before it
  Bytes,   // those of 8-bit pictures, k / 255, each less the one before it
};
const char* nameOf(Encoding encoding);

struct PackedNumbers {
  Encoding encoding = Encoding::Float32;
  double low = 0, high = 0; // the least and the largest finite number of the part
  std::string bytes;
};
// `exact`: not in levels. Numbers that are not finite are never in levels.
PackedNumbers pack(const std::vector<double>& numbers, const Extents& extents, const Part& part, bool exact);

} // namespace convoy::explore
