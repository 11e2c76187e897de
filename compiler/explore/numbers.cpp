#include "explore/numbers.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace convoy::explore {

namespace {

std::vector<float> partOf(const std::vector<double>& numbers, const Extents& extents, const Part& part) {
  std::vector<float> result;
  result.reserve(static_cast<size_t>(part.count()));
  for (int64_t c = 0; c < part.kept[0]; ++c)
    for (int64_t s = 0; s < part.kept[1]; ++s)
      for (int64_t y = 0; y < part.kept[2]; ++y) {
        const int64_t row = ((c * extents[1] + s) * extents[2] + part.row + y) * extents[3] + part.column;
        for (int64_t x = 0; x < part.kept[3]; ++x)
          result.push_back(static_cast<float>(numbers[static_cast<size_t>(row + x)]));
      }
  return result;
}

// The bytes of whole numbers, plane by plane.
template <typename T> std::string planesOf(const std::vector<T>& words) {
  std::string bytes(words.size() * sizeof(T), '\0');
  size_t at = 0;
  for (size_t plane = sizeof(T); plane-- > 0;)
    for (T word : words) bytes[at++] = static_cast<char>(word >> (8 * plane) & 0xff);
  return bytes;
}

// Each number less the one before it.
template <typename T> void difference(std::vector<T>& words) {
  T before = 0;
  for (T& word : words) {
    const T now = word;
    word = static_cast<T>(now - before);
    before = now;
  }
}

bool isOfPicture(const std::vector<float>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [](float x) { return x >= 0 && x <= 1 && std::round(x * 255) / 255 == x; });
}

} // namespace

Extents extentsOf(const std::vector<int64_t>& shape, bool parameter) {
  Extents extents = {1, 1, 1, 1};
  const size_t rank = shape.size();
  if (rank > 0) extents[0] = shape[0];
  if (parameter) {
    if (rank > 1) extents[1] = shape[1];
    for (size_t axis = 2; axis + 1 < rank; ++axis) extents[2] *= shape[axis];
    if (rank > 2) extents[3] = shape[rank - 1];
  } else
    for (size_t axis = 1; axis < rank; ++axis) extents[4 - rank + axis] = shape[axis];
  return extents;
}

Part wholeOf(const Extents& extents) { return {extents}; }

const char* nameOf(Encoding encoding) {
  switch (encoding) {
  case Encoding::Float32: return "f32";
  case Encoding::Levels: return "levels";
  case Encoding::Bytes: return "bytes";
  }
  return "";
}

PackedNumbers pack(const std::vector<double>& numbers, const Extents& extents, const Part& part, bool exact) {
  const std::vector<float> all = partOf(numbers, extents, part);
  PackedNumbers packed;
  float low = std::numeric_limits<float>::infinity(), high = -low;
  bool finite = true;
  for (float x : all) {
    finite = finite && std::isfinite(x);
    if (std::isfinite(x)) low = std::min(low, x), high = std::max(high, x);
  }
  if (low > high) low = high = 0;
  packed.low = low, packed.high = high;
  if (finite && isOfPicture(all)) {
    packed.encoding = Encoding::Bytes;
    std::vector<uint8_t> words;
    for (float x : all) words.push_back(static_cast<uint8_t>(std::lround(x * 255)));
    difference(words);
    packed.bytes = planesOf(words);
  } else if (finite && !exact) {
    packed.encoding = Encoding::Levels;
    const double step = high > low ? (packed.high - packed.low) / 65535 : 1;
    std::vector<uint16_t> words;
    for (float x : all) words.push_back(static_cast<uint16_t>(std::lround((x - packed.low) / step)));
    difference(words);
    packed.bytes = planesOf(words);
  } else {
    std::vector<uint32_t> words(all.size());
    if (!all.empty()) std::memcpy(words.data(), all.data(), all.size() * sizeof(float));
    packed.bytes = planesOf(words);
  }
  return packed;
}

} // namespace convoy::explore
